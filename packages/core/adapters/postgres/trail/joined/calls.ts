/**
 * The calls that are a person's though no record of their role session names anybody: of a session that one of theirs issued (role
 * chaining), and of a sign-in session that one of their calls carries. A function of what is stored before an instant, whatever came
 * first. A session that names somebody is theirs and nobody's by inference; calls that show neither key stay nobody's.
 */
import type pg from "pg";
import type { TrailEvent } from "../../../../domain/event.ts";
import type { Instant } from "../../../../domain/time.ts";
import { sessionFrom } from "../../../../domain/trail/stored-event/parsed-terms.ts";
import { isOfIssue, issueOf, signInName, termsOfIssued, tieFrom, type Issue } from "./ties.ts";
import { eventsOfRows, type StoredRow, type StoredTerms } from "../stored-rows.ts";
import { digestOf } from "../terms.ts";

type Queryable = Pick<pg.PoolClient, "query">;

/** A role session that may be somebody's: all of it, or the calls of one issue. */
interface Wanted {
  readonly place: number;
  readonly roleSession: string;
  readonly issue: Issue | null;
}

/** A role session that is one of the asked people's. */
export interface JoinedSession extends Wanted {
  readonly termNo: number;
}

/** Reads events of role sessions, by their numbers. */
export type ReadSessions = (termNos: readonly number[]) => Promise<readonly StoredRow[]>;

/**
 * Adds to each list what is joined to its events, until nothing more is: a session that another took may take a third. Events that were
 * there already may come again.
 */
export async function addJoinedCalls(
  client: Queryable,
  own: readonly TrailEvent[][],
  before: Instant,
  terms?: StoredTerms,
): Promise<void> {
  const read: ReadSessions = async (termNos) =>
    (await client.query<StoredRow>(CALLS_OF, [termNos, before])).rows;
  await joinedSessions(
    client,
    own,
    { before, read, ...(terms === undefined ? {} : { terms }) },
    (place, events) => {
      for (const event of events) own[place]!.push(event);
    },
  );
}

export interface JoinOptions {
  readonly before: Instant;
  /** What is read of the sessions; further ones are found by what it answers. */
  readonly read: ReadSessions;
  readonly terms?: StoredTerms;
}

/** Every session joined to the people's events, each person's place being that of their list. */
export async function joinedSessions(
  client: Queryable,
  own: readonly (readonly TrailEvent[])[],
  { before, read, terms }: JoinOptions,
  found: (place: number, events: readonly TrailEvent[]) => void = () => undefined,
): Promise<JoinedSession[]> {
  const joined: JoinedSession[] = [];
  const asked = new Set<string>();
  let fresh: readonly (readonly TrailEvent[])[] = own;
  for (;;) {
    const wanted = (await wantedBy(client, fresh)).filter((one) => isNew(asked, one));
    if (wanted.length === 0) return joined;
    const sessions = await unnamedSessions(client, wanted, before);
    joined.push(...sessions);
    const next = own.map((): TrailEvent[] => []);
    for (const { place, event } of await eventsOf(client, sessions, {
      before,
      read,
      ...(terms === undefined ? {} : { terms }),
    }))
      next[place]!.push(event);
    next.forEach((events, place) => found(place, events));
    fresh = next;
  }
}

function isNew(asked: Set<string>, { place, roleSession, issue }: Wanted): boolean {
  const key = JSON.stringify([place, roleSession, issue?.issuedAt, issue?.accessKeyId]);
  return !asked.has(key) && asked.add(key).size > 0;
}

async function wantedBy(
  client: Queryable,
  lists: readonly (readonly TrailEvent[])[],
): Promise<Wanted[]> {
  const wanted: Wanted[] = [];
  const byName = new Map<string, Set<number>>();
  lists.forEach((events, place) => {
    for (const event of events) {
      const { signInSessionArn: arn } = event;
      if (arn !== undefined) {
        const name = signInName(arn);
        const places = byName.get(name);
        if (places === undefined) byName.set(name, new Set([place]));
        else places.add(place);
      }
      const issue = issueOf(event);
      if (issue === null) continue;
      for (const roleSession of termsOfIssued(issue)) wanted.push({ place, roleSession, issue });
    }
  });
  if (byName.size === 0) return wanted;
  const { rows } = await client.query<{ name: string; value: string }>(
    "select name, value from event_terms where kind = 'role-session' and name = any($1) order by term_no",
    [[...byName.keys()]],
  );
  for (const { name, value } of rows) {
    const { roleSession, person } = tieFrom(value);
    if (roleSession === null || person !== null) continue;
    for (const place of byName.get(name)!) wanted.push({ place, roleSession, issue: null });
  }
  return wanted;
}

/** Those of the sessions that are stored and of which no record names anybody. */
async function unnamedSessions(
  client: Queryable,
  wanted: readonly Wanted[],
  before: Instant,
): Promise<JoinedSession[]> {
  const { rows } = await client.query<{ digest: string; term_no: number }>(
    `select replace(t.digest::text, '-', '') as digest, t.term_no
       from unnest($1::uuid[]) as w(digest) join event_terms t using (digest)
      where not exists (select 1 from events e
                         where e.role_session_no = t.term_no and e.person_no is not null and e.occurred_at < $2)
        and not exists (select 1 from role_calls c
                         where c.role_session_no = t.term_no and c.person_no is not null and c.first_at < $2)`,
    [[...new Set(wanted.map(digestOfSession))], before],
  );
  const numbers = new Map(rows.map((row) => [row.digest, row.term_no]));
  return wanted.flatMap((one) => {
    const termNo = numbers.get(digestOfSession(one));
    return termNo === undefined ? [] : [{ ...one, termNo }];
  });
}

function digestOfSession({ roleSession }: Wanted): string {
  return digestOf(`role-session ${roleSession}`);
}

async function eventsOf(
  client: Queryable,
  sessions: readonly JoinedSession[],
  { before, read, terms }: JoinOptions,
): Promise<{ place: number; event: TrailEvent }[]> {
  if (sessions.length === 0) return [];
  const rows = await read([...new Set(sessions.map(({ termNo }) => termNo))]);
  const events = await eventsOfRows(client, rows, terms);
  const ofTerm = new Map<number, JoinedSession[]>();
  for (const session of sessions) {
    const others = ofTerm.get(session.termNo);
    if (others === undefined) ofTerm.set(session.termNo, [session]);
    else others.push(session);
  }
  return rows.flatMap((row, index) =>
    (ofTerm.get(row.role_session_no!) ?? []).flatMap((session) =>
      events[index]!.filter((event) => event.occurredAt < before && isJoined(event, session)).map(
        (event) => ({ place: session.place, event }),
      ),
    ),
  );
}

/** Whether a call of the session's term is of the session itself. */
export function isJoined(event: TrailEvent, { roleSession, issue }: JoinedSession): boolean {
  return issue === null || isOfIssue(event, sessionFrom(roleSession), issue);
}

/** Calls that name nobody, of the role sessions with these numbers. */
const CALLS_OF = `
  select e.occurred_at, e.event_id, e.type_no, e.person_no, e.agent_no, e.role_session_no, e.subject_user_id, e.body,
         null::uuid[] as event_ids, null::int[] as offsets
    from events e where e.role_session_no = any($1::int[]) and e.person_no is null and e.occurred_at < $2
  union all
  select c.first_at, null, c.type_no, c.person_no, c.agent_no, c.role_session_no, null, c.body, c.event_ids, c.offsets
    from role_calls c where c.role_session_no = any($1::int[]) and c.person_no is null and c.first_at < $2`;
