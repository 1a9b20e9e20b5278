/**
 * The one way to the queue: BullMQ on Redis when a Redis URL is given, else on Postgres. Guarantees one waiting job for any
 * number of nudges and that a nudge never throws. It promises nothing about a job's survival: every job may be lost or run twice.
 */
import type { JobName, JobQueue } from "../../ports/job-queue.ts";
import { within } from "./deadline.ts";
import type { Engine, QueueHandle, QueueProblem } from "./engine.ts";
import { openPostgresEngine } from "./postgres-engine.ts";
import { openRedisEngine } from "./redis-engine.ts";
import {
  JOB_OPTIONS,
  type JobProcessors,
  type JobSchedules,
  type QueueWorker,
  openQueueWorker,
} from "./worker.ts";

const QUEUE_NAME = "curfew";
/** Longer is not worth a caller's wait: the schedule brings the job anyway. */
const NUDGE_MILLISECONDS = 2_000;
const CLOSE_MILLISECONDS = 5_000;

export interface QueueSettings {
  /** Used when `redisUrl` is null. */
  readonly databaseUrl: string;
  readonly redisUrl: string | null;
  /** Told of everything that goes wrong in the background. Must not throw. */
  readonly onProblem: (problem: QueueProblem) => void;
}

export interface OpenedQueue extends JobQueue {
  readonly engine: "postgres" | "redis";
  /** Throws a Fault when the database under the queue does not answer. */
  ping(): Promise<void>;
  /** Jobs by BullMQ's state: `waiting`, `active`, `delayed`, … */
  counts(): Promise<Readonly<Record<string, number>>>;
  /** Safe to call twice; bounded by a few seconds. */
  close(): Promise<void>;
  /** Runs jobs in this process until it is closed. Close it before the queue. */
  openWorker(
    processors: JobProcessors,
    schedules: JobSchedules,
    options?: { readonly watchdogMilliseconds?: number },
  ): Promise<QueueWorker>;
}

/** Errors: Fault `redis.unreachable`, `redis.unsafe-eviction`, `postgres.unreachable`. */
export async function openQueue(settings: QueueSettings): Promise<OpenedQueue> {
  const { databaseUrl, redisUrl, onProblem } = settings;
  const engine = await (redisUrl === null
    ? openPostgresEngine(databaseUrl)
    : openRedisEngine(redisUrl));
  const queue = engine.openQueue(QUEUE_NAME);
  queue.on("error", (error) => onProblem({ what: "connection", job: null, error }));
  let closing: Promise<void> | null = null;
  return {
    engine: engine.name,
    ping: () => engine.ping(),
    counts: () => queue.getJobCounts(),
    async nudge(job) {
      try {
        if (closing !== null) throw new Error("the queue is closed");
        await within(nudge(queue, job), NUDGE_MILLISECONDS);
      } catch (error) {
        onProblem({ what: "nudge", job, error: error as Error });
      }
    },
    openWorker: (processors, schedules, options = {}) =>
      openQueueWorker({
        engine,
        queue,
        queueName: QUEUE_NAME,
        processors,
        schedules,
        onProblem,
        ...options,
      }),
    close: () => (closing ??= closeQueue(engine, queue)),
  };
}

async function nudge(queue: QueueHandle, job: JobName): Promise<void> {
  // keepLastIfActive: a nudge during the job's run asks for one more run after it, since the run may have looked already.
  const deduplication = { id: job, keepLastIfActive: true };
  await queue.add(job, {}, { ...JOB_OPTIONS, deduplication });
}

async function closeQueue(engine: Engine, queue: QueueHandle): Promise<void> {
  // While its database is away BullMQ would wait for it.
  await within(queue.close(), CLOSE_MILLISECONDS).catch(() => undefined);
  await engine.close();
}
