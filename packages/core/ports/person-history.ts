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
