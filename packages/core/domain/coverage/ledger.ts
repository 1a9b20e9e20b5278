/**
 * The coverage ledger: per source, account and Region what was read, what was not, and what is wrong, as of an instant. Pure: it uses
 * nothing that happened after the instant. It can name only gaps between what was read; what no source was ever pointed at it cannot.
 */
import { between, DAY, earliest, epoch, HOUR, instant, latest, type Instant } from "../time.ts";
import { EVENT_HISTORY, placeKey, type LedgerFacts, type PlaceSeen } from "./facts.ts";
import { pictureOf, type HourState } from "./picture.ts";
import { problemsOf, type CoverageProblem } from "./problems.ts";
import { Evidence, type Place, type ReadHours } from "./read-hours.ts";
import { count, hull, spans, union, type Span } from "./time-set.ts";

/** Newest gaps of a row that are listed one by one; `gapHours` counts all. */
const LISTED_GAPS = 100;
const PICTURE_DAYS = 30;
const PICTURE_HOURS = 24;

export interface LedgerRow {
  readonly source: string;
  readonly accountId: string;
  readonly region: string;
  /** Null when listings were read to their end and showed nothing, or showed nothing before the instant. */
  readonly firstEventAt: Instant | null;
  /** Null as well when later records hide when the last one before the instant was. */
  readonly lastEventAt: Instant | null;
  /** Null when records of the time after the instant are among the number that is kept. */
  readonly records: number | null;
  /** Not after the instant. */
  readonly lastReceivedAt: Instant | null;
  /** Whole seconds from the newest receipt to the instant; null before the first. */
  readonly lagSeconds: number | null;
  /** From when to when it counts as read, gaps included. */
  readonly readFrom: Instant | null;
  readonly readTo: Instant | null;
  readonly hoursSeen: number;
  /** Hours that a listing or digests prove to hold nothing more. */
  readonly hoursProven: number;
  /** Hours touched by a gap. */
  readonly gapHours: number;
  readonly gapCount: number;
  /** The newest ones, in order. */
  readonly gaps: readonly Span[];
  readonly digests: {
    readonly valid: number;
    readonly invalid: number;
    readonly unconfirmed: number;
  };
  readonly files: {
    readonly invalid: number;
    readonly missing: number;
    readonly withoutDigest: number;
  };
  readonly objects: {
    readonly waiting: number;
    readonly failing: number;
    readonly refused: number;
    readonly gone: number;
  };
  /** One state a day, oldest first, the instant's own day last. */
  readonly lastDays: readonly HourState[];
  /** One state an hour, likewise. */
  readonly lastHours: readonly HourState[];
}

export interface Ledger {
  readonly asOf: Instant;
  /** By source, account and Region. */
  readonly rows: readonly LedgerRow[];
  /** Everything that keeps the word "complete" from being said. */
  readonly problems: readonly CoverageProblem[];
}

/** What a row is made from; the problems are told from the same. */
export interface JudgedPlace {
  readonly place: PlaceSeen | null;
  readonly row: LedgerRow;
  readonly hours: ReadHours;
}

/**
 * @param now the clock's, when the ledger is of now: then a receipt of the future tells that the clock was ahead. Null for an earlier
 *   instant, after which receipts are no wonder.
 */
export function coverageLedger(facts: LedgerFacts, asOf: Instant, now: Instant | null): Ledger {
  const evidence = new Evidence(facts, asOf);
  const counts = countsByPlace(facts);
  const judged = placesOf(facts)
    .filter(({ seen }) => seen === null || seen.firstEventAt < asOf)
    .map((place): JudgedPlace => {
      const hours = evidence.of(place);
      return {
        place: place.seen,
        hours,
        row: rowOf(place, hours, counts(place), asOf, now !== null),
      };
    })
    .filter(({ row }) => row.readFrom !== null);
  return {
    asOf,
    rows: judged.map(({ row }) => row),
    problems: problemsOf(judged, facts, asOf, now),
  };
}

/** True when nothing is known to be missing: no gap, no invalid digest or file, nothing unread, no source that fails or is silent. */
export function isComplete({ rows, problems }: Ledger): boolean {
  return rows.length > 0 && problems.length === 0;
}

