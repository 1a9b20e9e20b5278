/**
 * Who can become what in which account, one row a path. Pure; any order of the facts gives the same rows in the same order.
 * Guarantees every path (direct, and through each group) of every user, disabled ones too; an assignment whose account or
 * permission set is not in the snapshot keeps its row under the id.
 */
import {
  heldArn,
  heldName,
  NO_USE,
  type AccessSnapshot,
  type AccountAssignment,
  type DirectoryGroup,
  type DirectoryUser,
  type EffectiveAccess,
  type PathStep,
  type PermissionSet,
} from "../access.ts";
import type { Person } from "../person.ts";
import { latest, type Instant } from "../time.ts";
import { assignmentKey, membershipKey, observedKey, type FactKind } from "./facts.ts";
import type { GrantEvents } from "./grants.ts";
import { usageKey, type UsageLookup } from "./usage.ts";

/** A snapshot whose facts know since when they were observed: the store's answer. */
export interface ObservedSnapshot extends AccessSnapshot {
  readonly takenAt: Instant;
  readonly observedFrom: ReadonlyMap<string, Instant>;
}

export interface EffectiveAccessOptions {
  /** Whose access; everybody's when absent. */
  readonly users?: (user: DirectoryUser) => boolean;
  readonly usage: UsageLookup;
  /** Since when the use of an account is known; null: never. */
  readonly observedSince: (accountId: string) => Instant | null;
  readonly grants: GrantEvents;
}

/** Ordered by user name, user id, account, permission set and path. */
export function effectiveAccess(
  snapshot: ObservedSnapshot,
  options: EffectiveAccessOptions,
): EffectiveAccess[] {
  const index = indexOf(snapshot);
  return snapshot.users
    .filter((user) => options.users?.(user) ?? true)
    .flatMap((user) => accessOf(user, index, options))
    .map((row) => ({ row, key: orderOf(row) }))
    .toSorted((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0))
    .map(({ row }) => row);
}

interface Index {
  readonly accountNames: ReadonlyMap<string, string>;
  readonly sets: ReadonlyMap<string, PermissionSet>;
  readonly groups: ReadonlyMap<string, DirectoryGroup>;
  readonly groupsOf: ReadonlyMap<string, readonly string[]>;
  /** By `<principalType> <principalId>`. */
  readonly assignments: ReadonlyMap<string, readonly AccountAssignment[]>;
  seenAt(kind: FactKind, key: string): Instant;
}

function indexOf(snapshot: ObservedSnapshot): Index {
  const assignments = distinct(snapshot.assignments, assignmentKey);
  const memberships = distinct(snapshot.memberships, membershipKey);
  return {
    accountNames: new Map(snapshot.accounts.map((one) => [one.accountId, one.name])),
    sets: new Map(snapshot.permissionSets.map((one) => [one.arn, one])),
    groups: new Map(snapshot.groups.map((one) => [one.groupId, one])),
    groupsOf: grouped(
      memberships,
      (one) => one.userId,
      (one) => one.groupId,
    ),
    assignments: grouped(
      assignments,
      (one) => `${one.principalType} ${one.principalId}`,
      (one) => one,
    ),
    seenAt: (kind, key) => snapshot.observedFrom.get(observedKey(kind, key)) ?? snapshot.takenAt,
  };
}

function distinct<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}

function grouped<T, V>(
  items: readonly T[],
  keyOf: (item: T) => string,
  valueOf: (item: T) => V,
): Map<string, V[]> {
  const groups = new Map<string, V[]>();
  for (const item of items) {
    const values = groups.get(keyOf(item));
    if (values === undefined) groups.set(keyOf(item), [valueOf(item)]);
    else values.push(valueOf(item));
  }
  return groups;
}

