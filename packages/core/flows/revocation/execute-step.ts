/**
 * Carries out one attempt of one step: claim, probe, perform, confirm, record. Safe to run twice and to kill anywhere: a killed attempt
 * only delays the next one until its claim runs out, and every step asks AWS what is so before it changes anything.
 */
import type { AuditEntry } from "../../domain/audit.ts";
import { Fault } from "../../domain/fault.ts";
import type { StepState } from "../../domain/revocation.ts";
import { instant, MINUTE, plus, SECOND, type Instant } from "../../domain/time.ts";
import type { StepChange, StoredRevocation, StoredStep } from "../../ports/revocation-store.ts";
import { enforceLease } from "./deny-lease.ts";
import { removeAssignment, removeMembership } from "./grants.ts";
import { lookForConfirmation } from "./manual.ts";
import type { StepOutcome } from "./outcome.ts";
import type { StepPorts } from "./ports.ts";
import { findRevocation } from "./view.ts";

/** Longer than an attempt with all the retries of the AWS clients takes. */
export const CLAIM = 2 * MINUTE;

/** How often a manual step is looked at. */
const LOOK_AGAIN = MINUTE;

const FIRST_BACK_OFF = 2 * SECOND;
const LONGEST_BACK_OFF = 10 * MINUTE;

export interface StepReceipt {
  readonly stepId: string;
  /** `not-due`: nothing was done, because it is not its time, it is over, or another process has it. */
  readonly state: StepState | "not-due";
  readonly problem: string | null;
}

/** Throws only what is no Fault: the claim then runs out by itself. */
export async function executeStep(ports: StepPorts, stepId: string): Promise<StepReceipt> {
  const now = instant(ports.clock.now());
  const step = await ports.store.claimStep(stepId, now, plus(now, CLAIM));
  if (step === null) return { stepId, state: "not-due", problem: null };
  const change = await attempt(ports, await findRevocation(ports, step.revocationId), step);
  const at = instant(ports.clock.now());
  const recorded = await ports.store.recordStep(
    step,
    change,
    auditOf(ports.actor, step, change, at),
  );
  // Another attempt began after this one's claim had run out: its word counts.
  if (!recorded) return { stepId, state: "not-due", problem: null };
  return { stepId, state: change.state, problem: change.problem };
}

async function attempt(
  ports: StepPorts,
  revocation: StoredRevocation,
  step: StoredStep,
): Promise<StepChange> {
  try {
    const outcome = await carryOut(ports, revocation, step);
    return changeOf(step, outcome, instant(ports.clock.now()));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return failureOf(step, error, instant(ports.clock.now()));
  }
}

function carryOut(
  ports: StepPorts,
  revocation: StoredRevocation,
  step: StoredStep,
): Promise<StepOutcome> {
  if (step.mode === "manual") return lookForConfirmation(ports, revocation, step);
  if (step.mechanism === "deny-lease") return enforceLease(ports, step);
  if (step.mechanism === "remove-assignment") return removeAssignment(ports, step);
  if (step.mechanism === "remove-membership") return removeMembership(ports, step);
  throw new Fault(
    "internal.bug",
    `The step ${step.mechanism} is planned as automatic and only a person can do it.`,
  );
}

function changeOf(step: StoredStep, outcome: StepOutcome, at: Instant): StepChange {
  switch (outcome.outcome) {
    case "confirmed": {
      const { requestId } = outcome;
      const performedAt = step.performedAt ?? (requestId === null ? null : at);
      return {
        state: "confirmed",
        nextAttemptAt: at,
        requestId,
        performedAt,
        confirmedAt: at,
        problem: null,
      };
    }
    case "wait": {
      const { requestId, problem, afterMilliseconds } = outcome;
      const requested = requestId !== null;
      return {
        state: requested ? "performed" : "pending",
        nextAttemptAt: plus(at, afterMilliseconds),
        requestId,
        performedAt: requested ? (step.performedAt ?? at) : null,
        problem,
      };
    }
    case "awaiting-person":
      return {
        state: "awaiting-person",
        nextAttemptAt: plus(at, LOOK_AGAIN),
        problem: outcome.problem,
      };
    default:
      return outcome satisfies never;
  }
}

function failureOf(step: StoredStep, fault: Fault, at: Instant): StepChange {
  if (fault.retry === "later" || step.mode === "manual") {
    const wait = Math.min(FIRST_BACK_OFF * 2 ** Math.min(step.attempts - 1, 12), LONGEST_BACK_OFF);
    return { state: step.state, nextAttemptAt: plus(at, wait), problem: fault.message };
  }
  return { state: "failed", nextAttemptAt: at, problem: fault.message };
}

/** Null when nothing changed but the time of the next look. */
function auditOf(
  actor: string,
  step: StoredStep,
  change: StepChange,
  at: Instant,
): AuditEntry | null {
  if (change.state === step.state && change.problem === step.problem) return null;
  return {
    at,
    actor,
    action: `step.${change.state}`,
    subject: step.revocationId,
    body: {
      stepId: step.id,
      mechanism: step.mechanism,
      target: step.target,
      attempt: step.attempts,
      requestId: change.requestId ?? step.requestId,
      problem: change.problem,
    },
  };
}
