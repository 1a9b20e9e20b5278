/**
 * Reads what a bucket holds, newest day of delivery first, and goes on where it was interrupted: a day that was listed is not listed
 * again, an object that was read is not read again. Listing runs ahead of reading, so that the number of objects is soon known.
 */
import { instant, type Instant } from "../../domain/time.ts";
import { NO_OBJECTS, sumBuckets, type BucketReceipt } from "./bucket/bucket-receipt.ts";
import { daysSince, dayOf, listDay, listingOf, type DeliveryDay } from "./bucket/list-days.ts";
import { readDue, type BucketPorts } from "./bucket/read-objects.ts";

export interface BucketProgress {
  /** Objects that were read or have their state. */
  readonly done: number;
  /** Objects that are known to be due; grows while days are listed. */
  readonly total: number;
}

/**
 * From the day of `since` on. `again` lists days that were listed before too: objects that came back, or were replaced, are then
 * read.
 */
export async function readBucket(
  ports: BucketPorts,
  since: Instant,
  options: {
    readonly again?: boolean;
    readonly progress?: (progress: BucketProgress) => void;
  } = {},
): Promise<BucketReceipt> {
  const { waiting = 0, failing = 0 } = await ports.objects.counts(ports.bucket.name);
  const progress = { done: 0, total: waiting + failing };
  // An object may be read before the listing of its day has counted it.
  const tell = () => {
    const { done, total } = progress;
    options.progress?.({ done, total: Math.max(done, total) });
  };
  const days = await wantedDays(ports, since, options.again === true);
  const stopped = new AbortController();
  const listings = listAhead(days, stopped.signal, async (day) => {
    progress.total += (await listDay(ports, day)).fresh;
    tell();
  });
  let total = NO_OBJECTS;
  const read = async () => {
    const part = await readDue(ports, null, (objects) => {
      progress.done += objects;
      tell();
    });
    total = sumBuckets(total, part);
  };
  try {
    for (const listed of listings) {
      await listed;
      await read();
    }
    // What was due from before, where no day was left to list.
    if (listings.length === 0) await read();
  } finally {
    stopped.abort();
    await Promise.allSettled(listings);
  }
  return total;
}

async function wantedDays(
  { bucket, objects }: BucketPorts,
  since: Instant,
  again: boolean,
): Promise<DeliveryDay[]> {
  const days = await daysSince(bucket, dayOf(since));
  if (again) return days;
  const listed = days.map(({ day }) => day);
  const unlisted = new Set(await objects.unlistedDays(listingOf(bucket), listed));
  return days.filter(({ day }) => unlisted.has(day));
}

/** One day after the other, each as soon as the one before is listed; none any more once it is stopped. */
function listAhead(
  days: readonly DeliveryDay[],
  stopped: AbortSignal,
  list: (day: DeliveryDay) => Promise<void>,
): Promise<void>[] {
  let before = Promise.resolve();
  return days.map((day) => {
    before = before.then(() => (stopped.aborted ? undefined : list(day)));
    // Whoever awaits it is told; nobody awaits what comes after a failure.
    before.catch(() => undefined);
    return before;
  });
}

/** How far back a bucket is read the first time. */
export function backfillSince(now: number, backfillMilliseconds: number): Instant {
  return instant(now - backfillMilliseconds);
}
