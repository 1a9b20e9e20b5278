/** PersonHistory on Postgres: everybody is read ahead, piece by piece, in bounded memory. */
import type { TrailEvent } from "../../../domain/event.ts";
import { personKey, type Person, type PersonKey } from "../../../domain/person.ts";
import type { Instant } from "../../../domain/time.ts";
import type { PeopleRange, SharedHistory } from "../../../ports/person-history.ts";
import type { Database } from "../database.ts";
import { StoredTerms } from "../trail/stored-rows.ts";
import { transaction } from "../transaction.ts";
import { eventsOfFirst, eventsOfPeople, withNames } from "./history.ts";

/** Events that are read at once, unless one person has more. */
const EVENTS_AT_ONCE = 10_000;
const FIRST_ASKED = 50;
const MOST_PEOPLE_AT_ONCE = 400;

interface PersonWithEvents {
  readonly person: Person;
  readonly events: TrailEvent[];
}

export class PostgresPersonHistory implements SharedHistory {
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

  everybody(before: Instant): AsyncGenerator<PersonWithEvents> {
    let ranges: PeopleRange[] = [{ after: null, upTo: null }];
    const next = () => {
      const [all = null] = ranges;
      ranges = [];
      return Promise.resolve(all);
    };
    return this.everybodyIn(next, before);
  }

  async ranges(people: number): Promise<PeopleRange[]> {
    const { rows } = await this.#database.pool.query<{ arn: string; user_id: string }>(
      `select identity_store_arn as arn, user_id
         from (select identity_store_arn, user_id,
                      row_number() over (order by identity_store_arn, user_id) as place from people) p
        where place % $1 = 0
        order by 1, 2`,
      [people],
    );
    const ends = rows.map((row) => ({ identityStoreArn: row.arn, userId: row.user_id }));
    return [null, ...ends].map((after, place) => ({ after, upTo: ends[place] ?? null }));
  }

  /** In memory are the events of those that were read last and of those that are read meanwhile. */
  async *everybodyIn(
    next: () => Promise<PeopleRange | null>,
    before: Instant,
  ): AsyncGenerator<PersonWithEvents> {
    const pieces = new Pieces(next);
    let reading = this.#read(pieces, before);
    for (;;) {
      const people = await reading;
      if (people === null) return;
      reading = this.#read(pieces, before);
      // Whoever stops early never waits for it; whoever goes on is told by the await.
      reading.catch(() => undefined);
      yield* people;
    }
  }

  /** The first people of what is left; null when nothing is. */
  async #read(pieces: Pieces, before: Instant): Promise<PersonWithEvents[] | null> {
    for (;;) {
      const piece = await pieces.next();
      if (piece === null) return null;
      const people = await this.#within(piece, pieces.asked, before);
      pieces.done(people.length, people.at(-1)?.person);
      if (people.length > 0) return people;
    }
  }

  /** Those that follow in the order of their key: one at least, and none after the last. */
  async #within(
    { after, upTo }: PeopleRange,
    limit: number,
    before: Instant,
  ): Promise<PersonWithEvents[]> {
    const { pool } = this.#database;
    const { rows } = await pool.query<{ arn: string; user_id: string }>(
      `select identity_store_arn as arn, user_id from people
        where (identity_store_arn, user_id) > ($1, $2)
          and ($3::text is null or (identity_store_arn, user_id) <= ($3, $4))
        order by identity_store_arn, user_id limit $5`,
      [
        after?.identityStoreArn ?? "",
        after?.userId ?? "",
        upTo?.identityStoreArn ?? null,
        upTo?.userId ?? null,
        limit,
      ],
    );
    if (rows.length === 0) return [];
    const keys = rows.map((row) => ({ identityStoreArn: row.arn, userId: row.user_id }));
    const people = await withNames(pool, keys);
    const events = await eventsOfFirst(
      pool,
      people,
      before,
      EVENTS_AT_ONCE,
      (work) => transaction(this.#database, work),
      this.#terms,
    );
    return events.map((theirs, index) => ({ person: people[index]!, events: theirs }));
  }
}

/** What is left to be read of the ranges, and how many people to ask for: as many as fit, so that little is read in vain. */
class Pieces {
  readonly #next: () => Promise<PeopleRange | null>;
  #left: PeopleRange | null = null;
  asked = FIRST_ASKED;

  constructor(next: () => Promise<PeopleRange | null>) {
    this.#next = next;
  }

  async next(): Promise<PeopleRange | null> {
    return (this.#left ??= await this.#next());
  }

  /** So many people were read of those asked for; `last` is the last of them. */
  done(people: number, last: PersonKey | undefined): void {
    const { upTo } = this.#left!;
    const isWhole =
      last === undefined ||
      (last.identityStoreArn === upTo?.identityStoreArn && last.userId === upTo.userId);
    this.#left = isWhole ? null : { after: last, upTo };
    if (!isWhole)
      this.asked = people < this.asked ? people : Math.min(this.asked * 2, MOST_PEOPLE_AT_ONCE);
  }
}
