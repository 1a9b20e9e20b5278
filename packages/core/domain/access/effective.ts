/**
 * Who can become what in which account, one row a path. Pure; any order of the facts gives the same rows in the same order.
 * Guarantees every path (direct, and through each group) of every user, disabled ones too; an assignment whose account or
 * permission set is not in the snapshot keeps its row under the id.
 */
import {
  NO_USE,
  type AccessSnapshot,
  type DirectoryGroup,
  type DirectoryUser,
  type EffectiveAccess,
  type PathStep,
  type PolicyVerdict,
  type SeenUse,
} from "../access.ts";
import type { Person, PersonKey } from "../person.ts";
import type { Instant } from "../time.ts";
import type { Amendments } from "./amend/amend.ts";
import { assignmentKey, observedKey } from "./facts.ts";
import { GrantTimes } from "./grant-times.ts";
import type { GrantEvents } from "./grants.ts";
import { AccessModel, type Leg, type Pair } from "./model.ts";
import { DEFAULT_PRODUCTION_PATTERNS, tiersOf, type TierVerdict } from "./tier.ts";
import { usageKey, type UsageLookup } from "./usage.ts";
import { UNKNOWN_VERDICT } from "./verdicts.ts";

/** A snapshot whose facts know since when they were observed: the store's answer. */
export interface ObservedSnapshot extends AccessSnapshot {
  readonly takenAt: Instant;
  readonly observedFrom: ReadonlyMap<string, Instant>;
  /** What events changed since the crawl; absent where they were not looked at. */
  readonly amendments?: Amendments;
}

export interface EffectiveAccessOptions {
  /** Whose access; everybody's when absent. */
  readonly users?: (user: DirectoryUser) => boolean;
  readonly usage: UsageLookup;
  /** Since when the use of an account is known; null: never. */
  readonly observedSince: (accountId: string) => Instant | null;
  /** Hours since then that were not read; none when absent. */
  readonly observationGaps?: (accountId: string) => number;
  readonly grants: GrantEvents;
  /** What is called production; the default patterns when absent. */
  readonly productionAccounts?: readonly string[];
  /** What the policies were found to be (`pairVerdicts`); nothing is known of them when absent. */
  readonly verdicts?: (pair: Pair) => PolicyVerdict;
}

/** Ordered by user name, user id, account, permission set or role, and path. */
export function effectiveAccess(
  snapshot: ObservedSnapshot,
  options: EffectiveAccessOptions,
): EffectiveAccess[] {
  const rows = new AccessRows(snapshot, new AccessModel(snapshot), options);
  return rows.model.users
    .filter((user) => options.users?.(user) ?? true)
    .flatMap((user) => rows.of(user, options.usage));
}

export type PairFields = Pick<
  EffectiveAccess,
  | "accountId"
  | "accountName"
  | "accountTier"
  | "permissionSetArn"
  | "permissionSetName"
  | "roleArn"
  | "observedSince"
  | "observationGaps"
  | "administrator"
  | "policy"
>;

function useOf(used: ReadonlyMap<string, SeenUse>, pair: Pair): SeenUse {
  const seen = used.get(
    usageKey(pair.accountId, pair.kind === "role" ? pair.heldArn : pair.heldName),
  );
  if (seen === undefined) return NO_USE;
  const { firstUsedAt, lastUsedAt, uses30d, usedDays, calls, deniedCalls } = seen;
  return { firstUsedAt, lastUsedAt, uses30d, usedDays, calls, deniedCalls };
}

/** Makes rows of one model, for whoever asks for several people one after the other. */
export class AccessRows {
  readonly model: AccessModel;
  readonly #options: Omit<EffectiveAccessOptions, "users" | "usage">;
  readonly #groups: ReadonlyMap<string, DirectoryGroup>;
  readonly times: GrantTimes;
  readonly #askedFor: ReadonlySet<string>;
  readonly #unreadSets: ReadonlySet<string>;
  readonly #tierOf: (accountId: string) => TierVerdict;

