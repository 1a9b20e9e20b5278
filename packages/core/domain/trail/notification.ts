/**
 * What a queue's message announces, in each of the shapes that AWS sends: S3's event straight, through SNS, the trail's own topic,
 * and EventBridge. Guarantees that a message is announced objects, a test, or foreign with its reason; nothing throws. It does not
 * say whether the bucket is the one that is read.
 */
import { object, text, type Json } from "./fields.ts";

export interface AnnouncedKey {
  readonly bucket: string;
  /** Decoded. */
  readonly key: string;
  /** Without quotes; empty where the shape does not tell it (the trail's own topic). */
  readonly etag: string;
  readonly versionId: string | null;
  readonly bytes: number | null;
}

export type Notification =
  | {
      readonly kind: "objects";
      /** Whatever happened to an object of theirs; at least one. */
      readonly buckets: readonly string[];
      /** New objects; a removal announces none. */
      readonly created: readonly AnnouncedKey[];
    }
  /** What S3 or CloudTrail send once to see whether the way is open. */
  | { readonly kind: "test" }
  /** `reason` completes "the message …". */
  | { readonly kind: "foreign"; readonly reason: string };

/** What CloudTrail publishes when a topic is given to a trail. */
const TRAIL_TEST = "CloudTrail validation message.";

/** Reads the body of one message. */
export function parseNotification(body: string): Notification {
  if (body.trim() === TRAIL_TEST) return { kind: "test" };
  const message = parsed(body);
  if (message === null) return foreign("is not a JSON object");
  // An SNS envelope holds the message as text (AWS: SNS Developer Guide, "HTTP/HTTPS notification JSON format").
  if (text(message["Type"]) === "Notification" && typeof message["Message"] === "string") {
    const inner = message["Message"];
    if (inner.trim() === TRAIL_TEST) return { kind: "test" };
    const carried = parsed(inner);
    return carried === null ? foreign("carries no JSON object from its topic") : shaped(carried);
  }
  return shaped(message);
}

function shaped(message: Json): Notification {
  if (message["Event"] === "s3:TestEvent") return { kind: "test" };
  if (Array.isArray(message["Records"])) return fromS3(message["Records"] as unknown[]);
  if ("s3Bucket" in message) return fromTrail(message);
  if (message["source"] === "aws.s3") return fromEventBridge(message);
  return foreign("is not of a shape that S3, CloudTrail or EventBridge send");
}

/** AWS: S3 User Guide, "Event message structure": keys are URL-encoded, with + for a space. */
function fromS3(records: readonly unknown[]): Notification {
  const buckets: string[] = [];
  const created: AnnouncedKey[] = [];
  for (const one of records) {
    const record = object(one);
    const s3 = object(record?.["s3"]);
    const bucket = text(object(s3?.["bucket"])?.["name"]);
    const stored = object(s3?.["object"]);
    const encoded = text(stored?.["key"]);
    if (record?.["eventSource"] !== "aws:s3" || bucket === null || encoded === null)
      return foreign("holds a record that is not S3's");
    buckets.push(bucket);
    const key = decoded(encoded);
    if (key === null) return foreign("holds a key whose percent-encoding is broken");
    if (!String(record["eventName"]).includes("ObjectCreated:")) continue;
    created.push({
      bucket,
      key,
      etag: word(stored?.["eTag"]) ?? "",
      versionId: word(stored?.["versionId"]),
      bytes: size(stored?.["size"]),
    });
  }
  return announced(buckets, created);
}

/** AWS: CloudTrail User Guide, "Configuring Amazon SNS notifications": the keys are as they are, in a list. */
function fromTrail(message: Json): Notification {
  const bucket = text(message["s3Bucket"]);
  const keys: unknown = message["s3ObjectKey"];
  if (bucket === null || !Array.isArray(keys)) return foreign("names no bucket or no list of keys");
  const created: AnnouncedKey[] = [];
  for (const key of keys as unknown[]) {
    if (typeof key !== "string") return foreign("names a key that is not text");
    created.push({ bucket, key, etag: "", versionId: null, bytes: null });
  }
  return announced([bucket], created);
}

/** AWS: S3 User Guide, "EventBridge event message structure": the key is not URL-encoded. */
function fromEventBridge(message: Json): Notification {
  const detail = object(message["detail"]);
  const bucket = text(object(detail?.["bucket"])?.["name"]);
  const stored = object(detail?.["object"]);
  const key = text(stored?.["key"]);
  if (bucket === null || key === null) return foreign("names no bucket or no key");
  const object_: AnnouncedKey = {
    bucket,
    key,
    etag: word(stored?.["etag"]) ?? "",
    versionId: word(stored?.["version-id"]),
    bytes: size(stored?.["size"]),
  };
  return announced([bucket], message["detail-type"] === "Object Created" ? [object_] : []);
}

function announced(buckets: readonly string[], created: readonly AnnouncedKey[]): Notification {
  if (buckets.length === 0) return foreign("announces nothing");
  return { kind: "objects", buckets: [...new Set(buckets)], created };
}

function decoded(key: string): string | null {
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch {
    return null;
  }
}

/** An ETag or a version id. S3 writes an ETag in quotes in headers and listings, and without in events. */
function word(value: unknown): string | null {
  const bare = text(value)?.replaceAll('"', "") ?? "";
  return /^[!-~]{1,1024}$/.test(bare) ? bare : null;
}

const size = (value: unknown): number | null =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;

const foreign = (reason: string): Notification => ({ kind: "foreign", reason });

function parsed(body: string): Json | null {
  try {
    return object(JSON.parse(body));
  } catch {
    return null;
  }
}
