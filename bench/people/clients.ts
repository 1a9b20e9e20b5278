/**
 * The addresses and clients of people: everybody has one or two of each. A third of the tools are the AWS CLI, which names each of its
 * processes and its command; the others make all their calls under one name. Addresses are of the ranges for documentation.
 */
import type { Draw } from "./draw.ts";
import type { CallKind } from "./shapes.ts";

export interface Clients {
  readonly address: string;
  readonly browser: string;
  /** Of the tool, before it calls anything in an account. */
  readonly tool: string;
  /** Of the tool for one call. */
  process(kind: CallKind): string;
}

const RANGES = ["192.0.2", "198.51.100", "203.0.113"];
const SYSTEMS = [
  "Windows NT 10.0; Win64; x64",
  "Macintosh; Intel Mac OS X 10_15_7",
  "X11; Linux x86_64",
];

/** An office's address, shared with its people, or one of their own at home. */
function addressOf(person: number, draw: Draw): string {
  if (draw.next() < 0.6) return `${RANGES[person % 3]}.${(person % 40) + 1}`;
  return `2001:db8:${(person >> 4).toString(16)}:${(person & 15).toString(16)}::${(person % 97) + 1}`;
}

export function clientsOf(person: number, draw: Draw): Clients {
  const address = addressOf(person, draw);
  const browser = `Mozilla/5.0 (${SYSTEMS[person % 3]}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${128 + (person % 8)}.0.0.0 Safari/537.36`;
  if (person % 3 !== 0) {
    const tool =
      person % 3 === 1
        ? `APN/1.0 HashiCorp/1.0 Terraform/1.9.${person % 7} (+https://www.terraform.io) terraform-provider-aws/5.${60 + (person % 20)}.0 aws-sdk-go-v2/1.30.3 ua/2.0 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#amd64`
        : `Boto3/1.35.${person % 40} md/Botocore#1.35.${person % 40} ua/2.0 os/linux#6.8.0 md/arch#x86_64 lang/python#3.12.6 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.35.${person % 40}`;
    return { address, browser, tool, process: () => tool };
  }
  const cli = (command: string): string =>
    `aws-cli/2.${20 + (person % 8)}.0 md/awscrt#0.23.4 ua/2.0 os/linux#6.8.0 md/arch#x86_64 lang/python#3.12.6 md/pyimpl#CPython m/E,b cfg/retry-mode#standard md/installer#exe sid/${draw.hex(12)} md/prompt#off md/command#${command}`;
  return {
    address,
    browser,
    tool: cli("sso.login"),
    process: ({ command }) => cli(command),
  };
}
