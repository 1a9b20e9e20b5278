/** A verdict in a few lines for a reviewer who does not read policies. Guarantees that what is unknown is said first and never as harmless. */
import type { AccessLevel } from "./catalogue.ts";
import {
  POLICY_SEVERITIES,
  type PolicyFindingId,
  type PolicyVerdict,
  type ServiceAllowance,
} from "./verdict.ts";

/** How many services a line names before it counts the rest. */
const NAMED = 6;

/** One sentence a line. */
export function describeVerdict(verdict: PolicyVerdict): readonly string[] {
  return [
    ...verdict.unread.map((problem) => `Not judged: ${problem}`),
    administratorLine(verdict),
    ...serviceLines(verdict),
    ...findingLines(verdict),
    ...(verdict.unknownActions.length === 0
      ? []
      : [
          `Allowed patterns that match no known action, newer than the data or misspelt: ${verdict.unknownActions.slice(0, NAMED).join(", ")}.`,
        ]),
  ];
}

function administratorLine({ administrator }: PolicyVerdict): string {
  if (administrator === null) {
    return "Whether this makes an administrator is unknown, because not everything could be read.";
  }
  return administrator
    ? "This makes an administrator: everything in the account may be done with it."
    : "This makes no administrator.";
}

function serviceLines({ allows, administrator }: PolicyVerdict): readonly string[] {
  if (allows.length === 0) return ["Nothing is allowed."];
  if (administrator === true) return [];
  const changing = allows.filter((one) => CHANGING.some((level) => (one.levels[level] ?? 0) > 0));
  const managing = allows.filter((one) => (one.levels["permissions-management"] ?? 0) > 0);
  const reading = allows.filter((one) => !changing.includes(one));
  const line = (words: string, services: readonly ServiceAllowance[]) =>
    services.length === 0 ? [] : [`${words} ${namesOf(services)}.`];
  return [
    ...line("Can change things in", changing),
    ...line("Of these it can change who may do what in", managing),
    ...line(changing.length === 0 ? "Only reads:" : "Only reads in", reading),
  ];
}

const CHANGING: readonly AccessLevel[] = ["write", "tagging", "permissions-management"];

/** The services with most of what may be done in them first. */
function namesOf(services: readonly ServiceAllowance[]): string {
  const size = ({ levels }: ServiceAllowance): number =>
    Object.values(levels).reduce((sum, one) => sum + one, 0);
  const ordered = services.toSorted((left, right) => size(right) - size(left));
  const named = ordered
    .slice(0, NAMED)
    .map(({ name, whole }) => (whole ? `${name} (everything)` : name));
  const rest = services.length - named.length;
  return rest > 0 ? `${named.join(", ")} and ${count(rest, "other service")}` : named.join(", ");
}

/** What each finding is called in a sentence. */
const WORDS: Readonly<Record<PolicyFindingId, string>> = {
  administrator: "be an administrator",
  "privilege-escalation": "come to more rights",
  "credential-exposure": "come by credentials",
  "data-exfiltration": "read out data everywhere",
  "resource-exposure": "open resources to others",
  "organisation-control": "change what rules the organisation's accounts",
  "log-tampering": "make records go away",
  "session-disruption": "take access from others",
  "open-trust": "be taken on by too many",
  "unlimited-pass-role": "hand every role to every service",
  "service-wildcard": "do everything in whole services",
  "not-action-allow": "do everything but a list",
  "not-resource-allow": "act on everything but a list",
};

/** One line for each severity that occurs, the gravest first. */
function findingLines({ findings, administrator }: PolicyVerdict): readonly string[] {
  return POLICY_SEVERITIES.flatMap((severity) => {
    const ids = new Set(findings.filter((one) => one.severity === severity).map(({ id }) => id));
    if (administrator === true) ids.delete("administrator");
    if (ids.size === 0) return [];
    return [`${severity}: it lets its holder ${[...ids].map((id) => WORDS[id]).join("; ")}.`];
  });
}

const count = (number: number, what: string): string =>
  `${number} ${what}${number === 1 ? "" : "s"}`;
