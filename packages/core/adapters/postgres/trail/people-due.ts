/**
 * Marks everybody due whose sessions the new events may change: those they name, those they are about, and those whose user
 * name a role session carries. Rows are touched in the order of their key, so that two writers never deadlock.
 */
import type pg from "pg";
import type { TrailEvent } from "../../../domain/event.ts";
import type { Instant } from "../../../domain/time.ts";
import { sessionOf } from "../../../domain/trail/stored-event.ts";

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
  await upsertPeople(client, namedPeople(events), now);
  await upsertNames(client, events);
  // A person who is due already is locked too: a sweep may have read their events before this batch, and waits to say otherwise.
  await client.query(
    `with mentions as (
       select * from jsonb_to_recordset($1::jsonb) as m(name text, "userId" text, at timestamptz)),
     touched as (
       select arn, user_id, max(at) as at from (
         select n.identity_store_arn as arn, n.user_id, m.at from mentions m join person_names n on n.user_name = m.name
         union all
         select p.identity_store_arn, p.user_id, m.at from mentions m join people p on p.user_id = m."userId") t
        group by arn, user_id),
     locked as (
       select t.arn, t.user_id, t.at
         from people p join touched t on t.arn = p.identity_store_arn and t.user_id = p.user_id
        order by 1, 2 for update of p)
     update people p set due_at = least(p.due_at, $2), last_event_at = greatest(p.last_event_at, locked.at)
       from locked
      where p.identity_store_arn = locked.arn and p.user_id = locked.user_id
        and (p.due_at is null or p.due_at > $2 or p.last_event_at is null or p.last_event_at < locked.at)`,
    [JSON.stringify(mentionsIn(events)), now],
  );
}

interface Mention {
  readonly name?: string;
  readonly userId?: string;
  readonly at: Instant;
}

/** By what other than their key the events show people, each with its newest event: a name, or the user id they are about. */
function mentionsIn(events: readonly TrailEvent[]): Mention[] {
  const newest = new Map<string, Mention>();
  for (const event of events) {
    const names = [nameOf(event)?.name, sessionOf(event)?.sessionName];
    const at = event.occurredAt;
    const mentions: Mention[] = names.flatMap((name) => (name === undefined ? [] : { name, at }));
    if (event.subjectUserId !== null) mentions.push({ userId: event.subjectUserId, at });
    for (const mention of mentions) {
      const key = JSON.stringify([mention.name ?? null, mention.userId ?? null]);
      const known = newest.get(key);
      if (known === undefined || known.at < at) newest.set(key, mention);
    }
  }
  return [...newest.values()];
}

function namedPeople(events: readonly TrailEvent[]): NamedPerson[] {
  const people = new Map<string, NamedPerson>();
  for (const { person, occurredAt } of events) {
    if (person === null) continue;
    const key = `${person.identityStoreArn} ${person.userId}`;
    const known = people.get(key);
    if (known === undefined) {
      const { identityStoreArn: arn, userId } = person;
      people.set(key, { arn, userId, first: occurredAt, last: occurredAt });
    } else {
      if (occurredAt < known.first) known.first = occurredAt;
      if (occurredAt > known.last) known.last = occurredAt;
    }
  }
  return [...people.values()];
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
function nameOf(
  event: TrailEvent,
): { arn: string; userId: string; name: string; at: Instant } | null {
  if (event.person === null) return null;
  const typed =
    event.kind === "sign-in-step" && event.errorCode === null ? event.userName : undefined;
  const name = typed ?? sessionOf(event)?.sessionName;
  if (name === undefined) return null;
  const { identityStoreArn: arn, userId } = event.person;
  return { arn, userId, name, at: event.occurredAt };
}

async function upsertNames(client: pg.PoolClient, events: readonly TrailEvent[]): Promise<void> {
  const newest = new Map<string, { arn: string; userId: string; name: string; at: Instant }>();
  for (const event of events) {
    const named = nameOf(event);
    if (named === null) continue;
    const key = JSON.stringify([named.arn, named.userId, named.name]);
    const known = newest.get(key);
    if (known === undefined || known.at < named.at) newest.set(key, named);
  }
  if (newest.size === 0) return;
  await client.query(
    `insert into person_names (identity_store_arn, user_id, user_name, last_seen_at)
     select r.arn, r."userId", r.name, r.at
       from jsonb_to_recordset($1::jsonb) as r(arn text, "userId" text, name text, at timestamptz)
      order by 1, 2, 3
     on conflict (identity_store_arn, user_id, user_name) do update
        set last_seen_at = greatest(person_names.last_seen_at, excluded.last_seen_at)`,
    [JSON.stringify([...newest.values()])],
  );
}
