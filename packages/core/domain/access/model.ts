/**
 * Who can become what, for everybody at once: people, groups and what they can take as dense numbers, built once a snapshot and held by
 * whoever asks more than one question. Pure; any order and any repetition of the facts gives the same model. What is granted to a user
 * that is not in the snapshot is nobody's; a group, account, permission set or role that is not in it keeps its place under its id.
 * Never holds a row a path or a bit a triple: memory grows with the facts, not with what they multiply to.
 */
import type {
  AccessSnapshot,
  DirectoryUser,
  Entitlement,
  EntitlementRole,
  PermissionSet,
} from "../access.ts";
import { addBit, addBits, countBits, eachBit, emptyBits, type Bits } from "./dense/bits.ts";
import { NumberLists } from "./dense/lists.ts";
import { numbersOf } from "./dense/numbering.ts";

/** A permission set or role in an account. */
export interface Pair {
  readonly accountId: string;
  readonly accountName: string;
  /** Of the permission set, or of the role. */
  readonly heldArn: string;
  readonly heldName: string;
  readonly kind: "permission-set" | "role";
}

/** One way to a pair: by assignments, or by one entitlement. */
export interface Slot {
  /** The number of its pair. */
  readonly pair: number;
  /** Null: by assignment. */
  readonly entitlement: Entitlement | null;
}

/** A path of one person: a slot, direct or through a group. */
export interface Leg {
  readonly slot: number;
  /** Null: granted to the person themselves. */
  readonly groupId: string | null;
}

export class AccessModel {
  /** By user name, then id; a user's number is the place in this list. */
  readonly users: readonly DirectoryUser[];
  /** By account, name and ARN of what is taken; a pair's number is the place. */
  readonly pairs: readonly Pair[];
  /** Those of a pair stand together: the assignment first, then entitlements by id. */
  readonly slots: readonly Slot[];
  readonly permissionSets: ReadonlyMap<string, PermissionSet>;
  readonly roles: ReadonlyMap<string, EntitlementRole>;
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #groups: readonly string[];
  /** Groups of a user, users of a group, slots of a principal: of users first, of groups after them. */
  readonly #groupsOf: NumberLists;
  readonly #members: NumberLists;
  readonly #slotsOf: NumberLists;
  #principalsOf: NumberLists | null = null;
  readonly #groupBits = new Map<number, Bits>();