  constructor(
    snapshot: ObservedSnapshot,
    model: AccessModel,
    options: Omit<EffectiveAccessOptions, "users" | "usage">,
  ) {
    this.model = model;
    this.#options = options;
    this.#groups = new Map(snapshot.groups.map((one) => [one.groupId, one]));
    this.#askedFor = snapshot.amendments?.askedFor ?? new Set();
    this.#unreadSets = snapshot.amendments?.unreadSets ?? new Set();
    this.times = new GrantTimes(snapshot, options.grants);
    const patterns = options.productionAccounts ?? DEFAULT_PRODUCTION_PATTERNS;
    this.#tierOf = tiersOf(snapshot.accounts, patterns);
  }

  /**
   * Every path of the user, or those to the pairs that are wanted by their number; none for somebody who is not in the snapshot.
   */
  of(
    key: PersonKey,
    usage: UsageLookup,
    wanted: (pair: number) => boolean = () => true,
  ): EffectiveAccess[] {
    const { userId } = key;
    const number = this.model.numberOf(userId);
    if (number === null) return [];
    const person = this.personOf(number);
    if (person.identityStoreArn !== key.identityStoreArn) return [];
    const used = usage(person);
    const legs = this.model.legsOf(number);
    const paths = new Map<number, number>();
    for (const { slot } of legs) {
      const { pair } = this.model.slots[slot]!;
      paths.set(pair, (paths.get(pair) ?? 0) + 1);
    }
    const shown = legs.filter(({ slot }) => wanted(this.model.slots[slot]!.pair));
    return shown.map((leg) => {
      const slot = this.model.slots[leg.slot]!;
      const pair = this.model.pairs[slot.pair]!;
      const path = this.path(userId, leg, pair);
      return {
        user: person,
        ...this.pairFields(pair),
        path,
        ...(this.isAskedFor(path) ? { askedFor: true as const } : {}),
        ...this.times.of(userId, leg, slot, pair),
        ...useOf(used, pair),
        usageSharedByPaths: paths.get(slot.pair)! > 1,
      };
    });
  }

  /** A user by number. */
  personOf(number: number): Person {
    const { identityStoreArn, userId, userName } = this.model.users[number]!;
    return { identityStoreArn, userId, userName };
  }

  /** What is the same for everybody who can take a pair. */
  pairFields(pair: Pair): PairFields {
    const { accountId, accountName, heldArn, heldName, kind } = pair;
    const policy = this.#verdict(pair);
    return {
      accountId,
      accountName,
      accountTier: this.#tierOf(accountId).tier,
      permissionSetArn: kind === "role" ? null : heldArn,
      permissionSetName: kind === "role" ? null : heldName,
      roleArn: kind === "role" ? heldArn : null,
      observedSince: this.#options.observedSince(accountId),
      observationGaps: this.#options.observationGaps?.(accountId) ?? 0,
      administrator: policy.administrator,
      policy,
    };
  }

  #verdict(pair: Pair): PolicyVerdict {
    // Its policies were changed since they were read: what was found of them says nothing now.
    const isUnread = this.#unreadSets.has(pair.heldArn);
    if (isUnread) return UNKNOWN_VERDICT;
    return this.#options.verdicts?.(pair) ?? UNKNOWN_VERDICT;
  }

  /** Whether the last step of a path was only asked for. */
  isAskedFor(path: readonly PathStep[]): boolean {
    return (
      this.#askedFor.size > 0 && this.#askedFor.has(observedKey("assignment", path.at(-1)!.id))
    );
  }

  path(userId: string, { slot, groupId }: Leg, pair: Pair): PathStep[] {
    const { entitlement } = this.model.slots[slot]!;
    const name = `${pair.heldName} in ${pair.accountName}`;
    const { accountId, heldArn: permissionSetArn } = pair;
    const principalId = groupId ?? userId;
    const step: PathStep =
      entitlement === null
        ? {
            kind: "assignment",
            id: assignmentKey({ accountId, permissionSetArn, principalId }),
            name,
          }
        : { kind: "entitlement", id: entitlement.entitlementId, name };
    if (groupId === null) return [step];
    // Empty where CloudTrail or AWS masks the name.
    const group = this.#groups.get(groupId)?.displayName || groupId;
    return [{ kind: "group", id: groupId, name: group }, step];
  }
}
