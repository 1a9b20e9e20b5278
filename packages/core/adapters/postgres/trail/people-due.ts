/**
 * Marks everybody due whose sessions the new events may change: those they name, those they are about, and those whose user
 * name a role session carries. Rows are touched in the order of their key, so that two writers never deadlock.
 */
import type pg from "pg";
import type { TrailEvent } from "../../../domain/event.ts";
import type { Instant } from "../../../domain/time.ts";

interface NamedPerson {
  arn: string;
  userId: string;
  first: Instant;
  last: Instant;
}

export async function markPeopleDue(
  client: pg.PoolClient,
  events: readonly TrailEvent[],
  now: Instant,
): Promise<void> {
  if (events.length === 0) return;
  // The rows to touch are known only after some were touched, so they cannot all be locked in one order: one writer at a time.
  await client.query("select pg_advisory_xact_lock(hashtext('curfew people due'))");
  await upsertPeople(client, namedPeople(events), now);
  await upsertNames(client, events);
  const names = [...new Set(events.flatMap((event) => nameOf(event)?.name ?? []))];
  const sessionNames = events.flatMap((event) => sessionNameOf(event) ?? []);
  const subjects = events.flatMap((event) => event.subjectUserId ?? []);
  await client.query(
    `with touched as (
       select n.identity_store_arn, n.user_id from person_names n where n.user_name = any($1)
       union
       select p.identity_store_arn, p.user_id from people p where p.user_id = any($2)),
     locked as (
       select p.identity_store_arn, p.user_id from people p join touched using (identity_store_arn, user_id)
        where p.due_at is null or p.due_at > $3
        order by 1, 2 for update of p)
     update people p set due_at = $3 from locked
      where p.identity_store_arn = locked.identity_store_arn and p.user_id = locked.user_id`,
    [[...new Set([...names, ...sessionNames])], [...new Set(subjects)], now],
  );
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

/** The name under which an event shows its person: as typed or asserted at sign-in, or as their role session's name. */
function nameOf(
  event: TrailEvent,
): { arn: string; userId: string; name: string; at: Instant } | null {
  if (event.person === null || event.errorCode !== null) return null;
  const name =
    event.kind === "sign-in-step"
      ? event.userName
      : event.kind === "role-call"
        ? event.session.sessionName
        : null;
  if (name === null) return null;
  const { identityStoreArn: arn, userId } = event.person;
  return { arn, userId, name, at: event.occurredAt };
}

function sessionNameOf(event: TrailEvent): string | null {
  return event.person === null && (event.kind === "role-issued" || event.kind === "role-call")
    ? event.session.sessionName
    : null;
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
