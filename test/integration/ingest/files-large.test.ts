/** Files too large to be held are read as streams, each record once, and a damaged one leaves nothing however much of it is sound. */
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import type { TrailSource } from "#core/domain/trail/file";
import { ingestFiles } from "#core/flows/ingest/ingest-files";
import { portal, record, signIn } from "#test/support/records";
import { NOW, openStand, trailFile, type Stand } from "./stand.ts";

const AT = "2026-11-02T08:00:00Z";
const clock = { now: () => NOW };
const PIECE = 64 * 1024;

let stand: Stand;
beforeAll(async () => {
  stand = await openStand();
});
beforeEach(() => stand.clear());
afterAll(() => stand.drop());

const foreign = (at: number) =>
  record(AT, "ec2.amazonaws.com", "DescribeInstances", {
    userIdentity: { type: "Root" },
    requestParameters: { text: `${at}`.repeat(200) },
  });

/** More than is held whole, a few records of it ours. */
const LARGE = gzipSync(
  trailFile(
    ...Array.from({ length: 12_000 }, (_, at) =>
      at % 3_000 === 0 ? portal(AT, "Authenticate") : at === 7 ? signIn(AT) : foreign(at),
    ),
  ),
);

const source = (bytes: Uint8Array): TrailSource => ({
  *chunks() {
    for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
  },
});
const read = async (bytes: Uint8Array) => {
  const [outcome] = await ingestFiles(
    [{ path: "large", source: source(bytes) }],
    stand.trail,
    clock,
  );
  return outcome!;
};

test("a large file is counted to its last record, and once more adds nothing", async () => {
  const counts = { records: 12_000, ignored: 11_995, undecodable: 0 };
  expect(await read(LARGE)).toMatchObject({ receipt: { ...counts, appended: 5, duplicates: 0 } });
  expect(await read(LARGE)).toMatchObject({ receipt: { ...counts, appended: 0, duplicates: 5 } });
  const { rows } = await stand.database.pool.query("select sum(records)::int as n from coverage");
  expect(rows[0].n).toBe(12_000);
});

test("a large gzip that is cut or damaged near its end leaves nothing", async () => {
  const damaged = Buffer.from(LARGE);
  damaged[damaged.length - 6]! ^= 1;
  for (const bytes of [LARGE.subarray(0, -1), LARGE.subarray(0, -2_000), damaged]) {
    expect(await read(bytes)).toMatchObject({ refused: { code: "input.broken-gzip" } });
  }
  expect(await stand.count("event_ids")).toBe(0);
  expect(await stand.count("trail_files")).toBe(0);
});

test("a large file that was left in the middle is read on from there", async () => {
  let batches = 0;
  const dying = new (class extends PostgresTrailStore {
    override append(...given: Parameters<PostgresTrailStore["append"]>) {
      batches += 1;
      return batches === 2 ? Promise.reject(new Error("killed")) : super.append(...given);
    }
  })(stand.database);
  const many = gzipSync(
    trailFile(...Array.from({ length: 9_000 }, () => signIn(AT, { x: "y".repeat(600) }))),
  );
  const file = { path: "many", source: source(many) };
  await expect(ingestFiles([file], dying, clock)).rejects.toThrow("killed");
  const before = await stand.count("event_ids");
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(9_000);
  expect(await ingestFiles([file], stand.trail, clock)).toMatchObject([
    { receipt: { records: 9_000, appended: 9_000 - before, duplicates: before } },
  ]);
  expect(await stand.count("event_ids")).toBe(9_000);
});
