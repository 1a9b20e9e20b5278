/**
 * What rules about the organisation ask of a permission set: where it is, how much it allows, and how far its use is known. Pure
 * look-ups in the facts; a set whose policies could not be read counts as not privileged, and its rule says that it is unknown.
 */
import type { PermissionSet } from "../domain/access.ts";
import type { Severity } from "../domain/finding.ts";
import { DAY, HOUR, latest, plus, type Instant } from "../domain/time.ts";
import type { OrganisationFacts, SetVerdict } from "./organisation-facts.ts";

/** Findings of policies that make a set as good as an administrator's. */
export const PRIVILEGED_FINDINGS: ReadonlySet<string> = new Set([
  "administrator",
  "privilege-escalation",
  "organisation-control",
]);

export function isPrivileged(verdict: SetVerdict): boolean {
  return (
    verdict.administrator === true || verdict.findings.some(({ id }) => PRIVILEGED_FINDINGS.has(id))
  );
}

/** Verdicts of each set; several where its policies differ by account. */
export function verdictsBySet(facts: OrganisationFacts): Map<string, SetVerdict[]> {
  const verdicts = new Map<string, SetVerdict[]>();
  for (const verdict of facts.verdicts) {
    const known = verdicts.get(verdict.permissionSetArn);
    if (known === undefined) verdicts.set(verdict.permissionSetArn, [verdict]);
    else known.push(verdict);
  }
  return verdicts;
}

/** Accounts to which each set is assigned, each once, in order. */
export function assignedAccounts({ snapshot }: OrganisationFacts): Map<string, string[]> {
  const accounts = new Map<string, Set<string>>();
  for (const { permissionSetArn, accountId } of snapshot.assignments) {
    const known = accounts.get(permissionSetArn);
    if (known === undefined) accounts.set(permissionSetArn, new Set([accountId]));
    else known.add(accountId);
  }
  return new Map([...accounts].map(([arn, ids]) => [arn, [...ids].toSorted()]));
}

/** Users of each group. */
export function groupSizes({ snapshot }: OrganisationFacts): Map<string, number> {
  const members = new Map<string, Set<string>>();
  for (const { groupId, userId } of snapshot.memberships) {
    const known = members.get(groupId);
    if (known === undefined) members.set(groupId, new Set([userId]));
    else known.add(userId);
  }
  return new Map([...members].map(([groupId, users]) => [groupId, users.size]));
}

/** Since when crawls saw the fact as it is; the first crawl where that is not known. */
export function seenFrom(facts: OrganisationFacts, kind: string, key: string): Instant {
  return facts.observedFrom.get(`${kind}/${key}`) ?? facts.firstCrawlAt;
}

/** Heavier where the management account or production is among them. */
export function severityIn(
  facts: OrganisationFacts,
  accountIds: readonly string[],
  ordinary: Severity,
  critical: Severity,
): Severity {
  return accountIds.some((id) => (facts.tiers.get(id) ?? "other") !== "other")
    ? critical
    : ordinary;
}

export interface SetObservation {
  /** The latest start among the accounts; null where one of them was never observed. */
  readonly since: Instant | null;
  /** The most hours of any of them that were not read. */
  readonly gapHours: number;
}

/** From when on the use of a set is known in all of these accounts. */
export function observationOf(
  facts: OrganisationFacts,
  accountIds: readonly string[],
): SetObservation {
  const known = new Map(facts.observations.map((one) => [one.accountId, one]));
  const all = accountIds.map((id) => known.get(id));
  if (all.some((one) => one === undefined || one.observedSince === null)) {
    return { since: null, gapHours: 0 };
  }
  return {
    since: latest(...all.map((one) => one?.observedSince ?? null)),
    gapHours: Math.max(0, ...all.map((one) => one?.gapHours ?? 0)),
  };
}

/** The instant at which so many days have been read since the last use, the set's beginning and the start of observation. */
export function quietSince(
  facts: OrganisationFacts,
  set: PermissionSet,
  observation: { readonly since: Instant; readonly gapHours: number },
  lastUsedAt: Instant | null,
  days: number,
): Instant {
  const from = latest(lastUsedAt, set.createdAt, observation.since) ?? facts.firstCrawlAt;
  return plus(from, days * DAY + observation.gapHours * HOUR);
}

/** At most so many of a list, for evidence that a person reads. */
export function listed<T>(items: readonly T[], most = 50): readonly T[] {
  return items.slice(0, most);
}

/** `1 account`, `12 accounts`. */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}