function accessOf(
  user: DirectoryUser,
  index: Index,
  options: EffectiveAccessOptions,
): EffectiveAccess[] {
  const direct = index.assignments.get(`USER ${user.userId}`) ?? [];
  const legs: { assignment: AccountAssignment; groupId: string | null }[] = [
    ...direct.map((assignment) => ({ assignment, groupId: null })),
    ...(index.groupsOf.get(user.userId) ?? []).flatMap((groupId) =>
      (index.assignments.get(`GROUP ${groupId}`) ?? []).map((assignment) => ({
        assignment,
        groupId,
      })),
    ),
  ];
  const paths = new Map<string, number>();
  const pairOf = (assignment: AccountAssignment) =>
    `${assignment.accountId}/${assignment.permissionSetArn}`;
  for (const { assignment } of legs) {
    paths.set(pairOf(assignment), (paths.get(pairOf(assignment)) ?? 0) + 1);
  }
  return legs.map(({ assignment, groupId }) => ({
    ...rowOf(user, assignment, index, options),
    path: pathOf(assignment, groupId, index),
    ...grantOf(user, assignment, groupId, index, options.grants),
    usageSharedByPaths: (paths.get(pairOf(assignment)) ?? 0) > 1,
  }));
}

type Row = Omit<EffectiveAccess, "path" | keyof Grant | "usageSharedByPaths">;
type Grant = Pick<EffectiveAccess, "grantedAt" | "grantedNotAfter" | "grantedBy" | "grantEventId">;

function rowOf(
  user: DirectoryUser,
  { accountId, permissionSetArn }: AccountAssignment,
  index: Index,
  options: EffectiveAccessOptions,
): Row {
  const person: Person = {
    identityStoreArn: user.identityStoreArn,
    userId: user.userId,
    userName: user.userName,
  };
  const permissionSetName = nameOfSet(permissionSetArn, index);
  const usage = options.usage(person).get(usageKey(accountId, permissionSetName));
  const administrator = index.sets.get(permissionSetArn)?.administrator ?? null;
  return {
    user: person,
    accountId,
    accountName: index.accountNames.get(accountId) ?? accountId,
    permissionSetArn,
    permissionSetName,
    roleArn: null,
    accountTier: "other",
    ...NO_USE,
    lastUsedAt: usage?.lastUsedAt ?? null,
    uses30d: usage?.uses30d ?? 0,
    observedSince: options.observedSince(accountId),
    observationGaps: 0,
    administrator,
    policy: { administrator, findings: [] },
  };
}

function nameOfSet(arn: string, index: Index): string {
  return index.sets.get(arn)?.name ?? arn.split("/").at(-1) ?? arn;
}

function pathOf(assignment: AccountAssignment, groupId: string | null, index: Index): PathStep[] {
  const account = index.accountNames.get(assignment.accountId) ?? assignment.accountId;
  const step: PathStep = {
    kind: "assignment",
    id: assignmentKey(assignment),
    name: `${nameOfSet(assignment.permissionSetArn, index)} in ${account}`,
  };
  if (groupId === null) return [step];
  // Empty where CloudTrail or AWS masks the name.
  const name = index.groups.get(groupId)?.displayName || groupId;
  return [{ kind: "group", id: groupId, name }, step];
}

/**
 * A path is as old as its youngest leg. A leg without an event is known not to be younger than the crawl that first saw it: where
 * another leg's event is later than that, the event still shows when the path became whole.
 */
function grantOf(
  user: DirectoryUser,
  assignment: AccountAssignment,
  groupId: string | null,
  index: Index,
  grants: GrantEvents,
): Grant {
  const seen = index.seenAt("assignment", assignmentKey(assignment));
  const legs = [{ seen, made: grants.assignedAt(assignment, seen) }];
  if (groupId !== null) {
    const membership = { groupId, userId: user.userId };
    const joined = index.seenAt("membership", membershipKey(membership));
    legs.push({ seen: joined, made: grants.joinedAt(membership, joined) });
  }
  const made = latest(...legs.map((leg) => leg.made));
  const unknown = latest(...legs.filter((leg) => leg.made === null).map((leg) => leg.seen));
  if (made !== null && (unknown === null || unknown <= made)) {
    return { grantedAt: made, grantedNotAfter: null, grantedBy: null, grantEventId: null };
  }
  const grantedNotAfter = latest(...legs.map((leg) => leg.seen));
  return { grantedAt: null, grantedNotAfter, grantedBy: null, grantEventId: null };
}

/** Text that sorts as the rows shall. No id or name holds U+0000. */
function orderOf(row: EffectiveAccess) {
  const { user, accountId, path } = row;
  const steps = path.map((step) => `${step.kind} ${step.id}`);
  return [
    user.userName ?? "",
    user.userId,
    accountId,
    heldName(row),
    heldArn(row),
    // Direct paths before those through groups.
    String(path.length),
    ...steps,
  ].join("\0");
}
