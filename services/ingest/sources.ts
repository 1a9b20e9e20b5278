/** What ingest reads: everything behind ports, so that the demo organisation and AWS are the same to it. */
import type { Directory } from "#core/ports/access/directory";
import type { Folder, PolledSource } from "#core/ports/trail/event-source";
import type { BucketSource } from "./bucket-source.ts";

export interface Sources {
  /** A folder of trail files that is followed; null: none. */
  readonly trail: { readonly path: string; readonly folder: Folder } | null;
  /** The organisation trail's bucket; absent: none is read. */
  readonly bucket?: BucketSource | null;
  /** Listings that are polled. */
  readonly streams: readonly PolledSource[];
  /** Null where no directory can be crawled. */
  readonly directory: Directory | null;
  /** How far back a listing is read the first time. */
  readonly backfillMilliseconds: number;
  /** Brings the followed folder up to now before it is read once; null: others write it. */
  readonly beforeReading: (() => Promise<void>) | null;
}
