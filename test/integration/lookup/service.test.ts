/** What the service says of a back-fill: one line a window, with how far it is, and a sentence for what broke off. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { PostgresCrawlStore } from "#core/adapters/postgres/access/crawl-store";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import { PostgresWindowStore } from "#core/adapters/postgres/sources/window-store";
import { DAY, MINUTE } from "#core/domain/time";
import { createLogger } from "#core/platform/logger";
import { startIngest } from "#services/ingest/main";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import { broken, scriptedListing } from "./scripted-listing.ts";

const NOW = Date.parse("2026-11-09T10:00:00Z");

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test("the service logs every window of a back-fill with what is done, in all and left", async () => {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const log = createLogger({ service: "ingest", level: "info", destination: { write } });
  let broke = false;
  const listing = scriptedListing({
    name: "sso.amazonaws.com",
    times: Array.from({ length: 600 }, (_, n) => NOW - MINUTE - n * 7 * MINUTE),
    now: () => NOW,
    before: (page) => {
      if (broke || page !== 2) return;
      broke = true;
      throw broken();
    },
  });
  let turned: () => void;
  const turn = new Promise<void>((resolve) => (turned = resolve));
  /** How many windows were told of each time the listings counted as read. */
  const readAfter: number[] = [];
  const service = startIngest({
    sources: {
      trail: null,
      streams: [listing],
      directory: null,
      backfillMilliseconds: 3 * DAY,
      beforeReading: null,
    },
    ports: {
      store: new PostgresTrailStore(database),
      windows: new PostgresWindowStore(database),
      clock: { now: () => NOW },
    },
    crawls: new PostgresCrawlStore(database),
    observations: new PostgresObservationStore(database),
    newSnapshotId: () => "snp_unused",
    queue: { nudge: () => Promise.resolve() },
    log,
    onTurn: (source) => {
      if (source !== "lookup-events") return;
      readAfter.push(lines.filter((line) => line["event"] === "ingest.window").length);
      if (readAfter.length === 2) turned();
    },
  });
  await turn;
  await service.stop();
  const windows = lines.filter((line) => line["event"] === "ingest.window");
  // Judging need not wait for the past: the present is read with the first window, and once more the whole is.
  expect(readAfter[0]).toBeLessThan(windows.length);
  expect(windows).toHaveLength(4);
  expect(windows[0]).toMatchObject({ code: "aws.broken-listing", sourceId: listing.stream });
  expect(
    windows.slice(1).map((line) => (line["counts"] as Record<string, number>)["windowsDone"]),
  ).toEqual([1, 2, 3]);
  expect(windows.at(-1)).toMatchObject({ counts: { windowsDone: 3, windowsTotal: 3, leftMs: 0 } });
  expect(windows[1]?.["from"]).toBe("2026-11-08T10:00:00.000Z");
});
