/**
 * The use of access as it was known at an instant of the past, rebuilt from the events before it: a few people at a time, so that memory
 * is bounded by their events. What is stored is as of now and says nothing of then.
 */
import { usageOf, type PersonUsage } from "../../domain/access/usage.ts";
import type { TrailEvent } from "../../domain/event.ts";
import { personKey, type Person, type PersonKey } from "../../domain/person.ts";
import type { SessionSettings } from "../../domain/session.ts";
import { reconstruct } from "../../domain/sessions/reconstruct.ts";
import type { Instant } from "../../domain/time.ts";
import type { UsageStore } from "../../ports/people/usage-store.ts";

/** Events of these people before an instant, by `personKey`. */
export type EventsOfPeople = (
  people: readonly Person[],
  before: Instant,
) => Promise<ReadonlyMap<string, readonly TrailEvent[]>>;

const PEOPLE_AT_ONCE = 20;

export class PastUsage implements Pick<UsageStore, "ofPeople" | "seenBy"> {
  readonly #eventsOf: EventsOfPeople;
  readonly #settings: () => Promise<SessionSettings>;

  constructor(eventsOf: EventsOfPeople, settings: () => Promise<SessionSettings>) {
    this.#eventsOf = eventsOf;
    this.#settings = settings;
  }

  async ofPeople(people: readonly PersonKey[], now: Instant): Promise<Map<string, PersonUsage>> {
    const settings = await this.#settings();
    const usages = new Map<string, PersonUsage>();
    for (let from = 0; from < people.length; from += PEOPLE_AT_ONCE) {
      const some = people.slice(from, from + PEOPLE_AT_ONCE).map(named);
      const events = await this.#eventsOf(some, now);
      for (const person of some) {
        const own = events.get(personKey(person)) ?? [];
        const usage = usageOf(reconstruct(person, own, settings), own, now);
        if (usage.size > 0) usages.set(personKey(person), usage);
      }
    }
    return usages;
  }

  seenBy(people: readonly PersonKey[], now: Instant): Promise<Map<string, PersonUsage>> {
    return this.ofPeople(people, now);
  }
}

/** Names take no part in what is rebuilt of use. */
const named = (person: PersonKey & { readonly userName?: string | null }): Person => ({
  identityStoreArn: person.identityStoreArn,
  userId: person.userId,
  userName: person.userName ?? null,
});
