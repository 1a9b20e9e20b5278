/** When a silence proves something: the hours of an organisation trail, and nothing that happened after the instant. */
import { describe, expect, test } from "vitest";
import { covered, organisationTrailRead, trailCoverage } from "#core/domain/revocation/coverage";
import type { LedgerFacts, PlaceSeen } from "#core/domain/coverage/facts";
import { spans } from "#core/domain/coverage/time-set";
import { plus, type Instant } from "#core/domain/time";
import {
  ACCOUNT,
  at,
  digests,
  facts,
  hours,
  MEMBER,
  NOW,
  objects,
  place,
  REGION,
} from "./facts.ts";

const PLACE = { accountId: ACCOUNT, region: REGION };
const both = (over: Partial<PlaceSeen>): PlaceSeen[] => [place(over), place({ accountId: MEMBER })];

function proves(
  over: Partial<LedgerFacts>,
  [from, to]: [string, string] = ["02:00", "09:00"],
  now: Instant = NOW,
): boolean {
  return covered(trailCoverage(facts(over), now), PLACE, at(from), at(to), now);
}

test("a trail read over the whole time and past it proves a silence", () => {
  expect(proves({})).toBe(true);
});

test("the margin of delivery has to have passed and to have been read", () => {
  expect(proves({}, ["02:00", "11:28"])).toBe(true);
  expect(proves({}, ["02:00", "11:29"])).toBe(false);
  expect(proves({ places: both({ lastEventAt: at("09:29"), hoursSeen: hours([0, 10]) }) })).toBe(
    false,
  );
});

test("a gap unproves only what lies across it", () => {
  const places = both({ hoursSeen: hours([0, 4], [8, 12]) });
  expect(proves({ places })).toBe(false);
  expect(proves({ places }, ["01:00", "02:00"])).toBe(true);
  expect(proves({ places }, ["09:00", "10:00"])).toBe(true);
});

test("a stretch behind a gap counts from the hour after the record that begins it", () => {
  const places = both({ hoursSeen: hours([0, 4], [8, 12]) });
  expect(proves({ places }, ["08:30", "10:00"])).toBe(false);
  const [row] = trailCoverage(facts({ places }), NOW);
  expect(spans(row!.read)).toEqual([
    { from: at("00:10"), to: at("03:00") },
    { from: at("09:00"), to: at("11:58") },
  ]);
});

describe("nothing is proven by", () => {
  test.each<[string, Partial<LedgerFacts>]>([
    ["a trail of one account", { places: [place()] }],
    ["the event history", { places: both({ source: "lookup-events" }) }],
    ["an invalid digest of the time", { digests: [digests({ broken: hours([5, 6]) })] }],
    [
      "an object of the time that failed",
      { objects: [objects({ failing: 1, lost: hours([5, 6]) })] },
    ],
    [
      "an object of the time that waits",
      { objects: [objects({ waiting: 1, awaited: hours([5, 6]) })] },
    ],
    [
      "an object of another Region that failed",
      {
        places: [...both({}), place({ region: "us-east-1" })],
        objects: [objects({ region: "us-east-1", failing: 1, lost: hours([5, 6]) })],
      },
    ],
    [
      "an object of another Region that waits",
      {
        places: [...both({}), place({ region: "us-east-1" })],
        objects: [objects({ region: "us-east-1", waiting: 1, awaited: hours([5, 6]) })],
      },
    ],
    [
      "another Region that was not read past the time",
      {
        places: [
          ...both({}),
          place({ region: "us-east-1", lastEventAt: at("08:00"), hoursSeen: hours([0, 9]) }),
        ],
      },
    ],
  ])("%s", (_what, over) => {
    expect(proves(over)).toBe(false);
  });

  test("records of after the instant at which it is judged", () => {
    expect(proves({}, ["02:00", "09:00"], at("09:20"))).toBe(false);
    const known = trailCoverage(facts({}), NOW);
    expect(covered(known, PLACE, at("02:00"), at("09:00"), at("09:29"))).toBe(false);
    expect(covered(known, PLACE, at("02:00"), at("09:00"), at("09:30"))).toBe(true);
    const places = both({ hoursSeen: hours([0, 6], [9, 12]) });
    expect(proves({ places }, ["02:00", "05:10"], at("08:00"))).toBe(false);
    expect(trailCoverage(facts({}), at("00:05"))).toEqual([]);
  });
});

test("what is broken at another time or of another account takes nothing away", () => {
  expect(proves({ digests: [digests({ broken: hours([10, 11]) })] })).toBe(true);
  expect(proves({ objects: [objects({ accountId: MEMBER, lost: hours([5, 6]) })] })).toBe(true);
});

test("a trail as a whole is read where any of its accounts spoke", () => {
  const places = [
    place({ hoursSeen: hours([0, 7]), lastEventAt: at("06:40") }),
    place({ accountId: MEMBER, firstEventAt: at("06:20"), hoursSeen: hours([6, 12]) }),
  ];
  const coverage = trailCoverage(facts({ places }), NOW);
  expect(organisationTrailRead(coverage, at("01:00"), at("10:00"))).toBe(true);
  expect(organisationTrailRead(coverage.slice(0, 1), at("01:00"), at("10:00"))).toBe(false);
  expect(organisationTrailRead(coverage, plus(at("00:10"), -1), at("10:00"))).toBe(false);
});
