/**
 * What the directory says of one person, as rules about people see it: status, groups with their sizes, groups that would give
 * what was given directly, and how many of the people around them hold the same. Pure, from one snapshot whose index is made
 * once for everybody. It says nothing of use.
 */
import type { AccessSnapshot, DirectoryUser, EffectiveAccess } from "../access.ts";
import { heldArn } from "../access.ts";
import type { Instant } from "../time.ts";
import { observedKey } from "./facts.ts";

export interface GroupSize {
  readonly groupId: string;
  readonly displayName: string;
  readonly members: number;
}

/** How many of a group's members hold what the person holds by another way than that group. */
export interface PeerCount {
  readonly group: GroupSize;
  readonly accountId: string;
  /** ARN of the permission set or role. */
  readonly heldArn: string;
  /** The person among them. */
  readonly holders: number;
}

/** A group that is assigned what the person was assigned directly. */
export interface GroupWithSame {
  readonly group: GroupSize;
  readonly isMember: boolean;
  readonly accountId: string;
  readonly heldArn: string;
}

export interface DirectoryFacts {
  readonly status: DirectoryUser["status"];
  /** Since when crawls saw the user as it is, its status included; null where that was not kept. */
  readonly seenFrom: Instant | null;
  /** The identity provider owns the user. */
  readonly isProvisioned: boolean;
  readonly groups: readonly GroupSize[];
  /** Of the person's direct assignments; the smallest group first. */
  readonly groupsWithSame: readonly GroupWithSame[];
  /** Only of what is not held through a group that is large enough to compare with. */
  readonly peers: readonly PeerCount[];
}

/** A group with fewer members says nothing of what its members usually hold. */
export const FEWEST_PEERS = 5;

/** Look-ups that are the same for everybody of a snapshot. */
export interface DirectoryIndex {
  readonly seenFrom: ReadonlyMap<string, Instant>;
  readonly users: ReadonlyMap<string, DirectoryUser>;
  readonly groupsOf: ReadonlyMap<string, readonly string[]>;
  readonly members: ReadonlyMap<string, ReadonlySet<string>>;
  readonly names: ReadonlyMap<string, string>;
  /** Principals by `<accountId>/<arn>`. */
  readonly holders: ReadonlyMap<string, Principals>;
}

interface Principals {
  readonly users: Set<string>;
  readonly groups: Set<string>;
}

const holding = (accountId: string, arn: string): string => `${accountId}/${arn}`;

export function directoryIndex(
  snapshot: AccessSnapshot & { readonly observedFrom: ReadonlyMap<string, Instant> },
): DirectoryIndex {
  const groupsOf = new Map<string, string[]>();
  const members = new Map<string, Set<string>>();
  for (const { groupId, userId } of snapshot.memberships) {
    const inGroup = members.get(groupId) ?? new Set<string>();
    members.set(groupId, inGroup);
    if (inGroup.has(userId)) continue;
    inGroup.add(userId);
    const known = groupsOf.get(userId);
    if (known === undefined) groupsOf.set(userId, [groupId]);
    else known.push(groupId);
  }
  return {
    seenFrom: snapshot.observedFrom,
    users: new Map(snapshot.users.map((user) => [user.userId, user])),
    groupsOf,
    members,
    names: new Map(
      snapshot.groups.map(({ groupId, displayName }) => [groupId, displayName || groupId]),
    ),
    holders: holdersOf(snapshot),
  };
}

function holdersOf({ assignments, entitlements }: AccessSnapshot): Map<string, Principals> {
  const holders = new Map<string, Principals>();
  const note = (
    accountId: string,
    arn: string,
    { principalType, principalId }: { principalType: "USER" | "GROUP"; principalId: string },
  ): void => {
    const key = holding(accountId, arn);
    const known = holders.get(key) ?? { users: new Set<string>(), groups: new Set<string>() };
    holders.set(key, known);
    (principalType === "USER" ? known.users : known.groups).add(principalId);
  };
  for (const one of assignments) note(one.accountId, one.permissionSetArn, one);
  for (const one of entitlements) note(one.accountId, one.roleArn, one);
  return holders;
}

