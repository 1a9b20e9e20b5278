/**
 * The events that are a person's. Set-based: one statement answers for a whole chunk of people.
 * Theirs are events that name them; events about them; role events whose credential group another event attributes to them;
 * role events under a user name that nobody else ever had, unless their group names somebody else; and what is joined to all these.
 */
import type pg from "pg";
import type { TrailEvent } from "../../../domain/event.ts";
import type { Person, PersonKey } from "../../../domain/person.ts";
import { personKey } from "../../../domain/person.ts";
import { isAbout } from "../../../domain/sessions/ends.ts";
import { inTime, isInOrder } from "../../../domain/sessions/draft.ts";
import { amended } from "../../../domain/trail/amended.ts";
import type { Instant } from "../../../domain/time.ts";
import { addJoinedCalls } from "../trail/joined/calls.ts";
import { StoredTerms } from "../trail/stored-rows.ts";
import { AS_TEXT, eventsIn, HistoryReader, type HistoryRow } from "./history/stored-history.ts";

type Queryable = Pick<pg.PoolClient, "query">;

/** Rows of `events` and of `role_calls` alike; `event_id` is null for calls that are folded. */
const COLUMNS = {
  events: `e.occurred_at, e.event_id, e.type_no, e.person_no, e.agent_no, e.role_session_no, e.subject_user_id, e.body,
           null::uuid[] as event_ids, null::int[] as offsets`,
  calls: `c.first_at, null::uuid, c.type_no, c.person_no, c.agent_no, c.role_session_no, null::text, c.body,
          c.event_ids, c.offsets`,
};

/**
 * By the place of the person among those asked for: the limit cuts off the last of them. `offset 0` holds the planner to looking up each
 * person and role session: where few calls lack their person, or before the tables are analysed, it would sooner read every event there
 * is, for each chunk again.
 */
const EVENTS_OF = `
  with wanted as materialized (
    select w.place::int as place, w.arn, w.user_id, t.term_no as person_no
      from unnest($1::text[], $2::text[]) with ordinality as w(arn, user_id, place)
      left join event_terms t on t.digest = left(encode(sha256(convert_to('person ' || w.arn || ' ' || w.user_id, 'UTF8')), 'hex'), 32)::uuid),
  named as materialized (
    select w.place, ${COLUMNS.events}
      from wanted w cross join lateral (
        select * from events e where e.person_no = w.person_no and e.occurred_at < $3 offset 0) e
    union all
    select w.place, ${COLUMNS.calls}
      from wanted w cross join lateral (
        select * from role_calls c where c.person_no = w.person_no and c.first_at < $3 offset 0) c),
  groups as materialized (
    select distinct place, role_session_no from named where role_session_no is not null),
  own_names as materialized (
    select w.place, r.term_no as role_session_no
      from wanted w
      join person_names n on n.identity_store_arn = w.arn and n.user_id = w.user_id
      join event_terms r on r.kind = 'role-session' and r.name = n.user_name
     where not exists (select 1 from person_names o
                        where o.user_name = n.user_name
                          and (o.identity_store_arn, o.user_id) <> (w.arn, w.user_id))
       and not exists (select 1 from events d
                        where d.role_session_no = r.term_no and d.person_no is not null and d.occurred_at < $3)
       and not exists (select 1 from role_calls d
                        where d.role_session_no = r.term_no and d.person_no is not null and d.first_at < $3)),
  theirs as materialized (
    select * from groups union select * from own_names)
  select *, false as about from named
  union all
  select g.place, ${COLUMNS.events}, false
    from theirs g cross join lateral (
      select * from events e
       where e.role_session_no = g.role_session_no and e.person_no is null and e.occurred_at < $3 offset 0) e
  union all
  select g.place, ${COLUMNS.calls}, false
    from theirs g cross join lateral (
      select * from role_calls c
       where c.role_session_no = g.role_session_no and c.person_no is null and c.first_at < $3 offset 0) c
  union all
  select w.place, ${COLUMNS.events}, true
    from wanted w cross join lateral (
      select * from events e
       where e.subject_user_id = w.user_id and e.occurred_at < $3
         and e.person_no is distinct from w.person_no offset 0) e
  order by place limit $4`;

function rowsOf(
  client: Queryable,
  people: readonly Person[],
  before: Instant,
  most: number | null,
): Promise<HistoryRow[]> {
  const values = parametersOf(people, before, most);
  return client
    .query<HistoryRow>({ text: EVENTS_OF, values, types: AS_TEXT })
    .then(({ rows }) => rows);
}

function parametersOf(people: readonly Person[], before: Instant, most: number | null): unknown[] {
  const arns = people.map((person) => person.identityStoreArn);
  const userIds = people.map((person) => person.userId);
  return [arns, userIds, before, most];
}

