/**
 * Removes grants: a person's own assignments and memberships, never a group's. Each is probed before and confirmed by a read, so that a
 * call that took effect before it failed counts once.
 */
import { Fault } from "../../domain/fault.ts";
import { between, instant, MINUTE, SECOND } from "../../domain/time.ts";
import type { StoredStep } from "../../ports/revocation-store.ts";
import type { AssignmentRef } from "../../ports/revoker.ts";
import { DONE_BEFORE, type StepOutcome } from "./outcome.ts";
import type { StepPorts } from "./ports.ts";

type GrantPorts = Pick<StepPorts, "revoker" | "clock">;

/** AWS: deleting an assignment is asynchronous and takes seconds to minutes. */
const POLL = 3 * SECOND;

/** A deletion that AWS calls done and whose assignment still stands after this is requested anew: it was granted again. */
const LISTING_LAG = MINUTE;

const REQUEST_AGAIN = 15 * SECOND;

export async function removeAssignment(ports: GrantPorts, step: StoredStep): Promise<StepOutcome> {
  const assignment: AssignmentRef = {
    accountId: String(step.target["accountId"]),
    permissionSetArn: String(step.target["permissionSetArn"]),
    principalType: "USER",
    principalId: String(step.target["principalId"]),
  };
  const exists = (): Promise<boolean> => ports.revoker.assignmentExists(assignment);
  if (!(await exists())) return { outcome: "confirmed", requestId: step.requestId };
  if (step.requestId !== null) return pollRemoval(ports, step, step.requestId);
  const requested = await unlessGone(exists, () => ports.revoker.removeAssignment(assignment));
  return requested === null
    ? DONE_BEFORE
    : { outcome: "wait", requestId: requested.requestId, afterMilliseconds: POLL, problem: null };
}

async function pollRemoval(
  { revoker, clock }: GrantPorts,
  step: StoredStep,
  requestId: string,
): Promise<StepOutcome> {
  const { status, reason } = await revoker.assignmentRemoval(requestId);
  if (status === "failed") {
    const problem = `AWS could not delete the assignment (${reason ?? "no reason given"}): it is requested again.`;
    return { outcome: "wait", requestId: null, afterMilliseconds: REQUEST_AGAIN, problem };
  }
  const age = step.performedAt === null ? 0 : between(step.performedAt, instant(clock.now()));
  const grantedAgain = status === "succeeded" && age > LISTING_LAG;
  return {
    outcome: "wait",
    requestId: grantedAgain ? null : requestId,
    afterMilliseconds: POLL,
    problem: grantedAgain
      ? "The assignment still stands after its deletion: it is requested again."
      : null,
  };
}

export async function removeMembership(ports: GrantPorts, step: StoredStep): Promise<StepOutcome> {
  const { revoker } = ports;
  const membership = (): Promise<string | null> =>
    revoker.membershipId(String(step.target["groupId"]), String(step.target["userId"]));
  const membershipId = await membership();
  if (membershipId === null) return { outcome: "confirmed", requestId: step.requestId };
  const exists = async (): Promise<boolean> => (await membership()) !== null;
  const removed = await unlessGone(exists, () => revoker.removeMembership(membershipId));
  if (removed === null) return DONE_BEFORE;
  return (await exists())
    ? { outcome: "wait", requestId: removed.requestId, afterMilliseconds: POLL, problem: null }
    : { outcome: "confirmed", requestId: removed.requestId };
}

/** Null when the call failed and the thing is gone all the same: an answer lost on its way, or another's removal. */
async function unlessGone<T>(
  exists: () => Promise<boolean>,
  remove: () => Promise<T>,
): Promise<T | null> {
  try {
    return await remove();
  } catch (error) {
    if (error instanceof Fault && !(await exists())) return null;
    throw error;
  }
}
