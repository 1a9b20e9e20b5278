/**
 * What a batch of records shows of each account and Region, ignored ones included: first and last record, how many, and in which
 * hours. It takes single records and pages that were summed before; a record of the future shows nothing of what was read up to then.
 */
import { HOUR, type Instant } from "../time.ts";
import type { SeenRecord } from "../trail/decode.ts";
import { timeSet, type TimeSet } from "./time-set.ts";

/** Records of one account, Region and hour, summed where they were read. */
export interface SeenRecords {
  readonly accountId: string;
  readonly region: string;
  /** Instants of the earliest and of the latest of them; both in the same hour. */
  readonly first: string;
  readonly last: string;
  readonly records: number;
}

/** What a batch shows of one account and Region. */
export interface SeenPlace {
  readonly accountId: string;
  readonly region: string;
  readonly first: string;
  readonly last: string;
  readonly records: number;
  /** Whole hours, each from its beginning to the next one's. */
  readonly hours: TimeSet;
}

interface Sum {
  accountId: string;
  region: string;
  first: string;
  last: string;
  records: number;
  readonly hours: Set<string>;
}

/** `2026-11-02T08`: an instant's text begins with its hour. */
const HOUR_TEXT = 13;

/** By account and Region, in no order. */
export function seenPlaces(
  seen: Iterable<SeenRecord | SeenRecords>,
  receivedAt: Instant,
): SeenPlace[] {
  const sums = new Map<string, Sum>();
  for (const one of seen) {
    const shown = "occurredAt" in one ? single(one) : one;
    if (shown.first <= receivedAt) add(sums, shown, receivedAt);
  }
  return [...sums.values()].map((sum) => ({ ...sum, hours: hoursOf(sum.hours) }));
}

function single({ accountId, region, occurredAt }: SeenRecord): SeenRecords {
  return { accountId, region, first: occurredAt, last: occurredAt, records: 1 };
}

function add(sums: Map<string, Sum>, page: SeenRecords, receivedAt: Instant): void {
  const key = `${page.accountId} ${page.region}`;
  // Of a page that reaches into the future only its first record is sure to have happened.
  const last = page.last <= receivedAt ? page.last : page.first;
  let sum = sums.get(key);
  if (sum === undefined) {
    const { accountId, region, first } = page;
    sum = { accountId, region, first, last, records: 0, hours: new Set() };
    sums.set(key, sum);
  }
  if (page.first < sum.first) sum.first = page.first;
  if (last > sum.last) sum.last = last;
  sum.records += page.records;
  sum.hours.add(page.first.slice(0, HOUR_TEXT)).add(last.slice(0, HOUR_TEXT));
}

function hoursOf(hours: ReadonlySet<string>): TimeSet {
  return timeSet(
    [...hours].map((hour) => {
      const from = Date.parse(`${hour}:00:00.000Z`);
      return [from, from + HOUR] as const;
    }),
  );
}
