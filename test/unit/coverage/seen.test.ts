/** What a batch shows: single records and summed pages give the same, in any pieces. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seenPlaces, type SeenRecords } from "#core/domain/coverage/seen";
import { BLIND_SPOTS } from "#core/domain/coverage/blind-spots";
import { MINUTE, plus } from "#core/domain/time";
import { multirangeText, timeSetOf } from "#core/adapters/postgres/coverage/multirange";
import { ACCOUNT, at, hours, MEMBER, NOW, REGION } from "./facts.ts";

const times = fc.array(
  fc.record({
    accountId: fc.constantFrom(ACCOUNT, MEMBER),
    region: fc.constantFrom(REGION, "us-east-1"),
    minute: fc.integer({ min: 0, max: 11 * 60 }),
  }),
  { minLength: 1, maxLength: 60 },
);

test("pages summed by hour show the same as their records, in any order", () => {
  fc.assert(
    fc.property(times, (records) => {
      const single = records.map(({ accountId, region, minute }) => {
        const occurredAt = plus(at("00:00"), minute * MINUTE);
        return { accountId, region, occurredAt };
      });
      const pages = new Map<string, SeenRecords>();
      for (const { accountId, region, occurredAt } of single) {
        const key = `${accountId} ${region} ${occurredAt.slice(0, 13)}`;
        const page = pages.get(key);
        const first = page === undefined || occurredAt < page.first ? occurredAt : page.first;
        const last = page === undefined || occurredAt > page.last ? occurredAt : page.last;
        pages.set(key, { accountId, region, first, last, records: (page?.records ?? 0) + 1 });
      }
      const sorted = (places: ReturnType<typeof seenPlaces>) =>
        places.toSorted((left, right) =>
          left.accountId + left.region < right.accountId + right.region ? -1 : 1,
        );
      const whole = sorted(seenPlaces(single, NOW));
      expect(sorted(seenPlaces(single.toReversed(), NOW))).toEqual(whole);
      expect(sorted(seenPlaces(pages.values(), NOW))).toEqual(whole);
    }),
  );
});

describe("a record of the future", () => {
  const place = { accountId: ACCOUNT, region: REGION };

  test("shows nothing", () => {
    expect(seenPlaces([{ ...place, occurredAt: plus(NOW, 1) }], NOW)).toEqual([]);
  });

  test("in a page leaves only the page's first record", () => {
    const page = { ...place, first: at("11:10"), last: at("11:50"), records: 7 };
    expect(seenPlaces([page], at("11:30"))).toEqual([
      { ...place, first: at("11:10"), last: at("11:10"), records: 7, hours: hours([11, 12]) },
    ]);
  });
});

describe("a set as Postgres writes it", () => {
  test("is read back as it was written", () => {
    for (const set of [hours(), hours([0, 1]), hours([0, 3], [5, 6], [9, 12])]) {
      const written = multirangeText(set).replaceAll(
        /(\d{4}-\d\d-\d\d)T([\d:]+)\.000Z/g,
        '"$1 $2+00"',
      );
      expect(timeSetOf(written)).toEqual(set);
    }
    expect(timeSetOf(null)).toEqual([]);
  });

  test.each([
    '{(,"2026-03-10 01:00:00+00")}',
    '{["2026-03-10 00:00:00+02","2026-03-10 01:00:00+02")}',
    '{["now","later")}',
  ])("is refused as %s", (text) => expect(() => timeSetOf(text)).toThrow(RangeError));
});

test("every blind spot says what, what it means and where AWS says so, once", () => {
  expect(new Set(BLIND_SPOTS.map(({ id }) => id)).size).toBe(BLIND_SPOTS.length);
  for (const { id, what, means, source } of BLIND_SPOTS) {
    expect(id).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
    for (const sentence of [what, means]) expect(sentence, id).toMatch(/^[“A-Z].*\.$/);
    expect(source, id).toMatch(/^(?:AWS|IAM|Amazon) .+: .+/);
  }
});
