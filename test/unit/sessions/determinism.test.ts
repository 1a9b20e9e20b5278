/**
 * Any order, duplication and batch split of the same events gives byte-identical sessions, links and residuals: some of the seeds that
 * `test/alone/seeds` tries ten thousand of, a million every night, and the cases that a reader would ask for by name.
 */
import { expect, test } from "vitest";
import type { Session } from "#core/domain/session";
import { canonicalJson } from "#core/domain/ids";
import { reconstruct, sessionDigest } from "#core/domain/sessions/reconstruct";
import { lifeOf, toldOf } from "#test/alone/seeds/life";
import { differenceOf } from "#test/alone/seeds/verdict";
import { dice, shuffled } from "#test/support/sizes";
import { portal, token } from "../../support/records.ts";
import { ADA, EIGHT_HOURS, rebuilt } from "./made.ts";

/** The nightly run tries a million lower ones. */
const SEEDS = Array.from({ length: 400 }, (_, index) => 2_000_000 + index);

function time(minute: number): string {
  return new Date(Date.UTC(2026, 10, 2, 8, minute)).toISOString().replace(".000Z", "Z");
}

function text(sessions: readonly Session[]): string {
  return canonicalJson(sessions);
}

test("lives tell the same in any order, repetition and split, and forget nothing in silence", () => {
  expect(SEEDS.flatMap((seed) => differenceOf(seed) ?? [])).toEqual([]);
});

test("the digest of sessions is that of the same events in another order", () => {
  for (const seed of SEEDS.slice(0, 20)) {
    const events = lifeOf(seed);
    const [one, other] = [events, shuffled(events, dice(seed))].map((read) =>
      reconstruct(ADA, read, EIGHT_HOURS).map(sessionDigest),
    );
    expect(other).toEqual(one);
  }
});

test("no two sessions share an id, and no two residuals", () => {
  for (const seed of SEEDS) {
    const { sessions, residuals } = toldOf(lifeOf(seed));
    for (const told of [sessions, residuals]) {
      expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
    }
  }
});

test("records of one event that two accounts received are one grant, whichever was read first or alone", () => {
  const sharedEventID = "00000000-1111-4222-8333-000000000001";
  const both = [1, 2].map(() => token(time(0), "code", { sharedEventID }));
  const [session, ...more] = rebuilt(both);
  expect(more).toEqual([]);
  expect(session!.eventIds).toHaveLength(2);
  expect(both.map((one) => rebuilt([one])[0]!.id)).toEqual([session!.id, session!.id]);
});

test("one record from two Regions is one event, the same in either order", () => {
  const one = portal(time(0), "Authenticate");
  const other = { ...one, awsRegion: "us-east-1" };
  expect(text(rebuilt([one, other]))).toBe(text(rebuilt([other, one])));
  expect(rebuilt([one, other])[0]!.eventIds).toHaveLength(1);
});

test("a session used in two Regions is one session", () => {
  const [session, ...more] = rebuilt([
    portal(time(0), "Authenticate"),
    portal(time(5), "ListApplications", undefined, { awsRegion: "us-east-1" }),
  ]);
  expect(more).toEqual([]);
  expect(session).toMatchObject({ region: "eu-central-1", lastSeenAt: "2026-11-02T08:05:00.000Z" });
});

test("another person's events are not taken for the person's, whatever kind of session they are of", () => {
  const others = { ...ADA, userId: "d5f9a4b8-21e2-41bc-8a11-1b2c3d4e5f60" };
  const theirs = SEEDS.flatMap(lifeOf).filter((event) => event.person !== null);
  expect(reconstruct(others, theirs, EIGHT_HOURS)).toEqual([]);
});
