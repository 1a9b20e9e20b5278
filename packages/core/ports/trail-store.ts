/** Where decoded records are kept, exactly once, together with how far each source was read. */
import type { SourcedRecord } from "./event-source.ts";
import type { Instant } from "../domain/time.ts";

/** What a transaction advances besides appending: a place in a file, or the cursor of a listing. */
export type Progress =
  | {
      readonly kind: "file";
      readonly sha256: string;
      readonly position: number;
      readonly last: boolean;
    }
  | { readonly kind: "cursor"; readonly stream: string; readonly readThrough: Instant }
  | { readonly kind: "none" };

export interface AppendBatch {
  /** `file:<sha256>` or the stream's name: with the position it says where a record was read. */
  readonly origin: string;
  /** Key of the coverage ledger: `files` or `lookup-events`. */
  readonly source: string;
  readonly receivedAt: Instant;
  readonly records: readonly SourcedRecord[];
  readonly progress: Progress;
}

/** The four sum to the records of the batch. */
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
  /** Begins a file or finds how far it was read; the same content under another path is the same file. */
  beginFile(file: {
    sha256: string;
    path: string;
    bytes: number;
    records: number;
  }): Promise<FileState>;
  /** What is known of a file's content without opening it; null when it was never begun. */
  fileState(sha256: string): Promise<FileState | null>;
  /** One transaction: new events only, conflicts and undecodable records, people due, coverage, progress. */
  append(batch: AppendBatch, now: Instant): Promise<AppendResult>;
  /** How far a stream was read; null at its first reading. */
  readThrough(stream: string): Promise<Instant | null>;
  /** Of the files a folder shows now, those that are new or changed since they were read. */
  unreadFiles(folder: string, files: readonly FollowedFile[]): Promise<FollowedFile[]>;
  /** Notes that a file of a folder was read, or why it was refused. */
  markFollowed(
    folder: string,
    file: FollowedFile,
    read: { sha256: string | null; problem: string | null },
  ): Promise<void>;
}
