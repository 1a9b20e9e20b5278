/** PersonHistory on Postgres. */
import type { TrailEvent } from "../../../domain/event.ts";
import { personKey, type Person, type PersonKey } from "../../../domain/person.ts";
import type { Instant } from "../../../domain/time.ts";
import type { PersonHistory } from "../../../ports/person-history.ts";
import type { Database } from "../database.ts";
import { StoredTerms } from "../trail/stored-rows.ts";
import { eventsOfFirst, eventsOfPeople, withNames } from "./history.ts";

/** Events that are read at once, unless one person has more. */
const EVENTS_AT_ONCE = 10_000;
const FIRST_ASKED = 50;
const MOST_PEOPLE_AT_ONCE = 400;

interface PersonWithEvents {
  readonly person: Person;
  readonly events: TrailEvent[];
}

export class PostgresPersonHistory implements PersonHistory {
  readonly #database: Database;
  readonly #terms = new StoredTerms();

  constructor(database: Database) {
    this.#database = database;
  }

  async resolve(text: string): Promise<Person[]> {
    const { rows } = await this.#database.pool.query<{ arn: string; user_id: string }>(
      `select identity_store_arn as arn, user_id from people where user_id = $1
       union
       select identity_store_arn, user_id from person_names where lower(user_name) = lower($1)
       union
       select body->>'identityStoreArn', body->>'userId' from access_facts
        where kind = 'user' and observed_to is null and lower(body->>'email') = lower($1)
       order by 1, 2`,
      [text],
    );
    return withNames(
      this.#database.pool,
      rows.map((row) => ({ identityStoreArn: row.arn, userId: row.user_id })),
    );
  }

  async person(key: PersonKey): Promise<Person> {
    const [person] = await withNames(this.#database.pool, [key]);
    return person!;
  }

  async eventsOf(key: PersonKey, before: Instant): Promise<TrailEvent[]> {
    const person = await this.person(key);
    const events = await eventsOfPeople(this.#database.pool, [person], before, this.#terms);
    return events.get(personKey(person)) ?? [];
  }

  /** In memory are the events of those that were read last and of those that are read meanwhile. */
  async *everybody(before: Instant): AsyncGenerator<PersonWithEvents> {
    let asked = FIRST_ASKED;
    let next = this.#after({ identityStoreArn: "", userId: "" }, asked, before);
    for (;;) {
      const people = await next;
      const last = people.at(-1);
      if (last === undefined) return;
      // As many as fit are asked for, so that little is read in vain.
      asked = people.length < asked ? people.length : Math.min(asked * 2, MOST_PEOPLE_AT_ONCE);
      next = this.#after(last.person, asked, before);
      // Whoever stops early never waits for it; whoever goes on is told by the await.
      next.catch(() => undefined);
      yield* people;
    }
  }

  /** Those that follow in the order of their key: one at least, and none after the last. */
  async #after(key: PersonKey, limit: number, before: Instant): Promise<PersonWithEvents[]> {
    const { pool } = this.#database;
    const { rows } = await pool.query<{ arn: string; user_id: string }>(
      `select identity_store_arn as arn, user_id from people
        where (identity_store_arn, user_id) > ($1, $2)
        order by identity_store_arn, user_id limit $3`,
      [key.identityStoreArn, key.userId, limit],
    );
    if (rows.length === 0) return [];
    const keys = rows.map((row) => ({ identityStoreArn: row.arn, userId: row.user_id }));
    const people = await withNames(pool, keys);
    const events = await eventsOfFirst(pool, people, before, EVENTS_AT_ONCE, this.#terms);
    return events.map((theirs, index) => ({ person: people[index]!, events: theirs }));
  }
}
