/** Where decoded records are kept, exactly once, together with how far each source was read. */
import type { SourcedRecord } from "./event-source.ts";
import type { Instant } from "../../domain/time.ts";
import type { PassedOver } from "../../domain/trail/file/page.ts";

/** What a part of a batch advances besides appending: a place in a file. */
export type Progress =
  | {
      readonly kind: "file";
      readonly sha256: string;
      /** Of the unpacked bytes, which CloudTrail's digests name. */
      readonly unpackedSha256: string;
      readonly path: string;
      readonly bytes: number;
      readonly records: number;
      /** Records before this place are committed with the part. */
      readonly position: number;
    }
  | { readonly kind: "none" };

/** Records of one origin. */
export interface AppendPart {
  /** `file:<sha256>` or the stream's name: with the position it says where a record was read. */
  readonly origin: string;
  readonly records: readonly SourcedRecord[];
  /** Records that were passed over without being parsed, summed by reason, account, Region and hour. */
  readonly passedOver?: readonly PassedOver[];
  readonly progress: Progress;
}

/** What one transaction appends: many small files, or a piece of a large one. */
export interface AppendBatch {
  /** Key of the coverage ledger: `files` or `lookup-events`. */
  readonly source: string;
  readonly receivedAt: Instant;
  readonly parts: readonly AppendPart[];
}

/** The four sum to the records of the part. */
export interface AppendResult {
  readonly appended: number;
  readonly duplicates: number;
  readonly ignored: Readonly<Record<string, number>>;
  /** Event id conflicts included. */
  readonly undecodable: number;
}

export interface FileState {
  /** Records before this place were committed earlier. */
  readonly position: number;
  readonly counts: AppendResult;
  readonly completed: boolean;
}

export interface FollowedFile {
  readonly path: string;
  readonly bytes: number;
  readonly modifiedAt: Instant;
}

export interface TrailStore {
  /** What is known of files by the SHA-256 of their bytes; a file that was never begun is absent. */
  fileStates(sha256s: readonly string[]): Promise<Map<string, FileState>>;
  /**
   * One transaction: new events only, conflicts and undecodable records, people due, coverage, progress. Answers for each part
   * what became of its records; a record that stands in two parts is appended with the first.
   */
  append(batch: AppendBatch, now: Instant): Promise<AppendResult[]>;
  /** Forgets the months that are past the retention; answers how many. */
  forget(now: Instant): Promise<number>;
  /** Of the files a folder shows now, those that are new or changed since they were read. */
  unreadFiles(folder: string, files: readonly FollowedFile[]): Promise<FollowedFile[]>;
  /** Notes that files of a folder were read, or why they were refused. */
  markFollowed(
    folder: string,
    files: readonly (FollowedFile & {
      readonly sha256: string | null;
      readonly problem: string | null;
    })[],
  ): Promise<void>;
}
