/**
 * ISO 8601 weeks in UTC, and which of them a weekly report is due for. Pure: `now` is handed in, and after any downtime the answer
 * names every week that was missed, oldest first.
 */
import { DAY, epoch, instant, plus, type Instant } from "../time.ts";

export interface Week {
  /** `2026-W11`. */
  readonly period: string;
  /** Monday 00:00 UTC. */
  readonly from: Instant;
  /** The Monday after. */
  readonly to: Instant;
}

/** Weeks that are caught up at most: older ones would be told from a directory that nobody remembers. */
export const MAXIMUM_CATCH_UP = 12;

function startOfDay(at: Instant): number {
  return Math.floor(epoch(at) / DAY) * DAY;
}

/** The week an instant is in. */
export function weekOf(at: Instant): Week {
  const day = startOfDay(at);
  const sinceMonday = (new Date(day).getUTCDay() + 6) % 7;
  const monday = day - sinceMonday * DAY;
  // ISO 8601: a week belongs to the year of its Thursday.
  const thursday = monday + 3 * DAY;
  const year = new Date(thursday).getUTCFullYear();
  const number = Math.floor((thursday - Date.UTC(year, 0, 1)) / (7 * DAY)) + 1;
  return {
    period: `${year}-W${String(number).padStart(2, "0")}`,
    from: instant(monday),
    to: instant(monday + 7 * DAY),
  };
}

/**
 * The whole weeks that ended by `now` and come after `lastSealed`; without one, only the last whole week. At most
 * `MAXIMUM_CATCH_UP`, the newest.
 */
export function duePeriods(lastSealed: string | null, now: Instant): Week[] {
  const due: Week[] = [];
  let week = weekOf(plus(weekOf(now).from, -DAY));
  const most = lastSealed === null ? 1 : MAXIMUM_CATCH_UP;
  // Periods compare as text because the year has four digits and the week two.
  while (due.length < most && (lastSealed === null || week.period > lastSealed)) {
    due.unshift(week);
    week = weekOf(plus(week.from, -DAY));
  }
  return due;
}
