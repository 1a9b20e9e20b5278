/** One person with very many events costs no more than their own window: everybody is judged, and memory holds little besides. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Pool, PoolClient, QueryResult } from "pg";
import type { Database } from "#core/adapters/postgres/database";
import { PostgresPersonHistory } from "#core/adapters/postgres/people/person-history";
import { personKey } from "#core/domain/person";
import { DigestOfSessions } from "#core/flows/replay";
import { call, signIn, STORE, USER } from "#test/support/records";
import { openStand, trailFile, type Stand } from "../ingest/stand.ts";

const CALLS = 200_000;
const OTHERS = 50;
/** Of each of the others: together more than is read at once. */
const CALLS_OF_OTHERS = 250;
/** A portal session and a role session of each of the others, and the one role session. */
const SESSIONS = 2 * OTHERS + 1;
/** Rows that are read at once of several people; one more tells that there are more. */
const ROWS_AT_ONCE = 10_000;
/** What one person's events and rows take while they are judged, and half as much again. */
const MOST_MIB = 240;

let stand: Stand;
beforeAll(async () => {
  stand = await openStand();
  const others = Array.from({ length: OTHERS }, (_, index) => index);
  await stand.ingest(
    trailFile(
      // Kept whole, because it was refused: the rows below are more of it.
      call("2026-11-01T08:00:00Z", "2026-11-01T07:30:00Z", { errorCode: "AccessDenied" }),
      ...others.map((index) =>
        signIn("2026-11-09T07:00:00Z", {
          userIdentity: {
            type: "IdentityCenterUser",
            onBehalfOf: { userId: otherUser(index), identityStoreArn: STORE },
          },
          additionalEventData: { UserName: `person-${index}@corp.example` },
        }),
      ),
    ),
  );
  await stand.database.pool.query(
    `with shown as (select * from events where role_session_no is not null),
          calls as (
            select person_no, $1 - 1 as calls from shown
            union all
            select distinct e.person_no, $2::int from events e where e.role_session_no is null)
     insert into events (occurred_at, event_id, type_no, person_no, agent_no, role_session_no, administrative, body)
     select s.occurred_at + n * interval '1 second', gen_random_uuid(), s.type_no, c.person_no, s.agent_no, s.role_session_no, false, s.body
       from shown s, calls c, generate_series(1, c.calls) as n`,
    [CALLS, CALLS_OF_OTHERS],
  );
});
afterAll(() => stand.drop());

/** Before and after the person with many events, in the order of the key. */
const otherUser = (index: number) =>
  `${index % 2 === 0 ? "a" : "e"}4e8f4a8-10d1-70ab-9f00-${index.toString(16).padStart(12, "0")}`;

/** By how much the process came to be larger than it is now, at the most, in MiB. */
async function growth(work: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage.rss();
  await work();
  return process.resourceUsage().maxRSS / 1_024 - before / 1_048_576;
}

test("everybody is judged, in memory for one person's events", async () => {
  let sessions = 0;
  const grown = await growth(async () => {
    ({ sessions } = await stand.replay());
  });
  expect(sessions).toBe(SESSIONS);
  expect(grown).toBeLessThan(MOST_MIB);
}, 60_000);

test("nobody's events are read with theirs, and nobody is left out or read twice", async () => {
  const { database, largest } = watched(stand.database);
  const read = new Map<string, number>();
  for await (const { person, events } of new PostgresPersonHistory(database).everybody(stand.now)) {
    expect(read.has(personKey(person))).toBe(false);
    read.set(personKey(person), events.length);
  }
  expect(read.get(personKey({ identityStoreArn: STORE, userId: USER }))).toBe(CALLS);
  const others = [...read.values()].filter((events) => events === CALLS_OF_OTHERS + 1);
  expect(others).toHaveLength(OTHERS);
  expect(largest()).toBeLessThanOrEqual(ROWS_AT_ONCE + 1);
}, 60_000);

test("a sweep judges everybody, and stores what a rebuild gives", async () => {
  const grown = await growth(async () => {
    const { judged } = await stand.sweep();
    expect(judged).toBe(OTHERS + 1);
  });
  const digest = new DigestOfSessions();
  for (const session of await stand.sessions()) digest.add(session);
  const stored = digest.finish();
  expect(stored.sessions).toBe(SESSIONS);
  expect(stored.digest).toBe((await stand.replay()).digest);
  expect(grown).toBeLessThan(MOST_MIB);
}, 60_000);

/** The same database, and how many rows a statement gave at the most. */
function watched({ pool, ...rest }: Database): { database: Database; largest: () => number } {
  let most = 0;
  type Client = Pick<PoolClient, "query">;
  const counting =
    (client: Client) =>
    async (text: string, values?: unknown[]): Promise<QueryResult> => {
      const result = await client.query(text, values);
      most = Math.max(most, result.rows.length);
      return result;
    };
  const connect = async () => {
    const client = await pool.connect();
    return { query: counting(client), release: (broken?: Error) => client.release(broken) };
  };
  // Of the pool nothing else is used by what is watched.
  const database = { ...rest, pool: { query: counting(pool), connect } as unknown as Pool };
  return { database, largest: () => most };
}
