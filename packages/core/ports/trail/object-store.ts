/**
 * What is known of a bucket's objects: which were announced, what became of each, and which days were listed. One row a content, so
 * that a key whose content was replaced is read again.
 */
import type { Instant } from "../../domain/time.ts";

export interface ObjectAnnouncement {
  readonly key: string;
  /** Empty where the announcement does not tell it. */
  readonly etag: string;
  readonly versionId: string | null;
  readonly bytes: number | null;
  /** Null when the key is not a log file's: then the object is kept as foreign with the reason. */
  readonly log: {
    readonly accountId: string;
    readonly region: string;
    readonly deliveredAt: Instant;
  } | null;
  readonly problem: string | null;
}

/** An object that is due to be read. */
export interface DueObject {
  readonly key: string;
  readonly etag: string;
  readonly bytes: number | null;
  /** Tries before this one. */
  readonly attempts: number;
}

/** What a try came to. `problem` is one sentence. */
export type ObjectMark = { readonly object: DueObject } & (
  | {
      readonly state: "read";
      /** Of the content that was read. */
      readonly etag: string;
      readonly versionId: string | null;
      readonly bytes: number;
      readonly sha256: string;
    }
  | { readonly state: "failing"; readonly problem: string; readonly nextAttemptAt: Instant }
  | { readonly state: "refused" | "gone"; readonly problem: string }
  /** Its content was replaced before it was read: what stands there now is due. */
  | { readonly state: "superseded"; readonly problem: string }
);

export type ObjectState = ObjectMark["state"] | "waiting" | "foreign";

export interface DueSelection {
  /** Only these keys. */
  readonly keys?: readonly string[];
  readonly atMost: number;
}

export interface ObjectStore {
  /** Notes objects that are not known yet as waiting, or as foreign. Answers how many were new. */
  announce(
    bucket: string,
    objects: readonly ObjectAnnouncement[],
    by: "notification" | "listing",
    now: Instant,
  ): Promise<number>;
  /**
   * Hands objects that are due, newest delivery first, to `work` and keeps what it answers of them. Nobody else is handed them
   * meanwhile; when `work` throws, or the process ends, they are due as before. Answers how many were handed over.
   */
  withDue(
    bucket: string,
    selection: DueSelection,
    now: Instant,
    work: (objects: readonly DueObject[]) => Promise<readonly ObjectMark[]>,
  ): Promise<number>;
  /** How many objects are in each state. */
  counts(bucket: string): Promise<Partial<Record<ObjectState, number>>>;
  /** Of these days (their first instants), those that were not listed after their end. */
  unlistedDays(listing: string, days: readonly Instant[]): Promise<Instant[]>;
  /** Notes that a day was listed to its end after it had ended. */
  markListed(listing: string, day: Instant, now: Instant): Promise<void>;
}
