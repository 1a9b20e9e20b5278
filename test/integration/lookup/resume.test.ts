/** Whatever happens in the middle of a back-fill, nothing is lost, nothing stands twice, and at most one window is read again. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import { PostgresWindowStore } from "#core/adapters/postgres/sources/window-store";
import { between, DAY, HOUR, instant, MINUTE, plus } from "#core/domain/time";
import { NewestFirst } from "#core/flows/ingest/newest-first";
import { readStream, type StreamPorts, type WindowReport } from "#core/flows/ingest/read-stream";
import type { TimeWindow } from "#core/ports/trail/window-store";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import { broken, scriptedListing, type ScriptedListing } from "./scripted-listing.ts";
import { forget, storedIds } from "./stored.ts";

const NOW = Date.parse("2026-11-09T10:00:00Z");
const BACKFILL = { backfillMilliseconds: 6 * DAY };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(() => forget(database));
afterAll(() => database.drop());

const portsAt = (now: () => number): StreamPorts => ({
  store: new PostgresTrailStore(database),
  windows: new PostgresWindowStore(database),
  clock: { now },
  turns: new NewestFirst(),
});

/** One event every seven minutes: five pages a day. */
const everySevenMinutes = (days: number) =>
  Array.from(
    { length: Math.floor((days * DAY) / (7 * MINUTE)) },
    (_, n) => NOW - MINUTE - n * 7 * MINUTE,
  );

const length = ({ from, to }: TimeWindow) => between(from, to);

/** Windows of the second list that were asked for in the first already, wholly or in part, before the last two hours. */
function repeated(first: readonly TimeWindow[], second: readonly TimeWindow[]): TimeWindow[] {
  const settled = plus(instant(NOW), -2 * HOUR);
  return second.filter((two) =>
    first.some(
      (one) => two.from < one.to && one.from < two.to && two.from < settled && one.from < settled,
    ),
  );
}

async function readAll(listing: ScriptedListing, ports = portsAt(() => NOW)) {
  return readStream(listing, BACKFILL, ports);
}

test("reads every event once, newest windows first, and then only the last two hours again", async () => {
  const times = everySevenMinutes(6);
  const listing = scriptedListing({ name: "whole", times, now: () => NOW });
  const receipt = await readAll(listing);
  expect(receipt.appended).toBe(times.length);
  expect(listing.asked).toHaveLength(6);
  expect(listing.asked.map(({ to }) => to)).toEqual(
    listing.asked
      .map(({ to }) => to)
      .toSorted()
      .toReversed(),
  );
  expect(Math.max(...listing.asked.map(length))).toBe(DAY);
  const again = await readAll(listing);
  expect(again).toMatchObject({ appended: 0, duplicates: 18 });
  expect(listing.asked.slice(6)).toEqual([
    { from: plus(instant(NOW), -2 * HOUR), to: instant(NOW) },
  ]);
});

test("killed at any page or between commit and mark, it loses nothing and repeats at most one window", async () => {
  const times = everySevenMinutes(6);
  for (let point = 1; point <= 36; point += 5) {
    await forget(database);
    let steps = 0;
    const step = () => {
      steps += 1;
      if (steps === point) throw new Error("killed");
    };
    const listing = scriptedListing({ name: `kill-${point}`, times, now: () => NOW, before: step });
    const ports = portsAt(() => NOW);
    const windows = new PostgresWindowStore(database);
    const dying = {
      ...ports,
      windows: {
        windowsRead: (stream: string) => windows.windowsRead(stream),
        markRead: async (...mark: Parameters<typeof windows.markRead>) => {
          step();
          await windows.markRead(...mark);
        },
      },
    };
    await expect(readAll(listing, dying)).rejects.toThrow("killed");
    const first = listing.asked.splice(0);
    await readAll(listing);
    expect(await storedIds(database)).toHaveLength(times.length);
    expect(repeated(first, listing.asked).length).toBeLessThanOrEqual(1);
  }
});

test("a day of many pages is closed every two hundred, so that little of it is read again", async () => {
  // 12 000 events in the last six hours: 240 pages.
  const times = Array.from({ length: 12_000 }, (_, n) => NOW - 3 * HOUR - n * 1_800);
  let page = 0;
  const before = () => {
    page += 1;
    if (page === 230) throw new Error("killed");
  };
  const listing = scriptedListing({ name: "many", times, now: () => NOW, before });
  const oneDay = { backfillMilliseconds: DAY };
  await expect(
    readStream(
      listing,
      oneDay,
      portsAt(() => NOW),
    ),
  ).rejects.toThrow("killed");
  const given = listing.pagesGiven();
  await readStream(
    listing,
    oneDay,
    portsAt(() => NOW),
  );
  expect(await storedIds(database)).toHaveLength(times.length);
  // What was left and what was at hand, and the two hours that are always read again.
  expect(listing.pagesGiven() - given).toBeLessThanOrEqual(240 - 200 + 3);
});

