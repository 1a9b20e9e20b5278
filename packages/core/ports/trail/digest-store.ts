/** Where the verdicts of digest validation are kept, and what others ask of them. */
import type {
  DigestGap,
  DigestPlace,
  DigestVerdict,
  FileVerdict,
} from "../../domain/digest/verdict.ts";
import type { Instant } from "../../domain/time.ts";

/** What validation found at one account and Region. */
export interface DigestState extends DigestPlace {
  /** Hours for which a valid digest speaks, as the text of a `tstzmultirange`; `{}` when none does. */
  readonly validHours: string;
  /** End of the newest digest, whatever its verdict; null without any digest. */
  readonly newestEndsAt: Instant | null;
  /** Digests that are invalid or were deleted. */
  readonly invalidDigests: number;
  /** Digests whose signature is not at hand. */
  readonly unconfirmedDigests: number;
  /** Log files that a valid digest names and that have other bytes. */
  readonly invalid: number;
  /** Log files that a valid digest names and that are gone. */
  readonly missing: number;
  /** Log files for which no valid digest speaks. */
  readonly noDigest: number;
  /** In order of time. */
  readonly gaps: readonly DigestGap[];
}

/** One place's verdicts that are committed together: of one day of digests. */
export interface DigestDay {
  readonly digests: readonly DigestVerdict[];
  readonly files: readonly FileVerdict[];
}

/** A log file by its place in a bucket. */
export interface LogAddress {
  readonly bucket: string;
  readonly key: string;
}

export interface DigestStore {
  /** What is known of one place; zeros and `{}` where nothing is. */
  digestState(accountId: string, region: string): Promise<DigestState>;
  /** The same of every place that has a digest or a judged file, by account and Region. */
  digestStates(): Promise<DigestState[]>;
  /** Every gap of every place, by account, Region and time; at most `limit`. */
  digestGaps(limit?: number): Promise<DigestGap[]>;
  /**
   * The verdict on a file: by `s3://bucket/key`, by its key, or by any path that ends in the key's part from `AWSLogs/` on. Null
   * when it was not judged. Where several buckets have that key, the worst verdict.
   */
  verdictOfFile(pathOrKey: string): Promise<FileVerdict | null>;
  /** Digests of a place that end in `(from, to]` and were judged before. */
  judgedDigests(place: DigestPlace, from: Instant, to: Instant): Promise<DigestVerdict[]>;
  /** End of the newest valid digest of a place; null when there is none. */
  chainEnd(place: DigestPlace): Promise<Instant | null>;
  /**
   * SHA-256 of the unpacked bytes of what ingest has read from these objects: every version of an object that was read counts.
   * An object that was not read, or whose unpacked SHA-256 was not kept, is absent. The key is `bucket/key`.
   */
  hashesRead(files: readonly LogAddress[]): Promise<Map<string, string[]>>;
  /** Upserts a day's verdicts in one transaction: the newest judgement of a digest or file is the one that counts. */
  save(day: DigestDay, checkedAt: Instant): Promise<void>;
  /**
   * Marks files that ingest read, that were delivered in `[from, to)` and that no digest names, as `no-digest`: once a valid
   * digest speaks for their minute, or they are older than `overdueBefore`. Answers how many are new.
   */
  markUnnamed(from: Instant, to: Instant, overdueBefore: Instant, now: Instant): Promise<number>;
}
