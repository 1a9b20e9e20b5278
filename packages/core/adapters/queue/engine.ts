/**
 * What the queue needs of BullMQ, whichever database is under it. Both engines answer with the same classes of the same
 * library, so that everything above this file is one code path. An engine owns its connections and closes them.
 */
import type { JobsOptions, Processor, WorkerOptions } from "bullmq";
import type { JobName } from "../../ports/job-queue.ts";

/** The part of BullMQ's Queue that is used here. */
export interface QueueHandle {
  add(name: string, data: Record<string, never>, options: JobsOptions): Promise<unknown>;
  upsertJobScheduler(
    id: string,
    repeat: { every: number },
    template: {
      name: string;
      data: Record<string, never>;
      opts: Omit<JobsOptions, "deduplication">;
    },
  ): Promise<unknown>;
  getJobScheduler(id: string): Promise<{ next?: number } | undefined>;
  getJobSchedulers(): Promise<{ key: string }[]>;
  removeJobScheduler(id: string): Promise<boolean>;
  getJobCounts(): Promise<Record<string, number>>;
  on(event: "error", listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

/** The part of BullMQ's Worker that is used here. */
export interface WorkerHandle {
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "failed", listener: (job: unknown, error: Error) => void): unknown;
  on(event: "lockRenewalFailed", listener: (jobIds: string[]) => void): unknown;
  waitUntilReady(): Promise<unknown>;
  close(force?: boolean): Promise<void>;
}

/** Something that went wrong in the background; the queue goes on. */
export interface QueueProblem {
  readonly what: "nudge" | "connection" | "job" | "schedule" | "lock";
  readonly job: JobName | null;
  readonly error: Error;
}

export type WorkerSettings = Omit<WorkerOptions, "connection">;

export interface Engine {
  readonly name: "postgres" | "redis";
  openQueue(queueName: string): QueueHandle;
  openWorker(queueName: string, processor: Processor, settings: WorkerSettings): WorkerHandle;
  /** Throws a Fault when the database under the queue does not answer. */
  ping(): Promise<void>;
  /** Closes what the engine itself opened; queues and workers are closed before. */
  close(): Promise<void>;
}
