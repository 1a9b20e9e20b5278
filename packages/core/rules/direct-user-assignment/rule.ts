/**
 * Finds access that was assigned to a person directly instead of through a group: it is missed when somebody changes teams. One
 * finding for each permission set or role, with the smallest group that already gives the same where there is one. It judges how
 * access was given, not whether it is needed.
 */
import { heldName, type EffectiveAccess } from "../../domain/access.ts";
import type { Detection } from "../../domain/finding.ts";
import { earliest } from "../../domain/time.ts";
import { holdingsOf, type Holding } from "../holdings.ts";
import { counted, listed } from "../privilege.ts";
import type { PersonFacts, PersonRule } from "../rule.ts";

const isDirect = ({ path }: EffectiveAccess): boolean => path.length === 1;

/** For each group that gives the same in some of the accounts, in how many of them; the most useful first. */
function suggestions(facts: PersonFacts, arn: string, accounts: readonly string[]) {
  const groups = new Map<
    string,
    { groupId: string; displayName: string; members: number; isMember: boolean; accounts: number }
  >();
  for (const { group, heldArn, accountId, isMember } of facts.directory?.groupsWithSame ?? []) {
    if (heldArn !== arn || !accounts.includes(accountId)) continue;
    const known = groups.get(group.groupId);
    groups.set(group.groupId, { ...group, isMember, accounts: (known?.accounts ?? 0) + 1 });
  }
  return [...groups.values()].toSorted(
    (left, right) =>
      right.accounts - left.accounts ||
      left.members - right.members ||
      (left.groupId < right.groupId ? -1 : 1),
  );
}

function detection(facts: PersonFacts, arn: string, holdings: readonly Holding[]): Detection {
  const direct = holdings.flatMap(({ paths }) => paths.filter(isDirect));
  const accounts = [...new Set(direct.map(({ accountId }) => accountId))].toSorted();
  const [best, ...others] = suggestions(facts, arn, accounts);
  const since = earliest(...direct.map((row) => row.grantedAt ?? row.grantedNotAfter));
  const name = heldName(holdings[0]!.row);
  const mend =
    best === undefined
      ? "no group gives the same yet"
      : best.isMember
        ? `the group ${best.displayName}, of which they are a member, gives the same in ${best.accounts} of them: the direct grant can go there`
        : `the group ${best.displayName} (${counted(best.members, "member")}) gives the same in ${best.accounts} of them`;
  return {
    key: [arn],
    subject: { kind: "permission-set", id: arn },
    since: since!,
    lastSeenAt: since!,
    severity: "low",
    summary: `${name} was assigned to this person directly in ${counted(accounts.length, "account")}; ${mend}.`,
    evidence: {
      heldArn: arn,
      heldName: name,
      accounts: listed(accounts),
      accountCount: accounts.length,
      suggestedGroup: best ?? null,
      otherGroups: others.slice(0, 5),
      grants: listed(
        direct.map(({ accountId, path, grantedAt, grantedNotAfter, grantedBy, grantEventId }) => ({
          accountId,
          grantId: path[0]?.id,
          grantedAt,
          grantedNotAfter,
          grantedBy,
          grantEventId,
        })),
        20,
      ),
    },
    eventIds: listed(direct.flatMap(({ grantEventId }) => grantEventId ?? [])),
  };
}

export const directUserAssignment: PersonRule = {
  about: "person",
  metadata: {
    id: "direct-user-assignment",
    title: "Access assigned to a person directly",
    severity: "low",
    pack: "over-broad",
    description:
      "A permission set or role is assigned to a person and not to a group, which nobody reviews when teams change.",
    revision: 1,
  },
  parameters: {},
  evaluate(facts) {
    if (!facts.accessKnown) {
      return { detections: [], nextDecisionAt: null, withheld: ["no access snapshot was taken"] };
    }
    const bySet = new Map<string, Holding[]>();
    for (const holding of holdingsOf(facts.access)) {
      const isDated = holding.paths.some(
        (row) => isDirect(row) && (row.grantedAt ?? row.grantedNotAfter) !== null,
      );
      if (!isDated) continue;
      const known = bySet.get(holding.arn);
      if (known === undefined) bySet.set(holding.arn, [holding]);
      else known.push(holding);
    }
    const detections = [...bySet].map(([arn, holdings]) => detection(facts, arn, holdings));
    return { detections, nextDecisionAt: null, withheld: [] };
  },
};
