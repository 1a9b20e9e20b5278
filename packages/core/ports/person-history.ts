/** What is stored of a person: who they are, and every event that is theirs. */
import type { TrailEvent } from "../domain/event.ts";
import type { Person, PersonKey } from "../domain/person.ts";
import type { Instant } from "../domain/time.ts";

export interface PersonHistory {
  /** The persons that a userId, a userName or an e-mail address names, by events or the directory. */
  resolve(text: string): Promise<Person[]>;
  /** Their newest name included. */
  person(key: PersonKey): Promise<Person>;
  /**
   * Every event that is theirs before the instant, ordered by (occurredAt, eventId): those that name them, those about them,
   * and role events attributed by a session name that only they ever had.
   */
  eventsOf(person: PersonKey, before: Instant): Promise<TrailEvent[]>;
  /** Everybody with their events, in the order of their key and in bounded memory. */
  everybody(before: Instant): AsyncIterable<{ person: Person; events: readonly TrailEvent[] }>;
}

/** People in the order of their key: those after one, up to another and with them. Null: from the first on, to the last. */
export interface PeopleRange {
  readonly after: PersonKey | null;
  readonly upTo: PersonKey | null;
}

/** A history that several readers share out among themselves. */
export interface SharedHistory extends PersonHistory {
  /** Ranges of so many people each, which together hold everybody once. */
  ranges(people: number): Promise<PeopleRange[]>;
  /** Everybody of the ranges that `next` gives, until it gives none; the next range is asked for while the last is still being read. */
  everybodyIn(
    next: () => Promise<PeopleRange | null>,
    before: Instant,
  ): AsyncIterable<{ person: Person; events: readonly TrailEvent[] }>;
}
