/**
 * What happened around sessions, in order: events, where sessions begin and end, and what outlived a removal. Pure. It tells inferred
 * from exact, names the event by which anybody can look it up, and shows nothing after `now`.
 */
import type { TrailEvent } from "./event.ts";
import { told } from "./event/told.ts";
import type { Session, SessionKind } from "./session.ts";
import type { Residual } from "./sessions/residual/removal.ts";
import type { Instant } from "./time.ts";

export const TIMELINE_TYPES = [
  "session-began",
  "event",
  "session-ended",
  "session-expired",
  "removal-outlived",
  "residual-over",
] as const;
export type TimelineType = (typeof TIMELINE_TYPES)[number];

/** To which session an event belongs, and whether a key says so or an inference. */
export interface SessionRef {
  readonly id: string;
  readonly kind: SessionKind;
  readonly basis: "exact" | "inferred";
}

export interface TimelineItem {
  readonly at: Instant;
  readonly type: TimelineType;
  /** One line for people; from a record where it is one, so make it harmless before a terminal shows it. */
  readonly text: string;
  /** The event that shows it; null where only time does. */
  readonly eventId: string | null;
  readonly eventName: string | null;
  readonly sourceIpAddress: string | null;
  readonly userAgent: string | null;
  readonly errorCode: string | null;
  readonly sessions: readonly SessionRef[];
  readonly residualId: string | null;
}

/** What a timeline is made from; all of one person. */
export interface TimelineFacts {
  readonly events: readonly TrailEvent[];
  readonly sessions: readonly Session[];
  readonly residuals: readonly Residual[];
}

/** A place in a timeline that no two items share. */
export interface TimelinePlace {
  readonly at: Instant;
  readonly key: string;
}

/** In order: by instant, then beginnings, events, endings; up to and without `now`. */
export function timelineOf(
  { events, sessions, residuals }: TimelineFacts,
  now: Instant,
): TimelineItem[] {
  const refs = sessionsOfEvents(sessions);
  const items = [
    ...events.map((event) => eventItem(event, refs.get(event.eventId) ?? [])),
    ...sessions.flatMap(sessionItems),
    ...residuals.flatMap(residualItems),
  ];
  return items.filter(({ at }) => at < now).toSorted(compareItems);
}

export function placeOfItem(item: TimelineItem): TimelinePlace {
  const order = TIMELINE_TYPES.indexOf(item.type);
  const id = item.residualId ?? (item.type === "event" ? item.eventId : item.sessions[0]?.id);
  return { at: item.at, key: `${order} ${id ?? ""}` };
}

export function comparePlaces(left: TimelinePlace, right: TimelinePlace): number {
  if (left.at !== right.at) return left.at < right.at ? -1 : 1;
  return left.key < right.key ? -1 : left.key > right.key ? 1 : 0;
}

function compareItems(left: TimelineItem, right: TimelineItem): number {
  return comparePlaces(placeOfItem(left), placeOfItem(right));
}

function sessionsOfEvents(sessions: readonly Session[]): Map<string, SessionRef[]> {
  const refs = new Map<string, SessionRef[]>();
  for (const { id, kind, eventIds, inferredEventIds = [], signIn } of sessions) {
    const inferred = new Set(inferredEventIds);
    for (const eventId of eventIds) {
      add(refs, eventId, { id, kind, basis: inferred.has(eventId) ? "inferred" : "exact" });
    }
    if (signIn !== undefined && !eventIds.includes(signIn.eventId)) {
      add(refs, signIn.eventId, { id, kind, basis: "inferred" });
    }
  }
  return refs;
}

function add(refs: Map<string, SessionRef[]>, eventId: string, ref: SessionRef): void {
  const known = refs.get(eventId);
  if (known === undefined) refs.set(eventId, [ref]);
  else known.push(ref);
}

const NOTHING = {
  eventId: null,
  eventName: null,
  sourceIpAddress: null,
  userAgent: null,
  errorCode: null,
  sessions: [],
  residualId: null,
} as const;

function eventItem(event: TrailEvent, sessions: readonly SessionRef[]): TimelineItem {
  return {
    at: event.occurredAt,
    type: "event",
    text: told(event),
    eventId: event.eventId,
    eventName: event.eventName,
    sourceIpAddress: event.sourceIp,
    userAgent: event.userAgent,
    errorCode: event.errorCode,
    sessions,
    residualId: null,
  };
}

function sessionItems(session: Session): TimelineItem[] {
  const { id, kind, startedAt, startBasis, endedAt, endedBy, endsAt } = session;
  const own = { ...NOTHING, sessions: [{ id, kind, basis: "exact" as const }] };
  const where = session.permissionSetName === null ? "" : ` ${session.permissionSetName}`;
  const began = startBasis === "event" ? "began" : "was first seen; it began earlier";
  const items: TimelineItem[] = [
    { ...own, at: startedAt, type: "session-began", text: `${kind} session${where} ${began}` },
  ];
  if (endedAt !== null) {
    const by = endedBy === null ? "an event" : endedBy.eventName;
    const { eventId = null, eventName = null } = endedBy ?? {};
    const text = `${kind} session${where} was ended by ${by}`;
    items.push({ ...own, at: endedAt, type: "session-ended", text, eventId, eventName });
  } else if (endsAt.at !== null) {
    const surely = endsAt.certainty === "exact" ? "" : " at the latest";
    const text = `${kind} session${where} ran out${surely}: ${endsAt.limitedBy}`;
    items.push({ ...own, at: endsAt.at, type: "session-expired", text });
  }
  return items;
}

function residualItems(residual: Residual): TimelineItem[] {
  const { id: residualId, removal, sessionId: id, kind, closedAt, closedBy, until } = residual;
  const own = { ...NOTHING, sessions: [{ id, kind, basis: "exact" as const }], residualId };
  const items: TimelineItem[] = [
    {
      ...own,
      at: removal.at,
      type: "removal-outlived",
      text: `${removal.what}: ${removal.subject}. ${residual.keeps}`,
      eventId: removal.eventId,
      eventName: removal.eventName,
    },
  ];
  const over = closedAt ?? until;
  if (over !== null) {
    const text =
      closedBy === null ? `it ran out: ${residual.rule}` : `${closedBy.eventName} ended it`;
    items.push({
      ...own,
      at: over,
      type: "residual-over",
      text,
      eventId: closedBy?.eventId ?? null,
      eventName: closedBy?.eventName ?? null,
    });
  }
  return items;
}
