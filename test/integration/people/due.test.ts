/** Whoever is touched by what was stored is judged by it, whatever runs beside: nobody's mark is lost to a sweep under way. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { markPeopleDue } from "#core/adapters/postgres/trail/people-due";
import { transaction } from "#core/adapters/postgres/transaction";
import { PostgresSweepStore } from "#core/adapters/postgres/people/sweep-store";
import { instant, MINUTE, plus, SECOND, type Instant } from "#core/domain/time";
import { decodeRecord } from "#core/domain/trail/decode";
import type { DuePerson, Judgement } from "#core/ports/sweep-store";
import { assumeRole, call, record, signIn, USER } from "#test/support/records";
import { snapshot, user } from "#test/unit/access/directory-facts";
import { NOW, openStand, trailFile, type Stand } from "../ingest/stand.ts";

let stand: Stand;
let sweeps: PostgresSweepStore;
beforeAll(async () => {
  stand = await openStand();
  sweeps = new PostgresSweepStore(stand.database);
});
beforeEach(async () => {
  await stand.clear();
  await stand.database.pool.query("truncate access_snapshots cascade");
});
afterAll(() => stand.drop());

const nothing = (due: readonly DuePerson[]): Judgement[] =>
  due.map(() => ({
    sessions: [],
    residuals: [],
    usage: new Map(),
    reconciliation: { opened: [], refreshed: [], resolved: [], unchanged: [] },
    nextDecisionAt: null,
  }));

const sweepAt = (now: Instant, judge = nothing) =>
  sweeps.sweep({ now, snapshotTakenAt: null }, 25, [], judge);

async function due(): Promise<(Instant | null)[]> {
  const { rows } = await stand.database.pool.query<{ due_at: Instant | null }>(
    "select due_at from people order by user_id",
  );
  return rows.map((row) => row.due_at);
}

/** Waits until some connection waits for a lock that another holds. */
async function somebodyWaits(): Promise<void> {
  for (;;) {
    const { rows } = await stand.database.pool.query(
      "select 1 from pg_locks where not granted limit 1",
    );
    if (rows.length > 0) return;
  }
}

test("a person whom an event touches by name while a sweep judges them is due again afterwards", async () => {
  await stand.ingest(trailFile(signIn("2026-11-09T08:00:00Z")));
  const client = await stand.database.pool.connect();
  await client.query("begin");
  await client.query("select 1 from people for update");
  const appended = stand.ingest(trailFile(assumeRole("2026-11-09T09:00:00Z")));
  await somebodyWaits();
  await client.query("update people set due_at = null");
  await client.query("commit");
  client.release();
  await appended;
  expect(await due()).toEqual([stand.now]);
});

test("a call of administration from a role session makes the person due whose name the session has", async () => {
  await stand.ingest(trailFile(signIn("2026-11-09T08:00:00Z")));
  await stand.sweep();
  const administration = call(
    "2026-11-09T09:00:00Z",
    "2026-11-09T08:30:00Z",
    { eventSource: "sso.amazonaws.com", eventName: "CreatePermissionSet" },
    false,
  );
  await stand.ingest(trailFile(administration));
  await stand.sweep();
  const sessions = await stand.sessions();
  expect(sessions.map((session) => session.kind).toSorted()).toEqual(["portal", "role"]);
});

test("a session that only a refused call attributes grows with its later calls", async () => {
  const issuedAt = "2026-11-09T08:30:00Z";
  await stand.ingest(
    trailFile(call("2026-11-09T08:40:00Z", issuedAt, { errorCode: "AccessDenied" })),
  );
  await stand.sweep();
  await stand.ingest(trailFile(call("2026-11-09T08:50:00Z", issuedAt, {}, false)));
  await stand.sweep();
  expect((await stand.sessions()).map((session) => session.eventIds.length)).toEqual([2]);
});

test("a role session issued a few seconds ahead of the clock is judged when its time has come", async () => {
  const ahead = plus(stand.now, 5 * SECOND);
  await stand.ingest(trailFile(signIn("2026-11-09T08:00:00Z"), signIn("2099-01-01T00:00:00Z")));
  await stand.ingest(trailFile(assumeRole(ahead)));
  await stand.sweep();
  expect(await due()).toEqual([plus(ahead, 1)]);
});

test("an event about a person that came after a long sweep had begun is judged by the next", async () => {
  const began = instant(NOW - 10 * MINUTE);
  await stand.ingest(trailFile(signIn("2026-11-09T08:00:00Z")));
  await stand.database.pool.query("update people set due_at = $1", [began]);
  const disabled = record("2026-11-09T09:55:00Z", "sso-directory.amazonaws.com", "DisableUser", {
    userIdentity: { type: "AWSService" },
    requestParameters: { userId: USER },
  });
  await stand.ingest(trailFile(disabled));
  await sweepAt(began);
  expect(await due()).toEqual([instant(Date.parse("2026-11-09T09:55:00Z") + 1)]);
});

test("who is judged by a directory older than the newest crawl stays due, and not within the same run", async () => {
  await stand.ingest(trailFile(signIn("2026-11-09T08:00:00Z")));
  const crawled = snapshot({ users: [user("ann")] });
  const access = new PostgresAccessStore(stand.database);
  await access.publish("snp_1", crawled, {}, instant(NOW - MINUTE), instant(NOW - SECOND));
  expect(await sweepAt(stand.now)).toBe(2);
  expect(await sweepAt(stand.now)).toBe(0);
  expect(await due()).toEqual([plus(stand.now, 1), plus(stand.now, 1)]);
});

test("a crawl and an append that touch the same people in another order both end", async () => {
  const users = ["ann", "zoe"].map((userId) => user(userId));
  const access = new PostgresAccessStore(stand.database);
  const { database, now } = stand;
  await access.publish("snp_1", snapshot({ users }), {}, instant(NOW - MINUTE), instant(NOW));
  const about = (userId: string) => {
    const decoded = decodeRecord(
      record("2026-11-09T09:00:00Z", "identitystore.amazonaws.com", "UpdateUser", {
        userIdentity: { type: "AWSService" },
        requestParameters: { userId },
      }),
    );
    return decoded.outcome === "event" ? [decoded.event] : [];
  };
  const renamed = users.map((one) => ({ ...one, userName: `${one.userId}-renamed` }));
  const crawled = await transaction(database, async (client) => {
    await markPeopleDue(client, about("zoe"), now);
    const at = plus(now, SECOND);
    const crawl = access.publish("snp_2", snapshot({ users: renamed }), {}, at, at);
    await somebodyWaits();
    await markPeopleDue(client, about("ann"), now);
    return () => crawl;
  });
  await expect(crawled()).resolves.toEqual({ opened: 2, closed: 2 });
});

test("a change of the configuration that is read late makes due whom it came before, and nobody else", async () => {
  await stand.ingest(trailFile(signIn("2026-11-09T08:00:00Z")));
  await stand.sweep();
  const before = await due();
  expect(before).not.toEqual([stand.now]);
  const changed = (at: string) =>
    record(at, "sso.amazonaws.com", "UpdateSSOConfiguration", {
      userIdentity: { type: "AssumedRole", arn: "arn:aws:sts::111122223333:assumed-role/admin/x" },
    });
  await stand.ingest(trailFile(changed("2026-11-09T08:00:01Z")));
  expect(await due()).toEqual(before);
  await stand.ingest(trailFile(changed("2026-11-09T07:59:59Z")));
  expect(await due()).toEqual([stand.now]);
});
