import fc from "fast-check";
import { expect, test } from "vitest";
import { between, DAY, HOUR, instant, MINUTE, plus, type Instant } from "#core/domain/time";
import {
  clipped,
  countWindows,
  lengthAfter,
  LONGEST,
  missingOf,
  MOST_PAGES,
  newestWindow,
  settledBefore,
  settledPart,
  shorter,
  SHORTEST,
  wantedSpan,
} from "#core/flows/ingest/windows";
import type { TimeWindow } from "#core/ports/trail/window-store";

const START = Date.parse("2026-08-01T00:00:00Z");
const NOW = instant(START + 100 * DAY);
const at = (minutes: number) => instant(START + minutes * MINUTE);

const windows = fc
  .array(fc.tuple(fc.nat(300), fc.integer({ min: 1, max: 60 })), { maxLength: 12 })
  .map((pairs) =>
    pairs.map(([from, long]): TimeWindow => ({ from: at(from), to: at(from + long) })),
  );

const holds = (list: readonly TimeWindow[], minute: Instant) =>
  list.some(({ from, to }) => from <= minute && minute < to);

test("every minute of the span is read or missing, and never both", () => {
  fc.assert(
    fc.property(windows, fc.nat(300), fc.integer({ min: 1, max: 200 }), (read, from, long) => {
      const span = { from: at(from), to: at(from + long) };
      const missing = missingOf(span, read);
      for (let minute = 0; minute < 560; minute += 1) {
        const wanted = holds([span], at(minute)) && !holds(read, at(minute));
        expect(holds(missing, at(minute))).toBe(wanted);
      }
      missing.slice(1).forEach((one, index) => expect(one.from > missing[index]!.to).toBe(true));
    }),
  );
});

test("reading window after window ends with nothing missing, newest first, none longer than allowed", () => {
  fc.assert(
    fc.property(windows, fc.integer({ min: 60_000, max: DAY }), (read, length) => {
      const span = { from: at(0), to: at(300) };
      const seen = [...read];
      let before: Instant = span.to;
      const expected = countWindows(missingOf(span, seen), length);
      let count = 0;
      for (;;) {
        const next = newestWindow(missingOf(span, seen), length);
        if (next === null) break;
        expect(next.from < next.to && next.to <= before).toBe(true);
        // A window may be shorter than a whole second's cut, never longer by more than that.
        expect(between(next.from, next.to)).toBeLessThan(length + 1_000);
        seen.push(next);
        before = next.from;
        count += 1;
      }
      expect(missingOf(span, seen)).toEqual([]);
      expect(count).toBeLessThanOrEqual(expected + missingOf(span, read).length);
    }),
  );
});

test("what was read less than two hours after it happened is read again", () => {
  const read = { from: plus(NOW, -DAY), to: NOW };
  const settled = settledPart(read, NOW)!;
  expect(settled).toEqual({ from: read.from, to: plus(NOW, -2 * HOUR) });
  expect(settledPart({ from: plus(NOW, -HOUR), to: NOW }, NOW)).toBeNull();
  const later = plus(NOW, 30 * MINUTE);
  const span = wantedSpan(
    { backfillMilliseconds: DAY, reachMilliseconds: 90 * DAY },
    [settled],
    later,
  )!;
  expect(missingOf(span, [settled])).toEqual([{ from: plus(NOW, -2 * HOUR), to: later }]);
});

test("the span begins where reading ended, however long ago, but never before the listing's reach", () => {
  const wanted = { backfillMilliseconds: DAY, reachMilliseconds: 90 * DAY };
  const read = (daysAgo: number) => [{ from: plus(NOW, -99 * DAY), to: plus(NOW, -daysAgo * DAY) }];
  expect(wantedSpan(wanted, [], NOW)?.from).toBe(plus(NOW, -DAY));
  expect(wantedSpan(wanted, read(20), NOW)?.from).toBe(plus(NOW, -20 * DAY));
  expect(wantedSpan(wanted, read(95), NOW)?.from).toBe(plus(NOW, -90 * DAY));
  expect(wantedSpan({ ...wanted, since: plus(NOW, -HOUR) }, read(20), NOW)?.from).toBe(
    plus(NOW, -HOUR),
  );
  expect(wantedSpan({ ...wanted, since: plus(NOW, HOUR) }, [], NOW)).toBeNull();
});

test("what a clock that ran ahead has marked is not believed", () => {
  const ahead = [{ from: plus(NOW, -DAY), to: plus(NOW, 5 * HOUR) }];
  expect(clipped(ahead, settledBefore(NOW))).toEqual([
    { from: plus(NOW, -DAY), to: plus(NOW, -2 * HOUR) },
  ]);
});

test("windows become shorter with many pages, longer with few, and longer than a day only in silence", () => {
  expect(lengthAfter(LONGEST, MOST_PAGES + 1)).toBe(LONGEST / 2);
  expect(lengthAfter(LONGEST / 4, 10)).toBe(LONGEST / 2);
  expect(lengthAfter(LONGEST, 10)).toBe(LONGEST);
  expect(lengthAfter(LONGEST / 4, MOST_PAGES)).toBe(LONGEST / 4);
  expect(lengthAfter(LONGEST, 1)).toBe(2 * LONGEST);
  expect(shorter(8 * LONGEST)).toBe(LONGEST / 2);
  let length = LONGEST;
  for (let n = 0; n < 40; n += 1) length = shorter(length);
  expect(length).toBe(SHORTEST);
});

test("ninety days of silence cost a handful of windows", () => {
  const span = { from: plus(NOW, -90 * DAY), to: NOW };
  const seen: TimeWindow[] = [];
  let length = LONGEST;
  for (;;) {
    const next = newestWindow(missingOf(span, seen), length);
    if (next === null) break;
    seen.push(next);
    length = lengthAfter(length, 1);
  }
  expect(seen.length).toBeLessThanOrEqual(7);
});
