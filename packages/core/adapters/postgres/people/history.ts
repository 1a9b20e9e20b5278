/**
 * The events that are a person's. Set-based: one statement answers for a whole chunk of people.
 * Theirs are events that name them; events about them; role events whose credential group another event attributes to them;
 * and role events under a user name that nobody else ever had, unless their group names somebody else.
 */
import type pg from "pg";
import type { TrailEvent } from "../../../domain/event.ts";
import type { Person, PersonKey } from "../../../domain/person.ts";
import { personKey } from "../../../domain/person.ts";
import { isAbout } from "../../../domain/sessions/ends.ts";
import { inOrder } from "../../../domain/sessions/draft.ts";
import type { Instant } from "../../../domain/time.ts";
import { decodeStored } from "../../../domain/trail/decode.ts";

type Queryable = Pick<pg.PoolClient, "query">;

const EVENTS_OF = `
  with wanted as materialized (
    select arn, user_id from unnest($1::text[], $2::text[]) as w(arn, user_id)),
  named as materialized (
    select w.arn, w.user_id, e.event_id, e.role_session_key, e.record
      from wanted w
      join events e on e.identity_store_arn = w.arn and e.user_id = w.user_id and e.occurred_at < $3),
  groups as materialized (
    select distinct arn, user_id, role_session_key from named where role_session_key is not null),
  own_names as materialized (
    select w.arn, w.user_id, n.user_name
      from wanted w
      join person_names n on n.identity_store_arn = w.arn and n.user_id = w.user_id
     where not exists (select 1 from person_names o
                        where o.user_name = n.user_name
                          and (o.identity_store_arn, o.user_id) <> (w.arn, w.user_id)))
  select arn, user_id, record, false as about from named
  union all
  select g.arn, g.user_id, e.record, false
    from groups g join events e on e.role_session_key = g.role_session_key
   where e.user_id is null and e.occurred_at < $3
  union all
  select n.arn, n.user_id, e.record, false
    from own_names n join events e on e.session_name = n.user_name
   where e.user_id is null and e.occurred_at < $3
     and not exists (select 1 from events d
                      where d.role_session_key = e.role_session_key and d.user_id is not null
                         and d.occurred_at < $3)
  union all
  select w.arn, w.user_id, e.record, true
    from wanted w join events e on e.subject_user_id = w.user_id
   where e.occurred_at < $3
     and (e.identity_store_arn, e.user_id) is distinct from (w.arn, w.user_id)`;

interface HistoryRow {
  readonly arn: string;
  readonly user_id: string;
  readonly record: unknown;
  /** Found only by its subject. */
  readonly about: boolean;
}

/** The events of each person before the instant, by `personKey`, in order. */
export async function eventsOfPeople(
  client: Queryable,
  people: readonly Person[],
  before: Instant,
): Promise<Map<string, TrailEvent[]>> {
  const { rows } = await client.query<HistoryRow>(EVENTS_OF, [
    people.map((person) => person.identityStoreArn),
    people.map((person) => person.userId),
    before,
  ]);
  const byPerson = new Map(people.map((person) => [personKey(person), [] as TrailEvent[]]));
  const persons = new Map(people.map((person) => [personKey(person), person]));
  // `inOrder` keeps the last of two with one id: an event that is also the person's own stays theirs.
  for (const row of rows.toSorted((left, right) => Number(right.about) - Number(left.about))) {
    const key = personKey({ identityStoreArn: row.arn, userId: row.user_id });
    const event = decodeStored(row.record);
    if (!row.about) byPerson.get(key)!.push(event);
    else if (isAbout(event, persons.get(key)!)) byPerson.get(key)!.push(withoutCaller(event));
  }
  return new Map([...byPerson].map(([key, events]) => [key, inOrder(events)]));
}

/** The role session from which somebody did something about a person is that somebody's, whether or not a record names them. */
function withoutCaller(event: TrailEvent): TrailEvent {
  const { callerSession: _theirs, ...about } = event;
  return about;
}

/** The persons with their newest name, in the order asked. */
export async function withNames(client: Queryable, keys: readonly PersonKey[]): Promise<Person[]> {
  const { rows } = await client.query<{ arn: string; user_id: string; user_name: string }>(
    `select distinct on (w.ordinal) w.arn, w.user_id, n.user_name
       from unnest($1::text[], $2::text[]) with ordinality as w(arn, user_id, ordinal)
       join person_names n on n.identity_store_arn = w.arn and n.user_id = w.user_id
      order by w.ordinal, n.last_seen_at desc, n.user_name`,
    [keys.map((key) => key.identityStoreArn), keys.map((key) => key.userId)],
  );
  const names = new Map(
    rows.map((row) => [
      personKey({ identityStoreArn: row.arn, userId: row.user_id }),
      row.user_name,
    ]),
  );
  return keys.map(({ identityStoreArn, userId }) => ({
    identityStoreArn,
    userId,
    userName: names.get(personKey({ identityStoreArn, userId })) ?? null,
  }));
}
