/**
 * Gives everything in a snapshot that access is made of a small number: what the model reckons with. Pure. Numbers follow the order in
 * which rows are shown, so that sorting numbers sorts rows.
 */
import type {
  AccessSnapshot,
  AccountAssignment,
  DirectoryUser,
  Entitlement,
} from "../../access.ts";
import type { Pair, Slot } from "../model.ts";

export const compareText = (left: string, right: string): number =>
  left < right ? -1 : left > right ? 1 : 0;

/** Numbers texts in the order in which they come. */
export class Numbering {
  readonly texts: string[] = [];
  readonly #numbers = new Map<string, number>();

  add(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.texts.length;
    this.#numbers.set(text, number);
    this.texts.push(text);
    return number;
  }

  /** The place of each number in the order of `compare`. */
  ranks(compare: (left: string, right: string) => number): Int32Array {
    const order = this.texts.map((_, number) => number);
    order.sort((left, right) => compare(this.texts[left]!, this.texts[right]!));
    const ranks = new Int32Array(order.length);
    for (const [rank, number] of order.entries()) ranks[number] = rank;
    return ranks;
  }
}

export interface Numbers {
  readonly users: readonly DirectoryUser[];
  readonly userNumbers: ReadonlyMap<string, number>;
  /** Ids of groups with members, sorted. */
  readonly groups: readonly string[];
  readonly pairs: readonly Pair[];
  readonly slots: readonly Slot[];
  /** One entry a membership: its user (-1: not in the snapshot) and its group. */
  readonly memberUsers: Int32Array;
  readonly memberGroups: Int32Array;
  /** One entry a grant: who has it (users first, groups after them; -1: nobody) and the slot. */
  readonly principals: Int32Array;
  readonly grantedSlots: Int32Array;
}

export function numbersOf(snapshot: AccessSnapshot): Numbers {
  const byId = new Map(snapshot.users.map((user) => [user.userId, user]));
  const users = [...byId.values()].sort(
    (left, right) =>
      compareText(left.userName, right.userName) || compareText(left.userId, right.userId),
  );
  const userNumbers = new Map(users.map((user, number) => [user.userId, number]));
  const { groups, memberUsers, memberGroups } = membersOf(snapshot, userNumbers);
  const groupNumbers = new Map(groups.map((id, number) => [id, number]));
  const principalOf = (type: "USER" | "GROUP", id: string): number => {
    if (type === "USER") return userNumbers.get(id) ?? -1;
    const group = groupNumbers.get(id);
    return group === undefined ? -1 : users.length + group;
  };
  const grants = grantsOf(snapshot, principalOf);
  return { users, userNumbers, groups, memberUsers, memberGroups, ...grants };
}

function membersOf(
  { memberships }: AccessSnapshot,
  userNumbers: ReadonlyMap<string, number>,
): Pick<Numbers, "groups" | "memberUsers" | "memberGroups"> {
  const numbering = new Numbering();
  const memberUsers = new Int32Array(memberships.length);
  const memberGroups = new Int32Array(memberships.length);
  for (const [at, { userId, groupId }] of memberships.entries()) {
    memberUsers[at] = userNumbers.get(userId) ?? -1;
    memberGroups[at] = numbering.add(groupId);
  }
  const ranks = numbering.ranks(compareText);
  const groups = inRank({ numbering, ranks });
  for (let at = 0; at < memberGroups.length; at += 1) memberGroups[at] = ranks[memberGroups[at]!]!;
  return { groups, memberUsers, memberGroups };
}

function grantsOf(
  snapshot: AccessSnapshot,
  principalOf: (type: "USER" | "GROUP", id: string) => number,
): Pick<Numbers, "pairs" | "slots" | "principals" | "grantedSlots"> {
  const columns = columnsOf(snapshot, principalOf);
  const keys = slotKeys(columns);
  const distinct = distinctSorted(keys);
  const grantedSlots = new Int32Array(keys.length);
  for (let at = 0; at < keys.length; at += 1) grantedSlots[at] = placeOf(distinct, keys[at]!);
  return {
    ...slotsOf(distinct, columns, snapshot),
    principals: columns.principals,
    grantedSlots,
  };
}

/** Accounts, or what is taken in them, with the place of each in the order of rows. */
interface Ranked {
  readonly numbering: Numbering;
  readonly ranks: Int32Array;
}

/** Every grant, assignments before entitlements, as numbers. */
interface Columns {
  readonly principals: Int32Array;
  readonly accountOf: Int32Array;
  readonly heldOf: Int32Array;
  readonly accounts: Ranked;
  readonly held: Ranked;
  readonly nameOf: (heldArn: string) => string;
  /** By id; the last grants are theirs. */
  readonly entitlements: readonly Entitlement[];
}

