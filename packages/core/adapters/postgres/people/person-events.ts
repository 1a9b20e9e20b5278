/**
 * PersonEvents on Postgres: the events of `history.ts`, read piece by piece along the indexes of time, so that a person with a
 * million events costs a page what a page holds. Which role sessions are theirs is decided by everything that is stored.
 */
import type { TrailEvent } from "../../../domain/event.ts";
import type { PersonKey } from "../../../domain/person.ts";
import { isAbout } from "../../../domain/sessions/ends.ts";
import { earliest, HOUR, plus, type Instant } from "../../../domain/time.ts";
import type { EventsPiece, PersonEvents } from "../../../ports/people/person-events.ts";
import type { Database } from "../database.ts";
import {
  isJoined,
  joinedSessions,
  type JoinedSession,
  type ReadSessions,
} from "../trail/joined/calls.ts";
import { eventsOfRows, type StoredRow } from "../trail/stored-rows.ts";

const EVENT = `e.occurred_at, e.event_id, e.type_no, e.person_no, e.agent_no, e.role_session_no, e.subject_user_id,
               e.body, null::uuid[] as event_ids, null::int[] as offsets`;
const CALL = `c.first_at, null::uuid, c.type_no, c.person_no, c.agent_no, c.role_session_no, null::text,
              c.body, c.event_ids, c.offsets`;
const EVENTS_WITHIN = `e.occurred_at >= $3 and e.occurred_at < $4 order by e.occurred_at, e.event_id limit $5`;
/** Calls are folded within an hour. */
const CALLS_WITHIN = `c.first_at >= $6 and c.first_at < $4 and c.last_at >= $3 order by c.first_at limit $5`;

/** Role sessions as `history.ts` attributes them: of a group that names the person, or under a name that only they ever had. */
const WITH_THEIRS = `
  with wanted as materialized (
    select (select t.term_no from event_terms t
             where t.digest = left(encode(sha256(convert_to('person ' || $1::text || ' ' || $2::text, 'UTF8')), 'hex'), 32)::uuid) as person_no),
  theirs as materialized (
    select e.role_session_no from wanted w join events e on e.person_no = w.person_no where e.role_session_no is not null
    union
    select c.role_session_no from wanted w join role_calls c on c.person_no = w.person_no
    union
    select r.term_no
      from person_names n join event_terms r on r.kind = 'role-session' and r.name = n.user_name
     where n.identity_store_arn = $1 and n.user_id = $2
       and not exists (select 1 from person_names o
                        where o.user_name = n.user_name and (o.identity_store_arn, o.user_id) <> ($1, $2))
       and not exists (select 1 from events d where d.role_session_no = r.term_no and d.person_no is not null)
       and not exists (select 1 from role_calls d where d.role_session_no = r.term_no and d.person_no is not null))`;

const PIECE = `${WITH_THEIRS}
  select 1 as sort, x.* from (select ${EVENT} from events e
    where e.person_no = (select person_no from wanted) and ${EVENTS_WITHIN}) x
  union all
  select 2, x.* from (select ${CALL} from role_calls c
    where c.person_no = (select person_no from wanted) and ${CALLS_WITHIN}) x
  union all
  select 3, x.* from (select ${EVENT} from events e
    where e.role_session_no in (select role_session_no from theirs) and e.person_no is null and ${EVENTS_WITHIN}) x
  union all
  select 4, x.* from (select ${CALL} from role_calls c
    where c.role_session_no in (select role_session_no from theirs) and c.person_no is null and ${CALLS_WITHIN}) x
  union all
  select 5, x.* from (select ${EVENT} from events e
    where e.subject_user_id = $2 and e.person_no is distinct from (select person_no from wanted) and ${EVENTS_WITHIN}) x`;

/** What may lead to further sessions: see `trail/joined/calls.ts`. */
const LEADING = `(t.value like '%"signInSessionArn"%' or t.value like '["role-call","sts.amazonaws.com","AssumeRole",%'
                  or t.value like '["person-role-call","sts.amazonaws.com","AssumeRole",%')`;

