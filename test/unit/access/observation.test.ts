import { expect, test } from "vitest";
import { observations } from "#core/domain/access/observation";
import type { LedgerFacts, PlaceSeen } from "#core/domain/coverage/facts";
import { epoch, HOUR, type Instant } from "#core/domain/time";
import { at } from "./directory-facts.ts";

const NOW = at("12T00:00:00");
const hours = (...times: string[]) =>
  times.map((time) => [epoch(at(time)), epoch(at(time)) + HOUR] as const);

const place = (source: string, accountId: string, times: string[]): PlaceSeen => ({
  source,
  accountId,
  region: "eu-central-1",
  firstEventAt: at(times[0]!),
  lastEventAt: at(times.at(-1)!),
  hoursSeen: hours(...times),
  records: times.length,
  lastReceivedAt: NOW,
});

const facts = (...places: PlaceSeen[]): LedgerFacts => ({
  places,
  windows: [],
  digests: [],
  files: [],
  objects: [],
  failing: [],
});

const MEMBER = "444455556666";
const OWNER = "111122223333";
const SINCE = at("10T00:00:00");

const gapsOf = (ledger: LedgerFacts, accountId = MEMBER, since: Instant | null = SINCE): number =>
  observations(ledger, NOW, OWNER, () => since)(accountId).gapHours;

test("counts the hours between records that no source read, and none after the last one", () => {
  const gap = place("s3", MEMBER, ["10T00:00:00", "10T10:00:00"]);
  expect(gapsOf(facts(gap))).toBe(9);
  expect(gapsOf(facts(place("s3", MEMBER, ["10T00:00:00", "10T02:00:00"])))).toBe(0);
});

test("counts no hour that another source read, nor one before use was observed", () => {
  const gap = place("s3", MEMBER, ["10T00:00:00", "10T10:00:00"]);
  const other = place("files", MEMBER, ["10T01:00:00", "10T03:00:00", "10T05:00:00"]);
  expect(gapsOf(facts(gap, other))).toBe(4);
  expect(gapsOf(facts(gap), MEMBER, at("10T06:00:00"))).toBe(4);
  expect(gapsOf(facts(gap), MEMBER, null)).toBe(0);
});

test("takes the portal's gaps for an account of which nothing was read", () => {
  const portal = place("s3", OWNER, ["10T00:00:00", "10T08:00:00"]);
  expect(gapsOf(facts(portal))).toBe(7);
  const own = place("s3", MEMBER, ["10T00:00:00", "10T01:00:00"]);
  expect(gapsOf(facts(portal, own))).toBe(0);
});
