import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { PostgresDigestStore } from "#core/adapters/postgres/sources/digest-store";
import { gapsOf } from "#core/domain/digest/gaps";
import type { DigestVerdict, FileVerdict } from "#core/domain/digest/verdict";
import { DAY, HOUR, plus } from "#core/domain/time";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import {
  ACCOUNT,
  BUCKET,
  digestKey,
  hourOf,
  logFile,
  REGION,
  sha256Of,
} from "#test/unit/digest/authority";

let database: TestDatabase;
let store: PostgresDigestStore;
const NOW = hourOf(100);
const place = { accountId: ACCOUNT, region: REGION };

beforeAll(async () => {
  database = await createTestDatabase();
  store = new PostgresDigestStore(database);
});
beforeEach(async () => {
  await database.pool.query(
    "truncate trail_digests, trail_file_verdicts, trail_objects, trail_files cascade",
  );
});
afterAll(() => database.drop());

const digest = (hour: number, more: Partial<DigestVerdict> = {}): DigestVerdict => ({
  ...place,
  bucket: BUCKET,
  key: digestKey(hourOf(hour + 1)),
  startsAt: hourOf(hour),
  endsAt: hourOf(hour + 1),
  backfill: false,
  verdict: "valid",
  reason: null,
  previousKey: "before",
  ...more,
});

const file = (hour: number, more: Partial<FileVerdict> = {}): FileVerdict => ({
  ...place,
  bucket: BUCKET,
  key: logFile(hourOf(hour)).key,
  digestKey: digestKey(hourOf(hour + 1)),
  expectedSha256: "00",
  verdict: "valid",
  reason: null,
  ...more,
});

/** An object that ingest has read. */
async function read(hour: number, unpackedSha256: string | null, etag = "e"): Promise<void> {
  const { key, bytes } = logFile(hourOf(hour));
  const sha256 = sha256Of(Buffer.concat([bytes, Buffer.from(etag)]));
  await database.pool.query(
    `insert into trail_files (sha256, unpacked_sha256, path, bytes, records) values ($1, $2, $3, 1, 0)`,
    [sha256, unpackedSha256, `s3://${BUCKET}/${key}`],
  );
  await database.pool.query(
    `insert into trail_objects (bucket, key, etag, account_id, region, delivered_at, announced_by, state, sha256, seen_at)
     values ($1, $2, $3, $4, $5, $6, 'listing', 'read', $7, $6)`,
    [BUCKET, key, etag, ACCOUNT, REGION, hourOf(hour), sha256],
  );
}

describe("the state of a place", () => {
  test("is empty where nothing was judged", async () => {
    expect(await store.digestState(ACCOUNT, REGION)).toEqual({
      ...place,
      validHours: "{}",
      newestEndsAt: null,
      invalidDigests: 0,
      unconfirmedDigests: 0,
      invalid: 0,
      missing: 0,
      noDigest: 0,
      gaps: [],
    });
    expect(await store.digestStates()).toEqual([]);
  });

  test("has the valid hours as one set, the counts and the gaps", async () => {
    const backfill = digest(0, { key: digestKey(hourOf(1), { backfill: true }), backfill: true });
    const digests = [
      digest(0),
      digest(1),
      digest(2, { verdict: "invalid", reason: "changed" }),
      digest(3),
      digest(6, { previousKey: null }),
      digest(7, { verdict: "unconfirmed", reason: "unsigned" }),
      { ...backfill, verdict: "invalid" as const },
    ];
    const files = [
      file(0),
      file(1, { verdict: "invalid" }),
      file(2, { verdict: "no-digest" }),
      file(3, { verdict: "missing" }),
    ];
    await store.save({ digests, files }, NOW);
    const state = {
      ...place,
      validHours:
        '{["2026-03-02 00:00:00+00","2026-03-02 02:00:00+00"),["2026-03-02 03:00:00+00","2026-03-02 04:00:00+00"),["2026-03-02 06:00:00+00","2026-03-02 07:00:00+00")}',
      newestEndsAt: hourOf(8),
      invalidDigests: 2,
      unconfirmedDigests: 1,
      invalid: 1,
      missing: 1,
      noDigest: 1,
      gaps: [
        { ...place, from: hourOf(2), to: hourOf(3), cause: "invalid" },
        { ...place, from: hourOf(4), to: hourOf(6), cause: "restarted" },
        { ...place, from: hourOf(7), to: hourOf(8), cause: "unconfirmed" },
      ],
    };
    expect(await store.digestState(ACCOUNT, REGION)).toEqual(state);
    expect(await store.digestStates()).toEqual([state]);
    expect(await store.digestGaps()).toEqual(state.gaps);
    expect(await store.digestGaps(1)).toEqual(state.gaps.slice(0, 1));
    expect((await store.digestState("444455556666", REGION)).gaps).toEqual([]);
    expect(await store.chainEnd(place)).toBe(hourOf(7));
    expect(await store.judgedDigests(place, hourOf(1), hourOf(2))).toEqual([digests[1]]);
  });

  test("has the gaps that the domain finds, whatever the verdicts are", async () => {
    const verdict = fc.constantFrom("valid" as const, "invalid" as const, "unconfirmed" as const);
    const hours = fc.uniqueArray(fc.record({ hour: fc.nat(12), verdict, starting: fc.boolean() }), {
      selector: ({ hour }) => hour,
      minLength: 1,
    });
    await fc.assert(
      fc.asyncProperty(hours, async (some) => {
        await database.pool.query("truncate trail_digests");
        const digests = some.map((one) =>
          digest(one.hour, { verdict: one.verdict, previousKey: one.starting ? null : "before" }),
        );
        await store.save({ digests, files: [] }, NOW);
        expect(await store.digestGaps()).toEqual(gapsOf(digests, { from: null, to: null }));
      }),
      { numRuns: 60 },
    );
  });
});

