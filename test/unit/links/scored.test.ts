/**
 * Links against the simulator's truth, on the held-out profile with seeds of this test's own: the goals of `npm run score:links`, at a
 * size that a test run can afford.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { canonicalJson } from "#core/domain/ids";
import { settingsOf } from "#core/domain/sessions/durations";
import { reconstruct } from "#core/domain/sessions/reconstruct";
import { BUSY_OFFICE } from "#simulator/crowd/profile";
import { crowdOf } from "#simulator/crowd";
import { LINK_KINDS } from "#simulator/crowd/truth";
import { HELD_OUT, TEST_SEEDS } from "#test/score/held-out";
import { printed } from "#test/score/report";
import { peopleOf } from "#test/score/people";
import { addRun, emptyScore, figuresOf, share, type Score } from "#test/score/score";
import { dice, shuffled } from "#test/support/sizes";

describe("links of a noisy crowd", () => {
  let score: Score;

  beforeAll(() => {
    score = emptyScore();
    for (const seed of TEST_SEEDS) addRun(score, HELD_OUT, { seed, days: 2 });
  });

  test("at confidence 0.9 and above 99 in 100 are true, and 90 in 100 of the decidable ones are found", () => {
    const { precision, recall } = figuresOf(score);
    expect(score.chains).toBeGreaterThan(2_000);
    expect(precision).toBeGreaterThanOrEqual(0.99);
    expect(recall).toBeGreaterThanOrEqual(0.9);
  });

  test.each(LINK_KINDS)(
    "hardly one of %s that is called sure is false, and most are found",
    (kind) => {
      const { precision, recall, decidable } = figuresOf(score, kind);
      expect(decidable).toBeGreaterThan(50);
      // A few hundred links of one kind: one false link more or less is a quarter of a percent.
      expect(precision).toBeGreaterThanOrEqual(0.98);
      expect(recall).toBeGreaterThanOrEqual(0.88);
    },
  );

  test("what is called exact is always true, and has confidence 1", () => {
    const exact = score.links.filter((link) => link.basis === "exact");
    expect(exact.length).toBeGreaterThan(100);
    expect(exact.filter((link) => !link.isTrue || link.confidence !== 1)).toEqual([]);
    const inferred = score.links.filter((link) => link.basis === "inferred");
    expect(inferred.every((link) => link.confidence < 1 && link.reasons.length > 0)).toBe(true);
  });

  test("among links of a confidence about that share is true", () => {
    const byConfidence = new Map<number, { all: number; good: number }>();
    for (const { confidence, isTrue } of score.links) {
      const count = byConfidence.get(confidence) ?? { all: 0, good: 0 };
      byConfidence.set(confidence, { all: count.all + 1, good: count.good + Number(isTrue) });
    }
    const off = [...byConfidence].filter(([confidence, { all, good }]) => {
      // Two standard errors of a share of that size, and what a profile differs by.
      const slack = 2 * Math.sqrt((confidence * (1 - confidence)) / all) + 0.05;
      return all >= 30 && Math.abs(share(good, all) - confidence) > slack;
    });
    expect(off).toEqual([]);
  });

  test("the page prints how much cannot be decided, and why", () => {
    const page = printed(score);
    expect(page).toContain("| several portal sessions fit |");
    expect(figuresOf(score).undecidableShare).toBeLessThan(0.25);
  });
});

describe("a crowd", () => {
  test("is the same for the same seed and profile", () => {
    const [one, other] = [crowdOf(5, BUSY_OFFICE, 1), crowdOf(5, BUSY_OFFICE, 1)];
    expect(JSON.stringify(one.records)).toBe(JSON.stringify(other.records));
    expect(one.truth).toEqual(other.truth);
  });

  test("shows what makes links hard: shared addresses, lost records, one role taken by many at once", () => {
    const { records, truth } = crowdOf(5, BUSY_OFFICE, 2);
    const people = new Map<string, Set<string>>();
    for (const record of records) {
      const identity = record["userIdentity"] as { onBehalfOf?: { userId: string } };
      const address = String(record["sourceIPAddress"]);
      const userId = identity.onBehalfOf?.userId;
      if (userId !== undefined) people.set(address, (people.get(address) ?? new Set()).add(userId));
    }
    expect(Math.max(...[...people.values()].map((here) => here.size))).toBeGreaterThan(20);
    const starts = new Map<string, Set<string>>();
    for (const { kind, accountId, permissionSetName, startAt, userId } of truth.sessions) {
      if (kind !== "role") continue;
      const key = `${accountId}/${permissionSetName}/${startAt}`;
      starts.set(key, (starts.get(key) ?? new Set()).add(userId));
    }
    expect(Math.max(...[...starts.values()].map((here) => here.size))).toBeGreaterThan(2);
    const lost = truth.links.filter(
      ({ why }) => why === "the call that handed it out was not seen",
    );
    expect(lost.length).toBeGreaterThan(20);
  });

  test("is linked alike in whatever order its records are read, and some of them twice", () => {
    const crowd = crowdOf(6, BUSY_OFFICE, 1);
    const settings = settingsOf(crowd.organisation.portalSessionMinutes);
    const random = dice(6);
    const differing = peopleOf(crowd).filter(({ person, events }) => {
      const mixed = shuffled([...events, ...events.filter(() => random() < 0.2)], random);
      const [one, other] = [events, mixed].map((read) => reconstruct(person, read, settings));
      return canonicalJson(one) !== canonicalJson(other);
    });
    expect(differing.map(({ person }) => person.userName)).toEqual([]);
  });
});
