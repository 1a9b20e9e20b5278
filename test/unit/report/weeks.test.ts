import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { reportFormats } from "#core/flows/report/build-report";
import { duePeriods, MAXIMUM_CATCH_UP, weekOf } from "#core/domain/report/weeks";
import { between, DAY, instant, plus, type Instant } from "#core/domain/time";

describe("a week", () => {
  test.each([
    ["2026-03-15T23:59:59.999Z", "2026-W11", "2026-03-09T00:00:00.000Z"],
    ["2026-03-16T00:00:00.000Z", "2026-W12", "2026-03-16T00:00:00.000Z"],
    ["2027-01-01T12:00:00.000Z", "2026-W53", "2026-12-28T00:00:00.000Z"],
    ["2024-12-30T00:00:00.000Z", "2025-W01", "2024-12-30T00:00:00.000Z"],
    ["2021-01-03T00:00:00.000Z", "2020-W53", "2020-12-28T00:00:00.000Z"],
  ])("that holds %s is %s", (at, period, from) => {
    expect(weekOf(at as Instant)).toEqual({ period, from, to: plus(from as Instant, 7 * DAY) });
  });

  test("follows the one before without gap or overlap, and sorts as text", () => {
    const times = fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2090, 0) });
    fc.assert(
      fc.property(times, (time) => {
        const week = weekOf(instant(time));
        const next = weekOf(week.to);
        expect(between(week.from, week.to)).toBe(7 * DAY);
        expect(next.from).toBe(week.to);
        expect(next.period > week.period).toBe(true);
        expect(week.from <= instant(time) && instant(time) < week.to).toBe(true);
      }),
    );
  });
});

describe("the weeks that are due", () => {
  const now = "2026-03-18T09:00:00.000Z" as Instant;
  const periods = (last: string | null, at = now): string[] =>
    duePeriods(last, at).map(({ period }) => period);

  test("are the last whole one at first, and none once that is sealed", () => {
    expect(periods(null)).toEqual(["2026-W11"]);
    expect(periods("2026-W11")).toEqual([]);
    expect(periods("2026-W30")).toEqual([]);
  });

  test("are all that were missed, oldest first, over the turn of a year", () => {
    expect(periods("2025-W50")).toEqual(
      [
        "2025-W51",
        "2025-W52",
        ...Array.from({ length: 11 }, (_, week) => `2026-W${String(week + 1).padStart(2, "0")}`),
      ].slice(-MAXIMUM_CATCH_UP),
    );
    expect(periods("2026-W08")).toEqual(["2026-W09", "2026-W10", "2026-W11"]);
    expect(periods("2020-W01")).toHaveLength(MAXIMUM_CATCH_UP);
  });

  test("begin at the very instant the week ends", () => {
    expect(periods("2026-W11", "2026-03-22T23:59:59.999Z" as Instant)).toEqual([]);
    expect(periods("2026-W11", "2026-03-23T00:00:00.000Z" as Instant)).toEqual(["2026-W12"]);
  });
});

describe("the formats that are asked for", () => {
  test("are read in any order", () => {
    expect(reportFormats("json, html")).toEqual(["html", "json"]);
  });

  test.each([
    [
      "pdf",
      "PDF is not written: use --format html and print the page, which is laid out for paper.",
    ],
    [
      "html,pdf",
      "PDF is not written: use --format html and print the page, which is laid out for paper.",
    ],
    ["xml", "The format has to be one or more of html, csv, json, with commas between."],
    ["", "The format has to be one or more of html, csv, json, with commas between."],
    ["html,", "The format has to be one or more of html, csv, json, with commas between."],
  ])("are refused when they are %j", (text, message) => {
    expect(() => reportFormats(text)).toThrow(message);
  });
});
