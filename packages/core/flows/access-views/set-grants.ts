/** By which grants a permission set is held: one entry a user or group with its accounts, so that a set of thousands of paths is read in a few lines. */
import { personKey } from "../../domain/person.ts";
import { latest, type Instant } from "../../domain/time.ts";
import type { PersonUse } from "../../ports/access/access-views.ts";
import type { DirectoryView } from "./view.ts";

export interface SetGrant {
  readonly principalType: "USER" | "GROUP";
  readonly principalId: string;
  /** Null for a principal that the directory does not hold. */
  readonly principalName: string | null;
  readonly accountIds: readonly string[];
  /** Whom it gives the set. */
  readonly people: number;
  /** Those of them who used it in these accounts, by whatever path. */
  readonly peopleWhoUsed: number;
  readonly lastUsedAt: Instant | null;
}

/** Those that reach most people first. */
export function grantsOfSet(
  { snapshot }: DirectoryView,
  permissionSetArn: string,
  uses: readonly PersonUse[],
): SetGrant[] {
  const grants = new Map<string, { type: "USER" | "GROUP"; id: string; accountIds: Set<string> }>();
  for (const one of snapshot.assignments) {
    if (one.permissionSetArn !== permissionSetArn) continue;
    const key = `${one.principalType} ${one.principalId}`;
    const known = grants.get(key);
    if (known !== undefined) known.accountIds.add(one.accountId);
    else {
      const { principalType: type, principalId: id } = one;
      grants.set(key, { type, id, accountIds: new Set([one.accountId]) });
    }
  }
  const members = membersOf(snapshot, grants.values());
  const names = namesOf(snapshot);
  return [...grants.values()]
    .map(({ type, id, accountIds }): SetGrant => {
      const people = members.get(`${type} ${id}`) ?? new Set();
      const own = uses.filter(
        ({ person, use }) => people.has(person.userId) && accountIds.has(use.accountId),
      );
      return {
        principalType: type,
        principalId: id,
        principalName: names.get(`${type} ${id}`) ?? null,
        accountIds: [...accountIds].toSorted(),
        people: people.size,
        peopleWhoUsed: new Set(own.map(({ person }) => personKey(person))).size,
        lastUsedAt: latest(...own.map(({ use }) => use.lastUsedAt)),
      };
    })
    .toSorted(
      (left, right) =>
        right.people - left.people ||
        (`${left.principalName ?? ""} ${left.principalId}` <
        `${right.principalName ?? ""} ${right.principalId}`
          ? -1
          : 1),
    );
}

/** User ids that each principal stands for; people whom the directory does not hold are nobody. */
function membersOf(
  { memberships, users }: DirectoryView["snapshot"],
  grants: Iterable<{ readonly type: "USER" | "GROUP"; readonly id: string }>,
): Map<string, ReadonlySet<string>> {
  const known = new Set(users.map(({ userId }) => userId));
  const members = new Map<string, Set<string>>();
  for (const { type, id } of grants) {
    members.set(`${type} ${id}`, new Set(type === "USER" && known.has(id) ? [id] : []));
  }
  for (const { groupId, userId } of memberships) {
    if (known.has(userId)) members.get(`GROUP ${groupId}`)?.add(userId);
  }
  return members;
}

function namesOf({ users, groups }: DirectoryView["snapshot"]): Map<string, string> {
  return new Map([
    ...users.map((one): [string, string] => [`USER ${one.userId}`, one.userName]),
    ...groups.map((one): [string, string] => [`GROUP ${one.groupId}`, one.displayName]),
  ]);
}
