/**
 * Lists yesterday and today and reads what no notification announced: notifications can be lost, the bucket is the record. Yesterday
 * is listed until it was listed after its end.
 */
import { DAY, instant, plus } from "../../domain/time.ts";
import { sumBuckets, NO_OBJECTS, type BucketReceipt } from "./bucket/bucket-receipt.ts";
import { dayOf, daysOf, listDay, listingOf } from "./bucket/list-days.ts";
import { readDue, type BucketPorts } from "./bucket/read-objects.ts";

export interface ReconcileReceipt extends BucketReceipt {
  /** Objects that lay there for a quarter of an hour and more without having been announced. */
  readonly unannounced: number;
}

export async function reconcileBucket(ports: BucketPorts): Promise<ReconcileReceipt> {
  const { bucket, objects, clock } = ports;
  const today = dayOf(instant(clock.now()));
  const yesterday = await objects.unlistedDays(listingOf(bucket), [plus(today, -DAY)]);
  let unannounced = 0;
  for (const day of await daysOf(bucket, [today, ...yesterday])) {
    unannounced += (await listDay(ports, day)).unannounced;
  }
  return { ...sumBuckets(NO_OBJECTS, await readDue(ports)), unannounced };
}
