/** The use of permission sets by everybody: as it is stored, or of an instant of the past from the events of the people of then. */
import type { PermissionSet } from "../../domain/access.ts";
import { usageKey } from "../../domain/access/usage.ts";
import { personKey } from "../../domain/person.ts";
import { latest } from "../../domain/time.ts";
import type { AccessViewStore, PersonUse, RoleUseTotal } from "../../ports/access/access-views.ts";
import type { UsageStore } from "../../ports/people/usage-store.ts";
import { SetHolders } from "./holders.ts";
import type { AccessView } from "./view.ts";

export interface SetUses {
  readonly view: AccessView;
  readonly store: Pick<AccessViewStore, "roleUses" | "usesOf">;
  /** What is rebuilt where `isPast`. */
  readonly usage: Pick<UsageStore, "ofPeople">;
  readonly isPast: boolean;
}

const PEOPLE_AT_ONCE = 250;

/** By the name of a permission set or the ARN of a role. */
export async function usesOfRoles({
  view,
  store,
  usage,
  isPast,
}: SetUses): Promise<ReadonlyMap<string, RoleUseTotal>> {
  if (!isPast) return store.roleUses();
  const totals = new Map<string, RoleUseTotal>();
  const { users } = view.model;
  for (let from = 0; from < users.length; from += PEOPLE_AT_ONCE) {
    for (const used of (
      await usage.ofPeople(users.slice(from, from + PEOPLE_AT_ONCE), view.at)
    ).values()) {
      const own = new Map<string, RoleUseTotal["lastUsedAt"]>();
      for (const { roleName, lastUsedAt } of used.values()) {
        own.set(roleName, latest(own.get(roleName) ?? null, lastUsedAt)!);
      }
      for (const [role, lastUsedAt] of own) {
        const known = totals.get(role);
        totals.set(role, {
          lastUsedAt: latest(known?.lastUsedAt ?? null, lastUsedAt)!,
          people: (known?.people ?? 0) + 1,
        });
      }
    }
  }
  return totals;
}

/** Everybody's use of one set; of the past that of its holders of then. */
export async function usesOfSet(
  { view, store, usage, isPast }: SetUses,
  set: PermissionSet,
): Promise<readonly PersonUse[]> {
  if (!isPast) return store.usesOf(set.name);
  const holders = new SetHolders(view.model, set.arn);
  const people = holders.everybody().map((number) => view.rows.personOf(number));
  const used = await usage.ofPeople(people, view.at);
  return people.flatMap((person) =>
    holders.accountIds.flatMap((accountId) => {
      const use = used.get(personKey(person))?.get(usageKey(accountId, set.name));
      return use === undefined ? [] : [{ person, use }];
    }),
  );
}
