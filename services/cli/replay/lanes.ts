/**
 * Lanes of a rebuild as threads, each with connections of its own: one less than there are processors, because the caller judges too.
 * Guarantees that all of them end with the first that fails, and that none outlives the signal.
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { SessionSettings } from "#core/domain/session";
import type { Instant } from "#core/domain/time";
import type { NextRange, ReplayLanes, ReplayPart } from "#core/flows/replay";
import type { RuleSettings } from "#core/rules/settings";

/** Beyond so many threads Postgres gives rows no faster. */
const MOST_LANES = 4;

/** A thread takes a second to start and judges its first events slowly: what one thread judges in some six seconds is worth it. */
const WORTHWHILE = 400_000;

/** What a lane starts from: plain values alone, because they pass to another thread. */
export interface LaneTask {
  readonly url: string;
  readonly at: Instant;
  readonly settings: SessionSettings;
  readonly ruleSettings: RuleSettings | undefined;
}

/** What a lane says: it wants a range, or has a part; after its last part it exits. */
export type FromLane = { readonly wants: true } | { readonly part: ReplayPart };

export interface LaneOptions {
  readonly url: string;
  readonly settings: SessionSettings;
  readonly ruleSettings?: RuleSettings | undefined;
  /** One less than the processors where it is left out. */
  readonly threads?: number;
  /** Events that have to be left for them to be started. */
  readonly worthwhile?: number;
}

/** Lanes over the database at `url`; undefined where there is no processor to spare. */
export function lanesOver({
  threads = availableParallelism() - 1,
  worthwhile = WORTHWHILE,
  ...from
}: LaneOptions): ReplayLanes | undefined {
  const count = Math.min(threads, MOST_LANES - 1);
  if (count < 1) return undefined;
  const { url, ruleSettings } = from;
  const settings = plain(from.settings);
  return {
    worthwhile,
    run: async (at, next, take, signal) => {
      const task = { url, at, settings, ruleSettings };
      const own = new AbortController();
      const both = AbortSignal.any([signal, own.signal]);
      try {
        await Promise.all(Array.from({ length: count }, () => runLane(task, next, take, both)));
      } finally {
        own.abort();
      }
    },
  };
}

/** A thread has no loader of its own for TypeScript, and one that is preloaded (`--import`) does not register itself in it. */
const START = `import(${JSON.stringify(import.meta.resolve("tsx/esm/api"))}).then(({ register }) => {
  register();
  return import(${JSON.stringify(new URL("./lane.ts", import.meta.url).href)});
});`;

/** Settings may be read through accessors, which no copy of an object has. */
function plain(settings: SessionSettings): SessionSettings {
  const { durations, changedAt, permissionSets } = settings;
  const all: Record<keyof SessionSettings, unknown> = { durations, changedAt, permissionSets };
  return all as unknown as SessionSettings;
}

function runLane(
  task: LaneTask,
  next: NextRange,
  take: (part: ReplayPart) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(START, { eval: true, workerData: task });
    const end = () => void worker.terminate();
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    worker.on("message", (message: FromLane) => {
      if ("part" in message) take(message.part);
      else next().then((range) => worker.postMessage(range, []), reject);
    });
    worker.on("error", reject);
    worker.on("exit", (code) => {
      signal.removeEventListener("abort", end);
      if (code === 0) resolve();
      else reject(new Error(`A lane of the rebuild ended with code ${code} before it was done.`));
    });
  });
}
