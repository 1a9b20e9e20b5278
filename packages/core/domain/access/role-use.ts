/**
 * The use that all people together made of a permission set or role in one account: what is asked when the set itself is judged,
 * not a person. Pure; any order of the people gives the same answer.
 */
import type { Instant } from "../time.ts";

/** One person's use of one role in one account. */
export interface PersonRoleUse {
  readonly accountId: string;
  /** Name of the permission set, or the ARN of an entitlement's role. */
  readonly roleName: string;
  readonly firstUsedAt: Instant;
  readonly lastUsedAt: Instant;
  /** Recorded calls by `service:Action`. */
  readonly actions: Readonly<Record<string, number>>;
}

export interface RoleUse extends PersonRoleUse {
  /** How many people used it. */
  readonly people: number;
}

/** Adds up people one by one, so that memory holds roles and not people. */
export class RoleUses {
  readonly #uses = new Map<string, RoleUse & { readonly actions: Record<string, number> }>();

  /** All uses of one person; each person once. */
  add(uses: readonly PersonRoleUse[]): void {
    for (const use of uses) {
      const key = `${use.accountId} ${use.roleName}`;
      const known = this.#uses.get(key);
      const actions = known?.actions ?? {};
      for (const [action, calls] of Object.entries(use.actions)) {
        actions[action] = (actions[action] ?? 0) + calls;
      }
      this.#uses.set(key, {
        accountId: use.accountId,
        roleName: use.roleName,
        people: (known?.people ?? 0) + 1,
        firstUsedAt:
          known === undefined || use.firstUsedAt < known.firstUsedAt
            ? use.firstUsedAt
            : known.firstUsedAt,
        lastUsedAt:
          known === undefined || use.lastUsedAt > known.lastUsedAt
            ? use.lastUsedAt
            : known.lastUsedAt,
        actions,
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
