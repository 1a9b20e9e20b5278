/**
 * What a silence is worth: how far trails that carry every account were read. Absence of a record proves something only where
 * such a trail was read past the instant in question, for every Region it has shown of the account.
 */
import type { Instant } from "../time.ts";
import { HOUR, MINUTE, plus } from "../time.ts";

export interface TrailCoverage {
  readonly source: string;
  /** Carries every account's records: an organisation trail, not one account's event history. */
  readonly organisationTrail: boolean;
  readonly accountId: string;
  readonly region: string;
  readonly from: Instant;
  readonly through: Instant;
}

/**
 * Room for late delivery. AWS: CloudTrail User Guide, delivery "within an average of about 5 minutes", which is no bound; what
 * comes later than this makes the proof fail when it is judged again.
 */
export const DELIVERY_MARGIN = 30 * MINUTE;

/**
 * Until then after an end its proof may be on its way: silence shows by a record from past the delivery margin, in a quiet account
 * about one an hour comes (AWS: CloudTrail's digests are hourly, as are the records of many services), and that one is delivered too.
 */
export const SETTLING_MARGIN = 2 * DELIVERY_MARGIN + 1 * HOUR;

/** True when one organisation trail was read from `from` to past `to` in the Region and in every other Region it shows of the account. */
export function covered(
  coverage: readonly TrailCoverage[],
  accountId: string,
  region: string | null,
  from: Instant,
  to: Instant,
): boolean {
  const past = plus(to, DELIVERY_MARGIN);
  const trails = coverage.filter((row) => row.organisationTrail && row.accountId === accountId);
  return [...new Set(trails.map((row) => row.source))].some((source) => {
    const rows = trails.filter((row) => row.source === source);
    return (
      (region === null || rows.some((row) => row.region === region && row.from <= from)) &&
      rows.some((row) => row.from <= from) &&
      rows.every((row) => row.through >= past)
    );
  });
}
