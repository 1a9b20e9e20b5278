/**
 * Marks everybody due whose sessions the new events may change: those they name, those they are about, those whose user name a
 * role session carries, those to whose sessions a calling session is tied, those from whom a change of access may take something, and
 * those whose durations a change of the configuration puts in question. Rows are touched in the order of their key, so that two
 * writers never deadlock.
 */
import type pg from "pg";
import type { TrailEvent } from "../../../domain/event.ts";
import type { Instant } from "../../../domain/time.ts";
import { touchedByAccess } from "./access-due.ts";
import { touchedByConfiguration } from "./configuration-due.ts";
import { touchedByJoining } from "./joined/due.ts";
import { rememberNewest } from "./newest-event.ts";
import { sessionOf, userNameOf } from "../../../domain/trail/stored-event.ts";

interface NamedPerson {
  arn: string;
  userId: string;
  first: Instant;
  last: Instant;
}

/** Writers of people and their names come one at a time: which rows to touch is known only after some were touched. */
export async function lockPeople(client: pg.PoolClient): Promise<void> {
  await client.query("select pg_advisory_xact_lock(hashtext('curfew people due'))");
}

export async function markPeopleDue(
  client: pg.PoolClient,
  events: readonly TrailEvent[],
  now: Instant,
): Promise<void> {
  if (events.length === 0) return;
  await lockPeople(client);
  const named = namedPeople(events);
  const first = await firstNamed(client, named);
  await upsertPeople(client, named, now);
  const renamed = await upsertNames(client, events);
  await rememberNewest(client, [...first, ...renamed]);
  const touched = [
    ...(await touchedByAccess(client, events)),
    ...(await touchedByConfiguration(client, events)),
    ...(await touchedByJoining(client, events)),
  ].map(({ arn, user_id }) => ({ arn, user_id }));
  // A person who is due already is locked too: a sweep may have read their events before this batch, and waits to say otherwise.
  await client.query(
    `with mentions as (
       select * from jsonb_to_recordset($1::jsonb) as m(name text, "userId" text, at timestamptz)),
     touched as (
       select arn, user_id, max(at) as at from (
         select n.identity_store_arn as arn, n.user_id, m.at from mentions m join person_names n on n.user_name = m.name
         union all
         select p.identity_store_arn, p.user_id, m.at from mentions m join people p on p.user_id = m."userId"
         union all
         select arn, user_id, null from jsonb_to_recordset($3::jsonb) as a(arn text, user_id text)) t
        group by arn, user_id),
     locked as (
       select t.arn, t.user_id, t.at
         from people p join touched t on t.arn = p.identity_store_arn and t.user_id = p.user_id
        order by 1, 2 for update of p)
     update people p set due_at = least(p.due_at, $2), last_event_at = greatest(p.last_event_at, locked.at)
       from locked
      where p.identity_store_arn = locked.arn and p.user_id = locked.user_id
        and (p.due_at is null or p.due_at > $2 or p.last_event_at is null or p.last_event_at < locked.at)`,
    [JSON.stringify(mentionsIn(events)), now, JSON.stringify(touched)],
  );
}

/** Those of the people whom no event that was stored before names. */
async function firstNamed(
  client: pg.PoolClient,
  people: readonly NamedPerson[],
): Promise<{ arn: string; user_id: string }[]> {
  const { rows } = await client.query<{ arn: string; user_id: string }>(
    `select w.arn, w.user_id
       from unnest($1::text[], $2::text[]) as w(arn, user_id)
      where not exists (select 1 from people p where p.identity_store_arn = w.arn and p.user_id = w.user_id
                                                 and p.first_event_at is not null)`,
    [people.map(({ arn }) => arn), people.map(({ userId }) => userId)],
  );
  return rows;
}

interface Mention {
  readonly name?: string;
  readonly userId?: string;
  /** Null where a name was typed: the event is not of whoever else has that name. */
  readonly at: Instant | null;
}

/** By what other than their key the events show people, each with its newest event: a name, or the user id they are about. */
function mentionsIn(events: readonly TrailEvent[]): Mention[] {
  const names = new Map<string, Instant | null>();
  const userIds = new Map<string, Instant | null>();
  for (const event of events) {
    const { occurredAt: at, subjectUserId } = event;
    const name = nameIn(event);
    const session = userNameOf(sessionOf(event));
    if (name !== null && name !== session) keepNewest(names, name, null);
    if (session !== null) keepNewest(names, session, at);
    if (subjectUserId !== null) keepNewest(userIds, subjectUserId, at);
  }
  return [
    ...Array.from(names, ([name, at]) => ({ name, at })),
    ...Array.from(userIds, ([userId, at]) => ({ userId, at })),
  ];
}

