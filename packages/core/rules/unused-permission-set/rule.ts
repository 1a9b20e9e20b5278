/**
 * Finds permission sets that nobody used in any account, and those that are assigned to nobody: hygiene, not a decision about a
 * person. It says nothing while one of the set's accounts was observed for a shorter time than the limit, or never.
 */
import type { PermissionSet } from "../../domain/access.ts";
import type { Detection } from "../../domain/finding.ts";
import { DAY, earliest, latest, plus, type Instant } from "../../domain/time.ts";
import type { OrganisationFacts } from "../organisation-facts.ts";
import {
  assignedAccounts,
  counted,
  listed,
  observationOf,
  quietSince,
  seenFrom,
} from "../privilege.ts";
import type { OrganisationRule } from "../rule.ts";

interface Judged {
  readonly set: PermissionSet;
  readonly accounts: readonly string[];
  readonly lastUsedAt: Instant | null;
  readonly since: Instant;
}

/** When it counts as unused; null where its use is not known. */
function judge(
  facts: OrganisationFacts,
  set: PermissionSet,
  accounts: readonly string[],
  lastUsed: ReadonlyMap<string, Instant>,
  days: number,
): Judged | null {
  const lastUsedAt = lastUsed.get(set.name) ?? null;
  if (accounts.length === 0) {
    // Nobody can use it: it waits only for somebody to be about to assign it.
    const from = latest(lastUsedAt, seenFrom(facts, "permission-set", set.arn));
    return { set, accounts, lastUsedAt, since: plus(from!, days * DAY) };
  }
  const { since, gapHours } = observationOf(facts, accounts);
  if (since === null) return null;
  return {
    set,
    accounts,
    lastUsedAt,
    since: quietSince(facts, set, { since, gapHours }, lastUsedAt, days),
  };
}

function detection(facts: OrganisationFacts, judged: Judged, days: number): Detection {
  const { set, accounts, lastUsedAt, since } = judged;
  const assignments = facts.snapshot.assignments.filter(
    ({ permissionSetArn }) => permissionSetArn === set.arn,
  );
  return {
    key: [set.arn],
    subject: { kind: "permission-set", id: set.arn },
    since,
    lastSeenAt: since,
    severity: "low",
    summary:
      accounts.length === 0
        ? `The permission set ${set.name} has been assigned to nobody for ${days} days or more: delete it, or say what it is kept for.`
        : `Nobody has used the permission set ${set.name} in ${days} days or more of observation, although it is assigned in ${counted(accounts.length, "account")}.`,
    evidence: {
      permissionSetArn: set.arn,
      permissionSetName: set.name,
      accounts: listed(accounts),
      accountCount: accounts.length,
      assignments: assignments.length,
      principals: listed(
        [...new Set(assignments.map((one) => `${one.principalType} ${one.principalId}`))],
        20,
      ),
      lastUsedAt,
      observedSince: observationOf(facts, accounts).since,
      createdAt: set.createdAt,
    },
    eventIds: [],
  };
}

export const unusedPermissionSet: OrganisationRule = {
  about: "organisation",
  metadata: {
    id: "unused-permission-set",
    title: "Permission set that nobody uses",
    severity: "low",
    pack: "over-broad",
    description:
      "Nobody has used a permission set in any account for a set number of observed days, or it is assigned to nobody.",
    revision: 1,
  },
  parameters: { unusedDays: 90 },
  evaluate(facts, now, parameters) {
    const unusedDays = parameters["unusedDays"]!;
    const assigned = assignedAccounts(facts);
    const lastUsed = new Map<string, Instant>();
    for (const { roleName, lastUsedAt } of facts.usage) {
      lastUsed.set(roleName, latest(lastUsed.get(roleName) ?? null, lastUsedAt)!);
    }
    const detections: Detection[] = [];
    const unknown: string[] = [];
    let nextDecisionAt: Instant | null = null;
    for (const set of facts.snapshot.permissionSets) {
      const judged = judge(facts, set, assigned.get(set.arn) ?? [], lastUsed, unusedDays);
      if (judged === null) unknown.push(set.name);
      else if (judged.since <= now) detections.push(detection(facts, judged, unusedDays));
      else nextDecisionAt = earliest(nextDecisionAt, judged.since);
    }
    const withheld =
      unknown.length === 0
        ? []
        : [
            `${counted(unknown.length, "permission set")} in accounts whose use was never observed, such as ${unknown[0]}`,
          ];
    return { detections, nextDecisionAt, withheld };
  },
};