  constructor(snapshot: AccessSnapshot) {
    const numbers = numbersOf(snapshot);
    this.users = numbers.users;
    this.pairs = numbers.pairs;
    this.slots = numbers.slots;
    this.permissionSets = new Map(snapshot.permissionSets.map((one) => [one.arn, one]));
    this.roles = new Map(snapshot.entitlementRoles.map((one) => [one.roleArn, one]));
    this.#numbers = numbers.userNumbers;
    this.#groups = numbers.groups;
    const { memberUsers, memberGroups, principals, grantedSlots } = numbers;
    this.#members = new NumberLists(this.#groups.length, memberGroups, memberUsers);
    this.#groupsOf = new NumberLists(this.users.length, memberUsers, memberGroups);
    this.#slotsOf = new NumberLists(
      this.users.length + this.#groups.length,
      principals,
      grantedSlots,
    );
  }

  /** Null for a user that is not in the snapshot. */
  numberOf(userId: string): number | null {
    return this.#numbers.get(userId) ?? null;
  }

  /** Every path of a user, by slot; the direct one first, then by group id. */
  legsOf(user: number): Leg[] {
    return [...this.legKeys(user)].map((key) => this.leg(key));
  }

  /** The paths of a user as numbers in the same order, for `leg`. */
  legKeys(user: number): Float64Array {
    const ways = this.#groups.length + 1;
    const direct = this.#slotsOf.of(user);
    let count = direct.length;
    const groups = this.#groupsOf.of(user);
    for (const group of groups) count += this.#slotsOf.countOf(this.users.length + group);
    const keys = new Float64Array(count);
    let at = 0;
    for (const slot of direct) keys[at++] = slot * ways;
    for (const group of groups) {
      for (const slot of this.#slotsOf.of(this.users.length + group))
        keys[at++] = slot * ways + group + 1;
    }
    return keys.sort();
  }

  leg(key: number): Leg {
    const slot = this.slotOfLeg(key);
    const way = this.wayOfLeg(key);
    return { slot, groupId: way === 0 ? null : this.#groups[way - 1]! };
  }

  slotOfLeg(key: number): number {
    return Math.floor(key / (this.#groups.length + 1));
  }

  /** 0 where it is direct, one more than the place in `groupIds` otherwise. */
  wayOfLeg(key: number): number {
    return key % (this.#groups.length + 1);
  }

  /** Groups with members, by id. */
  get groupIds(): readonly string[] {
    return this.#groups;
  }

  /** Paths of everybody: rows of an export. */
  pathCount(): number {
    let count = 0;
    for (let user = 0; user < this.users.length; user += 1) count += this.#slotsOf.countOf(user);
    for (let group = 0; group < this.#groups.length; group += 1) {
      count += this.#members.countOf(group) * this.#slotsOf.countOf(this.users.length + group);
    }
    return count;
  }

  /** The place of a pair in `pairs`; null where nobody was granted it. */
  pairNumber(accountId: string, heldArn: string): number | null {
    const at = this.pairs.findIndex(
      (pair) => pair.accountId === accountId && pair.heldArn === heldArn,
    );
    return at === -1 ? null : at;
  }

  /** Everybody who can take this permission set or role in this account, once each, in the order of `users`. */
  whoHas(accountId: string, heldArn: string): DirectoryUser[] {
    const pair = this.pairNumber(accountId, heldArn);
    if (pair === null) return [];
    const people: DirectoryUser[] = [];
    this.eachPair(
      (one) => one === pair,
      (_, bits) => eachBit(bits, (user) => people.push(this.users[user]!)),
    );
    return people;
  }

  /**
   * Every wanted pair with the set of users that can take it, in the order of the pairs. The set is the same object each time and holds
   * only until `visit` returns.
   */
  eachPair(wanted: (pair: number) => boolean, visit: (pair: number, holders: Bits) => void): void {
    this.#principalsOf ??= this.#slotsOf.inverted(this.slots.length);
    const holders = emptyBits(this.users.length);
    for (let slot = 0; slot < this.slots.length;) {
      const { pair } = this.slots[slot]!;
      const take = wanted(pair);
      if (take) holders.fill(0);
      for (; slot < this.slots.length && this.slots[slot]!.pair === pair; slot += 1) {
        if (take) this.#addHolders(holders, slot);
      }
      if (take) visit(pair, holders);
    }
  }

  #addHolders(holders: Bits, slot: number): void {
    for (const principal of this.#principalsOf!.of(slot)) {
      const group = principal - this.users.length;
      if (group < 0) addBit(holders, principal);
      // Few members are quicker put in one by one than by a pass over everybody.
      else if (this.#members.countOf(group) < holders.length) {
        for (const member of this.#members.of(group)) addBit(holders, member);
      } else addBits(holders, this.#bitsOf(group));
    }
  }

  #bitsOf(group: number): Bits {
    const known = this.#groupBits.get(group);
    if (known !== undefined) return known;
    const bits = emptyBits(this.users.length);
    for (const member of this.#members.of(group)) addBit(bits, member);
    this.#groupBits.set(group, bits);
    return bits;
  }

  /** How many people can take each pair, in the order of `pairs`: their sum counts every (person, account, set or role) once. */
  peopleByPair(): Int32Array {
    const counts = new Int32Array(this.pairs.length);
    this.eachPair(
      () => true,
      (pair, holders) => {
        counts[pair] = countBits(holders);
      },
    );
    return counts;
  }

  /** In how many accounts each person can take any of the wanted pairs, in the order of `users`. */
  accountsByPerson(wanted: (pair: Pair) => boolean): Int32Array {
    const counts = new Int32Array(this.users.length);
    const inAccount = emptyBits(this.users.length);
    let account: string | null = null;
    const count = (): void => eachBit(inAccount, (user) => (counts[user]! += 1));
    this.eachPair(
      (pair) => wanted(this.pairs[pair]!),
      (pair, holders) => {
        const { accountId } = this.pairs[pair]!;
        if (accountId !== account) {
          count();
          inAccount.fill(0);
          account = accountId;
        }
        addBits(inAccount, holders);
      },
    );
    count();
    return counts;
  }

  /** How many of the wanted pairs each person can take, in the order of `users`. */
  pairsByPerson(wanted: (pair: Pair) => boolean): Int32Array {
    const counts = new Int32Array(this.users.length);
    this.eachPair(
      (pair) => wanted(this.pairs[pair]!),
      (_, holders) => eachBit(holders, (user) => (counts[user]! += 1)),
    );
    return counts;
  }
}

/** Places of the largest counts, largest first and then by place; those of zero are left out. */
export function largest(counts: Int32Array, limit: number): number[] {
  const places = [...counts.keys()].filter((place) => counts[place]! > 0);
  return places.toSorted((left, right) => counts[right]! - counts[left]!).slice(0, limit);
}
