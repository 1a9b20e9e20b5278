/**
 * Where people are and what they work with: offices, homes, browsers, command lines. Guarantees addresses from documentation and
 * private ranges only, and networks of attackers that no employee ever uses.
 */
import type { Person } from "../model.ts";
import type { Stage } from "./stage.ts";

/** Where and with what somebody acts. */
export interface Device {
  ip: string;
  userAgent: string;
}

const OFFICES: Record<number, string[]> = {
  60: ["192.0.2.10", "192.0.2.11"],
  0: ["192.0.2.70"],
  [-300]: ["192.0.2.130", "192.0.2.131"],
  [-480]: ["192.0.2.180"],
  480: ["10.61.4.2"],
  600: ["10.61.9.2"],
};

const BROWSERS = [
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
  "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
];

const COMMAND_LINES = [
  "aws-cli/2.31.4 md/awscrt#0.27.6 ua/2.1 os/macos#24.6.0 md/arch#arm64 lang/python#3.13.7 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe",
  "aws-cli/2.30.1 md/awscrt#0.27.6 ua/2.1 os/linux#6.8.0-79-generic md/arch#x86_64 lang/python#3.13.7 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe",
  "aws-cli/2.28.11 md/awscrt#0.27.2 ua/2.1 os/windows#11 md/arch#amd64 lang/python#3.13.4 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe",
];

/** What stays the same about a person from day to day. */
export interface Traits {
  home: string;
  browser: string;
  commandLine: string;
  /** How they treat the portal: sign out in the evening, keep one session all week, or just close the lid. */
  habit: "signs-out" | "keeps" | "leaves";
  /** Share of days at home. */
  homeShare: number;
  /** Headless tools: signs in by device code. */
  deviceCode: boolean;
}

const known = new WeakMap<Stage, Map<string, Traits>>();

export function traitsOf(stage: Stage, person: Person): Traits {
  const memory = known.get(stage) ?? new Map<string, Traits>();
  known.set(stage, memory);
  const remembered = memory.get(person.userId);
  if (remembered !== undefined) return remembered;
  const dice = stage.dice("traits", person.userId);
  const index = stage.organisation.people.indexOf(person);
  const habit = dice.next();
  const traits: Traits = {
    home: homeOf(index, dice.next()),
    browser: dice.pick(BROWSERS),
    commandLine: dice.pick(COMMAND_LINES),
    habit: habit < 0.7 ? "signs-out" : habit < 0.88 ? "keeps" : "leaves",
    homeShare: dice.pick([0.1, 0.3, 0.5, 0.9]),
    deviceCode: dice.chance(0.12),
  };
  memory.set(person.userId, traits);
  return traits;
}

/** One address a person: documentation blocks first, carriers' private blocks for the rest, IPv6 for some. */
function homeOf(index: number, kind: number): string {
  if (kind < 0.15) return `2001:db8:${(0x100 + index).toString(16)}:1::20`;
  if (index < 110) return `198.51.100.${10 + index * 2}`;
  return `10.${70 + (index % 9)}.${index % 250}.${20 + (index % 200)}`;
}

/** Where a person works on a day. */
export function addressOn(stage: Stage, person: Person, day: number): string {
  const traits = traitsOf(stage, person);
  const dice = stage.dice("address", person.userId, day);
  const office = OFFICES[person.utcOffsetMinutes];
  return office === undefined || dice.chance(traits.homeShare) ? traits.home : dice.pick(office);
}

/** The command line with the command it runs (facts 10.10). */
export const running = (commandLine: string, command: string): string =>
  `${commandLine} md/command#${command}`;

/** Networks of attackers and their tools. */
export const ATTACKERS = {
  addresses: ["203.0.113.66", "203.0.113.91", "203.0.113.154", "203.0.113.201"],
  tools: [
    "Boto3/1.40.21 md/Botocore#1.40.21 ua/2.1 os/linux#5.15.0-1052-generic md/arch#x86_64 lang/python#3.11.9 md/pyimpl#CPython",
    "aws-sdk-go-v2/1.38.1 ua/2.1 os/linux lang/go#1.24.4 md/GOOS#linux md/GOARCH#amd64 api/sso#1.28.2",
  ],
} as const;

/** Whence Identity Center itself assumes roles: AWS's own address, never the person's (facts 2.7). */
export const SERVICE_ADDRESS = "10.255.0.17";
export const SERVICE_AGENT =
  "aws-sdk-java/2.33.4 md/io#async md/http#NettyNio ua/2.1 os/Linux#5.10 lang/java#17.0.16 vendor#Amazon.com_Inc.";
