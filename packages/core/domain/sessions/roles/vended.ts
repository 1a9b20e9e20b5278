/**
 * Credentials that the portal handed out (GetRoleCredentials, Federate), and the account's own record of them. Both show account,
 * permission set and second, which is no exact key: the account's record names the role by another id and comes seconds apart. So
 * credentials are a session of their own until an account's session takes them up, one for one, and its `earlierIds` say so.
 */
import type { SessionSettings } from "../../session.ts";
import { epoch, plus, SECOND } from "../../time.ts";
import { eventKey, newDraft, type Draft } from "../draft.ts";
import type { RoleSessions, Vending } from "../role.ts";
import { longestOfSet } from "./ends.ts";

/** Seconds between the portal's call and the role it assumes. */
const BEFORE = 5 * SECOND;
const AFTER = 5 * SECOND;

interface Placed {
  readonly at: number;
  readonly draft: Draft;
  /** Vendings it may still take up: one, or as many as were issued in its second. */
  room: number;
}

/** `vendings` are in order. Adds to `drafts` a session for each vending that no session of the account took up. */
export function withVendings(
  drafts: Draft[],
  vendings: readonly Vending[],
  settings: SessionSettings,
): RoleSessions {
  const found = new Map<Draft, Vending[]>();
  const places = placed(drafts);
  const firstLeft = new Map<string, number>();
  for (const vending of vendings) {
    const key = `${vending.targetAccountId}/${vending.permissionSetName}`;
    const place = places.get(key) ?? [];
    const at = epoch(vending.occurredAt);
    const nearest = nearestSession(place, at);
    if (nearest !== null) candidateOf(found, nearest, vending);
    const left = firstWithRoom(place, firstLeft.get(key) ?? 0, at);
    firstLeft.set(key, left);
    const session = place[left];
    if (session !== undefined && session.at <= at + AFTER) {
      session.room -= 1;
      session.draft.takenUp.push(keyOf(vending));
      continue;
    }
    const unseen = unseenSession(vending, settings);
    drafts.push(unseen);
    found.set(unseen, [vending]);
  }
  return { drafts, vendings: found };
}

function candidateOf(found: Map<Draft, Vending[]>, draft: Draft, vending: Vending): void {
  const known = found.get(draft);
  if (known === undefined) found.set(draft, [vending]);
  else known.push(vending);
}

/** The sessions of each account and permission set, by the second they were issued. */
function placed(drafts: readonly Draft[]): Map<string, Placed[]> {
  const places = new Map<string, Placed[]>();
  for (const draft of drafts) {
    const place = `${draft.accountId}/${draft.permissionSetName}`;
    const issued = draft.exact.filter((event) => event.kind === "role-issued").length;
    const entry = { at: epoch(draft.startedAt), draft, room: Math.max(1, issued) };
    const known = places.get(place);
    if (known === undefined) places.set(place, [entry]);
    else known.push(entry);
  }
  for (const place of places.values()) place.sort((left, right) => left.at - right.at);
  return places;
}

/** Vendings come in order, so what is too early for one, or full, is of no use to the next. */
function firstWithRoom(place: readonly Placed[], from: number, vendedAt: number): number {
  let index = from;
  while (index < place.length) {
    const { at, room } = place[index]!;
    if (room > 0 && at >= vendedAt - BEFORE) break;
    index += 1;
  }
  return index;
}

/** Of the sessions issued within the window around the call, the nearest; the earlier one of two as near. */
function nearestSession(place: readonly Placed[], vendedAt: number): Draft | null {
  let low = 0;
  let high = place.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (place[middle]!.at < vendedAt) low = middle + 1;
    else high = middle;
  }
  const after = place[low];
  const before = earliestOf(place, low - 1);
  const isAfter = after !== undefined && after.at <= vendedAt + AFTER;
  const isBefore = before !== undefined && before.at >= vendedAt - BEFORE;
  if (isAfter && isBefore) {
    return after.at - vendedAt < vendedAt - before.at ? after.draft : before.draft;
  }
  return isAfter ? after.draft : isBefore ? before.draft : null;
}

/** The first of those issued in the same second as the one at `index`: their number is that of the roles of one name. */
function earliestOf(place: readonly Placed[], index: number): Placed | undefined {
  let first = index;
  while (first > 0 && place[first - 1]!.at === place[index]!.at) first -= 1;
  return place[first];
}

function keyOf(vending: Vending): readonly string[] {
  return ["vended", eventKey(vending)];
}

function unseenSession(vending: Vending, settings: SessionSettings): Draft {
  const account = vending.targetAccountId!;
  const draft = newDraft("role", keyOf(vending), vending, {
    accountId: account,
    permissionSetName: vending.permissionSetName!,
  });
  const { longest, limitedBy } = longestOfSet(draft, settings);
  draft.endsAt = { at: plus(draft.startedAt, longest), limitedBy, certainty: "at-most" };
  draft.unknownReason = `no record of account ${account} shows this session; read the organisation trail to know its use and end`;
  return draft;
}
