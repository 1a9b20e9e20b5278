/**
 * The events that a session is made of. Reads of its person what lies around it, piece by piece, and stops once everything is found: it
 * costs what the session's time holds, and never what the person's whole history does.
 */
import type { TrailEvent } from "../domain/event.ts";
import type { Session } from "../domain/session.ts";
import { amended } from "../domain/trail/amended.ts";
import { HOUR, plus, type Instant } from "../domain/time.ts";
import type { PersonEvents } from "../ports/people/person-events.ts";

/** A sign-in, the authorisation of a login and the call that handed credentials out stand this long before a session at most. */
const BEFORE = HOUR;
const ROWS_AT_ONCE = 1_000;

/** In order, with what was corrected afterwards; those that are no longer kept are left out. */
export async function sessionEvents(
  events: PersonEvents,
  session: Session,
  now: Instant,
): Promise<TrailEvent[]> {
  const wanted = new Set(session.eventIds);
  if (session.signIn !== undefined) wanted.add(session.signIn.eventId);
  const found = new Map<string, TrailEvent>();
  let from = plus(session.startedAt, -BEFORE);
  let rows = ROWS_AT_ONCE;
  while (from < now && found.size < wanted.size) {
    const piece = await events.between(session.user, from, now, rows);
    for (const event of piece.events)
      if (wanted.has(event.eventId)) found.set(event.eventId, event);
    // More rows of one instant than were asked for: without more of them the reading would stand still.
    if (piece.completeBefore > from) from = piece.completeBefore;
    else rows *= 2;
  }
  return amended([...found.values()]);
}
