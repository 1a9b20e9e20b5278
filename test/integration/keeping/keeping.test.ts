import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { PostgresRecordStore } from "#core/adapters/postgres/trail/record-batches";
import {
  PostgresTrailStore,
  type TrailStoreOptions,
} from "#core/adapters/postgres/trail/trail-store";
import { eventsOfPeople } from "#core/adapters/postgres/people/history";
import type { TrailEvent } from "#core/domain/event";
import { sha256 } from "#core/domain/ids";
import { instant } from "#core/domain/time";
import { decodeRecord } from "#core/domain/trail/decode";
import { ingestFiles } from "#core/flows/ingest/ingest-files";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import { call, NAME, portal, signIn, STORE, USER } from "#test/support/records";

const NOW = Date.UTC(2026, 10, 20);
const ISSUED = "2026-11-02T08:00:00Z";
const ADA = { identityStoreArn: STORE, userId: USER, userName: NAME };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query(
    "truncate events, role_calls, record_batches, event_ids, trail_files, people, person_names, coverage, revocations cascade",
  );
});

async function ingest(records: readonly unknown[], options: TrailStoreOptions = {}, now = NOW) {
  const bytes = Buffer.from(JSON.stringify({ Records: records }));
  const store = new PostgresTrailStore(database, options);
  const [outcome] = await ingestFiles([{ path: "trail.json", bytes }], store, { now: () => now });
  if ("refused" in outcome!) throw outcome.refused;
  return { receipt: outcome!.receipt, sha256: sha256(bytes) };
}

async function count(table: string): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>(`select count(*) as n from ${table}`);
  return rows[0]!.n;
}

async function hers(): Promise<TrailEvent[]> {
  const events = await eventsOfPeople(database.pool, [ADA], instant(NOW));
  return [...events.values()].flat();
}

const idOf = (record: Record<string, unknown>) => record["eventID"] as string;
const eventOf = (record: unknown) => {
  const decoded = decodeRecord(record);
  if (decoded.outcome !== "event") throw new Error(decoded.reason);
  return decoded.event;
};

describe("calls of a permission set's role", () => {
  const calls = ["08:01:00", "08:02:00", "08:59:59", "09:00:00"].map((at) =>
    call(`2026-11-02T${at}Z`, ISSUED),
  );

  test("are appended, kept without their record and read back as the events they were", async () => {
    const { receipt } = await ingest(calls);
    expect(receipt).toMatchObject({ records: 4, appended: 4, duplicates: 0 });
    expect([await count("events"), await count("role_calls"), await count("event_ids")]).toEqual([
      0, 2, 4,
    ]);
    expect(await hers()).toEqual(calls.map(eventOf));
  });

  test("count once, however the batches are cut and whatever comes again", async () => {
    await ingest(calls.slice(0, 2));
    const { receipt } = await ingest([...calls.slice(1), calls[3]!]);
    expect(receipt).toMatchObject({ records: 4, appended: 2, duplicates: 2 });
    expect(await hers()).toEqual(calls.map(eventOf));
  });

  test("with another content under the same id are a conflict", async () => {
    await ingest(calls);
    const forged = { ...calls[0]!, sourceIPAddress: "203.0.113.66" };
    const { receipt } = await ingest([forged]);
    expect(receipt).toMatchObject({ appended: 0, duplicates: 0, undecodable: 1 });
  });

  test("keep their record when told to", async () => {
    await ingest(calls, { keepCalls: true });
    expect([await count("events"), await count("role_calls")]).toEqual([4, 0]);
  });

  test("keep their record when they were denied or opened a further session", async () => {
    await ingest([
      call("2026-11-02T08:01:00Z", ISSUED, { errorCode: "AccessDenied", errorMessage: "no" }),
      call("2026-11-02T08:02:00Z", ISSUED, {
        eventSource: "sts.amazonaws.com",
        eventName: "AssumeRole",
      }),
    ]);
    expect([await count("events"), await count("role_calls")]).toEqual([2, 0]);
  });

  test("keep their record while their person is under a revocation, by id and by the session's name", async () => {
    await ingest([signIn("2026-11-02T07:59:00Z")]);
    await database.pool.query(
      `insert into revocations (id, identity_store_arn, user_id, reason, requested_by, requested_at, plan, approval_needed)
       values ('rev_1', $1, $2, 'test', 'test', $3, '{}', false)`,
      [STORE, USER, instant(NOW)],
    );
    const unnamed = call("2026-11-02T08:30:00Z", ISSUED, {}, false);
    await ingest([calls[0]!, unnamed]);
    expect([await count("events"), await count("role_calls")]).toEqual([3, 0]);
    await database.pool.query("update revocations set settled = true");
    await ingest([calls[1]!]);
    expect(await count("role_calls")).toBe(1);
  });
});

