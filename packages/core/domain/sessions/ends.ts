/**
 * The events that end portal, token, application and background sessions before their hard end. AWS: sign-out, an administrator's
 * "end session", and disabling or deleting the user end them at once; background sessions are ended one by one, and role sessions
 * live on whatever is done.
 */
import type { TrailEvent } from "../event.ts";
import type { Person } from "../person.ts";
import { MINUTE, plus, type Instant } from "../time.ts";
import { inTime, lastSeen, type Draft } from "./draft.ts";

/** A session that was used this long after an event did not end by it. */
const GRACE = MINUTE;

/** What may end sessions of this person, in order. */
interface Endings {
  readonly byCredential: ReadonlyMap<string, readonly TrailEvent[]>;
  readonly ofUser: readonly TrailEvent[];
}

/** `events` are in order. The first event that ends a session counts. */
export function setEndings(
  drafts: readonly Draft[],
  events: readonly TrailEvent[],
  person: Person,
): void {
  const endings = endingsOf(events, person);
  for (const draft of drafts) {
    const ending = firstEnding(draft, endings);
    if (ending === null) continue;
    draft.ended = { at: ending.occurredAt, eventName: ending.eventName, eventId: ending.eventId };
    if (!isSignOut(ending)) draft.exact.push(ending);
  }
}

function endingsOf(events: readonly TrailEvent[], person: Person): Endings {
  const byCredential = new Map<string, TrailEvent[]>();
  const ofUser: TrailEvent[] = [];
  for (const event of events) {
    if (event.errorCode !== null) continue;
    if (event.kind === "session-deleted") {
      for (const id of new Set(event.credentialIds)) {
        const known = byCredential.get(id);
        if (known === undefined) byCredential.set(id, [event]);
        else known.push(event);
      }
    }
    if (event.kind !== "directory-user" || !isAbout(event, person)) continue;
    if (event.change === "disabled" || event.change === "deleted") ofUser.push(event);
  }
  return { byCredential, ofUser };
}

/** The first of: a sign-out with the session's own credential, its deletion by name, and the user disabled or deleted. */
function firstEnding(draft: Draft, endings: Endings): TrailEvent | null {
  const found: TrailEvent[] = [];
  const take = (event: TrailEvent | undefined) => {
    if (event !== undefined) found.push(event);
  };
  for (const key of draft.keys) {
    take(firstFrom(endings.byCredential.get(key) ?? [], draft.startedAt));
  }
  if (draft.kind !== "background") {
    take(firstSignOut(draft, draft.exact));
    take(firstSignOut(draft, draft.inferred));
    // The last use may be a minute after the user was disabled.
    const used = plus(lastSeen(draft), -GRACE);
    take(firstFrom(endings.ofUser, used > draft.startedAt ? used : draft.startedAt));
  }
  const { at } = draft.endsAt;
  const first = found.toSorted(inTime)[0];
  return first === undefined || (at !== null && first.occurredAt >= at) ? null : first;
}

function isSignOut(event: TrailEvent): boolean {
  return event.kind === "portal" && event.action === "logout" && event.errorCode === null;
}

function firstSignOut(draft: Draft, events: readonly TrailEvent[]): TrailEvent | undefined {
  let first: TrailEvent | undefined;
  for (const event of events) {
    if (!isSignOut(event) || event.occurredAt < draft.startedAt) continue;
    if (first === undefined || inTime(event, first) < 0) first = event;
  }
  return first;
}

/** The first of `events`, which are in order, at this instant or later. */
function firstFrom(events: readonly TrailEvent[], from: Instant): TrailEvent | undefined {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle]!.occurredAt < from) low = middle + 1;
    else high = middle;
  }
  return events[low];
}

/** The same userId may exist in two identity stores. */
export function isAbout(event: TrailEvent, person: Person): boolean {
  if (event.subjectUserId !== person.userId) return false;
  const store = event.subjectIdentityStoreId;
  return store === undefined || person.identityStoreArn.endsWith(`/${store}`);
}
