/** Reads every source once, to its end: what `curfew sync` does, and each turn of the ingest service. */
import { followFolder, type FolderReceipt } from "#core/flows/ingest/follow-folder";
import { NOTHING, sum, type IngestReceipt } from "#core/flows/ingest/ingest-receipt";
import { readStream } from "#core/flows/ingest/read-stream";
import type { Instant } from "#core/domain/time";
import type { Clock } from "#core/ports/clock";
import type { TrailStore } from "#core/ports/trail-store";
import type { Sources } from "./sources.ts";

export interface ReadPorts {
  readonly store: TrailStore;
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

/** Every stream, once. Streams of one Region share its rate, so reading them side by side gains nothing but latency. */
export async function readStreams(
  sources: Sources,
  ports: ReadPorts,
  options: { readonly since?: Instant; readonly progress?: Progress } = {},
): Promise<IngestReceipt & { readonly streams: number }> {
  let done = 0;
  // All come to rest before a failure is told: else each next turn would read what the others are still reading.
  const ends = await Promise.allSettled(
    sources.streams.map(async (stream) => {
      const receipt = await readStream(
        stream,
        {
          backfillMilliseconds: sources.backfillMilliseconds,
          ...(options.since === undefined ? {} : { since: options.since }),
        },
        ports.store,
        ports.clock,
        // Between two pages; the window is read again, because its cursor has not moved.
        () => ports.signal?.throwIfAborted(),
      );
      done += 1;
      options.progress?.("lookup-events", done, sources.streams.length);
      return receipt;
    }),
  );
  let total = NOTHING;
  for (const end of ends) {
    if (end.status === "rejected") throw end.reason;
    total = sum(total, end.value);
  }
  return { ...total, streams: ends.length };
}
