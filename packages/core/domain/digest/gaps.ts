/** The hours without a valid digest, as the verdicts of one place show them. Backfill digests speak for files, not for hours. */
import type { Instant } from "../time.ts";
import type { DigestGap, DigestVerdict, GapCause } from "./verdict.ts";

/**
 * Gaps between the first and the last digest of one place, in order of time. With `span` also what lies between its ends and
 * the digests: a chain whose newest or oldest part was deleted shows it nowhere else.
 */
export function gapsOf(
  verdicts: readonly DigestVerdict[],
  span: { readonly from: Instant | null; readonly to: Instant | null },
): DigestGap[] {
  const hours = verdicts
    .filter((one) => !one.backfill)
    .toSorted((a, b) => (a.startsAt < b.startsAt ? -1 : a.startsAt > b.startsAt ? 1 : 0));
  const [first] = hours;
  if (first === undefined) return [];
  const { accountId, region } = first;
  const gaps: DigestGap[] = [];
  let reached = span.from ?? first.startsAt;
  const add = (from: Instant, to: Instant, next: DigestVerdict | null) =>
    gaps.push({ accountId, region, from, to, cause: causeOf(hours, from, to, next) });
  for (const valid of hours.filter((one) => one.verdict === "valid")) {
    if (valid.startsAt > reached) add(reached, valid.startsAt, valid);
    if (valid.endsAt > reached) reached = valid.endsAt;
  }
  const last = hours.reduce((end, one) => (one.endsAt > end ? one.endsAt : end), reached);
  const end = span.to !== null && span.to > last ? span.to : last;
  if (end > reached) add(reached, end, null);
  return gaps;
}

function causeOf(
  hours: readonly DigestVerdict[],
  from: Instant,
  to: Instant,
  next: DigestVerdict | null,
): GapCause {
  const inside = hours.filter((one) => one.startsAt < to && from < one.endsAt);
  if (inside.some((one) => one.verdict === "invalid")) return "invalid";
  if (inside.some((one) => one.verdict === "unconfirmed")) return "unconfirmed";
  return next !== null && next.previousKey === null ? "restarted" : "absent";
}

/** The sentence for a gap. */
export function gapSentence({ from, to, cause }: DigestGap): string {
  const why: Record<GapCause, string> = {
    invalid: "a digest of this time is invalid or was deleted",
    unconfirmed: "the digest of this time is not confirmed",
    restarted: "a new chain begins after it: log file validation or logging was off",
    absent: "no digest speaks for it, although digests were delivered before or after",
  };
  return `${from} to ${to}: ${why[cause]}`;
}