/** Null for somebody whom the snapshot does not have. */
export function directoryFacts(
  userId: string,
  access: readonly EffectiveAccess[],
  index: DirectoryIndex,
): DirectoryFacts | null {
  const user = index.users.get(userId);
  if (user === undefined) return null;
  const groups = (index.groupsOf.get(userId) ?? []).map((groupId) => sizeOf(groupId, index));
  groups.sort((left, right) => (left.groupId < right.groupId ? -1 : 1));
  return {
    status: user.status,
    seenFrom: index.seenFrom.get(observedKey("user", userId)) ?? null,
    isProvisioned: user.externalId !== null,
    groups,
    groupsWithSame: groupsWithSame(userId, access, index),
    peers: peersOf(access, groups, index),
  };
}

function sizeOf(groupId: string, index: DirectoryIndex): GroupSize {
  return {
    groupId,
    displayName: index.names.get(groupId) ?? groupId,
    members: index.members.get(groupId)?.size ?? 0,
  };
}

function groupsWithSame(
  userId: string,
  access: readonly EffectiveAccess[],
  index: DirectoryIndex,
): GroupWithSame[] {
  return access.flatMap((row) => {
    if (row.path.length !== 1) return [];
    const { accountId } = row;
    const principals = index.holders.get(holding(accountId, heldArn(row)));
    return (
      [...(principals?.groups ?? [])]
        // An assignment to a deleted group still stands, and can be offered to nobody.
        .filter((groupId) => index.names.has(groupId))
        .map((groupId) => sizeOf(groupId, index))
        .toSorted((left, right) =>
          left.members === right.members
            ? left.groupId < right.groupId
              ? -1
              : 1
            : left.members - right.members,
        )
        .map((group) => ({
          group,
          isMember: index.members.get(group.groupId)?.has(userId) ?? false,
          accountId,
          heldArn: heldArn(row),
        }))
    );
  });
}

function peersOf(
  access: readonly EffectiveAccess[],
  groups: readonly GroupSize[],
  index: DirectoryIndex,
): PeerCount[] {
  const comparable = groups.filter((group) => group.members >= FEWEST_PEERS);
  const ids = new Set(comparable.map((group) => group.groupId));
  const ordinary = new Set<string>();
  const held = new Map<string, EffectiveAccess>();
  for (const row of access) {
    const key = holding(row.accountId, heldArn(row));
    held.set(key, row);
    if (row.path.some((step) => step.kind === "group" && ids.has(step.id))) ordinary.add(key);
  }
  return [...held].flatMap(([key, row]) =>
    ordinary.has(key)
      ? []
      : comparable.map((group) => ({
          group,
          accountId: row.accountId,
          heldArn: heldArn(row),
          holders: countHolders(group.groupId, index.holders.get(key), index),
        })),
  );
}

/** Walks whichever is shorter: the group, or everybody who was given it. */
function countHolders(
  groupId: string,
  principals: Principals | undefined,
  index: DirectoryIndex,
): number {
  const members = index.members.get(groupId);
  if (principals === undefined || members === undefined) return 0;
  const given = [...principals.groups].map((id) => index.members.get(id));
  const total = given.reduce((sum, one) => sum + (one?.size ?? 0), principals.users.size);
  if (total <= members.size) {
    const holders = new Set<string>(principals.users);
    for (const one of given) for (const userId of one ?? []) holders.add(userId);
    return [...holders].filter((userId) => members.has(userId)).length;
  }
  let count = 0;
  for (const userId of members) {
    const isHolder = principals.users.has(userId) || given.some((one) => one?.has(userId) ?? false);
    if (isHolder) count += 1;
  }
  return count;
}
