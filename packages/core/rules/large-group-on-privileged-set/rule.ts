/**
 * Finds groups of very many people to whom a privileged permission set is assigned: administrator, or as good as one. One finding for
 * each group and set; it speaks for the members, of whom the rule about administrators then is silent.
 */
import type { AccountAssignment } from "../../domain/access.ts";
import type { Detection } from "../../domain/finding.ts";
import { earliest } from "../../domain/time.ts";
import type { OrganisationFacts, SetVerdict } from "../organisation-facts.ts";
import {
  counted,
  groupSizes,
  isPrivileged,
  listed,
  seenFrom,
  severityIn,
  verdictsBySet,
} from "../privilege.ts";
import type { OrganisationRule } from "../rule.ts";
import { assignmentKey } from "../../domain/access/facts.ts";

/** Where the set is privileged: it may differ by account where it names policies that live there. */
function isPrivilegedIn(verdicts: readonly SetVerdict[], accountId: string): boolean {
  const there = verdicts.filter(({ accountIds }) => accountIds.includes(accountId));
  return (there.length > 0 ? there : verdicts).some(isPrivileged);
}

function detection(
  facts: OrganisationFacts,
  assignments: readonly [AccountAssignment, ...AccountAssignment[]],
  members: number,
): Detection {
  const [{ principalId, permissionSetArn }] = assignments;
  const accounts = [...new Set(assignments.map(({ accountId }) => accountId))].toSorted();
  const group = facts.snapshot.groups.find(({ groupId }) => groupId === principalId);
  const set = facts.snapshot.permissionSets.find(({ arn }) => arn === permissionSetArn);
  const since = earliest(
    ...assignments.map((one) => seenFrom(facts, "assignment", assignmentKey(one))),
  )!;
  const name = group?.displayName || principalId;
  return {
    key: [principalId, permissionSetArn],
    subject: { kind: "group", id: principalId },
    since,
    lastSeenAt: since,
    severity: severityIn(facts, accounts, "medium", "high"),
    summary: `The ${members} members of ${name} all hold the privileged permission set ${set?.name ?? permissionSetArn} in ${counted(accounts.length, "account")}: give it to a smaller group.`,
    evidence: {
      groupId: principalId,
      groupName: group?.displayName ?? null,
      isProvisioned: (group?.externalId ?? null) !== null,
      members,
      permissionSetArn,
      permissionSetName: set?.name ?? null,
      accounts: listed(accounts),
      accountCount: accounts.length,
      criticalAccounts: accounts.filter((id) => facts.tiers.get(id) !== "other").length,
    },
    eventIds: [],
  };
}

export const largeGroupOnPrivilegedSet: OrganisationRule = {
  about: "organisation",
  metadata: {
    id: "large-group-on-privileged-set",
    title: "Very large group with a privileged permission set",
    severity: "medium",
    pack: "over-broad",
    description:
      "A group of a set number of members or more is assigned a permission set that is an administrator's or lets one become it.",
    revision: 1,
  },
  parameters: { membersAtLeast: 50 },
  evaluate(facts, _now, parameters) {
    const sizes = groupSizes(facts);
    const verdicts = verdictsBySet(facts);
    const found = new Map<string, [AccountAssignment, ...AccountAssignment[]]>();
    for (const assignment of facts.snapshot.assignments) {
      const { principalType, principalId, permissionSetArn, accountId } = assignment;
      if (principalType !== "GROUP") continue;
      if ((sizes.get(principalId) ?? 0) < parameters["membersAtLeast"]!) continue;
      if (!isPrivilegedIn(verdicts.get(permissionSetArn) ?? [], accountId)) continue;
      const key = `${principalId} ${permissionSetArn}`;
      const known = found.get(key);
      if (known === undefined) found.set(key, [assignment]);
      else known.push(assignment);
    }
    const detections = [...found.values()].map((assignments) =>
      detection(facts, assignments, sizes.get(assignments[0].principalId)!),
    );
    return { detections, nextDecisionAt: null, withheld: unread(facts) };
  },
};

function unread({ verdicts }: OrganisationFacts): string[] {
  const unknown = new Set(
    verdicts
      .filter((verdict) => verdict.administrator === null && !isPrivileged(verdict))
      .map(({ permissionSetArn }) => permissionSetArn),
  ).size;
  return unknown === 0
    ? []
    : [
        `whether ${counted(unknown, "permission set")} are privileged is not known: a policy was not read`,
      ];
}
