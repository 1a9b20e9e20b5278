/** Permission sets on a terminal: the list, and one of them whole. `--json` has everything, here lists are cut and say so. */
import { proposalText } from "#core/domain/access/proposal/text";
import type { Finding } from "#core/domain/finding";
import type { Instant } from "#core/domain/time";
import type { PermissionSetDetail } from "#core/flows/access-views/permission-set";
import type { PermissionSetSummary } from "#core/flows/access-views/permission-sets";
import { type Output, printable } from "../output.ts";
import { counted, minute, short, useWords, verdictWords, windowWords } from "./words.ts";

const LISTED = 12;
const NAMED_ACCOUNTS = 4;

export function showSets(sets: readonly PermissionSetSummary[], at: Instant, output: Output): void {
  output.table(
    [
      "permission set",
      "allows",
      "accounts",
      "people",
      "used by",
      "use",
      "session",
      "drift",
      "findings",
    ],
    sets.map((set) => [
      set.name,
      setWords(set),
      set.accounts,
      set.people,
      set.peopleWhoUsed,
      set.accounts === 0 && set.lastUsedAt === null ? "assigned nowhere" : useWords(set, at),
      set.sessionDuration,
      set.drift === 0 ? null : counted(set.drift, "account"),
      set.openFindings === 0 ? null : set.openFindings,
    ]),
    "There is no permission set in the directory as it was read.",
  );
}

function setWords({ administrator, policyFindings, unread }: PermissionSetSummary): string {
  const isUnread = unread > 0 && administrator !== null ? " (not all read)" : "";
  return `${verdictWords(administrator, policyFindings)}${isUnread}`;
}

export function showSet(
  set: PermissionSetDetail,
  at: Instant,
  propose: boolean,
  output: Output,
): void {
  const say = (line: string): void => output.say(printable(line));
  const title = (line: string): void => output.say(`\n${line}`);
  say(`${set.name}  ${set.permissionSetArn}`);
  if (set.description !== null && set.description !== "") say(set.description);
  say(factsLine(set));
  title("What it can do");
  showVerdicts(set, say);
  title("By which policies");
  output.table(
    ["kind", "policy", "read"],
    set.policies.map(({ kind, name, read, unread }) => [
      kind.replaceAll("-", " "),
      name,
      unread === 0
        ? "yes"
        : read === 0
          ? "no: what it allows is unknown"
          : `in ${read} of ${read + unread} accounts`,
    ]),
    "None: it allows nothing.",
  );
  title("Who holds it");
  showHolders(set, output, say);
  title("What they did with it");
  showUse(set, at, output, say);
  title("Findings");
  showFindings(set, output, say);
  if (!propose) {
    return output.note(`\nA policy cut to this use: curfew permission-set ${set.name} --propose`);
  }
  title("Least-privilege proposal");
  if (set.use.lastUsedAt === null) {
    return say(
      `  None: nobody who holds it used it in ${windowWords(set, at)}, so there is no use to make a policy from.`,
    );
  }
  for (const line of proposalText(set.proposal)) say(line);
}

function factsLine(set: PermissionSetDetail): string {
  const tags = Object.entries(set.tags).map(([key, value]) => `${key}=${value}`);
  return [
    `Sessions of ${set.sessionDuration}`,
    ...(set.createdAt === null ? [] : [`created ${set.createdAt.slice(0, 10)}`]),
    set.drift === 0
      ? "provisioned as it is defined"
      : `${counted(set.drift, "account")} still with an older definition`,
    ...(tags.length === 0 ? [] : [`tags ${tags.join(" ")}`]),
  ].join("; ");
}

