/** What counts as read and what as a gap, and which sentence says so. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { coverageLedger, isComplete, type Ledger } from "#core/domain/coverage/ledger";
import type { LedgerFacts } from "#core/domain/coverage/facts";
import { drawn } from "#core/domain/coverage/picture";
import { DAY, plus, type Instant } from "#core/domain/time";
import {
  ACCOUNT,
  at,
  digests,
  facts,
  files,
  hours,
  MEMBER,
  NOW,
  objects,
  place,
  REGION,
} from "./facts.ts";

const ledger = (over: Partial<LedgerFacts> = {}, asOf: Instant = NOW): Ledger =>
  coverageLedger(facts(over), asOf, asOf === NOW ? NOW : null);
const kinds = ({ problems }: Ledger) => problems.map(({ kind }) => kind);
const gaps = ({ rows }: Ledger) =>
  rows[0]!.gaps.map(({ from, to }) => `${from.slice(11, 16)}-${to.slice(11, 16)}`);
/** Seen all day but for some hours. */
const seenBut = (from: number, to: number) => ({
  places: [place({ hoursSeen: hours([0, from], [to, 12]) })],
});

test("what was read without a gap is complete", () => {
  const found = ledger();
  expect(found.problems).toEqual([]);
  expect(isComplete(found)).toBe(true);
  expect(found.rows[0]).toMatchObject({
    hoursSeen: 12,
    gapCount: 0,
    lagSeconds: 60,
    readTo: at("11:58"),
  });
});

test("nothing read at all is not complete", () => {
  expect(isComplete(ledger({ places: [] }))).toBe(false);
});

describe("a silence", () => {
  test("of up to two whole hours is taken for read", () => {
    expect(kinds(ledger(seenBut(4, 6)))).toEqual([]);
  });

  test("of more is a gap, named with its hours", () => {
    const found = ledger(seenBut(4, 7));
    expect(gaps(found)).toEqual(["04:00-07:00"]);
    expect(found.problems).toMatchObject(
      [
        { kind: "gap", accountId: ACCOUNT, region: REGION, sentence: /3 hours are not covered/ },
      ].map(({ sentence, ...rest }) => ({ ...rest, sentence: expect.stringMatching(sentence) })),
    );
    expect(isComplete(found)).toBe(false);
  });

  test("is no gap where valid digests say that nothing happened", () => {
    expect(kinds(ledger({ ...seenBut(4, 9), digests: [digests()] }))).toEqual([]);
  });

  test("is a gap at any length where digests speak and leave the hour out", () => {
    const missing = digests({ proven: hours([0, 5], [6, 12]) });
    expect(gaps(ledger({ ...seenBut(5, 6), digests: [missing] }))).toEqual(["05:00-06:00"]);
  });

  test("is not proven by another account's or Region's digests", () => {
    const others = [digests({ accountId: MEMBER }), digests({ region: "us-east-1" })];
    expect(gaps(ledger({ ...seenBut(4, 9), digests: others }))).toEqual(["04:00-09:00"]);
  });

  test("at the end of the digests waits for delivery", () => {
    const seen = { places: [place({ hoursSeen: hours([0, 4], [10, 12]) })] };
    const early = digests({ proven: hours([4, 10]), spoken: hours([4, 10]) });
    // What happened at 09:45 may be delivered, and named, after 10:00.
    expect(ledger({ ...seen, digests: [early] }).rows[0]?.gaps).toEqual([
      { from: at("09:30"), to: at("10:00") },
    ]);
  });
});

describe("a listing", () => {
  const listing = (over: Partial<LedgerFacts> = {}) => ({
    places: [place({ source: "lookup-events", hoursSeen: hours([0, 1], [11, 12]) })],
    ...over,
  });
  const windows = (...read: [number, number][]) => ({
    source: "lookup-events",
    accountId: ACCOUNT,
    region: REGION,
    read: hours(...read),
  });

  test("that was read to its end proves its hours empty", () => {
    expect(kinds(ledger(listing({ windows: [windows([0, 12])] })))).toEqual([]);
  });

  test("proves only what every event source was read for", () => {
    const found = ledger(listing({ windows: [windows([0, 12]), windows([0, 5], [8, 12])] }));
    expect(gaps(found)).toEqual(["05:00-08:00"]);
    expect(found.problems[0]?.sentence).toContain("--since");
  });

  test("that showed nothing is a row all the same, without a record", () => {
    const found = ledger({ windows: [{ ...windows([0, 12]), region: "us-east-1" }] });
    expect(found.rows.find(({ region }) => region === "us-east-1")).toMatchObject({
      firstEventAt: null,
      records: 0,
      hoursProven: 12,
      gapCount: 0,
    });
    expect(isComplete(found)).toBe(true);
  });

  test("is not proven by digests, which speak of a trail", () => {
    expect(gaps(ledger(listing({ digests: [digests()] })))).toEqual(["01:00-11:00"]);
  });
});