function columnsOf(
  snapshot: AccessSnapshot,
  principalOf: (type: "USER" | "GROUP", id: string) => number,
): Columns {
  const byId = new Map(snapshot.entitlements.map((one) => [one.entitlementId, one]));
  const entitlements = [...byId.values()].sort((left, right) =>
    compareText(left.entitlementId, right.entitlementId),
  );
  const size = snapshot.assignments.length + entitlements.length;
  const principals = new Int32Array(size);
  const [accountOf, heldOf] = [new Int32Array(size), new Int32Array(size)];
  const [accounts, held] = [new Numbering(), new Numbering()];
  let at = 0;
  const add = (one: AccountAssignment | Entitlement, heldArn: string): void => {
    principals[at] = principalOf(one.principalType, one.principalId);
    accountOf[at] = accounts.add(one.accountId);
    heldOf[at] = held.add(heldArn);
    at += 1;
  };
  for (const one of snapshot.assignments) add(one, one.permissionSetArn);
  for (const one of entitlements) add(one, one.roleArn);
  const names = new Map(snapshot.permissionSets.map((set) => [set.arn, set.name]));
  const nameOf = (arn: string): string => names.get(arn) || (arn.split("/").at(-1) ?? arn);
  const byName = (left: string, right: string): number =>
    compareText(nameOf(left), nameOf(right)) || compareText(left, right);
  return {
    principals,
    accountOf,
    heldOf,
    accounts: { numbering: accounts, ranks: accounts.ranks(compareText) },
    held: { numbering: held, ranks: held.ranks(byName) },
    nameOf,
    entitlements,
  };
}

/** The slot of each grant as one number: ranks of account, of what is taken and of the entitlement, which is 0 for an assignment. */
function slotKeys({ accountOf, heldOf, accounts, held, entitlements }: Columns): Float64Array {
  const keys = new Float64Array(accountOf.length);
  const ways = entitlements.length + 1;
  const assigned = accountOf.length - entitlements.length;
  for (let at = 0; at < keys.length; at += 1) {
    const account = accounts.ranks[accountOf[at]!]!;
    const pair = account * held.ranks.length + held.ranks[heldOf[at]!]!;
    keys[at] = pair * ways + Math.max(0, at - assigned + 1);
  }
  return keys;
}

function slotsOf(
  keys: Float64Array,
  { accounts, held, nameOf, entitlements }: Columns,
  snapshot: AccessSnapshot,
): Pick<Numbers, "pairs" | "slots"> {
  const accountNames = new Map(snapshot.accounts.map((one) => [one.accountId, one.name]));
  const roles = new Set(entitlements.map((one) => one.roleArn));
  const [accountAt, heldAt] = [inRank(accounts), inRank(held)];
  const ways = entitlements.length + 1;
  const pairs: Pair[] = [];
  const slots: Slot[] = [];
  let last = -1;
  for (const key of keys) {
    const pair = Math.floor(key / ways);
    if (pair !== last) {
      const accountId = accountAt[Math.floor(pair / heldAt.length)]!;
      const heldArn = heldAt[pair % heldAt.length]!;
      pairs.push({
        accountId,
        accountName: accountNames.get(accountId) || accountId,
        heldArn,
        heldName: nameOf(heldArn),
        kind: roles.has(heldArn) ? "role" : "permission-set",
      });
      last = pair;
    }
    const way = key % ways;
    slots.push({ pair: pairs.length - 1, entitlement: way === 0 ? null : entitlements[way - 1]! });
  }
  return { pairs, slots };
}

function inRank({ numbering, ranks }: Ranked): string[] {
  const texts: string[] = [];
  for (const [number, text] of numbering.texts.entries()) texts[ranks[number]!] = text;
  return texts;
}

function distinctSorted(keys: Float64Array): Float64Array {
  const sorted = keys.slice().sort();
  let kept = 0;
  for (let at = 0; at < sorted.length; at += 1) {
    if (at > 0 && sorted[at] === sorted[kept - 1]) continue;
    sorted[kept] = sorted[at]!;
    kept += 1;
  }
  return sorted.subarray(0, kept);
}

/** Where a key stands among the sorted ones; it is one of them. */
function placeOf(sorted: Float64Array, key: number): number {
  let [from, to] = [0, sorted.length - 1];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (sorted[middle]! < key) from = middle + 1;
    else to = middle;
  }
  return from;
}