test("a listing that breaks off is asked again, then in halves, and everything is there", async () => {
  const times = everySevenMinutes(1);
  // No window longer than three hours gets to its second page.
  const before = (page: number, window: TimeWindow) => {
    if (page > 1 && length(window) > 3 * HOUR) throw broken();
  };
  const listing = scriptedListing({ name: "halves", times, now: () => NOW, before });
  const reports: WindowReport[] = [];
  const receipt = await readStream(
    listing,
    { backfillMilliseconds: DAY },
    portsAt(() => NOW),
    (report) => reports.push(report),
  );
  expect(await storedIds(database)).toHaveLength(times.length);
  expect(receipt.appended).toBe(times.length);
  const [first, second, third] = listing.asked;
  expect(second).toEqual(first);
  expect(length(third!)).toBe(length(first!) / 2);
  expect(reports.filter((report) => report.broken !== null).length).toBeGreaterThan(2);
  expect(reports.at(-1)?.left).toBe(0);
});

test("a window that always breaks off is left with a fault, the others are read, and it is read later", async () => {
  const times = everySevenMinutes(3);
  let cursed = true;
  const from = instant(NOW - 30 * HOUR - 17 * MINUTE);
  const before = (_page: number, window: TimeWindow) => {
    if (cursed && window.from < plus(from, 20 * MINUTE) && from < window.to) throw broken();
  };
  const listing = scriptedListing({ name: "cursed", times, now: () => NOW, before });
  const threeDays = { backfillMilliseconds: 3 * DAY };
  const read = () =>
    readStream(
      listing,
      threeDays,
      portsAt(() => NOW),
    );
  await expect(read()).rejects.toMatchObject({ code: "aws.broken-listing" });
  const without = times.length - (await storedIds(database)).length;
  expect(without).toBeGreaterThan(0);
  expect(without).toBeLessThan(10);
  expect(listing.asked.length).toBeLessThan(60);
  cursed = false;
  await read();
  expect(await storedIds(database)).toHaveLength(times.length);
});

test("a listing that breaks off everywhere is given up after a bounded number of requests", async () => {
  const before = () => {
    throw broken();
  };
  const listing = scriptedListing({ name: "hopeless", times: [], now: () => NOW, before });
  await expect(readAll(listing)).rejects.toMatchObject({ code: "aws.broken-listing" });
  expect(listing.asked.length).toBeLessThan(30);
});

test("what happens while older windows are read is there before they are", async () => {
  let now = NOW;
  const times = [...everySevenMinutes(5), NOW + 3 * MINUTE];
  const listing = scriptedListing({
    name: "meanwhile",
    times,
    now: () => now,
    before: () => (now += 2 * MINUTE),
  });
  await readAll(
    listing,
    portsAt(() => now),
  );
  expect(await storedIds(database)).toHaveLength(times.length);
  const fresh = listing.asked.findIndex(({ to }) => to > instant(NOW + 3 * MINUTE));
  expect(fresh).toBeGreaterThan(0);
  expect(fresh).toBeLessThan(4);
});

test("after a clock that ran ahead was set back, the time between is read", async () => {
  const listing = scriptedListing({ name: "ahead", times: [], now: () => NOW });
  const read = (now: number) =>
    readStream(
      listing,
      { backfillMilliseconds: DAY },
      portsAt(() => now),
    );
  await read(NOW + 5 * HOUR);
  await read(NOW);
  listing.asked.length = 0;
  await read(NOW + 6 * HOUR);
  expect(listing.asked).toEqual([{ from: instant(NOW - 2 * HOUR), to: instant(NOW + 6 * HOUR) }]);
});

test("reading again from an instant leaves no gap behind it", async () => {
  const times = everySevenMinutes(4);
  const listing = scriptedListing({ name: "since", times, now: () => NOW });
  const since = instant(NOW - HOUR);
  await readStream(
    listing,
    { ...BACKFILL, since },
    portsAt(() => NOW),
  );
  expect(listing.asked).toEqual([{ from: since, to: instant(NOW) }]);
  await readAll(listing);
  expect(await storedIds(database)).toHaveLength(times.length);
});

test("without a memory only what is not two hours old is read", async () => {
  const listing = scriptedListing({ name: "fresh", times: everySevenMinutes(1), now: () => NOW });
  await readStream(listing, BACKFILL, { ...portsAt(() => NOW), windows: null });
  expect(listing.asked).toEqual([{ from: instant(NOW - 2 * HOUR), to: instant(NOW) }]);
});
