/**
 * What an instant of the past is judged again from: the events before it, and the durations that count now, as they are stored, because
 * a process that does not judge has none of its own. Everybody only in a small organisation: it costs what reading all their events does.
 */
import { PostgresPeopleStore } from "#core/adapters/postgres/people/people-store";
import { PostgresPersonHistory } from "#core/adapters/postgres/people/person-history";
import { Fault } from "#core/domain/fault";
import type { TrailEvent } from "#core/domain/event";
import type { Person } from "#core/domain/person";
import type { Session, SessionSettings } from "#core/domain/session";
import { reconstruct } from "#core/domain/sessions/reconstruct";
import type { Instant } from "#core/domain/time";
import { countingSettings } from "../../counting-settings.ts";
import type { ApiDependencies } from "../../dependencies.ts";

const MOST_PEOPLE = 2_000;

export interface PastOfPerson {
  readonly person: Person;
  readonly events: readonly TrailEvent[];
  readonly sessions: readonly Session[];
}

export class Past {
  readonly #history: PostgresPersonHistory;
  readonly #people: PostgresPeopleStore;
  readonly #settings: () => Promise<SessionSettings>;

  constructor(dependencies: Pick<ApiDependencies, "database" | "sessionSettings">) {
    const { database } = dependencies;
    this.#history = new PostgresPersonHistory(database);
    this.#people = new PostgresPeopleStore(database);
    this.#settings = countingSettings(dependencies);
  }

  /** One by one. Fault `input.invalid` when nobody is named and there are too many people to rebuild. */
  async *at(asOf: Instant, persons: readonly Person[] | null): AsyncGenerator<PastOfPerson> {
    if (persons === null && (await this.#people.count()) > MOST_PEOPLE) {
      throw new Fault(
        "input.invalid",
        `asOf without user rebuilds everybody, which is done for up to ${MOST_PEOPLE} people: name a user.`,
      );
    }
    const settings = await this.#settings();
    for await (const { person, events } of this.#eventsOf(asOf, persons)) {
      yield { person, events, sessions: reconstruct(person, events, settings) };
    }
  }

  async *#eventsOf(asOf: Instant, persons: readonly Person[] | null) {
    if (persons === null) yield* this.#history.everybody(asOf);
    else
      for (const person of persons)
        yield { person, events: await this.#history.eventsOf(person, asOf) };
  }
}
