/** Set arithmetic against a plain model: the set of minutes of a short time. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  common,
  count,
  hull,
  outwards,
  spansOver,
  timeSet,
  touches,
  union,
  without,
  type TimeSet,
} from "#core/domain/coverage/time-set";
import { instant } from "#core/domain/time";

const MOMENTS = 40;
const ranges = fc.array(
  fc.tuple(fc.integer({ min: 0, max: MOMENTS }), fc.integer({ min: 0, max: MOMENTS })),
  { maxLength: 8 },
);

const model = (set: Iterable<readonly [number, number]>): Set<number> => {
  const members = new Set<number>();
  for (const [from, to] of set) for (let at = from; at < to; at += 1) members.add(at);
  return members;
};
const sorted = (members: Set<number>) => [...members].toSorted((left, right) => left - right);

function isNormal(set: TimeSet): boolean {
  return set.every(([from, to], at) => from < to && (at === 0 || set[at - 1]![1] < from));
}

test("union, common part and difference are those of plain sets, in normal form", () => {
  fc.assert(
    fc.property(ranges, ranges, (left, right) => {
      const [a, b] = [timeSet(left), timeSet(right)];
      const [inA, inB] = [model(left), model(right)];
      const cases: [TimeSet, Set<number>][] = [
        [a, inA],
        [union(a, b), new Set([...inA, ...inB])],
        [common(a, b), new Set([...inA].filter((at) => inB.has(at)))],
        [without(a, b), new Set([...inA].filter((at) => !inB.has(at)))],
      ];
      for (const [set, members] of cases) {
        expect(isNormal(set)).toBe(true);
        expect(sorted(model(set))).toEqual(sorted(members));
      }
    }),
  );
});

test("the order and repetition of ranges make no difference", () => {
  fc.assert(
    fc.property(ranges, (given) => {
      const set = timeSet(given);
      expect(timeSet([...given.toReversed(), ...given])).toEqual(set);
      expect(union(set, set)).toEqual(set);
    }),
  );
});

test("a stretch is spanned when no moment of it is missing, and touched when one is in the set", () => {
  fc.assert(
    fc.property(ranges, fc.nat(MOMENTS - 1), fc.nat(10), (given, from, length) => {
      const to = Math.min(MOMENTS, from + length + 1);
      const members = model(given);
      const moments = sorted(model([[from, to]]));
      const set = timeSet(given);
      expect(spansOver(set, instant(from), instant(to))).toBe(
        moments.every((at) => members.has(at)),
      );
      expect(touches(set, instant(from), instant(to))).toBe(moments.some((at) => members.has(at)));
    }),
  );
});

test("whole units are counted as soon as they are touched", () => {
  const set = timeSet([
    [5, 11],
    [12, 13],
    [40, 50],
  ]);
  expect(outwards(set, 10)).toEqual([
    [0, 20],
    [40, 50],
  ]);
  expect(count(set, 10)).toBe(3);
  expect([hull(set), hull([])]).toEqual([[5, 50], null]);
});
