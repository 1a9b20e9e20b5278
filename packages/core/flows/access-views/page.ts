/**
 * Rows of effective access that answer a question, a page at a time in the order of `effectiveAccess`. Use is read only of the people on
 * the page. A place is the key of the row before it, so that a grant which comes or goes between two pages moves no other row.
 */
import type { AccountTier, EffectiveAccess } from "../../domain/access.ts";
import { addBits, eachBit, emptyBits } from "../../domain/access/dense/bits.ts";
import { NO_USAGE } from "../../domain/access/usage.ts";
import { personKey, type PersonKey } from "../../domain/person.ts";
import type { UsageStore } from "../../ports/people/usage-store.ts";
import type { AccessView } from "./view.ts";

/** What rows are asked for; null does not narrow. */
export interface AccessSelection {
  readonly persons: readonly PersonKey[] | null;
  readonly accountId: string | null;
  /** ARN of a permission set or role. */
  readonly heldArn: string | null;
  readonly tier: AccountTier | null;
  readonly administrator: "yes" | "no" | "unknown" | null;
  /** Id of what policies were found to be, `privilege-escalation`. */
  readonly finding: string | null;
}

export const EVERYTHING: AccessSelection = {
  persons: null,
  accountId: null,
  heldArn: null,
  tier: null,
  administrator: null,
  finding: null,
};

/** The key of a row. */
export interface AccessPlace {
  readonly userName: string;
  readonly userId: string;
  readonly accountId: string;
  readonly heldName: string;
  readonly heldArn: string;
  readonly entitlementId: string;
  readonly groupId: string;
}

/** Whether a pair, by its number, is asked for. */
export function wantedPairs(view: AccessView, asked: AccessSelection): (pair: number) => boolean {
  const { pairs } = view.model;
  const { accountId, heldArn, tier, administrator, finding } = asked;
  return (number) => {
    const pair = pairs[number]!;
    if (accountId !== null && pair.accountId !== accountId) return false;
    if (heldArn !== null && pair.heldArn !== heldArn) return false;
    if (tier !== null && view.tierOf(pair.accountId).tier !== tier) return false;
    if (administrator === null && finding === null) return true;
    const verdict = view.verdicts.ofPair(pair);
    if (finding !== null && !verdict.findings.includes(finding)) return false;
    return administrator === null || administratorWord(verdict.administrator) === administrator;
  };
}

const administratorWord = (is: boolean | null): "yes" | "no" | "unknown" =>
  is === null ? "unknown" : is ? "yes" : "no";

/** Numbers of the people who may have a row that is asked for, in the order of the rows: everybody who has one is among them. */
export function wantedPeople(view: AccessView, asked: AccessSelection): readonly number[] {
  const { model } = view;
  const wanted = wantedPairs(view, asked);
  if (asked.persons !== null) {
    const people = asked.persons.flatMap(({ identityStoreArn, userId }) => {
      const number = model.numberOf(userId);
      if (number === null) return [];
      return model.users[number]!.identityStoreArn === identityStoreArn ? [number] : [];
    });
    return [...new Set(people)].toSorted((left, right) => left - right);
  }
  const { accountId, heldArn, tier, administrator, finding } = asked;
  // Nothing narrows: whoever has no row costs less than finding out who has one.
  if ([accountId, heldArn, tier, administrator, finding].every((one) => one === null))
    return [...model.users.keys()];
  const holders = emptyBits(model.users.length);
  model.eachPair(wanted, (_, bits) => addBits(holders, bits));
  const people: number[] = [];
  eachBit(holders, (number) => people.push(number));
  return people;
}

/**
 * The people of the directory whom a text names: by userId, or by user name or e-mail address in any case. Empty where it names none of
 * them, who may still be known by another name from events.
 */
export function peopleCalled({ model }: AccessView, text: string): PersonKey[] {
  const number = model.numberOf(text);
  if (number !== null) return [model.users[number]!];
  let names = NAMES.get(model);
  if (names === undefined) {
    names = new Map();
    for (const user of model.users) {
      for (const name of new Set([user.userName.toLowerCase(), user.email?.toLowerCase() ?? ""])) {
        const known = names.get(name);
        if (known === undefined) names.set(name, [user]);
        else known.push(user);
      }
    }
    names.delete("");
    NAMES.set(model, names);
  }
  return names.get(text.toLowerCase()) ?? [];
}

/** Only a saving: a model that is let go takes its entry along. */
const NAMES = new WeakMap<AccessView["model"], Map<string, PersonKey[]>>();

/** `after` null: from the first row on. */
export async function accessPage(
  view: AccessView,
  usage: Pick<UsageStore, "seenBy">,
  asked: AccessSelection,
  { limit, after }: { readonly limit: number; readonly after: AccessPlace | null },
): Promise<{ readonly items: readonly EffectiveAccess[]; readonly after: AccessPlace | null }> {
  const { model } = view;
  const wanted = wantedPairs(view, asked);
  const rows: PageRow[] = [];
  for (const user of wantedPeople(view, asked)) {
    if (rows.length > limit) break;
    const { userName, userId } = model.users[user]!;
    if (after !== null && compareUsers({ userName, userId }, after) < 0) continue;
    let nth = -1;
    for (const key of model.legKeys(user)) {
      const slot = model.slots[model.slotOfLeg(key)]!;
      if (!wanted(slot.pair)) continue;
      nth += 1;
      const { accountId, heldName, heldArn } = model.pairs[slot.pair]!;
      const entitlementId = slot.entitlement?.entitlementId ?? "";
      const groupId = model.leg(key).groupId ?? "";
      const row = { userName, userId, accountId, heldName, heldArn, entitlementId, groupId };
      if (after !== null && comparePlaces(row, after) <= 0) continue;
      rows.push({ user, nth, place: row });
      if (rows.length > limit) break;
    }
  }
  const shown = rows.slice(0, limit);
  const more = rows.length > limit;
  return {
    items: await written(view, usage, shown, wanted),
    after: more ? shown.at(-1)!.place : null,
  };
}

/** Which of a user's wanted rows stands on a page. */
interface PageRow {
  readonly user: number;
  readonly nth: number;
  readonly place: AccessPlace;
}

/** The rows themselves, with the use of whoever they are about. */
async function written(
  view: AccessView,
  usage: Pick<UsageStore, "seenBy">,
  rows: readonly PageRow[],
  wanted: (pair: number) => boolean,
): Promise<EffectiveAccess[]> {
  const people = [...new Set(rows.map(({ user }) => user))].map((user) => view.rows.personOf(user));
  const used = await usage.seenBy(people, view.at);
  const made = new Map<number, readonly EffectiveAccess[]>();
  return rows.map(({ user, nth }) => {
    let own = made.get(user);
    if (own === undefined) {
      const person = view.rows.personOf(user);
      own = view.rows.of(person, () => used.get(personKey(person)) ?? NO_USAGE, wanted);
      made.set(user, own);
    }
    return own[nth]!;
  });
}

type UserPlace = Pick<AccessPlace, "userName" | "userId">;

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

function compareUsers(left: UserPlace, right: UserPlace): number {
  return compare(left.userName, right.userName) || compare(left.userId, right.userId);
}

/** As the model orders its rows. */
function comparePlaces(left: AccessPlace, right: AccessPlace): number {
  return (
    compareUsers(left, right) ||
    compare(left.accountId, right.accountId) ||
    compare(left.heldName, right.heldName) ||
    compare(left.heldArn, right.heldArn) ||
    compare(left.entitlementId, right.entitlementId) ||
    compare(left.groupId, right.groupId)
  );
}
