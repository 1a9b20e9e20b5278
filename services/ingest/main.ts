/**
 * The ingest service: follows the folder, polls the listings, crawls the directory, each in a loop of its own, so that a slow or
 * failing source holds up no other. What it appends makes people due in the same transaction; the nudge only saves time.
 */
import { setTimeout as pause } from "node:timers/promises";
import { Fault } from "../../packages/core/domain/fault.ts";
import { takeSnapshot } from "../../packages/core/flows/take-snapshot.ts";
import type { Instant } from "../../packages/core/domain/time.ts";
import type { AccessStore } from "../../packages/core/ports/access-store.ts";
import type { JobQueue } from "../../packages/core/ports/job-queue.ts";
import { readFiles, readStreams, type ReadPorts } from "./read-once.ts";
import type { Sources } from "./sources.ts";

const FILES_EVERY_MILLISECONDS = 2_000;
const STREAMS_EVERY_MILLISECONDS = 30_000;
const SNAPSHOT_EVERY_MILLISECONDS = 6 * 60 * 60 * 1_000;
/** After a failure, doubled each time. */
const FIRST_RETRY_MILLISECONDS = 2_000;
const LONGEST_RETRY_MILLISECONDS = 5 * 60 * 1_000;

export interface IngestDependencies {
  readonly sources: Sources;
  readonly ports: Omit<ReadPorts, "signal">;
  readonly access: AccessStore;
  readonly newSnapshotId: (now: Instant) => string;
  readonly queue: Pick<JobQueue, "nudge">;
  /** One wide line a turn that did something or failed. */
  readonly log: (line: Record<string, unknown>) => void;
}

export interface RunningIngest {
  stop(): Promise<void>;
}

export function startIngest(dependencies: IngestDependencies): RunningIngest {
  const { sources, access, queue, log } = dependencies;
  const stopping = new AbortController();
  const ports: ReadPorts = { ...dependencies.ports, signal: stopping.signal };
  const loops = [
    loop("files", FILES_EVERY_MILLISECONDS, async () => {
      const receipt = await readFiles(sources, ports);
      if (receipt === null || receipt.files === 0) return null;
      const { ignoredByReason: _reasons, refused, ...counts } = receipt;
      return { ...counts, refused: refused.length };
    }),
    loop("lookup-events", STREAMS_EVERY_MILLISECONDS, async () => {
      if (sources.streams.length === 0) return null;
      const { ignoredByReason: _reasons, ...counts } = await readStreams(sources, ports);
      return counts.records === 0 ? null : counts;
    }),
    loop("snapshot", SNAPSHOT_EVERY_MILLISECONDS, async () => {
      const { directory } = sources;
      if (directory === null) return null;
      const { clock } = ports;
      const { newSnapshotId: newId } = dependencies;
      const receipt = await takeSnapshot({ directory, store: access, clock, newId, progress: () => undefined });
      return { opened: receipt.opened, closed: receipt.closed };
    }),
  ];

  async function loop(
    source: string,
    everyMilliseconds: number,
    turn: () => Promise<Record<string, unknown> | null>,
  ): Promise<void> {
    let retry = FIRST_RETRY_MILLISECONDS;
    while (!stopping.signal.aborted) {
      let wait = everyMilliseconds;
      const started = performance.now();
      try {
        const done = await turn();
        retry = FIRST_RETRY_MILLISECONDS;
        if (done !== null) {
          const elapsedMs = Math.round(performance.now() - started);
          log({ event: "ingested", source, ...done, elapsedMs, outcome: "ok" });
          await queue.nudge("sweep-people");
        }
      } catch (error) {
        if (stopping.signal.aborted) return;
        const code = error instanceof Fault ? error.code : "internal.bug";
        log({ event: "ingest-failed", source, code, outcome: "failed", message: messageOf(error) });
        wait = retry;
        retry = Math.min(retry * 2, LONGEST_RETRY_MILLISECONDS);
      }
      await pause(wait, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  return {
    stop: async () => {
      stopping.abort();
      await Promise.allSettled(loops);
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
