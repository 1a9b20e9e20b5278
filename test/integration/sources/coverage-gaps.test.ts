/** What a stretch of records without a gap is, whatever the order they were read in. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { PostgresRevocationStore } from "#core/adapters/postgres/revocation/revocation-store";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import { ingestFiles } from "#core/flows/ingest/ingest-files";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import { signIn } from "../../support/records.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.pool.query("truncate events, trail_files, coverage"));

async function coveredFrom(...files: string[][]): Promise<string> {
  const store = new PostgresTrailStore(database);
  for (const [index, times] of files.entries()) {
    const bytes = Buffer.from(times.map((time) => JSON.stringify(signIn(time))).join("\n"));
    const clock = { now: () => Date.parse("2026-04-01T00:00:00Z") };
    await ingestFiles([{ path: `${index}.json`, bytes }], store, clock);
  }
  const [row] = await new PostgresRevocationStore(database).coverage();
  return row!.from;
}

const JANUARY = ["2026-01-10T00:00:00Z", "2026-01-10T02:00:00Z"];
const MARCH = ["2026-03-10T00:00:00Z", "2026-03-10T02:59:00Z", "2026-03-10T05:00:00Z"];
const BETWEEN = ["2026-03-10T06:00:00Z", "2026-03-10T08:00:00Z"];
const AFTER = ["2026-03-10T10:00:00Z"];

test("January and March cover nothing of February, in any order", async () => {
  expect(await coveredFrom(JANUARY, MARCH)).toBe("2026-03-10T00:00:00.000Z");
  await database.pool.query("truncate events, trail_files, coverage");
  expect(await coveredFrom(MARCH, JANUARY)).toBe("2026-03-10T00:00:00.000Z");
});

test("a gap inside one file is a gap", async () => {
  expect(await coveredFrom([...JANUARY, ...MARCH])).toBe("2026-03-10T00:00:00.000Z");
});

test("a file that fills a gap later lengthens the newest stretch, never more than is sure", async () => {
  expect(await coveredFrom(MARCH, AFTER)).toBe("2026-03-10T10:00:00.000Z");
  expect(await coveredFrom(BETWEEN)).toBe("2026-03-10T06:00:00.000Z");
});

test("stretches that touch are one, whichever was read first", async () => {
  expect(await coveredFrom(MARCH, BETWEEN, AFTER)).toBe("2026-03-10T00:00:00.000Z");
  await database.pool.query("truncate events, trail_files, coverage");
  expect(await coveredFrom(AFTER, BETWEEN, MARCH)).toBe("2026-03-10T00:00:00.000Z");
});