describe("a verdict that is saved again", () => {
  test("replaces the one before, and a repetition changes nothing", async () => {
    const unsure = digest(0, { verdict: "unconfirmed", reason: "unsigned" });
    const loose = file(0, { verdict: "no-digest", reason: "its digest is unconfirmed" });
    await store.save({ digests: [unsure], files: [loose] }, NOW);
    for (let time = 0; time < 2; time += 1) {
      await store.save({ digests: [digest(0)], files: [file(0)] }, NOW);
      expect(await store.judgedDigests(place, hourOf(0), hourOf(1))).toEqual([digest(0)]);
      expect(await store.verdictOfFile(file(0).key)).toEqual(file(0));
    }
  });

  test("does not lose what a valid digest proved to another digest that proves nothing", async () => {
    await store.save({ digests: [], files: [file(0)] }, NOW);
    const other = file(0, { verdict: "no-digest", digestKey: "another", reason: "unconfirmed" });
    await store.save({ digests: [], files: [other] }, NOW);
    expect(await store.verdictOfFile(file(0).key)).toEqual(file(0));
  });

  test("is committed whole or not at all", async () => {
    const broken = file(0, { verdict: "wrong" as never });
    await expect(store.save({ digests: [digest(0)], files: [broken] }, NOW)).rejects.toThrow(
      "trail_file_verdicts_verdict",
    );
    expect(await store.chainEnd(place)).toBeNull();
  });
});

test("a file's verdict is found by its object, its key and a path of a copy, the worst one first", async () => {
  const prefixed = file(0, { key: `audit/${file(0).key}`, verdict: "missing", reason: "gone" });
  await store.save({ digests: [], files: [file(0), prefixed, file(1)] }, NOW);
  expect(await store.verdictOfFile(`s3://${BUCKET}/${file(0).key}`)).toEqual(file(0));
  expect(await store.verdictOfFile(`s3://${BUCKET}/${prefixed.key}`)).toEqual(prefixed);
  expect(await store.verdictOfFile(file(1).key)).toEqual(file(1));
  expect(await store.verdictOfFile(`copies/of/it/${file(0).key}`)).toEqual(prefixed);
  expect(await store.verdictOfFile(file(5).key)).toBeNull();
  expect(await store.verdictOfFile("no/such/file.json")).toBeNull();
});

test("what ingest read is answered by its unpacked SHA-256, and not where one version has none", async () => {
  await read(0, "aa");
  await read(1, "bb", "e1");
  await read(1, "cc", "e2");
  await read(2, "dd", "e1");
  await read(2, null, "e2");
  const files = [0, 1, 2, 3].map((hour) => file(hour));
  expect(await store.hashesRead(files)).toEqual(
    new Map([
      [`${BUCKET}/${file(0).key}`, ["aa"]],
      [`${BUCKET}/${file(1).key}`, ["bb", "cc"]],
    ]),
  );
  expect(await store.hashesRead([])).toEqual(new Map());
});

test("a file that no digest names is marked once its minute is spoken for or it is overdue, and never before", async () => {
  for (const hour of [0, 1, 2, 3]) await read(hour, "aa");
  await store.save(
    { digests: [digest(1), digest(2, { verdict: "invalid" })], files: [file(3)] },
    NOW,
  );
  const span = [hourOf(0), hourOf(10)] as const;
  expect(await store.markUnnamed(...span, hourOf(0), NOW)).toBe(1);
  expect(await store.verdictOfFile(file(1).key)).toMatchObject({
    verdict: "no-digest",
    reason: "no digest names it",
    digestKey: null,
  });
  expect(await store.verdictOfFile(file(2).key)).toBeNull();
  expect(await store.markUnnamed(...span, plus(hourOf(3), DAY - HOUR), NOW)).toBe(2);
  expect(await store.markUnnamed(...span, NOW, NOW)).toBe(0);
  await store.save({ digests: [], files: [file(1)] }, NOW);
  expect(await store.verdictOfFile(file(1).key)).toEqual(file(1));
});
