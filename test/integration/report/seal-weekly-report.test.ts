import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { PostgresReportListing } from "#core/adapters/postgres/report-listing";
import { PostgresReportStore } from "#core/adapters/postgres/report-store";
import { Fault } from "#core/domain/fault";
import { sha256 } from "#core/domain/ids";
import type { Instant } from "#core/domain/time";
import { buildReport } from "#core/flows/report/build-report";
import { sealWeeklyReport } from "#core/flows/report/seal-weekly-report";
import type { ReviewFactsSource } from "#core/ports/report-store";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import { organisation } from "../../unit/report/organisation.ts";

let database: TestDatabase;
let store: PostgresReportStore;
let listing: PostgresReportListing;
const clock = { at: 0, now: () => clock.at };
/** The first reading of the directory was in week 9. */
const facts: ReviewFactsSource = {
  factsAsOf: async (asOf, windowFrom, previous) =>
    asOf < "2026-02-25" ? null : { ...organisation(), asOf, windowFrom, previous },
};
const seal = () => sealWeeklyReport({ facts, reports: store, clock });

beforeAll(async () => {
  database = await createTestDatabase();
  store = new PostgresReportStore(database);
  listing = new PostgresReportListing(database);
});
afterAll(() => database.drop());
beforeEach(async () => {
  clock.at = Date.parse("2026-03-18T09:00:00.000Z");
  await database.pool.query("truncate reports cascade");
});

describe("sealing the weekly report", () => {
  test("stores the last whole week once, whole, with every file's hash", async () => {
    expect(await seal()).toEqual({ sealed: ["2026-W11"], withoutSnapshot: [] });
    expect(await seal()).toEqual({ sealed: [], withoutSnapshot: [] });
    const [report, ...others] = await listing.list(10, null);
    expect(others).toEqual([]);
    expect(report).toMatchObject({ period: "2026-W11", asOf: "2026-03-16T00:00:00.000Z" });
    const { manifest } = (await listing.find(report!.id))!;
    const { files } = manifest as { files: { name: string; sha256: string }[] };
    expect(files.map(({ name }) => name)).toEqual([
      "access-review.html",
      "access-review.csv",
      "access-review.json",
    ]);
    for (const { name, sha256: hash } of files) {
      expect(sha256((await listing.file(report!.id, name))!.content)).toBe(hash);
    }
    expect(await listing.file(report!.id, "other.html")).toBeNull();
  });

  test("makes one report when four processes seal at once", async () => {
    const receipts = await Promise.all([seal(), seal(), seal(), seal()]);
    expect(receipts.flatMap(({ sealed }) => sealed)).toEqual(["2026-W11"]);
    expect(await listing.list(10, null)).toHaveLength(1);
  });

  test("catches up after weeks of downtime, each compared with the one before", async () => {
    await seal();
    clock.at = Date.parse("2026-04-08T09:00:00.000Z");
    expect((await seal()).sealed).toEqual(["2026-W12", "2026-W13", "2026-W14"]);
    const [newest] = await listing.list(10, null);
    const json = JSON.parse((await listing.file(newest!.id, "access-review.json"))!.content) as {
      previousAsOf: string;
    };
    expect(newest!.period).toBe("2026-W14");
    expect(json.previousAsOf).toBe("2026-03-30T00:00:00.000Z");
  });

  test("leaves out weeks before the directory was read, and goes on to those after", async () => {
    await database.pool.query(
      "insert into reports (id, kind, period, as_of, created_at, manifest) values ('rpt_old', 'access-review', '2026-W06', '2026-02-09', now(), '{}')",
    );
    expect(await seal()).toEqual({
      sealed: ["2026-W09", "2026-W10", "2026-W11"],
      withoutSnapshot: ["2026-W07", "2026-W08"],
    });
  });

  test("leaves nothing behind when it fails half-way", async () => {
    const failing: ReviewFactsSource = {
      factsAsOf: () => Promise.reject(new Error("connection lost")),
    };
    await expect(sealWeeklyReport({ facts: failing, reports: store, clock })).rejects.toThrow(
      "connection lost",
    );
    expect(await listing.list(10, null)).toEqual([]);
    expect((await seal()).sealed).toEqual(["2026-W11"]);
  });
});

test("a report before the first reading of the directory is refused in one sentence", async () => {
  const early = buildReport({ facts, reports: store }, "2026-01-01T00:00:00.000Z" as Instant, [
    "json",
  ]);
  await expect(early).rejects.toThrow(
    new Fault(
      "snapshot.none",
      "The directory had not been read by 2026-01-01T00:00:00.000Z: run curfew snapshot, or choose a later --as-of.",
    ),
  );
});
