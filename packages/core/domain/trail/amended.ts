/**
 * Applies what CloudTrail corrected afterwards. A record whose addendum says UPDATED_DATA repeats another one with other values
 * (AWS: CloudTrail record contents, `addendum`). Pure: any order and any duplication of the events gives the same answer. Both ids
 * stay as evidence; an amendment whose original is not among the events stands for itself.
 */
import type { TrailEvent } from "../event.ts";

const UPDATED = "UPDATED_DATA";

/**
 * @param events of one person.
 * @returns each event once, by (occurredAt, eventId): an amended one under its original id with the values of its newest amendment
 * (by occurredAt, then eventId) and the ids of all of them in `amendedBy`. A delayed delivery or an outage amends nothing.
 */
export function amended(events: readonly TrailEvent[]): TrailEvent[] {
  const byId = new Map(events.map((event) => [event.eventId, event]));
  // Hardly any event is ever amended.
  if (!events.some((event) => event.addendum !== undefined))
    return [...byId.values()].toSorted(inTime);
  const amendments = new Map<string, TrailEvent[]>();
  const roots: TrailEvent[] = [];
  for (const event of byId.values()) {
    const root = rootOf(event, byId);
    if (root === event) roots.push(event);
    else amendments.set(root.eventId, [...(amendments.get(root.eventId) ?? []), event]);
  }
  return roots
    .map((root) => withAmendments(root, amendments.get(root.eventId) ?? []))
    .toSorted(inTime);
}

/** The event that this one amends, through any number of amendments; itself when it amends none that is there. */
function rootOf(event: TrailEvent, byId: ReadonlyMap<string, TrailEvent>): TrailEvent {
  const seen = new Set<string>();
  let root = event;
  for (;;) {
    if (seen.has(root.eventId)) return event;
    seen.add(root.eventId);
    const original = originalOf(root, byId);
    if (original === null) return root;
    root = original;
  }
}

/** An amendment is of the same call: ids that lead to another one are not followed. */
function originalOf(event: TrailEvent, byId: ReadonlyMap<string, TrailEvent>): TrailEvent | null {
  const { addendum } = event;
  if (addendum?.reason.toUpperCase() !== UPDATED || addendum.originalEventId === null) return null;
  const original = byId.get(addendum.originalEventId);
  if (original === undefined || original.eventName !== event.eventName) return null;
  return original.eventSource === event.eventSource ? original : null;
}

function withAmendments(root: TrailEvent, amendments: readonly TrailEvent[]): TrailEvent {
  const ordered = amendments.toSorted(inTime);
  const newest = ordered.at(-1);
  if (newest === undefined) return root;
  return { ...newest, eventId: root.eventId, amendedBy: ordered.map((event) => event.eventId) };
}

function inTime(left: TrailEvent, right: TrailEvent): number {
  return compare(left.occurredAt, right.occurredAt) || compare(left.eventId, right.eventId);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
