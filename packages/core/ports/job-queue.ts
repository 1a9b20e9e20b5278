/** The queue only nudges: every job can be lost or run twice without harm, because Postgres knows what is due. */
export type JobName =
  | "sweep-people"
  | "deliver-alerts"
  | "advance-revocations"
  | "seal-weekly-report"
  | "forget-months";

export interface JobQueue {
  /** Asks for the job soon. Best effort: never throws. */
  nudge(job: JobName): Promise<void>;
  close(): Promise<void>;
}
