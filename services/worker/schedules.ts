/**
 * How often each job is due although nobody nudges. The intervals bound what a lost nudge costs; real seconds, whatever clock the demo
 * organisation lives by, because they pace this process and decide nothing.
 */
import type { JobName } from "#core/ports/job-queue";

export const SCHEDULES: Readonly<Record<JobName, { readonly everySeconds: number }>> = {
  "sweep-people": { everySeconds: 5 },
  "deliver-alerts": { everySeconds: 10 },
  // Confirmations of AWS take seconds, and a claimed step waits no longer than its next attempt.
  "advance-revocations": { everySeconds: 5 },
  // Which week is due stands in the database; this only asks.
  "seal-weekly-report": { everySeconds: 300 },
  // Whether a month is past its retention is asked of the database.
  "forget-months": { everySeconds: 300 },
};