/** The events of each person before the instant, by `personKey`, in order. */
export async function eventsOfPeople(
  client: Queryable,
  people: readonly Person[],
  before: Instant,
  terms?: StoredTerms,
): Promise<Map<string, TrailEvent[]>> {
  const rows = await rowsOf(client, people, before, null);
  const events = await perPerson(client, people, [rows], before, terms);
  return new Map(people.map((person, index) => [personKey(person), events[index]!]));
}

/**
 * The events of the first people, as many of them as have at most so many events together: each in order. Of nobody when the first has
 * more. Who is not among the answers is to be asked for again.
 */
export async function eventsOfFew(
  client: Queryable,
  people: readonly Person[],
  before: Instant,
  most: number,
  terms?: StoredTerms,
): Promise<TrailEvent[][]> {
  const rows = await rowsOf(client, people, before, most + 1);
  const complete = rows.length > most ? rows.at(-1)!.place - 1 : people.length;
  const count = Math.min(complete, placesWithin(rows, most) ?? complete);
  const theirs = rows.filter((row) => row.place <= count);
  return perPerson(client, people.slice(0, count), [theirs], before, terms);
}

/**
 * As `eventsOfFew`, and of one in any case: with more than all others may have they are read alone, piece by piece, so that nobody's rows
 * are held beside theirs, nor all of theirs beside their events. `inTransaction` gives a connection within one.
 */
export async function eventsOfFirst(
  client: Queryable,
  people: readonly Person[],
  before: Instant,
  most: number,
  inTransaction: <T>(work: (client: Queryable) => Promise<T>) => Promise<T>,
  terms?: StoredTerms,
): Promise<TrailEvent[][]> {
  const events = await eventsOfFew(client, people, before, most, terms);
  if (events.length > 0 || people.length === 0) return events;
  const alone = people.slice(0, 1);
  return inTransaction((one) => perPerson(one, alone, piecesOf(one, alone, before), before, terms));
}

const ROWS_IN_A_PIECE = 5_000;

async function* piecesOf(
  client: Queryable,
  people: readonly Person[],
  before: Instant,
): AsyncGenerator<HistoryRow[]> {
  // All rows are wanted, and not the first ones soon: the plan is to be that of the statement itself.
  await client.query("set local cursor_tuple_fraction = 1");
  await client.query(
    `declare their_events no scroll cursor for ${EVENTS_OF}`,
    parametersOf(people, before, null),
  );
  const fetch = { text: `fetch ${ROWS_IN_A_PIECE} from their_events`, types: AS_TEXT };
  for (;;) {
    const { rows } = await client.query<HistoryRow>(fetch);
    if (rows.length > 0) yield rows;
    if (rows.length < ROWS_IN_A_PIECE) break;
  }
  await client.query("close their_events");
}

/** How many people have at most so many events together; null when all of them have. A row of folded calls counts for all its calls. */
function placesWithin(rows: readonly HistoryRow[], most: number): number | null {
  let events = 0;
  for (const row of rows) {
    events += eventsIn(row);
    if (events > most) return row.place - 1;
  }
  return null;
}

async function perPerson(
  client: Queryable,
  people: readonly Person[],
  pieces: AsyncIterable<HistoryRow[]> | Iterable<HistoryRow[]>,
  before: Instant,
  terms: StoredTerms = new StoredTerms(),
): Promise<TrailEvent[][]> {
  const own = people.map((): TrailEvent[] => []);
  const about = people.map((): TrailEvent[] => []);
  for await (const rows of pieces) {
    const reader = await HistoryReader.of(client, rows, terms);
    for (const row of rows) {
      const place = row.place - 1;
      const theirs = own[place]!;
      if (!row.about) reader.each(row, before, (event) => void theirs.push(event));
      else {
        reader.each(row, before, (event) => {
          if (isAbout(event, people[place]!)) about[place]!.push(withoutCaller(event));
        });
      }
    }
  }
  await addJoinedCalls(client, own, before, terms);
  return people.map((_, place) => inTheirOrder(own[place]!, about[place]!));
}

/** As `amended` gives them: each once, in order. An id is stored once, so what is read twice stands side by side in order. */
function inTheirOrder(own: TrailEvent[], about: readonly TrailEvent[]): TrailEvent[] {
  // `amended` keeps the last of two with one id: an event that is also the person's own stays theirs.
  if (about.length > 0) return amended([...about, ...own]);
  if (own.some((event) => event.addendum !== undefined)) return amended(own);
  if (isInOrder(own)) return own;
  own.sort(inTime);
  return isInOrder(own) ? own : amended(own);
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
