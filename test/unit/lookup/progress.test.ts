import { expect, test } from "vitest";
import { DAY, HOUR, instant, MINUTE, plus, SECOND } from "#core/domain/time";
import { NOTHING } from "#core/flows/ingest/ingest-receipt";
import { ListingTally, timeLeft } from "#core/flows/ingest/listing-progress";
import { NewestFirst } from "#core/flows/ingest/newest-first";
import type { WindowReport } from "#core/flows/ingest/read-stream";

const NOW = instant(Date.parse("2026-11-09T10:00:00Z"));

const report = (stream: string, left: number, pages: number): WindowReport => ({
  stream,
  window: { from: plus(NOW, -DAY), to: NOW },
  pages,
  receipt: { ...NOTHING, records: pages * 50 },
  left,
  broken: null,
});

test("the time left is what remains of each stream at the pages that its windows took", () => {
  const tally = new ListingTally(["busy", "quiet"], 0);
  expect(tally.add(report("quiet", 3, 1), SECOND)).toMatchObject({
    windowsDone: 1,
    windowsTotal: 5,
    records: 50,
  });
  // 101 pages in 50 s; 89 windows of 100 pages and 3 of one are left.
  const now = tally.add(report("busy", 89, 100), 50 * SECOND);
  expect(now).toMatchObject({ windowsDone: 2, windowsTotal: 94, records: 5_050, pages: 101 });
  expect(now.leftMilliseconds).toBe(Math.round((8_903 * 50 * SECOND) / 101));
  tally.add(report("quiet", 0, 3), 51 * SECOND);
  expect(tally.add(report("busy", 0, 8_900), HOUR).leftMilliseconds).toBe(0);
});

test("the time left is said in the unit that fits", () => {
  expect(timeLeft(39_001)).toBe("40 s");
  expect(timeLeft(90 * SECOND)).toBe("2 min");
  expect(timeLeft(2 * HOUR + 5 * MINUTE)).toBe("2 h 05 min");
});

test("of the windows that wait the newest is read first, a few at a time, and a failure frees its place", async () => {
  const turns = new NewestFirst();
  const read: number[] = [];
  const ends: (() => void)[] = [];
  let most = 0;
  let reading = 0;
  const run = (daysAgo: number) =>
    turns.run(plus(NOW, -daysAgo * DAY), async () => {
      reading += 1;
      most = Math.max(most, reading);
      read.push(daysAgo);
      await new Promise<void>((resolve) => ends.push(resolve));
      reading -= 1;
      if (daysAgo === 9) throw new Error("broken");
    });
  const all = Promise.allSettled([9, 8, 7, 6, 5, 3, 4, 0, 1].map(run));
  for (let n = 0; n < 9; n += 1) {
    await Promise.resolve();
    ends.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await all;
  expect(read).toEqual([9, 8, 7, 6, 0, 1, 3, 4, 5]);
  expect(most).toBe(4);
});
