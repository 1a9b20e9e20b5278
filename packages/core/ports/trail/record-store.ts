/** The way from an event back to its redacted record and to the very bytes in the trail. */
import type { Instant } from "../../domain/time.ts";

export interface EventRecord {
  readonly eventId: string;
  readonly occurredAt: Instant;
  /** Null for a call that is kept folded: counted, with its id, its session and its second, but without its record. */
  readonly kept: {
    /** Redacted, with sorted keys. */
    readonly record: Readonly<Record<string, unknown>>;
    readonly receivedAt: Instant;
    /** `file:<sha256>` or a listing's name, and its place there, counted from 0. */
    readonly origin: string;
    readonly position: number;
    readonly file: {
      /** As it was read first: a path, or `s3://bucket/key`. */
      readonly path: string;
      /** SHA-256 of the bytes as stored in the trail. */
      readonly sha256: string;
      readonly etag: string | null;
      readonly versionId: string | null;
      /** What CloudTrail's digests say of the file; null when it was not checked. */
      readonly digestVerdict: "valid" | "invalid" | "missing" | "no-digest" | null;
    } | null;
  } | null;
}

export interface RecordStore {
  /** Null when no event has this id. */
  record(eventId: string): Promise<EventRecord | null>;
}