type FullPlace = Place & { readonly seen: PlaceSeen | null };

/** Everything seen, and what only listings speak of, in order. */
function placesOf(facts: LedgerFacts): FullPlace[] {
  const found = new Map<string, FullPlace>();
  for (const { source, accountId, region } of facts.windows)
    found.set(`${source} ${placeKey({ accountId, region })}`, {
      source,
      accountId,
      region,
      seen: null,
    });
  for (const seen of facts.places) {
    const { source, accountId, region } = seen;
    found.set(`${source} ${placeKey(seen)}`, { source, accountId, region, seen });
  }
  return [...found]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([, place]) => place);
}

type Counts = Pick<LedgerRow, "digests" | "files" | "objects">;

const NO_COUNTS: Counts = {
  digests: { valid: 0, invalid: 0, unconfirmed: 0 },
  files: { invalid: 0, missing: 0, withoutDigest: 0 },
  objects: { waiting: 0, failing: 0, refused: 0, gone: 0 },
};

function countsByPlace(facts: LedgerFacts): (place: Place) => Counts {
  const index = <T extends { accountId: string | null; region: string | null }>(
    rows: readonly T[],
  ) => new Map(rows.map((row) => [placeKey(row), row]));
  const [digests, files, objects] = [
    index(facts.digests),
    index(facts.files),
    index(facts.objects),
  ];
  return (place) => {
    if (place.source === EVENT_HISTORY) return NO_COUNTS;
    const key = placeKey(place);
    const { valid, invalid, unconfirmed } = digests.get(key) ?? NO_COUNTS.digests;
    const named = files.get(key) ?? NO_COUNTS.files;
    const { waiting, failing, refused, gone } = objects.get(key) ?? NO_COUNTS.objects;
    return {
      digests: { valid, invalid, unconfirmed },
      files: { invalid: named.invalid, missing: named.missing, withoutDigest: named.withoutDigest },
      objects: { waiting, failing, refused, gone },
    };
  };
}

function rowOf(
  place: FullPlace,
  hours: ReadHours,
  counts: Counts,
  asOf: Instant,
  exact: boolean,
): LedgerRow {
  const { source, accountId, region, seen } = place;
  const read = hull(union(hours.seen, hours.proven));
  const receivedAt = seen === null ? null : earliest(seen.lastReceivedAt, asOf);
  const current = seen !== null && seen.lastEventAt < asOf;
  return {
    source,
    accountId,
    region,
    firstEventAt: seen?.firstEventAt ?? null,
    lastEventAt: current ? seen.lastEventAt : null,
    records: seen === null ? 0 : current ? seen.records : null,
    lastReceivedAt: receivedAt,
    lagSeconds: receivedAt === null ? null : Math.floor(between(receivedAt, asOf) / 1_000),
    readFrom: read === null ? null : instant(Math.max(read[0], firstOf(place, read[0]))),
    readTo: exact && current ? lastOf(seen, hours) : read === null ? null : instant(read[1]),
    hoursSeen: count(hours.seen, HOUR),
    hoursProven: count(hours.proven, HOUR),
    gapHours: count(hours.gaps, HOUR),
    gapCount: hours.gaps.length,
    gaps: spans(hours.gaps.slice(-LISTED_GAPS)),
    ...counts,
    lastDays: pictureOf(hours, asOf, DAY, PICTURE_DAYS),
    lastHours: pictureOf(hours, asOf, HOUR, PICTURE_HOURS),
  };
}

/** The first record's own time where the read stretch begins with its hour. */
function firstOf({ seen }: FullPlace, from: number): number {
  if (seen === null) return from;
  const first = epoch(seen.firstEventAt);
  return first - from < HOUR ? first : from;
}

/** The last record, or what is proven beyond it. An earlier instant's is known to the hour only: later records hide the one before. */
function lastOf({ lastEventAt }: PlaceSeen, { proven }: ReadHours): Instant {
  const sure = hull(proven);
  return sure === null ? lastEventAt : latest(lastEventAt, instant(sure[1]))!;
}
