/**
 * What is stored of how far the sources were read: the raw material of the ledger and of silence as proof. Shapes only; who gathers
 * them leaves out what speaks of the time after the instant it was asked for.
 */
import type { Instant } from "../time.ts";
import type { TimeSet } from "./time-set.ts";

/** What one source has shown of one account and Region, ignored records included. */
export interface PlaceSeen {
  /** `files`, `s3` or `lookup-events`. */
  readonly source: string;
  readonly accountId: string;
  readonly region: string;
  readonly firstEventAt: Instant;
  readonly lastEventAt: Instant;
  /** Whole hours in which a record was seen. */
  readonly hoursSeen: TimeSet;
  readonly records: number;
  readonly lastReceivedAt: Instant;
}

/** A listing of one event source in one account and Region. */
export interface WindowsRead {
  readonly source: string;
  readonly accountId: string;
  readonly region: string;
  /** Windows whose pages were read to their end. */
  readonly read: TimeSet;
}

/** What the digests of one account and Region say. */
export interface DigestsOfPlace {
  readonly accountId: string;
  readonly region: string;
  readonly valid: number;
  readonly invalid: number;
  /** Their signature is not at hand: neither valid nor invalid. */
  readonly unconfirmed: number;
  /** Hours of every digest, whatever its verdict. */
  readonly spoken: TimeSet;
  /** Delivery hours of valid digests that name nothing, or only files that are valid and were read. */
  readonly proven: TimeSet;
  /** Hours of invalid digests. */
  readonly broken: TimeSet;
}

/** What digests say of the log files of one account and Region. */
export interface FilesOfPlace {
  readonly accountId: string;
  readonly region: string;
  readonly invalid: number;
  readonly missing: number;
  /** Files that no digest names: nothing of them is lost, but nothing vouches for them. */
  readonly withoutDigest: number;
  /** When files that are invalid or missing were delivered. */
  readonly broken: TimeSet;
}

/** Objects of the bucket that were announced or listed and not read. */
export interface ObjectsOfPlace {
  /** Null when the key tells none. */
  readonly accountId: string | null;
  readonly region: string | null;
  readonly waiting: number;
  /** Tried, and tried again later. */
  readonly failing: number;
  readonly refused: number;
  readonly gone: number;
  /** The sentence of one of those that cannot be read. */
  readonly problem: string | null;
  /** Hours whose records lie in objects that cannot be read. */
  readonly lost: TimeSet;
  /** Hours whose records lie in objects that wait for their turn. */
  readonly awaited: TimeSet;
}

/** A source that cannot be read. */
export interface FailingSource {
  /** `files`, `s3/<bucket>`, `sqs/<queue>`, or a stream's name. */
  readonly source: string;
  readonly failingSince: Instant | null;
  /** One sentence. */
  readonly problem: string;
}

/** A part of the directory that a snapshot is without. */
export interface UnreadDirectory {
  /** When the snapshot was complete. */
  readonly at: Instant;
  /** `entitlements`, or the id of what it is a part of. */
  readonly about: string;
  /** One sentence. */
  readonly problem: string;
}

export interface LedgerFacts {
  readonly places: readonly PlaceSeen[];
  readonly windows: readonly WindowsRead[];
  readonly digests: readonly DigestsOfPlace[];
  readonly files: readonly FilesOfPlace[];
  readonly objects: readonly ObjectsOfPlace[];
  readonly failing: readonly FailingSource[];
  /** What the newest snapshot of the directory could not read; absent where none was taken. */
  readonly unread?: readonly UnreadDirectory[];
}

/** Key of an account and Region, and of a source's. */
export function placeKey(place: {
  readonly accountId: string | null;
  readonly region: string | null;
}): string {
  return `${place.accountId ?? ""} ${place.region ?? ""}`;
}

/** The event history of one account: no trail, so digests and objects of a bucket say nothing of it. */
export const EVENT_HISTORY = "lookup-events";
