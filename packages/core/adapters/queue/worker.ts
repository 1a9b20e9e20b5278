/**
 * Runs jobs and keeps their schedules alive. Guarantees: one run of a job at a time in this process, with one more run after it
 * when asked meanwhile; a schedule that vanished or stands still is made anew by the watchdog. Other processes may run the same
 * job at the same time: the flows lock what they claim.
 */
import type { JobName } from "../../ports/job-queue.ts";
import { within } from "./deadline.ts";
import type { Engine, QueueHandle, QueueProblem, WorkerHandle } from "./engine.ts";

export type JobProcessors = Readonly<Record<JobName, () => Promise<void>>>;
/** How often each job is due although nobody nudges. */
export type JobSchedules = Readonly<Record<JobName, { readonly everySeconds: number }>>;

export interface QueueWorker {
  /** Waits for running jobs for up to ten seconds, then gives them up: they run again elsewhere. */
  close(): Promise<void>;
}

interface WorkerParts {
  readonly engine: Engine;
  readonly queue: QueueHandle;
  readonly queueName: string;
  readonly processors: JobProcessors;
  readonly schedules: JobSchedules;
  readonly onProblem: (problem: QueueProblem) => void;
  readonly watchdogMilliseconds?: number;
}

/** A job that throws is tried again at once, then a second later; after that the schedule brings the next one. */
export const JOB_OPTIONS = {
  attempts: 3,
  backoff: { type: "fixed", delay: 1_000 },
  removeOnComplete: { count: 100 },
  removeOnFail: { count: 500 },
} as const;

const WATCHDOG_MILLISECONDS = 15_000;
const CLOSE_MILLISECONDS = 10_000;
/** A job whose worker was killed is found by the others after this long. */
const STALLED_MILLISECONDS = 15_000;

/** Errors: what BullMQ answers when the first connection fails. */
export async function openQueueWorker(parts: WorkerParts): Promise<QueueWorker> {
  const { engine, queue, queueName } = parts;
  const run = oneAtATime(parts.processors);
  const worker = engine.openWorker(
    queueName,
    async (job) => {
      // A name from a newer version is not ours to judge: the schedule of that version brings it again.
      if (Object.hasOwn(parts.processors, job.name)) await run(job.name as JobName);
    },
    {
      // A slot for every job, so that a slow one holds up only itself.
      concurrency: jobsOf(parts.schedules).length,
      stalledInterval: STALLED_MILLISECONDS,
      // Jobs are harmless to repeat: a job that saw many workers killed must still not be failed for good.
      maxStalledCount: 1_000,
    },
  );
  listen(worker, parts);
  await worker.waitUntilReady();
  await dropForeignSchedules(queue, parts.schedules);
  await keepSchedules(queue, parts.schedules);
  const watchdog = startWatchdog(parts);
  return {
    async close() {
      await watchdog.stop();
      await closeWithin(worker, CLOSE_MILLISECONDS);
    },
  };
}

function jobsOf(schedules: JobSchedules): JobName[] {
  return Object.keys(schedules) as JobName[];
}

/** Nudged and scheduled jobs of one name meet here: the second asks the first to look once more and is done. */
function oneAtATime(processors: JobProcessors): (job: JobName) => Promise<void> {
  const running = new Set<JobName>();
  const again = new Set<JobName>();
  return async (job) => {
    if (running.has(job)) {
      again.add(job);
      return;
    }
    running.add(job);
    try {
      do {
        again.delete(job);
        await processors[job]();
      } while (again.has(job));
    } finally {
      running.delete(job);
      again.delete(job);
    }
  };
}

function listen(worker: WorkerHandle, { processors, onProblem }: WorkerParts): void {
  worker.on("error", (error) => onProblem({ what: "connection", job: null, error }));
  worker.on("lockRenewalFailed", (ids) =>
    onProblem({ what: "lock", job: null, error: new Error(`lock lost on ${ids.length} job(s)`) }),
  );
  worker.on("failed", (job, error) => {
    const name = (job as { name?: string } | undefined)?.name ?? "";
    onProblem({
      what: "job",
      job: Object.hasOwn(processors, name) ? (name as JobName) : null,
      error,
    });
  });
}

/** The interval is part of the id: a changed interval is a fresh scheduler, never an edited one (BullMQ issue 3272). */
function schedulerId(job: JobName, everySeconds: number): string {
  return `${job}-every-${everySeconds}s`;
}

/** Schedules of an earlier version or setting would run beside ours for ever. */
async function dropForeignSchedules(queue: QueueHandle, schedules: JobSchedules): Promise<void> {
  const ours = new Set(
    jobsOf(schedules).map((job) => schedulerId(job, schedules[job].everySeconds)),
  );
  for (const { key } of await queue.getJobSchedulers()) {
    if (!ours.has(key)) await queue.removeJobScheduler(key);
  }
}

/** Makes anew each schedule that is gone or whose next run lies further back than its interval and the grace. */
async function keepSchedules(queue: QueueHandle, schedules: JobSchedules): Promise<void> {
  const graceMilliseconds = 5_000;
  for (const job of jobsOf(schedules)) {
    const every = schedules[job].everySeconds * 1_000;
    const id = schedulerId(job, schedules[job].everySeconds);
    const next = (await queue.getJobScheduler(id))?.next;
    if (next !== undefined && next > Date.now() - every - graceMilliseconds) continue;
    if (next !== undefined) await queue.removeJobScheduler(id);
    await queue.upsertJobScheduler(id, { every }, { name: job, data: {}, opts: JOB_OPTIONS });
  }
}

/** Looks at the schedules at an interval; one look at a time. BullMQ's clock and this one are the same process's. */
function startWatchdog(parts: WorkerParts): { stop(): Promise<void> } {
  const { queue, schedules, onProblem } = parts;
  let look: Promise<void> = Promise.resolve();
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    look = keepSchedules(queue, schedules)
      .catch((error: unknown) => onProblem({ what: "schedule", job: null, error: error as Error }))
      .finally(() => {
        looking = false;
      });
  }, parts.watchdogMilliseconds ?? WATCHDOG_MILLISECONDS);
  return {
    async stop() {
      clearInterval(timer);
      await look;
    },
  };
}

async function closeWithin(worker: WorkerHandle, milliseconds: number): Promise<void> {
  try {
    await within(worker.close(), milliseconds);
  } catch {
    await within(worker.close(true), milliseconds).catch(() => undefined);
  }
}
