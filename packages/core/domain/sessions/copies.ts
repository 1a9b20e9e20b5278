/**
 * One event from all records of it. A record is delivered again with the same eventID, and an event that several accounts receive
 * has a record in each, with one `sharedEventID` (AWS: CloudTrail record contents). Which record is kept does not hang on the order
 * in which they come.
 */
import { canonicalJson } from "../ids.ts";
import type { TrailEvent } from "../event.ts";
import { amended } from "../trail/amended.ts";
import { compareText, isInOrder } from "./draft.ts";

export interface DistinctEvents {
  readonly events: readonly TrailEvent[];
  /** Ids of the other records of an event, by the id of the one that was kept. */
  readonly copies: ReadonlyMap<string, readonly string[]>;
}

/** Each eventID once; of two that differ, as the records of two Regions do, the one whose text sorts first. */
function eachOnce(events: readonly TrailEvent[]): readonly TrailEvent[] {
  // As stores give them, so that a person with a million events is not copied.
  if (isInOrder(events) && isDistinct(events)) return events;
  const byId = new Map<string, TrailEvent>();
  for (const event of events) {
    const known = byId.get(event.eventId);
    if (known === undefined) byId.set(event.eventId, event);
    else if (known !== event && compareText(canonicalJson(event), canonicalJson(known)) < 0) {
      byId.set(event.eventId, event);
    }
  }
  return [...byId.values()];
}

function isDistinct(events: readonly TrailEvent[]): boolean {
  const ids = new Set<string>();
  for (const { eventId } of events) ids.add(eventId);
  return ids.size === events.length;
}

/** As `amended`: each once, in order, and what was corrected afterwards with its newest values. */
export function corrected(events: readonly TrailEvent[]): readonly TrailEvent[] {
  const once = eachOnce(events);
  const isAsRead = once === events && once.every((event) => event.addendum === undefined);
  return isAsRead ? once : amended(once);
}

/** `events` are in order, each id once. Records of one event are of the same kind and name, or they are not merged. */
export function merged(events: readonly TrailEvent[]): DistinctEvents {
  const copies = new Map<string, string[]>();
  if (events.every((event) => event.sharedEventId === undefined)) return { events, copies };
  const kept = new Map<string, TrailEvent>();
  const distinct = events.filter((event) => {
    if (event.sharedEventId === undefined) return true;
    const key = `${event.sharedEventId} ${event.kind} ${event.eventName}`;
    const first = kept.get(key);
    if (first === undefined) {
      kept.set(key, event);
      return true;
    }
    const ids = copies.get(first.eventId) ?? [];
    ids.push(event.eventId);
    copies.set(first.eventId, ids);
    return false;
  });
  return { events: distinct, copies };
}
