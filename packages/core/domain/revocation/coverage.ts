/**
 * What a silence is worth: which hours trails that carry every account were read. Absence of a record proves something only where
 * such a trail was read over the time in question and past it: an hour counts when a record was seen in it or when digests prove it
 * empty, and never when a file of it is invalid, missing or unread.
 */
import { epoch, HOUR, MINUTE, plus, type Instant } from "../time.ts";
import { EVENT_HISTORY, type LedgerFacts } from "../coverage/facts.ts";
import { Evidence, surelyRead } from "../coverage/read-hours.ts";
import { hull, spansOver, touches, union, type TimeSet } from "../coverage/time-set.ts";

export interface TrailCoverage {
  readonly source: string;
  /** Carries every account's records: an organisation trail, not one account's event history. */
  readonly organisationTrail: boolean;
  readonly accountId: string;
  readonly region: string;
  /** Stretches that were read without a gap, from record to record or as far as digests prove. */
  readonly read: TimeSet;
  /** Hours of which a file is invalid, missing or unread. */
  readonly unread: TimeSet;
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

/** What each source had shown by then. Files that show one account only may be that account's own trail: they prove nothing about the others. */
export function trailCoverage(facts: LedgerFacts, now: Instant): TrailCoverage[] {
  const evidence = new Evidence(facts, now);
  const accounts = new Map<string, Set<string>>();
  const places = facts.places.filter(({ firstEventAt }) => firstEventAt < now);
  for (const { source, accountId } of places)
    accounts.set(source, (accounts.get(source) ?? new Set()).add(accountId));
  return places.map((seen) => {
    const { source, accountId, region, firstEventAt, lastEventAt } = seen;
    const hours = evidence.of({ source, accountId, region, seen });
    return {
      source,
      organisationTrail: source !== EVENT_HISTORY && accounts.get(source)!.size > 1,
      accountId,
      region,
      read: surelyRead(hours, firstEventAt, lastEventAt),
      unread: union(hours.broken, hours.awaited),
    };
  });
}

/**
 * True when one organisation trail was read from `from` to past `to` in the Region, was read past it in every other Region it shows
 * of the account, and holds no unread file of that time in any of them. Nothing after `now` counts.
 */
export function covered(
  coverage: readonly TrailCoverage[],
  { accountId, region }: { readonly accountId: string; readonly region: string | null },
  from: Instant,
  to: Instant,
  now: Instant,
): boolean {
  const past = plus(to, DELIVERY_MARGIN);
  if (past > now) return false;
  const trails = coverage.filter((row) => row.organisationTrail && row.accountId === accountId);
  return [...new Set(trails.map((row) => row.source))].some((source) => {
    const rows = trails.filter((row) => row.source === source);
    return (
      rows.some(
        (row) => (region === null || row.region === region) && spansOver(row.read, from, past),
      ) && rows.every((row) => readPast(row, past) && !touches(row.unread, from, past))
    );
  });
}

function readPast({ read }: TrailCoverage, past: Instant): boolean {
  const whole = hull(read);
  return whole !== null && whole[1] >= epoch(past);
}

/** True when an organisation trail as a whole was read from `from` to past `to`, whichever accounts spoke. */
export function organisationTrailRead(
  coverage: readonly TrailCoverage[],
  from: Instant,
  to: Instant,
): boolean {
  const past = plus(to, DELIVERY_MARGIN);
  const trails = coverage.filter((row) => row.organisationTrail);
  return [...new Set(trails.map((row) => row.source))].some((source) => {
    const rows = trails.filter((row) => row.source === source);
    return spansOver(union(...rows.map((row) => row.read)), from, past);
  });
}
