/** What a page of sessions is asked by, and what it comes to. */
import type { Person } from "#core/domain/person";
import type { SessionView } from "#core/domain/session";
import type { Instant } from "#core/domain/time";
import type { SessionSelection } from "#core/flows/session-views";

export interface SessionsAsked extends SessionSelection {
  /** Null: everybody's. */
  readonly persons: readonly Person[] | null;
  readonly limit: number;
  /** The last session of the page before. */
  readonly after: SessionPlace | null;
}

export interface SessionPlace {
  readonly startedAt: Instant;
  readonly id: string;
}

export interface SessionsFound {
  readonly items: readonly SessionView[];
  /** Where the next page begins; null on the last one. */
  readonly after: SessionPlace | null;
}

/** Newest first, then by id, as the stored list is ordered. */
export function newestFirst(left: SessionPlace, right: SessionPlace): number {
  if (left.startedAt !== right.startedAt) return left.startedAt < right.startedAt ? 1 : -1;
  return left.id < right.id ? 1 : left.id > right.id ? -1 : 0;
}

/** The first `limit` of an ordered list, and where the next page begins. */
export function firstOf(ordered: readonly SessionView[], limit: number): SessionsFound {
  const items = ordered.slice(0, limit);
  const last = items.at(-1);
  return { items, after: ordered.length > limit && last !== undefined ? placeOf(last) : null };
}

export function placeOf({ startedAt, id }: SessionPlace): SessionPlace {
  return { startedAt, id };
}
