/** Where records come from. A source reads, redacts and decodes; it never writes. */
import type { DecodedRecord } from "../../domain/trail/decode.ts";
import type { Instant } from "../../domain/time.ts";

/** One record, where it stood, and what became of it. */
export interface SourcedRecord {
  readonly position: number;
  readonly decoded: DecodedRecord;
}

/** A page of a polled listing. */
export interface SourcePage {
  readonly records: readonly SourcedRecord[];
  readonly receivedAt: Instant;
  /** True when the listing is at its end. */
  readonly done: boolean;
}

/** A listing that is asked for windows of time. */
export interface PolledSource {
  /** `lookup-events/<account>/<region>/<eventSource>`: names its cursor. */
  readonly stream: string;
  /** How far back the listing reaches at all. */
  readonly reachMilliseconds: number;
  /** The pages of `[from, to)`, newest first; the caller paces itself by awaiting. */
  pages(from: Instant, to: Instant): AsyncIterable<SourcePage>;
}

export interface FolderEntry {
  /** As shown in sentences and kept with the file's row. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedAt: Instant;
}

/** The bytes of a file, in pieces. */
export interface StoredBytes {
  readonly bytes: number;
  chunks(): AsyncIterable<Uint8Array>;
}

export interface Folder {
  /** The trail files below it, in the order of their names; digests and foreign names are left out. */
  list(path: string): Promise<FolderEntry[]>;
  /** Fails when the file is not there or cannot be read. Its bytes can be read from their beginning as often as wanted. */
  open(path: string): Promise<StoredBytes>;
}
