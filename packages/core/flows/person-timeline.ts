/**
 * A page of a person's timeline: events, beginnings and ends of sessions, and what outlived removals, oldest first. Read piece by
 * piece, so that a page costs what it holds; pages of any size put together are the whole timeline, each item once.
 */
import type { TrailEvent } from "../domain/event.ts";
import type { PersonKey } from "../domain/person.ts";
import type { Residual } from "../domain/sessions/residual/removal.ts";
import { DAY, HOUR, plus, type Instant } from "../domain/time.ts";
import {
  comparePlaces,
  placeOfItem,
  timelineOf,
  type TimelineItem,
  type TimelinePlace,
} from "../domain/timeline.ts";
import type { PersonEvents } from "../ports/people/person-events.ts";
import type { SessionStore } from "../ports/people/session-store.ts";
import type { ResidualStore } from "../ports/residual-store.ts";

const RESIDUALS_AT_ONCE = 500;
const LONGEST_RESIDUAL = 90 * DAY;
/** A sign-in stands this long before its session at most. */
const BEFORE_A_SESSION = HOUR;

export interface TimelinePorts {
  readonly events: PersonEvents;
  readonly sessions: Pick<SessionStore, "touching">;
  readonly residuals: Pick<ResidualStore, "list">;
}

export interface TimelineAsked {
  readonly person: PersonKey;
  readonly from: Instant;
  readonly to: Instant;
  readonly limit: number;
  /** The last item of the page before. */
  readonly after: TimelinePlace | null;
}

export interface TimelinePage {
  readonly items: readonly TimelineItem[];
  /** Where the next page begins; null on the last one. */
  readonly after: TimelinePlace | null;
}

export async function timelinePage(
  ports: TimelinePorts,
  { person, from, to, limit, after }: TimelineAsked,
): Promise<TimelinePage> {
  const items: TimelineItem[] = [];
  let begin = after === null ? from : after.at;
  let rows = limit + 1;
  while (begin < to && items.length <= limit) {
    const piece = await ports.events.between(person, begin, to, rows);
    const end = piece.completeBefore;
    // More rows of one instant than were asked for: without more of them the reading would stand still.
    if (end <= begin) {
      rows *= 2;
      continue;
    }
    items.push(...(await itemsWithin(ports, person, piece.events, begin, end)).filter(isLater));
    begin = end;
  }
  const page = items.slice(0, limit);
  const last = page.at(-1);
  const more = items.length > limit && last !== undefined;
  return { items: page, after: more ? placeOfItem(last) : null };

  function isLater(item: TimelineItem): boolean {
    return after === null || comparePlaces(placeOfItem(item), after) > 0;
  }
}

async function itemsWithin(
  { sessions, residuals }: TimelinePorts,
  person: PersonKey,
  events: readonly TrailEvent[],
  begin: Instant,
  end: Instant,
): Promise<TimelineItem[]> {
  const facts = {
    events,
    sessions: await sessions.touching(person, begin, plus(end, BEFORE_A_SESSION)),
    residuals: await residualsFrom(residuals, person, begin, end),
  };
  return timelineOf(facts, end).filter((item) => item.at >= begin);
}

/** Those of which anything may stand in `[begin, end)`. */
async function residualsFrom(
  store: TimelinePorts["residuals"],
  person: PersonKey,
  begin: Instant,
  end: Instant,
): Promise<Residual[]> {
  const found: Residual[] = [];
  const oldest = plus(begin, -LONGEST_RESIDUAL);
  for (;;) {
    const last = found.at(-1);
    const place = last === undefined ? undefined : { removedAt: last.removal.at, id: last.id };
    const page = await store.list({ person, removedBefore: end }, RESIDUALS_AT_ONCE, place);
    found.push(...page);
    const reached = page.at(-1);
    if (page.length < RESIDUALS_AT_ONCE || reached === undefined || reached.removal.at < oldest)
      return found;
  }
}