const LEADING_OF_PERSON = `${WITH_THEIRS}
  select ${EVENT} from events e join event_terms t on t.term_no = e.type_no
   where e.person_no = (select person_no from wanted) and ${LEADING}
  union all
  select ${EVENT} from events e join event_terms t on t.term_no = e.type_no
   where e.role_session_no in (select role_session_no from theirs) and e.person_no is null and ${LEADING}
  union all
  select ${CALL} from role_calls c join event_terms t on t.term_no = c.type_no
   where (c.person_no = (select person_no from wanted)
          or c.role_session_no in (select role_session_no from theirs) and c.person_no is null) and ${LEADING}`;

const LEADING_OF_SESSIONS = `
  select ${EVENT} from events e join event_terms t on t.term_no = e.type_no
   where e.role_session_no = any($1::int[]) and e.person_no is null and ${LEADING}
  union all
  select ${CALL} from role_calls c join event_terms t on t.term_no = c.type_no
   where c.role_session_no = any($1::int[]) and c.person_no is null and ${LEADING}`;

/** In the places of the parameters of `PIECE`. */
const OF_SESSIONS = `
  select 6 as sort, x.* from (select ${EVENT} from events e
    where e.role_session_no = any($1::int[]) and e.person_no is null and $2::text is not null and ${EVENTS_WITHIN}) x
  union all
  select 7, x.* from (select ${CALL} from role_calls c
    where c.role_session_no = any($1::int[]) and c.person_no is null and ${CALLS_WITHIN}) x`;

interface PieceRow extends StoredRow {
  readonly sort: number;
}
const ABOUT = 5;
const FIRST_JOINED = 6;
/** Which sessions are joined is told by everything that is stored. */
const EVER = "9999-12-31T00:00:00.000Z" as Instant;

export class PostgresPersonEvents implements PersonEvents {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async between(
    person: PersonKey,
    from: Instant,
    to: Instant,
    rowsOfSort: number,
  ): Promise<EventsPiece> {
    const { identityStoreArn, userId } = person;
    const { pool } = this.#database;
    const within = [from, to, rowsOfSort, plus(from, -HOUR)];
    const own = await pool.query<PieceRow>(PIECE, [identityStoreArn, userId, ...within]);
    const joined = await this.#joined(person);
    const numbers = [...new Set(joined.map(({ termNo }) => termNo))];
    const others =
      numbers.length === 0
        ? []
        : (await pool.query<PieceRow>(OF_SESSIONS, [numbers, userId, ...within])).rows;
    const rows = [...own.rows, ...others];
    const end = completeBefore(rows, from, to, rowsOfSort);
    const whose = { ...person, userName: null };
    const isTheirs = (row: PieceRow, event: TrailEvent) =>
      row.sort < FIRST_JOINED
        ? row.sort !== ABOUT || isAbout(event, whose)
        : joined.some((one) => one.termNo === row.role_session_no && isJoined(event, one));
    const events = await eventsOfRows(pool, rows);
    return {
      completeBefore: end,
      events: rows.flatMap((row, index) =>
        events[index]!.filter(
          (event) => event.occurredAt >= from && event.occurredAt < end && isTheirs(row, event),
        ),
      ),
    };
  }

  async #joined({ identityStoreArn, userId }: PersonKey): Promise<JoinedSession[]> {
    const { pool } = this.#database;
    const { rows } = await pool.query<StoredRow>(LEADING_OF_PERSON, [identityStoreArn, userId]);
    if (rows.length === 0) return [];
    const read: ReadSessions = async (numbers) =>
      (await pool.query<StoredRow>(LEADING_OF_SESSIONS, [numbers])).rows;
    const leading = (await eventsOfRows(pool, rows)).flat();
    return joinedSessions(pool, [leading], { before: EVER, read });
  }
}

/** A sort that gave as many rows as were asked for may have more from its last one on. */
function completeBefore(
  rows: readonly PieceRow[],
  from: Instant,
  to: Instant,
  limit: number,
): Instant {
  const counts = new Map<number, { count: number; last: Instant }>();
  for (const { sort, occurred_at: at } of rows) {
    const known = counts.get(sort);
    if (known === undefined) counts.set(sort, { count: 1, last: at });
    else counts.set(sort, { count: known.count + 1, last: at > known.last ? at : known.last });
  }
  const full = [...counts.values()].filter(({ count }) => count >= limit).map(({ last }) => last);
  const end = earliest(to, ...full)!;
  return end < from ? from : end;
}
