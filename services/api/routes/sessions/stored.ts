/**
 * A page of the stored sessions. A state is a function of the instant and stands in no index, so a page asked by state reads on until
 * it is full or has read so many rows; it then answers what it has and where to go on.
 */
import type {
  PostgresSessionStore,
  SessionFilter,
} from "#core/adapters/postgres/people/session-store";
import type { SessionView } from "#core/domain/session";
import type { Instant } from "#core/domain/time";
import { selected } from "#core/flows/session-views";
import {
  firstOf,
  newestFirst,
  placeOf,
  type SessionPlace,
  type SessionsAsked,
  type SessionsFound,
} from "./page.ts";

const ROWS_AT_ONCE = 250;
const MOST_ROWS = 5_000;

export async function storedPage(
  store: PostgresSessionStore,
  asked: SessionsAsked,
  now: Instant,
): Promise<SessionsFound> {
  const { persons, kind, accountId, activeAt } = asked;
  const filters: SessionFilter[] = (persons ?? [null]).map((person) => ({
    ...(person === null ? {} : { person }),
    ...(kind === null ? {} : { kind }),
    ...(accountId === null ? {} : { accountId }),
    ...(activeAt === null ? {} : { aliveAt: activeAt }),
  }));
  // A text that names one person, or none, is the rule. Where it names several, their lists are merged in the common order.
  const [only] = filters;
  if (filters.length === 1 && only !== undefined) return onePage(store, only, asked, now);
  const pages: SessionsFound[] = [];
  for (const filter of filters) pages.push(await onePage(store, filter, asked, now));
  return merged(pages, asked.limit);
}

async function onePage(
  store: PostgresSessionStore,
  filter: SessionFilter,
  asked: SessionsAsked,
  now: Instant,
): Promise<SessionsFound> {
  const items: SessionView[] = [];
  const { limit } = asked;
  let place: SessionPlace | null = asked.after;
  for (let read = 0; read < MOST_ROWS;) {
    const rows = await store.list(filter, ROWS_AT_ONCE, place ?? undefined);
    for (const session of rows) {
      const view = selected(session, asked, now);
      if (view !== null) items.push(view);
      if (items.length > limit) return firstOf(items, limit);
      place = placeOf(session);
    }
    read += rows.length;
    if (rows.length < ROWS_AT_ONCE) return { items, after: null };
  }
  return { items, after: place };
}

/** Up to the first place at which one of the lists may have more than was read of it. */
function merged(pages: readonly SessionsFound[], limit: number): SessionsFound {
  const ends = pages.flatMap(({ after }) => (after === null ? [] : [after])).toSorted(newestFirst);
  const [end] = ends;
  const items = pages
    .flatMap((page) => page.items)
    .filter((item) => end === undefined || newestFirst(item, end) <= 0)
    .toSorted(newestFirst);
  const found = firstOf(items, limit);
  return { items: found.items, after: found.after ?? end ?? null };
}
