/**
 * What validation says of a digest, of a log file and of the hours between digests. `valid` is only ever said of bytes whose
 * signature was verified with a public key of AWS; everything else has a reason in one sentence.
 */
import type { Instant } from "../time.ts";

/** Where the digests of one chain come from. */
export interface DigestPlace {
  readonly accountId: string;
  readonly region: string;
}

/** `unconfirmed`: nothing speaks against the digest, but its signature or the key to it is not at hand. */
export type DigestStanding = "valid" | "invalid" | "unconfirmed";

/** The verdict on one digest file. */
export interface DigestVerdict extends DigestPlace {
  readonly bucket: string;
  readonly key: string;
  /** `[startsAt, endsAt)`: deliveries of this time are what the digest speaks for. */
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  /** Names files that were delivered too late for the digest of their hour. */
  readonly backfill: boolean;
  readonly verdict: DigestStanding;
  /** One sentence; null when valid. */
  readonly reason: string | null;
  /** Null in a starting digest, and where it could not be read. */
  readonly previousKey: string | null;
}

export type FileStanding = "valid" | "invalid" | "missing" | "no-digest";

/** The verdict on one log file. */
export interface FileVerdict extends DigestPlace {
  readonly bucket: string;
  readonly key: string;
  /** The digest that names it; null where none does. */
  readonly digestKey: string | null;
  /** SHA-256 of the unpacked bytes in hex, as the digest has it. */
  readonly expectedSha256: string | null;
  readonly verdict: FileStanding;
  /** One sentence; null when valid. */
  readonly reason: string | null;
}

/**
 * Why hours have no valid digest: theirs is invalid (or deleted), theirs is unconfirmed, a new chain begins after them (logging
 * or validation was off), or there is none although later digests go on.
 */
export type GapCause = "invalid" | "unconfirmed" | "restarted" | "absent";

/** Hours `[from, to)` between the first and the last digest of a place for which no valid digest speaks. */
export interface DigestGap extends DigestPlace {
  readonly from: Instant;
  readonly to: Instant;
  readonly cause: GapCause;
}
