/**
 * Runs the jobs of the queue in this process. Guarantees that a stop lets running jobs end, for a bounded time, and that whatever goes
 * wrong in a job stops neither the worker nor another job. What is due is never known here: each flow asks the database.
 */
import { processorsOf } from "./processors.ts";
import { SCHEDULES } from "./schedules.ts";
import type { WorkerDependencies } from "./dependencies.ts";

export interface RunningWorker {
  /** Resolves once no job runs here any more. */
  stop(): Promise<void>;
}

/** Errors: what the queue answers when its database does not. */
export async function startWorker(dependencies: WorkerDependencies): Promise<RunningWorker> {
  const stopping = new AbortController();
  const processors = processorsOf(dependencies, stopping.signal);
  const worker = await dependencies.queue.openWorker(processors, SCHEDULES);
  return {
    async stop() {
      stopping.abort();
      await worker.close();
    },
  };
}
