/**
 * The devices of a person in a crowd. Guarantees that browser and command line of one device run on one system, as they do where
 * the browser hands an authorization code to the command line over the loopback address. Only documentation and private ranges.
 */
import type { Person } from "../../model.ts";
import type { Stage } from "../../lives/stage.ts";
import { running } from "../../lives/places.ts";
import type { NoiseProfile } from "../profile.ts";

export interface Workplace {
  ip: string;
  /** What an observer can read of the system from both clients. */
  system: "macos" | "windows" | "linux";
  browser: string;
  commandLine: string;
  /** Whether the command line names its process. */
  namesProcess: boolean;
}

const BROWSERS: Record<Workplace["system"], string[]> = {
  macos: [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
  ],
  windows: [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
  ],
  linux: ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"],
};
const KERNELS: Record<Workplace["system"], string> = {
  macos: "os/macos#24.6.0 md/arch#arm64",
  windows: "os/windows#11 md/arch#amd64",
  linux: "os/linux#6.8.0-79-generic md/arch#x86_64",
};
const VERSIONS = ["2.28.11", "2.30.1", "2.31.4", "2.34.30"];
const OFFICES = ["192.0.2.10", "192.0.2.70", "192.0.2.130"];

/** A tool that works with credentials which another client of the device took. */
export const TOOL =
  "APN/1.0 HashiCorp/1.0 Terraform/1.13.4 aws-sdk-go-v2/1.38.1 ua/2.1 os/linux lang/go#1.24.4";

/** Every device of a person, the first first; the same for ever. */
export function devicesOf(stage: Stage, person: Person, profile: NoiseProfile): Workplace[] {
  const dice = stage.dice("crowd-devices", person.userId);
  const index = stage.organisation.people.indexOf(person);
  const how = dice.next();
  const count =
    how < profile.threeDevices ? 3 : how < profile.threeDevices + profile.twoDevices ? 2 : 1;
  const office = dice.chance(profile.officeShare) ? dice.pick(OFFICES) : null;
  const devices: Workplace[] = [];
  for (let i = 0; i < count; i++) {
    const first = devices[0];
    const system = dice.pick(["macos", "windows", "linux"] as const);
    const here = first !== undefined && dice.chance(profile.sameAddress);
    const alike = first !== undefined && dice.chance(profile.sameSystem);
    const made: Workplace = {
      ip: here ? first.ip : i === 0 && office !== null ? office : `10.${100 + i}.${index}.20`,
      system,
      browser: dice.pick(BROWSERS[system]),
      commandLine: `aws-cli/${dice.pick(VERSIONS)} md/awscrt#0.27.6 ua/2.1 ${KERNELS[system]} lang/python#3.13.7`,
      namesProcess: dice.chance(profile.processIdShare),
    };
    devices.push(alike ? { ...first, ip: made.ip, namesProcess: made.namesProcess } : made);
  }
  return devices;
}

/** The command line as a process of it names itself (facts 10.10). */
export function processOf(device: Workplace, command: string, sid: string): string {
  const agent = running(device.commandLine, command);
  return device.namesProcess ? `${agent} sid/${sid}` : agent;
}