describe("the word complete is never said with", () => {
  test.each<[string, Partial<LedgerFacts>, string, RegExp]>([
    ["a gap", seenBut(4, 8), "gap", /4 hours are not covered/],
    [
      "an invalid digest",
      { digests: [digests({ invalid: 1, broken: hours([4, 5]) })] },
      "digest",
      /1 digest is invalid/,
    ],
    [
      "a changed file",
      { files: [files({ invalid: 2, broken: hours([4, 5]) })] },
      "file",
      /2 log files differ from what their digests say/,
    ],
    [
      "a missing file",
      { files: [files({ missing: 1, broken: hours([4, 5]) })] },
      "file",
      /1 log file named by a digest cannot be found/,
    ],
    [
      "a file that no digest names",
      { files: [files({ withoutDigest: 1 })] },
      "file",
      /named by no digest/,
    ],
    [
      "a failing object",
      { objects: [objects({ failing: 1, lost: hours([4, 5]), problem: "Access was denied." })] },
      "object",
      /1 object was not read \(1 failing and tried again\)\. One of them: Access was denied\./,
    ],
    ["a refused object", { objects: [objects({ refused: 1 })] }, "object", /1 refused/],
    [
      "an object that is gone",
      { objects: [objects({ gone: 3, accountId: null, region: null })] },
      "object",
      /^s3: 3 objects were/,
    ],
    [
      "a failing source",
      {
        failing: [
          {
            source: "s3/example-trail",
            failingSince: at("03:00"),
            problem: "The bucket cannot be read.",
          },
        ],
      },
      "source",
      /^The bucket cannot be read\.$/,
    ],
  ])("%s", (_what, over, kind, sentence) => {
    const found = ledger(over);
    expect(isComplete(found)).toBe(false);
    expect(found.problems.find((problem) => problem.kind === kind)?.sentence).toMatch(sentence);
  });

  test("a file that is broken or lost, whose hour is a gap though records of it were seen", () => {
    for (const over of [
      { digests: [digests({ invalid: 1, broken: hours([4, 5]) })] },
      { files: [files({ missing: 1, broken: hours([4, 5]) })] },
      { objects: [objects({ failing: 1, lost: hours([4, 5]) })] },
    ])
      expect(gaps(ledger(over))).toEqual(["04:00-05:00"]);
  });
});

test("objects that wait for their turn are counted and are no problem", () => {
  const found = ledger({ objects: [objects({ waiting: 5, awaited: hours([11, 12]) })] });
  expect(found.rows[0]?.objects.waiting).toBe(5);
  expect(isComplete(found)).toBe(true);
});

test("an earlier instant knows nothing of gaps, failures and records after it", () => {
  const later = {
    places: [place({ hoursSeen: hours([0, 6], [10, 12]) })],
    failing: [{ source: "s3/example-trail", failingSince: at("09:00"), problem: "It fails." }],
  };
  expect(kinds(ledger(later))).toEqual(["source", "gap"]);
  const before = ledger(later, at("06:00"));
  expect(before.problems).toEqual([]);
  expect(before.rows[0]).toMatchObject({ readTo: at("06:00"), lastEventAt: null, records: null });
});

test("what was read before hours were kept is a gap between its first and last record", () => {
  const old = place({ hoursSeen: [] });
  expect(gaps(ledger({ places: [old] }))).toEqual(["01:00-11:00"]);
});

test("the order of the facts makes no difference", () => {
  const all = facts({
    places: [
      place(),
      place({ accountId: MEMBER }),
      place({ region: "us-east-1" }),
      place({ source: "files", hoursSeen: hours([0, 3], [9, 12]) }),
    ],
    digests: [digests(), digests({ accountId: MEMBER, invalid: 1, broken: hours([2, 3]) })],
  });
  fc.assert(
    fc.property(
      fc.shuffledSubarray([...all.places], { minLength: 4 }),
      fc.shuffledSubarray([...all.digests], { minLength: 2 }),
      (places, shuffled) => {
        expect(coverageLedger({ ...all, places, digests: shuffled }, NOW, NOW)).toEqual(
          coverageLedger(all, NOW, NOW),
        );
      },
    ),
  );
});

describe("the picture", () => {
  test("shows an hour as read, quiet, a gap or not observed, without colour", () => {
    const found = ledger({
      places: [place({ hoursSeen: hours([2, 4], [5, 6], [10, 12]), firstEventAt: at("02:00") })],
    });
    expect(drawn(found.rows[0]!.lastHours)).toBe(`${" ".repeat(14)}▇▇·▇××××▇▇`);
  });

  test("shows a day with a gap in it as a gap", () => {
    const found = ledger({
      places: [
        place({
          firstEventAt: plus(NOW, -3 * DAY),
          hoursSeen: [[Date.parse(NOW) - 3 * DAY, Date.parse(NOW) - DAY], ...hours([0, 12])],
        }),
      ],
    });
    expect(drawn(found.rows[0]!.lastDays).trim()).toBe("▇▇×▇");
  });
});
