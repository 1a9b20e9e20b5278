/**
 * Whom new calls concern although neither they nor their role session need name anybody: those whose sessions issued the calling session,
 * or share its sign-in session. Followed through what ties sessions, which is stored before any event, so that neither the order of
 * arrival nor a sweep under way hides anybody. It names rather too many than too few; judging tells.
 */
import type pg from "pg";
import type { TrailEvent } from "../../../../domain/event.ts";
import { personFrom, sessionFrom } from "../../../../domain/trail/stored-event/parsed-terms.ts";
import { sessionTerm, userNameOf } from "../../../../domain/trail/stored-event.ts";
import { sessionNames, signInName, tieFrom } from "./ties.ts";
import { digestOf } from "../terms.ts";

type Queryable = Pick<pg.PoolClient, "query">;

export interface Touched {
  readonly arn: string;
  readonly user_id: string;
}

/** Call it with the people locked (`lockPeople`) and the events appended. */
export async function touchedByJoining(
  client: Queryable,
  events: readonly TrailEvent[],
): Promise<Touched[]> {
  const ends = new Ends();
  for (const event of events) {
    // Whoever is named by a permission set's session has it already, and nobody else loses it.
    if (event.person !== null && event.kind !== "person-role-call") continue;
    if (event.signInSessionArn !== undefined) ends.signIn(event.signInSessionArn);
    if (event.kind === "person-role-call") ends.roleSession(sessionTerm(event.session));
  }
  if (ends.unasked.size === 0) return [];
  await follow(client, ends);
  const people = [...ends.people, ...(await namedBy(client, ends))].map(personFrom);
  return people.map(({ identityStoreArn: arn, userId }) => ({ arn, user_id: userId }));
}

/** The ends of ties that were come by. */
class Ends {
  /** Names of ties that were not looked up yet. */
  unasked = new Set<string>();
  readonly asked = new Set<string>();
  readonly roleSessions = new Set<string>();
  readonly people = new Set<string>();

  signIn(arn: string): void {
    this.#ask(signInName(arn));
  }

  /** A permission set's session leads no further: it is somebody's by its name or by a record. */
  roleSession(term: string): void {
    if (this.roleSessions.has(term)) return;
    this.roleSessions.add(term);
    const session = sessionFrom(term);
    if (session.permissionSetName === null)
      sessionNames(session).forEach((name) => this.#ask(name));
  }

  #ask(name: string): void {
    if (!this.asked.has(name)) this.unasked.add(name);
  }
}

async function follow(client: Queryable, ends: Ends): Promise<void> {
  while (ends.unasked.size > 0) {
    const names = [...ends.unasked];
    for (const name of names) ends.asked.add(name);
    ends.unasked = new Set();
    const { rows } = await client.query<{ value: string }>(
      "select value from event_terms where kind = 'role-session' and name = any($1)",
      [names],
    );
    for (const { value } of rows) {
      const { roleSession, signInSessionArn, person } = tieFrom(value);
      if (person !== null) ends.people.add(person);
      if (signInSessionArn !== null) ends.signIn(signInSessionArn);
      if (roleSession !== null) ends.roleSession(roleSession);
    }
  }
}

/** Terms of the people whom a record of one of the sessions names, or whose name one of them has. */
async function namedBy(client: Queryable, { roleSessions }: Ends): Promise<string[]> {
  const terms = [...roleSessions];
  const names = terms.flatMap((term) => userNameOf(sessionFrom(term)) ?? []);
  const { rows } = await client.query<{ value: string }>(
    `with sessions as materialized (
       select t.term_no from unnest($1::uuid[]) as w(digest) join event_terms t using (digest)),
     named as (
       select e.person_no from sessions s join events e on e.role_session_no = s.term_no where e.person_no is not null
       union
       select c.person_no from sessions s join role_calls c on c.role_session_no = s.term_no where c.person_no is not null)
     select t.value from named n join event_terms t on t.term_no = n.person_no
     union
     select n.identity_store_arn || ' ' || n.user_id from person_names n where n.user_name = any($2)`,
    [terms.map((term) => digestOf(`role-session ${term}`)), names],
  );
  return rows.map(({ value }) => value);
}
