/** Reads every source once, to its end: what `curfew sync` does, and each turn of the ingest service. */
import type { BucketReceipt } from "#core/flows/ingest/bucket/bucket-receipt";
import { followFolder, type FolderReceipt } from "#core/flows/ingest/follow-folder";
import { NOTHING, sum, type IngestReceipt } from "#core/flows/ingest/ingest-receipt";
import { ListingTally, type ListingProgress } from "#core/flows/ingest/listing-progress";
import { NewestFirst } from "#core/flows/ingest/newest-first";
import { readStream } from "#core/flows/ingest/read-stream";
import type { Instant } from "#core/domain/time";
import type { Clock } from "#core/ports/clock";
import type { TrailStore } from "#core/ports/trail/trail-store";
import type { WindowStore } from "#core/ports/trail/window-store";
import { readBucketSource } from "./bucket-source.ts";
import type { Sources } from "./sources.ts";

export interface ReadPorts {
  readonly store: TrailStore;
  /** Which windows of listings were read; without it only their last two hours are, and nothing is remembered. */
  readonly windows?: WindowStore;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

export type Progress = (source: string, done: number, total: number | null) => void;

export interface FilesReceipt extends FolderReceipt {
  readonly source: "files";
}

/** The followed folder, once. Null when none is followed. */
export async function readFiles(
  sources: Sources,
  ports: ReadPorts,
  progress: Progress = () => undefined,
): Promise<FilesReceipt | null> {
  if (sources.trail === null) return null;
  await sources.beforeReading?.();
  const { path, folder } = sources.trail;
  const receipt = await followFolder(
    path,
    folder,
    ports.store,
    ports.clock,
    ({ done, total }) => progress("files", done, total),
    ports.signal,
  );
  return { source: "files", ...receipt };
}

/** The bucket of the organisation's trail and the queue that announces it, once. Null when none is read. */
export async function readBucketOnce(
  sources: Sources,
  ports: ReadPorts,
  options: { readonly since?: Instant; readonly progress?: Progress } = {},
): Promise<BucketReceipt | null> {
  if (!sources.bucket) return null;
  await sources.beforeReading?.();
  const { since, progress } = options;
  return readBucketSource(sources.bucket, ports, {
    ...(since === undefined ? {} : { since }),
    progress: ({ done, total }) => progress?.("s3", done, total),
  });
}

/**
 * Every stream, to its end, newest windows first. Streams of one account and Region share its rate: a few are read side by side, so
 * that an answer that is awaited wastes none of it.
 */
export async function readStreams(
  sources: Sources,
  ports: ReadPorts,
  options: {
    readonly since?: Instant;
    readonly progress?: (progress: ListingProgress) => void;
  } = {},
): Promise<IngestReceipt & { readonly streams: number }> {
  const names = sources.streams.map(({ stream }) => stream);
  const tally = new ListingTally(names, performance.now());
  const turns = new Map(names.map((name) => [sharedRateOf(name), new NewestFirst()]));
  const { backfillMilliseconds } = sources;
  const wanted =
    options.since === undefined
      ? { backfillMilliseconds }
      : { backfillMilliseconds, since: options.since };
  const { store, clock, signal, windows = null } = ports;
  // All come to rest before a failure is told: else each next turn would read what the others are still reading.
  const ends = await Promise.allSettled(
    sources.streams.map((source) =>
      readStream(
        source,
        wanted,
        { store, clock, signal, windows, turns: turns.get(sharedRateOf(source.stream))! },
        (window) => options.progress?.(tally.add(window, performance.now())),
      ),
    ),
  );
  let total = NOTHING;
  for (const end of ends) {
    if (end.status === "rejected") throw end.reason;
    total = sum(total, end.value);
  }
  return { ...total, streams: ends.length };
}

/** Account and Region of a stream's name, whose last part is the event source. */
function sharedRateOf(stream: string): string {
  return stream.slice(0, stream.lastIndexOf("/"));
}
