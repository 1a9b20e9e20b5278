/** PersonHistory on Postgres. */
import type { TrailEvent } from "../../../domain/event.ts";
import { personKey, type Person, type PersonKey } from "../../../domain/person.ts";
import type { Instant } from "../../../domain/time.ts";
import type { PersonHistory } from "../../../ports/person-history.ts";
import type { Database } from "../database.ts";
import { eventsOfPeople, withNames } from "./history.ts";

/** People whose events are held in memory at once. */
const CHUNK = 25;

export class PostgresPersonHistory implements PersonHistory {
  readonly #database: Database;

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
    const events = await eventsOfPeople(this.#database.pool, [person], before);
    return events.get(personKey(person)) ?? [];
  }

  async *everybody(before: Instant): AsyncGenerator<{ person: Person; events: TrailEvent[] }> {
    let after: PersonKey = { identityStoreArn: "", userId: "" };
    for (;;) {
      const { rows } = await this.#database.pool.query<{ arn: string; user_id: string }>(
        `select identity_store_arn as arn, user_id from people
          where (identity_store_arn, user_id) > ($1, $2)
          order by identity_store_arn, user_id limit $3`,
        [after.identityStoreArn, after.userId, CHUNK],
      );
      if (rows.length === 0) return;
      const keys = rows.map((row) => ({ identityStoreArn: row.arn, userId: row.user_id }));
      const people = await withNames(this.#database.pool, keys);
      const events = await eventsOfPeople(this.#database.pool, people, before);
      for (const person of people) yield { person, events: events.get(personKey(person)) ?? [] };
      after = keys.at(-1)!;
    }
  }
}
