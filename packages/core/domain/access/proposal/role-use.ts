/**
 * The use that all people together made of a permission set or role in one account: what is asked when the set itself is judged,
 * not a person. Pure; any order of the people gives the same answer.
 */
import { earliest, latest } from "../../time.ts";
import type { Usage } from "../usage.ts";

/** One person's use of one role in one account, as far as it adds up. */
export type PersonRoleUse = Pick<
  Usage,
  | "accountId"
  | "roleName"
  | "firstUsedAt"
  | "lastUsedAt"
  | "calls"
  | "deniedCalls"
  | "services"
  | "actions"
  | "otherActionCalls"
>;

export interface RoleUse extends PersonRoleUse {
  /** How many people used it. */
  readonly people: number;
}

type Counts = Record<string, number>;

/** Adds up people one by one, so that memory holds roles and not people. */
export class RoleUses {
  readonly #uses = new Map<
    string,
    RoleUse & { readonly services: Counts; readonly actions: Counts }
  >();

  /** All uses of one person; each person once. */
  add(uses: Iterable<PersonRoleUse>): void {
    for (const use of uses) {
      const key = `${use.accountId} ${use.roleName}`;
      const known = this.#uses.get(key);
      this.#uses.set(key, {
        accountId: use.accountId,
        roleName: use.roleName,
        people: (known?.people ?? 0) + 1,
        firstUsedAt: earliest(known?.firstUsedAt ?? null, use.firstUsedAt) ?? use.firstUsedAt,
        lastUsedAt: latest(known?.lastUsedAt ?? null, use.lastUsedAt) ?? use.lastUsedAt,
        calls: (known?.calls ?? 0) + use.calls,
        deniedCalls: (known?.deniedCalls ?? 0) + use.deniedCalls,
        services: added(known?.services ?? {}, use.services),
        actions: added(known?.actions ?? {}, use.actions),
        otherActionCalls: (known?.otherActionCalls ?? 0) + use.otherActionCalls,
      });
    }
  }

  /** In the order of account and role. */
  all(): RoleUse[] {
    return [...this.#uses.entries()]
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([, use]) => use);
  }
}

function added(counts: Counts, more: Readonly<Counts>): Counts {
  for (const [name, count] of Object.entries(more)) counts[name] = (counts[name] ?? 0) + count;
  return counts;
}
