/** What the worker is handed: the ports of each flow it runs. It opens and closes none of them. */
import type { OpenedQueue } from "#core/adapters/queue/open-queue";
import type { DeliverPorts } from "#core/flows/deliver-alerts";
import type { StepPorts } from "#core/flows/revocation/ports";
import type { SealPorts } from "#core/flows/report/seal-weekly-report";
import type { DuePorts } from "#core/flows/sweep-due";
import type { Logger } from "#core/platform/logger";

export interface WorkerDependencies {
  readonly queue: Pick<OpenedQueue, "openWorker" | "nudge">;
  readonly sweep: DuePorts;
  /** False while the sources are read for the first time since the start: judging waits for it. Absent: never. */
  readonly caughtUp?: () => boolean;
  readonly deliver: DeliverPorts;
  /** Null where AWS is not used: then nothing can be carried out, and nothing is tried. */
  readonly revocations: StepPorts | null;
  readonly seal: SealPorts;
  /** Forgets the months of events that are past the retention; answers how many. */
  readonly forget: () => Promise<number>;
  readonly log: Logger;
}
