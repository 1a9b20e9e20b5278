/** Facts of a small organisation's coverage, for the tests of the ledger: everything well unless a test says otherwise. */
import type { LedgerFacts, PlaceSeen } from "#core/domain/coverage/facts";
import { timeSet, type TimeSet } from "#core/domain/coverage/time-set";
import { epoch, HOUR, plus, type Instant } from "#core/domain/time";

export const NOW = "2026-03-10T12:00:00.000Z" as Instant;
export const ACCOUNT = "111122223333";
export const MEMBER = "444455556666";
export const REGION = "eu-west-1";

export const at = (text: string) => `2026-03-10T${text}:00.000Z` as Instant;

/** Whole hours `[from, to)` of the day, several times. */
export function hours(...ranges: readonly (readonly [number, number])[]): TimeSet {
  const midnight = epoch(at("00:00"));
  return timeSet(
    ranges.map(([from, to]) => [midnight + from * HOUR, midnight + to * HOUR] as const),
  );
}

/** Seen from midnight to a moment before noon, without a gap. */
export function place(over: Partial<PlaceSeen> = {}): PlaceSeen {
  return {
    source: "s3",
    accountId: ACCOUNT,
    region: REGION,
    firstEventAt: at("00:10"),
    lastEventAt: at("11:58"),
    hoursSeen: hours([0, 12]),
    records: 100,
    lastReceivedAt: plus(NOW, -60_000),
    ...over,
  };
}

export function facts(over: Partial<LedgerFacts> = {}): LedgerFacts {
  return {
    places: [place(), place({ accountId: MEMBER })],
    windows: [],
    digests: [],
    files: [],
    objects: [],
    failing: [],
    ...over,
  };
}

export function digests(over: Partial<LedgerFacts["digests"][number]> = {}) {
  const [spoken, proven] = [hours([0, 12]), hours([0, 12])];
  return {
    accountId: ACCOUNT,
    region: REGION,
    valid: 12,
    invalid: 0,
    unconfirmed: 0,
    spoken,
    proven,
    broken: [],
    ...over,
  };
}

export function objects(over: Partial<LedgerFacts["objects"][number]> = {}) {
  return {
    accountId: ACCOUNT,
    region: REGION,
    waiting: 0,
    failing: 0,
    refused: 0,
    gone: 0,
    problem: null,
    lost: [],
    awaited: [],
    ...over,
  };
}

export function files(over: Partial<LedgerFacts["files"][number]> = {}) {
  return {
    accountId: ACCOUNT,
    region: REGION,
    invalid: 0,
    missing: 0,
    withoutDigest: 0,
    broken: [],
    ...over,
  };
}
