import { expect, test } from "vitest";
import type { Instant } from "#core/domain/time";
import { checkTrail, type TrailFact, type TrailFacts } from "#core/domain/trail/trail-settings";

const NOW = "2026-05-04T09:00:00.000Z" as Instant;
const GOOD: TrailFact = {
  name: "organisation",
  prefix: "",
  multiRegion: true,
  organization: true,
  homeRegion: "eu-central-1",
  logging: true,
  readEvents: true,
  writeEvents: true,
};
const facts = (...trails: Partial<TrailFact>[]): TrailFacts => ({
  trails: trails.map((trail) => ({ ...GOOD, ...trail })),
  serverTime: NOW,
  receivedAt: NOW,
});
const codes = (given: TrailFacts) =>
  checkTrail(given, "s3://trail-bucket/", "").flatMap(({ fault }) => fault?.code ?? []);

test("a trail of the organisation with every Region and management event passes", () => {
  expect(codes(facts({}))).toEqual([]);
});

test.each([
  ["trail.not-logging", { logging: false }, /stopped/],
  ["trail.no-read-events", { readEvents: false }, /GetRoleCredentials/],
  ["trail.no-write-events", { writeEvents: false }, /sign-ins/],
  ["trail.single-region", { multiRegion: false }, /eu-central-1 only/],
  ["trail.not-organization", { organization: false }, /member accounts/],
  ["trail.absent", { prefix: "audit/" }, /audit\//],
])("%s is told in one sentence that says what to do", (code, trail, words) => {
  const given = facts(trail);
  expect(codes(given)).toEqual([code]);
  const fault = checkTrail(given, "s3://trail-bucket/", "").find(
    (one) => one.fault !== null,
  )!.fault!;
  expect(fault.message).toMatch(words);
  expect(fault.message).toMatch(/^[^\n]+\.$/);
});

test("no trail at all is told", () => {
  expect(codes(facts())).toEqual(["trail.absent"]);
});

test("of several trails the one that serves best is judged", () => {
  expect(codes(facts({ organization: false, logging: false }, { multiRegion: false }))).toEqual([
    "trail.single-region",
  ]);
});

test.each([
  ["2026-05-04T08:54:59.000Z", ["clock.off"]],
  ["2026-05-04T08:55:00.000Z", []],
  ["2026-05-04T09:05:00.000Z", []],
  ["2026-05-04T09:05:01.000Z", ["clock.off"]],
  [null, []],
])("a clock whose AWS answer says %s gives %j", (serverTime, expected) => {
  expect(codes({ ...facts({}), serverTime: serverTime as Instant | null })).toEqual(expected);
});