describe("the way back to the record", () => {
  test("leads to the redacted record, its file and its place", async () => {
    const records = [
      portal("2026-11-02T08:00:00Z", "ListAccounts"),
      signIn("2026-11-02T08:00:01Z"),
    ];
    const { sha256: digest } = await ingest(records);
    const found = await new PostgresRecordStore(database).record(idOf(records[1]!));
    expect(found!.kept).toMatchObject({
      position: 1,
      origin: `file:${digest}`,
      file: { path: "trail.json", sha256: digest, digestVerdict: null },
    });
    expect(found!.kept!.record).toMatchObject({ eventName: "UserAuthentication" });
    expect(JSON.stringify(found!.kept!.record)).not.toContain("SECRETCODE");
  });

  test("says of a folded call that it is known and its record is not kept, and knows no other id", async () => {
    const one = call("2026-11-02T08:01:00Z", ISSUED);
    await ingest([one]);
    const store = new PostgresRecordStore(database);
    expect(await store.record(idOf(one))).toEqual({
      eventId: idOf(one),
      occurredAt: "2026-11-02T08:01:00.000Z",
      kept: null,
    });
    expect(await store.record("00000000-0000-4000-8000-ffffffffffff")).toBeNull();
  });
});

describe("retention", () => {
  const old = () => [
    signIn("2026-01-15T08:00:00Z"),
    call("2026-01-15T08:01:00Z", "2026-01-15T08:00:00Z"),
  ];

  test("drops whole months with the ids of their events, and what comes again is ignored with that reason", async () => {
    const records = [...old(), signIn("2026-11-02T08:00:00Z")];
    await ingest(records);
    const store = new PostgresTrailStore(database, { retentionDays: 100 });
    expect(await store.forget(instant(NOW))).toBeGreaterThan(0);
    expect([await count("event_ids"), await count("events"), await count("role_calls")]).toEqual([
      1, 1, 0,
    ]);
    const { receipt } = await ingest([...records, portal("2026-11-02T09:00:00Z", "Logout")], {
      retentionDays: 100,
    });
    expect(receipt).toMatchObject({
      appended: 1,
      duplicates: 1,
      ignoredByReason: { "older-than-retention": 2 },
    });
  });

  test("keeps a month of which a day is still within it, and everything where none is set", async () => {
    await ingest([signIn("2026-08-20T08:00:00Z"), signIn("2026-07-20T08:00:00Z")]);
    await new PostgresTrailStore(database, { retentionDays: 100 }).forget(
      instant(Date.UTC(2026, 10, 20)),
    );
    expect(await count("event_ids")).toBe(1);
    await ingest(old());
    expect(await new PostgresTrailStore(database).forget(instant(NOW))).toBe(0);
    expect(await count("event_ids")).toBe(3);
  });

  test("never forgets the youngest 90 days, whoever asks", async () => {
    const { rows } = await database.pool.query<{ now: string }>("select now() as now");
    await ingest([signIn(`${rows[0]!.now.slice(0, 19)}Z`)]);
    await database.pool.query("select curfew_forget_months(now() + interval '10 years')");
    expect(await count("event_ids")).toBe(1);
  });
});

describe("months", () => {
  test("of one id with two times, the second is a conflict, although it lies in another partition", async () => {
    const one = signIn("2026-10-31T23:59:59Z");
    await ingest([one]);
    const { receipt } = await ingest([{ ...one, eventTime: "2026-11-01T00:00:00Z" }]);
    expect(receipt).toMatchObject({ appended: 0, undecodable: 1 });
  });

  test("that lie ahead are not made, and what they hold is found and moves when they come", async () => {
    const ahead = signIn("2031-03-05T08:00:00Z");
    await ingest([ahead]);
    expect(await count("events_other")).toBe(1);
    const record = await new PostgresRecordStore(database).record(idOf(ahead));
    expect(record!.kept!.record["eventTime"]).toBe("2031-03-05T08:00:00Z");
  });
});