function showVerdicts({ verdicts, inAccounts }: PermissionSetDetail, say: (line: string) => void) {
  if (verdicts.length === 0) {
    say("  Unknown: its policies were changed after they were read. Run curfew snapshot.");
  }
  const names = new Map(inAccounts.map((one) => [one.accountId, one.accountName]));
  for (const { accountIds, summary } of verdicts) {
    if (verdicts.length > 1)
      say(`  In ${shortened(accountIds.map((id) => short(names.get(id) ?? id)))}:`);
    for (const line of summary) say(`  ${verdicts.length > 1 ? "  " : ""}${line}`);
  }
}

function shortened(items: readonly string[]): string {
  const more = items.length - NAMED_ACCOUNTS;
  return items.slice(0, NAMED_ACCOUNTS).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function showHolders(set: PermissionSetDetail, output: Output, say: (line: string) => void): void {
  const names = new Map(set.inAccounts.map((one) => [one.accountId, one.accountName]));
  const tiers = set.inAccounts.filter((one) => one.accountTier !== "other" && one.people > 0);
  say(
    `  ${counted(set.people, "holder")} in ${counted(set.accounts, "account")}${tiers.length === 0 ? "" : `, of them ${shortened(tiers.map((one) => `${one.accountName} (${one.accountTier})`))}`}.`,
  );
  output.table(
    ["by", "in", "people", "used by", "last used"],
    set.grants
      .slice(0, LISTED)
      .map((one) => [
        `${one.principalType === "GROUP" ? "group" : "user"} ${one.principalName === null ? `${one.principalId}, not in the directory` : short(one.principalName)}`,
        shortened(one.accountIds.map((id) => short(names.get(id) ?? id))),
        one.people,
        one.peopleWhoUsed,
        one.lastUsedAt?.slice(0, 10),
      ]),
    "  Nobody: it is assigned nowhere.",
  );
  if (set.grants.length > LISTED) say(`… and ${set.grants.length - LISTED} more: --json has all.`);
  if (set.people > 0) output.note(`Every person and path: curfew access --set ${set.name}`);
}

function showUse(
  set: PermissionSetDetail,
  at: Instant,
  output: Output,
  say: (line: string) => void,
): void {
  const { use } = set;
  const former =
    use.formerHolders === 0
      ? ""
      : ` ${use.formerHolders} more used it and hold it no longer; their use is left out.`;
  say(
    use.lastUsedAt === null
      ? `  No use was seen in ${windowWords(set, at)}.${former}`
      : `  ${use.people} of ${counted(set.people, "holder")} used it, last ${minute(use.lastUsedAt)}: ${counted(use.calls, "call")}, ${use.deniedCalls} refused, in ${windowWords(set, at)}.${former}`,
  );
  const services = Object.entries(use.services).toSorted(([, some], [, others]) => others - some);
  if (services.length > 0) {
    output.table(
      ["service", "calls"],
      services.slice(0, LISTED).map(([name, calls]) => [name, calls]),
      "",
    );
  }
  if (services.length > LISTED) say(`… and ${services.length - LISTED} more: --json has all.`);
  const unused = set.proposal.difference?.removed.map(({ service }) => service) ?? [];
  if (unused.length > 0) {
    say(`  Allowed and never called: ${counted(unused.length, "service")} (${shortened(unused)}).`);
  }
}

function showFindings(set: PermissionSetDetail, output: Output, say: (line: string) => void): void {
  const rules = new Map<string, Finding[]>();
  for (const one of set.findings) {
    const known = rules.get(one.ruleId);
    if (known === undefined) rules.set(one.ruleId, [one]);
    else known.push(one);
  }
  output.table(
    ["severity", "rule", "since", "summary"],
    [...rules.values()].map(([newest, ...others]) => [
      newest!.severity,
      others.length === 0 ? newest!.ruleId : `${newest!.ruleId}, ${others.length + 1} times`,
      (others.at(-1) ?? newest!).openedAt.slice(0, 10),
      newest!.summary,
    ]),
    "  None about the set.",
  );
  for (const { ruleId, severity, count } of set.findingsOfHolders) {
    say(`  About its holders: ${count} × ${ruleId} (${severity}).`);
  }
}
