/**
 * Which of the entered durations counts for a session. AWS: the durations of interactive and of background sessions are console
 * settings that no API reads, and a change counts for new sessions only. An entry is a person's word: a change of the
 * configuration seen after it puts it in question, and says neither which setting was changed nor to what.
 */
import type { DurationKind, EnteredDuration, SessionSettings } from "../session.ts";
import { MINUTE, plus, type Instant } from "../time.ts";

export interface DurationFor {
  readonly minutes: number;
  /** From when on the entry counts; null: always. */
  readonly enteredFrom: Instant | null;
  /** True when the configuration was changed after the entry took effect and before the session began. */
  readonly questioned: boolean;
}

/** The settings of an installation that knows one portal duration for every identity store and all times, or none. */
export function settingsOf(portalMinutes: number | null): SessionSettings {
  const entry = { identityStoreArn: null, kind: "portal", effectiveFrom: null } as const;
  return {
    durations: portalMinutes === null ? [] : [{ ...entry, minutes: portalMinutes }],
    changedAt: [],
  };
}

/**
 * The newest entry that counted when the session began, or null when there is none. Of two entries from the same instant the one
 * for this very store counts, then the shorter one, so that the answer does not hang on the order of the entries.
 */
export function durationFor(
  settings: SessionSettings,
  storeArn: string,
  kind: DurationKind,
  startedAt: Instant,
): DurationFor | null {
  let best: EnteredDuration | null = null;
  for (const entry of settings.durations) {
    if (entry.kind !== kind || !concerns(entry.identityStoreArn, storeArn)) continue;
    if (entry.effectiveFrom !== null && entry.effectiveFrom > startedAt) continue;
    if (best === null || outranks(entry, best)) best = entry;
  }
  if (best === null) return null;
  const { minutes, effectiveFrom } = best;
  const questioned = settings.changedAt.some(
    (change) =>
      concerns(change.identityStoreArn, storeArn) &&
      (effectiveFrom === null || change.at > effectiveFrom) &&
      change.at <= startedAt,
  );
  return { minutes, enteredFrom: effectiveFrom, questioned };
}

/**
 * The latest end of a session that was alive at `seenAt` and may have begun under an entry that no longer counted then: each entry
 * as long as it counted, and the longest that AWS allows (in milliseconds) before the first. Null when only the newest entry counts.
 */
export function longestBegun(
  settings: SessionSettings,
  storeArn: string,
  kind: DurationKind,
  seenAt: Instant,
  longest: number,
): Instant | null {
  const starts = new Set(
    settings.durations.flatMap((entry) =>
      entry.kind === kind &&
      concerns(entry.identityStoreArn, storeArn) &&
      entry.effectiveFrom !== null &&
      entry.effectiveFrom <= seenAt
        ? [entry.effectiveFrom]
        : [],
    ),
  );
  let latest: Instant | null = null;
  for (const start of starts) {
    const before = durationFor(settings, storeArn, kind, plus(start, -1));
    const doubtful = before === null || before.questioned;
    const end = plus(start, doubtful ? longest : before.minutes * MINUTE);
    if (latest === null || end > latest) latest = end;
  }
  return latest;
}

function concerns(named: string | null, storeArn: string): boolean {
  return named === null || named === storeArn;
}

function outranks(entry: EnteredDuration, best: EnteredDuration): boolean {
  const from = entry.effectiveFrom ?? "";
  const bestFrom = best.effectiveFrom ?? "";
  if (from !== bestFrom) return from > bestFrom;
  if ((entry.identityStoreArn === null) !== (best.identityStoreArn === null)) {
    return entry.identityStoreArn !== null;
  }
  return entry.minutes < best.minutes;
}
