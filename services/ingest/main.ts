/**
 * The ingest service: follows the folder, polls the listings, crawls the directory, each in a loop of its own, so that a slow or
 * failing source holds up no other. What it appends makes people due in the same transaction; the nudge only saves time.
 */
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { IngestReceipt } from "#core/flows/ingest/ingest-receipt";
import type { ListingProgress } from "#core/flows/ingest/listing-progress";
import { refreshSnapshot } from "#core/flows/crawl/refresh";
import { snapshotDue } from "#core/flows/snapshot-due";
import { takeSnapshot, type SnapshotReceipt } from "#core/flows/take-snapshot";
import type { Instant } from "#core/domain/time";
import type { CrawlStore } from "#core/ports/access/crawl-store";
import type { ObservationStore } from "#core/ports/observation-store";
import type { JobQueue } from "#core/ports/job-queue";
import { bucketTurns } from "./bucket-source.ts";
import { readFiles, readStreams, type ReadPorts } from "./read-once.ts";
import type { LogFields, Logger } from "#core/platform/logger";
import type { Sources } from "./sources.ts";

const FILES_EVERY_MILLISECONDS = 2_000;
const STREAMS_EVERY_MILLISECONDS = 30_000;
/** How often it is asked whether the directory is due; `snapshotDue` decides. */
const SNAPSHOT_ASKED_EVERY_MILLISECONDS = 30_000;
/** After a failure, doubled each time. */
const FIRST_RETRY_MILLISECONDS = 2_000;
const LONGEST_RETRY_MILLISECONDS = 5 * 60 * 1_000;

export interface IngestDependencies {
  readonly sources: Sources;
  /** Without the windows a service would never read what is older than two hours. */
  readonly ports: Omit<ReadPorts, "signal"> & Required<Pick<ReadPorts, "windows">>;
  readonly crawls: CrawlStore;
  readonly observations: ObservationStore;
  readonly newSnapshotId: (now: Instant) => string;
  readonly queue: Pick<JobQueue, "nudge">;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
  /** Told after every turn of a source, whether it was read to its end or failed. */
  readonly onTurn?: (source: string) => void;
}

export interface RunningIngest {
  stop(): Promise<void>;
}

export function startIngest(dependencies: IngestDependencies): RunningIngest {
  const stopping = new AbortController();
  const loops = turnsOf(dependencies, stopping.signal).map((turn) =>
    repeat(turn, dependencies, stopping.signal),
  );
  return {
    stop: async () => {
      stopping.abort();
      await Promise.allSettled(loops);
    },
  };
}

/** What a turn came to; null when there was nothing to do, which is not worth a line. */
type Outcome = LogFields | null;

interface Turn {
  readonly source: string;
  readonly everyMilliseconds: number;
  readonly run: () => Promise<Outcome>;
}

function turnsOf(dependencies: IngestDependencies, signal: AbortSignal): Turn[] {
  const { sources } = dependencies;
  const ports: ReadPorts = { ...dependencies.ports, signal };
  return [
    {
      source: "files",
      everyMilliseconds: FILES_EVERY_MILLISECONDS,
      run: async () => {
        const receipt = await readFiles(sources, ports);
        if (receipt === null || receipt.files === 0) return null;
        for (const { problem } of receipt.refused)
          dependencies.log.warn("ingest.refused", {}, problem);
        return counted(receipt);
      },
    },
    {
      source: "lookup-events",
      everyMilliseconds: STREAMS_EVERY_MILLISECONDS,
      run: async () => {
        const told = new Set<string>();
        const progress = (now: ListingProgress): void => {
          logWindow(now, sources, dependencies.log);
          void dependencies.queue.nudge("sweep-people");
          // The newest window of each stream is its first: with all of them the present is read, and the past may take hours.
          const first = !told.has(now.last.stream);
          told.add(now.last.stream);
          if (first && told.size === sources.streams.length) dependencies.onTurn?.("lookup-events");
        };
        const receipt = await readStreams(sources, ports, { progress });
        return receipt.records === 0 ? null : counted(receipt);
      },
    },
    snapshotTurn(dependencies, signal),
    ...(sources.bucket ? bucketTurns(sources.bucket, ports, dependencies.log) : []),
  ];
}

