/** Somebody with very many events is judged on a lease: nobody waits for it, nothing that came meanwhile is lost, no failure either. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Database } from "#core/adapters/postgres/database";
import { PostgresSweepStore } from "#core/adapters/postgres/people/sweep-store";
import { HOUR, instant, plus, type Instant } from "#core/domain/time";
import type { DuePerson, Judgement } from "#core/ports/sweep-store";
import { call, portal } from "#test/support/records";
import { NOW, openStand, trailFile, type Stand } from "../ingest/stand.ts";

const CALLS = 10_050;
const now = instant(NOW);
const from = { now, snapshotTakenAt: null };

let stand: Stand;
beforeAll(async () => {
  stand = await openStand();
});
beforeEach(async () => {
  await stand.clear();
  await stand.ingest(
    trailFile(call("2026-11-01T08:00:00Z", "2026-11-01T07:30:00Z", { errorCode: "AccessDenied" })),
  );
  await stand.database.pool.query(
    `insert into events (occurred_at, event_id, type_no, person_no, agent_no, role_session_no, administrative, body)
     select e.occurred_at + n * interval '1 second', gen_random_uuid(), e.type_no, e.person_no, e.agent_no, e.role_session_no, false, e.body
       from events e, generate_series(1, $1) as n`,
    [CALLS],
  );
});
afterAll(() => stand.drop());

/** The stand's database, and what to do before a connection is taken for the nth time: 1 claims, 2 reads, 3 writes. */
function interrupted(nth: number, meanwhile: () => Promise<unknown>): Database {
  const { pool } = stand.database;
  let taken = 0;
  const connect = async () => {
    taken += 1;
    if (taken === nth) await meanwhile();
    return pool.connect();
  };
  return {
    ...stand.database,
    pool: { connect, query: pool.query.bind(pool) } as unknown as Database["pool"],
  };
}

const nothing = (due: readonly DuePerson[]): Judgement[] =>
  due.map(() => ({
    sessions: [],
    residuals: [],
    usage: new Map(),
    reconciliation: { opened: [], refreshed: [], resolved: [], unchanged: [] },
    nextDecisionAt: null,
  }));

async function dueAt(): Promise<Instant | null> {
  const { rows } = await stand.database.pool.query<{ due_at: Instant | null }>(
    "select due_at from people",
  );
  return rows[0]!.due_at;
}

test("while they are judged nobody else judges them, and what makes them due again is stored at once", async () => {
  let others = -1;
  const store = new PostgresSweepStore(
    interrupted(3, async () => {
      others = await new PostgresSweepStore(stand.database).sweep(from, 10, [], nothing);
      await stand.ingest(trailFile(portal("2026-11-09T07:00:05Z", "Authenticate")));
    }),
  );
  const seen: number[] = [];
  const judged = await store.sweep(from, 10, [], (due) => {
    seen.push(...due.map(({ events }) => events.length));
    return nothing(due);
  });
  expect([judged, others, seen]).toEqual([1, 0, [CALLS + 1]]);
  // Not at `now`: the same run does not judge them twice.
  expect(await dueAt()).toBe(plus(now, 1));
});

test("where nothing came meanwhile they are due no more", async () => {
  const store = new PostgresSweepStore(stand.database);
  expect(await store.sweep(from, 10, [], nothing)).toBe(1);
  expect(await dueAt()).toBeNull();
  expect(await store.sweep(from, 10, [], nothing)).toBe(0);
});

test("a judgement that fails leaves them due at once, and writes nothing", async () => {
  const store = new PostgresSweepStore(stand.database);
  const failing = () => {
    throw new Error("a judgement that fails");
  };
  await expect(store.sweep(from, 10, [], failing)).rejects.toThrow("a judgement that fails");
  expect(await dueAt()).toBe(now);
  expect((await stand.sweep()).judged).toBe(1);
});

test("a sweep that was killed leaves them due when its lease is over", async () => {
  let meanwhile: Instant | null = null;
  const killed = new PostgresSweepStore(
    interrupted(2, async () => {
      meanwhile = await dueAt();
    }),
  );
  await killed.sweep(from, 10, [], nothing);
  expect(meanwhile! > now).toBe(true);
  expect(meanwhile! < plus(now, HOUR)).toBe(true);
});

test("of two that judged them at once the second writes nothing", async () => {
  let late = false;
  const store = new PostgresSweepStore(
    interrupted(3, async () => {
      // As after the end of the lease.
      await stand.database.pool.query("update people set due_at = $1", [now]);
      await stand.sweep();
      late = true;
    }),
  );
  expect(await store.sweep(from, 10, [], nothing)).toBe(0);
  expect(late).toBe(true);
  expect((await stand.sessions()).map(({ kind }) => kind)).toEqual(["role"]);
});
