/**
 * The state of a revocation, derived from what was asked, what each step came to and what is still open. Never stored, never set by
 * a timer. "Enforced" says that every automatic step was read back; "contained" says besides that nothing at all is open.
 */
import type { Mechanism, RevocationState, StepState } from "../revocation.ts";
import { plus, type Instant } from "../time.ts";
import { SETTLING_MARGIN } from "./coverage.ts";
import type { OpenItem } from "./proof.ts";

export interface StateFacts {
  readonly cancelledAt: Instant | null;
  readonly releasedAt: Instant | null;
  readonly approvalNeeded: boolean;
  readonly approvedAt: Instant | null;
  readonly steps: readonly {
    readonly mechanism: Mechanism;
    readonly mode: "automatic" | "manual";
    readonly state: StepState;
    readonly attempts: number;
  }[];
  /** What keeps the person from being contained; null when it was not looked at, which is never "nothing". */
  readonly open: readonly OpenItem[] | null;
  readonly now: Instant;
}

export function deriveRevocationState(facts: StateFacts): RevocationState {
  if (facts.cancelledAt !== null) return "cancelled";
  if (facts.releasedAt !== null) return "released";
  if (facts.approvalNeeded && facts.approvedAt === null) return "awaiting-approval";
  const automatic = facts.steps.filter((step) => step.mode === "automatic");
  if (facts.steps.some((step) => step.state === "failed")) return "failed";
  if (automatic.every((step) => step.state === "pending" && step.attempts === 0)) return "planned";
  if (automatic.some((step) => step.state !== "confirmed")) return "running";
  if (!isDenied(facts)) return "running";
  return facts.open === null ? "enforced" : stateOfOpen(facts.open, facts.now);
}

/** The lease was read back in the policy: without it nothing is enforced. */
function isDenied({ steps }: StateFacts): boolean {
  return steps.some((step) => step.mechanism === "deny-lease" && step.state === "confirmed");
}

function stateOfOpen(open: readonly OpenItem[], now: Instant): RevocationState {
  if (open.length === 0) return "contained";
  // Before that a record that proves it may still come.
  const ranOut = ({ until }: OpenItem): boolean =>
    until !== null && plus(until, SETTLING_MARGIN) <= now;
  const living = open.filter((item) => !ranOut(item));
  if (living.length === 0) return "expired-unproven";
  // While time or a record may still settle something, nobody is waited for.
  return living.every((item) => item.needsPerson) ? "awaiting-person" : "enforced";
}