/** The directory: read whole when that is due, else what events touched since. */
function snapshotTurn(dependencies: IngestDependencies, signal: AbortSignal): Turn {
  const { sources, crawls: store, observations, newSnapshotId: newId } = dependencies;
  const { clock } = dependencies.ports;
  return {
    source: "snapshot",
    everyMilliseconds: SNAPSHOT_ASKED_EVERY_MILLISECONDS,
    run: async () => {
      const { directory } = sources;
      if (directory === null) return null;
      const progress = () => signal.throwIfAborted();
      const reading = { directory, store, clock, newId, progress };
      const due = await snapshotDue(observations, clock);
      const crawl: Promise<Pick<SnapshotReceipt, "id" | "opened" | "closed"> | null> = due
        ? takeSnapshot(reading)
        : refreshSnapshot(reading);
      const receipt = await unlessAborted(crawl, signal);
      if (receipt === null) return null;
      return { snapshotId: receipt.id, opened: receipt.opened, resolved: receipt.closed };
    },
  };
}

/**
 * What the work comes to, or a rejection as soon as the signal is aborted: a crawl of a large organisation takes many minutes, more
 * than a service has to end. It is published whole or not at all; what was read of it is kept, and the next one goes on with it.
 */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const left = new AbortController();
  const aborted = once(signal, "abort", { signal: left.signal }).then(() =>
    signal.throwIfAborted(),
  );
  aborted.catch(() => undefined);
  work.catch(() => undefined);
  try {
    signal.throwIfAborted();
    return (await Promise.race([work, aborted])) as T;
  } finally {
    left.abort();
  }
}

/** One line a window while there is a back-fill; else the turn's own line says enough. A window that broke off is always told. */
function logWindow(
  { last, windowsDone, windowsTotal, records, leftMilliseconds }: ListingProgress,
  sources: Sources,
  log: IngestDependencies["log"],
): void {
  const { stream, window, pages, receipt, broken } = last;
  if (broken === null && windowsTotal <= sources.streams.length) return;
  const left = leftMilliseconds === null ? {} : { leftMs: leftMilliseconds };
  const fields: LogFields = {
    sourceId: stream,
    ...window,
    calls: pages,
    ...counted(receipt),
    counts: { windowsDone, windowsTotal, recordsSoFar: records, ...left },
  };
  if (broken === null) log.info("ingest.window", fields);
  else log.warn("ingest.window", fields, broken);
}

function counted(receipt: IngestReceipt & { readonly files?: number }): LogFields {
  const { records, appended, duplicates, ignored, undecodable, files } = receipt;
  const counts = { records, appended, duplicates, ignored, undecodable };
  return files === undefined ? counts : { files, ...counts };
}

/** Turn after turn until it is stopped; a failure is said and tried again, later each time. */
async function repeat(
  turn: Turn,
  { queue, log, onTurn }: IngestDependencies,
  signal: AbortSignal,
): Promise<void> {
  let retry = FIRST_RETRY_MILLISECONDS;
  while (!signal.aborted) {
    let wait = turn.everyMilliseconds;
    const began = performance.now();
    try {
      const outcome = await turn.run();
      retry = FIRST_RETRY_MILLISECONDS;
      if (outcome !== null) {
        const durationMs = Math.round(performance.now() - began);
        log.info(`ingest.${turn.source}`, { ...outcome, durationMs });
      }
      onTurn?.(turn.source);
      if (outcome !== null) await queue.nudge("sweep-people");
    } catch (error) {
      if (signal.aborted) return;
      wait = retry;
      retry = Math.min(retry * 2, LONGEST_RETRY_MILLISECONDS);
      log.error(`ingest.${turn.source}`, { retryInMs: wait }, error);
      onTurn?.(turn.source);
    }
    await pause(wait, undefined, { signal }).catch(() => undefined);
  }
}
