/**
 * The arithmetic of windows: what of a listing is missing and what is read next, newest first. Pure. Guarantees that no instant of
 * the wanted span falls between two windows, and that nothing counts as read for good before it is two hours old: CloudTrail
 * delivers neither in order nor in bounded time. What it delivers later still (up to 30 days) only the trail in S3 shows.
 */
import {
  DAY,
  between,
  earliest,
  epoch,
  HOUR,
  instant,
  latest,
  MINUTE,
  plus,
  SECOND,
  type Instant,
} from "../../domain/time.ts";
import type { TimeWindow } from "../../ports/trail/window-store.ts";

/** Always read again. */
const UNSETTLED = 2 * HOUR;
/** Longest window that may take more than one page. */
export const LONGEST = DAY;
/** Windows that take more pages than this become shorter: what is interrupted is read again whole. */
export const MOST_PAGES = 200;
/** Of a stream in which nothing happens, so that 90 days of silence cost a handful of requests. */
const LONGEST_SILENT = 64 * DAY;
/** What breaks off although it is this short is no matter of its length. */
export const SHORTEST = 15 * MINUTE;

/** What is to be read of a listing. */
export interface Wanted {
  /** How far back when the stream was never read. */
  readonly backfillMilliseconds: number;
  /** How far back the listing reaches at all. */
  readonly reachMilliseconds: number;
  /** Reads again from here, whatever was read before. */
  readonly since?: Instant;
}

/** Before this instant, what was read at `now` is read for good. */
export function settledBefore(now: Instant): Instant {
  return plus(now, -UNSETTLED);
}

/** The part of a window that is read for good when its reading began at `readAt`; null: nothing of it. */
export function settledPart({ from, to }: TimeWindow, readAt: Instant): TimeWindow | null {
  const end = earliest(to, settledBefore(readAt))!;
  return from < end ? { from, to: end } : null;
}

/** Windows without what lies at or after `end`. */
export function clipped(windows: readonly TimeWindow[], end: Instant): TimeWindow[] {
  return windows.flatMap(({ from, to }) => (from < end ? [{ from, to: earliest(to, end)! }] : []));
}

/** The span that should have been read at `now`. Null when there is none, as with a `since` of the future. */
export function wantedSpan(
  wanted: Wanted,
  read: readonly TimeWindow[],
  now: Instant,
): TimeWindow | null {
  const reach = plus(now, -wanted.reachMilliseconds);
  const backfill = plus(now, -wanted.backfillMilliseconds);
  // However long nobody was there, reading goes on where it ended.
  const readThrough = clipped(read, settledBefore(now)).at(-1)?.to ?? null;
  const from = latest(reach, wanted.since ?? earliest(backfill, readThrough))!;
  return from < now ? { from, to: now } : null;
}

/** What of the span lies in none of the windows: disjoint, oldest first. */
export function missingOf(span: TimeWindow, windows: readonly TimeWindow[]): TimeWindow[] {
  const missing: TimeWindow[] = [];
  let from = span.from;
  for (const window of windows.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    if (window.from >= span.to) break;
    if (window.from > from) missing.push({ from, to: window.from });
    from = latest(from, window.to)!;
  }
  if (from < span.to) missing.push({ from, to: span.to });
  return missing;
}

/** The newest window of at most this length; null when nothing is missing. */
export function newestWindow(missing: readonly TimeWindow[], length: number): TimeWindow | null {
  const newest = missing.at(-1);
  if (newest === undefined) return null;
  const from = plus(newest.to, -length);
  return { from: latest(newest.from, wholeSecond(from))!, to: newest.to };
}

/** How many windows the missing spans still are. */
export function countWindows(missing: readonly TimeWindow[], length: number): number {
  return missing.reduce((sum, { from, to }) => sum + Math.ceil(between(from, to) / length), 0);
}

/** How long the next window may be after one that was read in so many pages. */
export function lengthAfter(length: number, pages: number): number {
  if (pages <= 1) return Math.min(LONGEST_SILENT, length * 2);
  if (pages > MOST_PAGES) return shorter(length);
  return Math.min(LONGEST, pages > MOST_PAGES / 2 ? length : length * 2);
}

/** Half of it, for what takes too many pages or breaks off. */
export function shorter(length: number): number {
  return Math.max(SHORTEST, Math.min(LONGEST, length) / 2);
}

/** Events have whole seconds, and so do the ends that we choose: none is asked for twice. */
function wholeSecond(at: Instant): Instant {
  return instant(Math.floor(epoch(at) / SECOND) * SECOND);
}
