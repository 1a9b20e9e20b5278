/**
 * Finds what a bucket holds, by account, Region and day of delivery. Guarantees that every object below a listed day is announced
 * before the day counts as listed, and that only a day that is over does. A listing shows a moment: an object that comes later is the
 * next listing's.
 */
import { DAY, epoch, HOUR, instant, MINUTE, plus, type Instant } from "../../../domain/time.ts";
import type { TrailBucket } from "../../../ports/trail/trail-bucket.ts";
import { announcementOf } from "./announce.ts";
import type { BucketPorts } from "./read-objects.ts";
import { sideBySide } from "./side-by-side.ts";

/** Listings that run at once: S3 takes thousands of them a second. */
const LISTED_AT_ONCE = 16;
/** A file that is named at midnight may come into sight a little later. */
const DAY_SETTLES = HOUR;
/** What is younger may be announced yet. */
const ANNOUNCED_WITHIN = 15 * MINUTE;

/** A day of delivery and the folders that hold it, one for each account and Region. */
export interface DeliveryDay {
  readonly day: Instant;
  readonly folders: readonly string[];
}

/** `…/<account>/CloudTrail/<region>/` of every account and Region in the bucket. */
export async function placesOf(bucket: TrailBucket): Promise<string[]> {
  const root = `${bucket.prefix}AWSLogs/`;
  const [owners, places]: [string[], string[]] = [[], []];
  for (const folder of await bucket.folders(root)) {
    const name = folder.slice(root.length);
    if (/^\d{12}\/$/.test(name)) owners.push(folder);
    // Below the organisation's id lie the accounts (AWS: CloudTrail User Guide, organization trails).
    if (/^o-[a-z0-9]+\/$/.test(name)) owners.push(...(await bucket.folders(folder)));
  }
  await sideBySide(owners, LISTED_AT_ONCE, async (owner) => {
    places.push(...(await bucket.folders(`${owner}CloudTrail/`)));
  });
  return places.toSorted();
}

/** The days that hold anything at or after an instant, newest first. */
export async function daysSince(bucket: TrailBucket, from: Instant): Promise<DeliveryDay[]> {
  const days = new Map<Instant, string[]>();
  const oldest = from.slice(0, 10);
  await sideBySide(await placesOf(bucket), LISTED_AT_ONCE, async (place) => {
    const years = (await bucket.folders(place)).filter((year) => reaches(place, year, oldest));
    for (const year of years) {
      const months = (await bucket.folders(year)).filter((month) => reaches(place, month, oldest));
      for (const month of months) {
        for (const folder of await bucket.folders(month)) {
          const date = folder.slice(place.length, -1).replaceAll("/", "-");
          if (!/^\d{4}-\d\d-\d\d$/.test(date) || date < oldest) continue;
          const milliseconds = Date.parse(date);
          if (Number.isNaN(milliseconds)) continue;
          const day = instant(milliseconds);
          days.set(day, [...(days.get(day) ?? []), folder]);
        }
      }
    }
  });
  return [...days]
    .map(([day, folders]) => ({ day, folders: folders.toSorted() }))
    .toSorted((left, right) => (left.day < right.day ? 1 : -1));
}

/** Whether a folder of a year or month may hold days from the oldest on. */
function reaches(place: string, folder: string, oldest: string): boolean {
  const date = folder.slice(place.length, -1).replaceAll("/", "-");
  return /^\d{4}(?:-\d\d)?$/.test(date) && date >= oldest.slice(0, date.length);
}

/** These days in every place, whether or not they hold anything. */
export async function daysOf(
  bucket: TrailBucket,
  days: readonly Instant[],
): Promise<DeliveryDay[]> {
  const places = await placesOf(bucket);
  return days.map((day) => ({
    day,
    folders: places.map((place) => `${place}${day.slice(0, 10).replaceAll("-", "/")}/`),
  }));
}

/** The first instant of the day that holds an instant. */
export function dayOf(at: Instant): Instant {
  return instant(Math.floor(epoch(at) / DAY) * DAY);
}

/** Names the bucket's days among the listings. */
export function listingOf({ name, prefix }: TrailBucket): string {
  return `s3/${name}/${prefix}`;
}

export interface ListedDay {
  /** Objects that nothing had announced before. */
  readonly fresh: number;
  /** Those of them that a notification should have announced by now. */
  readonly unannounced: number;
}

/** Announces every object of a day; a day that is over then counts as listed. */
export async function listDay(
  { bucket, objects, clock, signal }: BucketPorts,
  { day, folders }: DeliveryDay,
): Promise<ListedDay> {
  const began = instant(clock.now());
  const late = plus(began, -ANNOUNCED_WITHIN);
  let [fresh, unannounced] = [0, 0];
  await sideBySide(folders, LISTED_AT_ONCE, async (folder) => {
    for await (const page of bucket.objects(folder)) {
      signal?.throwIfAborted();
      const seen = page.flatMap((object) => announcementOf(bucket, object) ?? []);
      const isLate = ({ log }: (typeof seen)[number]) => log === null || log.deliveredAt < late;
      const now = instant(clock.now());
      const announce = (some: typeof seen) => objects.announce(bucket.name, some, "listing", now);
      const older = await announce(seen.filter(isLate));
      unannounced += older;
      fresh += older + (await announce(seen.filter((one) => !isLate(one))));
    }
  });
  if (began >= plus(day, DAY + DAY_SETTLES))
    await objects.markListed(listingOf(bucket), day, began);
  return { fresh, unannounced };
}
