/**
 * What the key of an object in a trail's bucket says: account, Region, delivery time and kind (AWS: CloudTrail User Guide, "Finding
 * your CloudTrail log files"). Guarantees that only a key whose parts agree with each other counts as a log file; it says nothing of
 * the object's content.
 */
import { parseInstant, type Instant } from "../time.ts";

/** What a key that AWS writes says in common. */
export interface KeyPlace {
  /** Before `AWSLogs/`: empty, or it ends with a slash. */
  readonly prefix: string;
  /** `o-…` of an organisation trail; null for a trail of one account. */
  readonly organizationId: string | null;
  readonly accountId: string;
  readonly region: string;
}

export type ObjectKey =
  | (KeyPlace & {
      readonly kind: "log";
      /** Delivery, which is later than the events; the minute is all that the key has. */
      readonly deliveredAt: Instant;
    })
  | (KeyPlace & { readonly kind: "digest" | "insight" })
  /** `reason` completes "the key …". */
  | { readonly kind: "foreign"; readonly reason: string };

/** S3 allows no longer keys (AWS: S3 User Guide, "Naming Amazon S3 objects"). */
const LONGEST_KEY = 1_024;
/** Characters of a key that a sentence shows. */
const SHOWN = 200;

const KEY = new RegExp(
  [
    "^(?<prefix>(?:.*/)?)AWSLogs/(?:(?<organization>o-[a-z0-9]{4,32})/)?(?<account>[0-9]{12})",
    "/(?<kind>CloudTrail|CloudTrail-Digest|CloudTrail-Insight)/(?<region>[a-z]{2}(?:-[a-z]+)+-[0-9]{1,2})",
    "/(?<year>[0-9]{4})/(?<month>[0-9]{2})/(?<day>[0-9]{2})/(?<name>[^/]+)$",
  ].join(""),
);
const LOG_NAME =
  /^(?<account>\d{12})_CloudTrail_(?<region>[a-z0-9-]+)_(?<date>\d{8})T(?<hour>\d{2})(?<minute>\d{2})Z_[A-Za-z0-9]{16}\.json\.gz$/;

/** Reads a decoded key. What a notification percent-encodes has to be decoded once before. */
export function parseObjectKey(key: string): ObjectKey {
  const odd = oddity(key);
  if (odd !== null) return foreign(odd);
  const parts = KEY.exec(key)?.groups;
  if (parts === undefined) return foreign("is not of the form that CloudTrail writes");
  const { prefix = "", organization, account = "", kind, region = "", name = "" } = parts;
  const place = {
    prefix,
    organizationId: organization ?? null,
    accountId: account,
    region,
  };
  if (kind === "CloudTrail-Digest") return { kind: "digest", ...place };
  if (kind === "CloudTrail-Insight") return { kind: "insight", ...place };
  const day = `${parts["year"]}${parts["month"]}${parts["day"]}`;
  return logKey(place, day, name);
}

function logKey(place: KeyPlace, day: string, name: string): ObjectKey {
  const named = LOG_NAME.exec(name)?.groups;
  if (named === undefined) return foreign("does not end in the name of a log file");
  if (named["account"] !== place.accountId)
    return foreign("names one account in its folder and another in its file name");
  if (named["region"] !== place.region)
    return foreign("names one Region in its folder and another in its file name");
  if (named["date"] !== day)
    return foreign("names one day in its folder and another in its file name");
  const date = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`;
  const deliveredAt = parseInstant(`${date}T${named["hour"]}:${named["minute"]}:00Z`);
  if (deliveredAt === null) return foreign("names a time that the calendar does not have");
  return { kind: "log", ...place, deliveredAt };
}

/** What no key of CloudTrail has, and what would lead elsewhere or forge a line where the key is shown. */
function oddity(key: string): string | null {
  if (key === "") return "is empty";
  if (Buffer.byteLength(key) > LONGEST_KEY) return `is longer than ${LONGEST_KEY} bytes`;
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused here
  if (/[\u0000-\u001f\u007f\ud800-\udfff]/u.test(key)) return "holds a control character";
  if (key.split("/").some((part) => part === ".." || part === "."))
    return "holds . or .. as a part";
  return null;
}

const foreign = (reason: string): ObjectKey => ({ kind: "foreign", reason });

/** A key as a sentence may show it: on one line, as Unicode that can be stored, and cut where it is long. */
export function shownKey(key: string): string {
  const whole = Array.from(
    key.replace(
      // oxlint-disable-next-line no-control-regex -- control characters are what is removed here
      /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/gu,
      "\uFFFD",
    ),
  );
  return whole.length > SHOWN ? `${whole.slice(0, SHOWN).join("")}…` : whole.join("");
}
