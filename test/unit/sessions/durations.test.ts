/** Entered durations: which of them counts for a session, and when it is in question. */
import { expect, test } from "vitest";
import type { EnteredDuration, SessionSettings } from "#core/domain/session";
import { durationFor, settingsOf } from "#core/domain/sessions/durations";
import { parseInstant, type Instant } from "#core/domain/time";
import { STORE } from "../../support/records.ts";

const OTHER = "arn:aws:identitystore::444455556666:identitystore/d-ffffffffff";

function day(number: number): Instant {
  return parseInstant(`2026-11-${String(number).padStart(2, "0")}T00:00:00Z`)!;
}

function entry(minutes: number, from: number | null, store: string | null = null): EnteredDuration {
  return {
    identityStoreArn: store,
    kind: "portal",
    minutes,
    effectiveFrom: from === null ? null : day(from),
  };
}

function minutes(durations: EnteredDuration[], startedOn: number, store = STORE): number | null {
  return (
    durationFor({ durations, changedAt: [] }, store, "portal", day(startedOn))?.minutes ?? null
  );
}

test("the newest entry that counted when the session began decides, in any order of the entries", () => {
  const entries = [entry(480, null), entry(60, 10), entry(120, 20)];
  for (const durations of [entries, entries.toReversed()]) {
    expect([9, 10, 19, 20].map((on) => minutes(durations, on))).toEqual([480, 60, 60, 120]);
  }
});

test("an entry counts for its own store alone, and before one for every store", () => {
  const durations = [entry(60, 10, STORE), entry(480, 10)];
  expect(minutes(durations, 11)).toBe(60);
  expect(minutes(durations, 11, OTHER)).toBe(480);
  expect(minutes([entry(60, 10, STORE)], 11, OTHER)).toBeNull();
});

test("a portal's duration says nothing about background sessions", () => {
  expect(durationFor(settingsOf(480), STORE, "background", day(1))).toBeNull();
});

test("a configuration that changed after the entry and before the session puts the entry in question", () => {
  const settings = (store: string | null, on: number): SessionSettings => ({
    durations: [entry(60, 10), entry(120, 20)],
    changedAt: [{ identityStoreArn: store, at: day(on) }],
  });
  const questioned = (store: string | null, on: number, startedOn: number) =>
    durationFor(settings(store, on), STORE, "portal", day(startedOn))?.questioned;
  expect(questioned(STORE, 12, 11)).toBe(false);
  expect(questioned(STORE, 12, 12)).toBe(true);
  expect(questioned(STORE, 12, 13)).toBe(true);
  expect(questioned(STORE, 10, 13)).toBe(false);
  expect(questioned(STORE, 12, 21)).toBe(false);
  expect(questioned(OTHER, 12, 13)).toBe(false);
  expect(questioned(null, 12, 13)).toBe(true);
});