function keepNewest<T extends Instant | null>(newest: Map<string, T>, key: string, at: T): void {
  const known = newest.get(key);
  if (known === undefined || known === null || (at !== null && known < at)) newest.set(key, at);
}

function namedPeople(events: readonly TrailEvent[]): NamedPerson[] {
  const people = new PersonMap<NamedPerson>();
  for (const { person, occurredAt } of events) {
    if (person === null) continue;
    const { identityStoreArn: arn, userId } = person;
    const known = people.of(arn, userId, () => ({
      arn,
      userId,
      first: occurredAt,
      last: occurredAt,
    }));
    if (occurredAt < known.first) known.first = occurredAt;
    if (occurredAt > known.last) known.last = occurredAt;
  }
  return people.all();
}

/** Values by person: two look-ups of texts as they are cost less than one of a text that is made of both. */
class PersonMap<T> {
  readonly #stores = new Map<string, Map<string, T>>();

  of(arn: string, userId: string, made: () => T): T {
    let store = this.#stores.get(arn);
    if (store === undefined) this.#stores.set(arn, (store = new Map()));
    let value = store.get(userId);
    if (value === undefined) store.set(userId, (value = made()));
    return value;
  }

  all(): T[] {
    return [...this.#stores.values()].flatMap((store) => [...store.values()]);
  }
}

async function upsertPeople(
  client: pg.PoolClient,
  people: readonly NamedPerson[],
  now: Instant,
): Promise<void> {
  if (people.length === 0) return;
  await client.query(
    `insert into people (identity_store_arn, user_id, first_event_at, last_event_at, due_at)
     select r.arn, r."userId", r.first, r.last, $2
       from jsonb_to_recordset($1::jsonb) as r(arn text, "userId" text, first timestamptz, last timestamptz)
      order by 1, 2
     on conflict (identity_store_arn, user_id) do update
        set first_event_at = least(people.first_event_at, excluded.first_event_at),
            last_event_at = greatest(people.last_event_at, excluded.last_event_at),
            due_at = least(people.due_at, excluded.due_at)`,
    [JSON.stringify(people), now],
  );
}

/**
 * The name under which an event shows its person: as typed or asserted at sign-in, or as their role session's name, which a
 * refused call shows as well as another.
 */
function nameIn(event: TrailEvent): string | null {
  if (event.person === null) return null;
  const typed = event.kind === "sign-in-step" && event.errorCode === null ? event.userName : null;
  return typed ?? userNameOf(sessionOf(event));
}

/** Answers the people who got a name that they were not known by. */
async function upsertNames(
  client: pg.PoolClient,
  events: readonly TrailEvent[],
): Promise<{ arn: string; user_id: string }[]> {
  const people = new PersonMap<{ arn: string; userId: string; names: Map<string, Instant> }>();
  for (const event of events) {
    const name = nameIn(event);
    if (name === null) continue;
    const { identityStoreArn: arn, userId } = event.person!;
    const person = people.of(arn, userId, () => ({ arn, userId, names: new Map() }));
    keepNewest(person.names, name, event.occurredAt);
  }
  const newest = people
    .all()
    .flatMap(({ arn, userId, names }) =>
      Array.from(names, ([name, at]) => ({ arn, userId, name, at })),
    );
  if (newest.length === 0) return [];
  const { rows } = await client.query<{ arn: string; user_id: string; is_new: boolean }>(
    `insert into person_names (identity_store_arn, user_id, user_name, last_seen_at)
     select r.arn, r."userId", r.name, r.at
       from jsonb_to_recordset($1::jsonb) as r(arn text, "userId" text, name text, at timestamptz)
      order by 1, 2, 3
     on conflict (identity_store_arn, user_id, user_name) do update
        set last_seen_at = greatest(person_names.last_seen_at, excluded.last_seen_at)
     returning identity_store_arn as arn, user_id, xmax = 0 as is_new`,
    [JSON.stringify(newest)],
  );
  return rows.filter((row) => row.is_new);
}
