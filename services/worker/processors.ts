/**
 * From a job of the queue to the flow that does it: one flow call and one log line each. A job carries no data, so that one that was
 * lost, repeated or late changes nothing but the time.
 */
import type { JobProcessors } from "#core/adapters/queue/worker";
import { advanceRevocations } from "#core/flows/revocation/advance-revocations";
import { deliverAlerts } from "#core/flows/deliver-alerts";
import { sealWeeklyReport } from "#core/flows/report/seal-weekly-report";
import { sweepDue } from "#core/flows/sweep-due";
import type { LogFields } from "#core/platform/logger";
import type { JobName } from "#core/ports/job-queue";
import type { WorkerDependencies } from "./dependencies.ts";

/** What a run came to. Null: it found nothing to do, and writes no line. */
type Outcome = { readonly fields: LogFields; readonly problem?: unknown } | null;

/** @param signal aborted when the worker stops: long runs end after the piece at hand. */
export function processorsOf(dependencies: WorkerDependencies, signal: AbortSignal): JobProcessors {
  const runs: Readonly<Record<JobName, () => Promise<Outcome>>> = {
    "sweep-people": () => sweep(dependencies, signal),
    "deliver-alerts": () => deliver(dependencies, signal),
    "advance-revocations": () => advance(dependencies),
    "seal-weekly-report": () => seal(dependencies, signal),
    "forget-months": () => forget(dependencies),
  };
  const logged = (job: JobName) => async (): Promise<void> => {
    const began = performance.now();
    const outcome = await runs[job]();
    if (outcome === null) return;
    const durationMs = Math.round(performance.now() - began);
    const { fields, problem } = outcome;
    if (problem === undefined) dependencies.log.info(`worker.${job}`, { ...fields, durationMs });
    else dependencies.log.error(`worker.${job}`, { ...fields, durationMs }, problem);
  };
  return {
    "sweep-people": logged("sweep-people"),
    "deliver-alerts": logged("deliver-alerts"),
    "advance-revocations": logged("advance-revocations"),
    "seal-weekly-report": logged("seal-weekly-report"),
    "forget-months": logged("forget-months"),
  };
}

async function sweep(
  { sweep: ports, queue, caughtUp }: WorkerDependencies,
  signal: AbortSignal,
): Promise<Outcome> {
  if (caughtUp?.() === false) return null;
  const { people, organisation } = await sweepDue(ports, "rest", undefined, signal);
  const { judged } = people;
  const opened = people.opened + organisation.opened;
  const resolved = people.resolved + organisation.resolved;
  const failedRules = [...people.failedRules, ...organisation.failedRules];
  if (opened + resolved > 0) await queue.nudge("deliver-alerts");
  // New events may prove a step or the end of a session.
  if (judged > 0) await queue.nudge("advance-revocations");
  // The first report of an installation waits for the first judgement.
  if (judged > 0) await queue.nudge("seal-weekly-report");
  if (judged + organisation.judged === 0) return null;
  const fields = { people: judged, opened, resolved };
  if (failedRules.length === 0) return { fields };
  return { fields, problem: new Error(`rules that threw: ${failedRules.join(", ")}`) };
}

async function deliver(
  { deliver: ports }: WorkerDependencies,
  signal: AbortSignal,
): Promise<Outcome> {
  const { delivered, refused, dead } = await deliverAlerts(ports, signal);
  if (delivered + refused + dead.length === 0) return null;
  const fields = { counts: { delivered, refused, dead: dead.length } };
  const [first] = dead;
  if (first === undefined) return { fields };
  return {
    fields: { ...fields, deliveryId: first.id },
    problem: new Error(`given up on ${first.channel}: ${first.reason}`),
  };
}

async function advance({ revocations }: WorkerDependencies): Promise<Outcome> {
  if (revocations === null) return null;
  const receipt = await advanceRevocations(revocations);
  const steps = receipt.revocations.reduce((sum, one) => sum + one.stepsAttempted, 0);
  const proofs = receipt.revocations.reduce((sum, one) => sum + one.newProofs, 0);
  const [broken] = receipt.errors;
  if (broken === undefined && steps + proofs === 0) return null;
  const fields = { counts: { revocations: receipt.revocations.length, steps, proofs } };
  if (broken === undefined) return { fields };
  return { fields: { ...fields, revocationId: broken.id }, problem: broken.error };
}

async function forget({ forget: forgetMonths }: WorkerDependencies): Promise<Outcome> {
  const months = await forgetMonths();
  return months === 0 ? null : { fields: { kind: "months", count: months } };
}

async function seal({ seal: ports }: WorkerDependencies, signal: AbortSignal): Promise<Outcome> {
  const { sealed } = await sealWeeklyReport(ports, signal);
  // Weeks before the first snapshot stay without a report for good; they are no event of this run.
  return sealed.length === 0
    ? null
    : { fields: { kind: "access-review", count: sealed.length, reason: sealed.join(" ") } };
}
