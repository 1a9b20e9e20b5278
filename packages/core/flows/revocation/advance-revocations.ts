/**
 * Moves every unsettled revocation as far as it goes now: due steps in order, confirmations, proofs, and the end of leases. Any number
 * of processes may run it at once, as often as they like; nothing is remembered between two runs but what is stored.
 */
import type { RevocationState } from "../../domain/revocation.ts";
import { releaseLeases } from "../../domain/revocation/release.ts";
import { instant } from "../../domain/time.ts";
import type { StoredRevocation, StoredStep } from "../../ports/revocation-store.ts";
import { executeStep } from "./execute-step.ts";
import { deniedNow, endLease } from "./deny-lease.ts";
import { judgeRevocation, type Judgement } from "./judge.ts";
import type { StepPorts } from "./ports.ts";
import { findRevocation } from "./view.ts";

/** So many attempts the deny has for itself; then removals no longer wait for an AWS that does not answer it. */
const DENY_HEAD_START = 3;

export interface AdvanceReceipt {
  readonly revocations: readonly {
    readonly id: string;
    readonly state: RevocationState;
    readonly stepsAttempted: number;
    readonly newProofs: number;
    /** True when only a newer reading of the directory can show that no access is left. */
    readonly needsSnapshot: boolean;
  }[];
  /** What broke one revocation and did not stop the others. */
  readonly errors: readonly { readonly id: string; readonly error: unknown }[];
}

export async function advanceRevocations(ports: StepPorts): Promise<AdvanceReceipt> {
  const revocations: AdvanceReceipt["revocations"][number][] = [];
  const errors: { id: string; error: unknown }[] = [];
  const texts: PolicyTexts = new Map();
  for (const id of await ports.store.unsettledIds()) {
    try {
      revocations.push(await advanceRevocation(ports, id, texts));
    } catch (error) {
      errors.push({ id, error });
    }
  }
  return { revocations, errors };
}

/** What the deny policies said in this pass, each read once. */
type PolicyTexts = Map<string, readonly string[] | null>;

/** One revocation. Fault `revoke.not-found` for an id that nobody has. */
export async function advanceRevocation(
  ports: StepPorts,
  id: string,
  texts: PolicyTexts = new Map(),
): Promise<AdvanceReceipt["revocations"][number]> {
  await reopenLostDenies(ports, await findRevocation(ports, id), texts);
  const before = await findRevocation(ports, id);
  const approved = !before.approvalNeeded || before.approvedAt !== null;
  const stepsAttempted = approved && !before.settled ? await runSteps(ports, before) : 0;
  const revocation = await findRevocation(ports, id);
  const judgement = await judgeRevocation(ports, revocation, instant(ports.clock.now()));
  const newProofs = approved && !before.settled ? await recordProofs(ports, id, judgement) : 0;
  const released = await release(ports, revocation, judgement);
  return {
    id,
    state: released ? "released" : judgement.state,
    stepsAttempted,
    newProofs,
    needsSnapshot: judgement.open.some((item) => item.kind === "access" && !item.needsPerson),
  };
}

/** A confirmed deny whose id somebody took out of the text is no longer confirmed: it is due again. */
async function reopenLostDenies(
  ports: StepPorts,
  revocation: StoredRevocation,
  texts: PolicyTexts,
): Promise<void> {
  if (revocation.settled || (await leasesAreEnding(ports, revocation))) return;
  for (const step of revocation.steps) {
    if (step.mechanism !== "deny-lease" || step.state !== "confirmed") continue;
    const policyId = String(step.target["policyId"]);
    if (!texts.has(policyId)) texts.set(policyId, await deniedNow(ports, policyId));
    if (texts.get(policyId)?.includes(String(step.target["userId"])) === true) continue;
    texts.delete(policyId);
    const at = instant(ports.clock.now());
    const problem = "The deny policy no longer has the person's id: it is written again.";
    await ports.store.recordStep(
      step,
      { state: "pending", nextAttemptAt: at, performedAt: null, confirmedAt: null, problem },
      {
        at,
        actor: ports.actor,
        action: "step.reopened",
        subject: revocation.id,
        body: { stepId: step.id, mechanism: step.mechanism, target: step.target, problem },
      },
    );
  }
}

/** Deny first, removals second; nothing waits for a manual step. */
async function runSteps(ports: StepPorts, { id, steps }: StoredRevocation): Promise<number> {
  let attempted = 0;
  for (const step of steps) {
    if (step.state === "confirmed" || step.state === "failed") continue;
    if (step.mechanism !== "deny-lease" && step.mode === "automatic") {
      const current = await findRevocation(ports, id);
      if (current.steps.some(holdsOthersBack)) continue;
    }
    const receipt = await executeStep(ports, step.id);
    if (receipt.state !== "not-due") attempted += 1;
  }
  return attempted;
}

function holdsOthersBack(step: StoredStep): boolean {
  return (
    step.mechanism === "deny-lease" &&
    (step.state === "pending" || step.state === "performed") &&
    step.attempts < DENY_HEAD_START
  );
}

async function recordProofs(
  { store, clock, actor }: StepPorts,
  id: string,
  { proofs }: Judgement,
): Promise<number> {
  const at = instant(clock.now());
  return store.addProofs(id, proofs, (proof) => ({
    at,
    actor,
    action: "session.proven",
    subject: id,
    body: { ...proof },
  }));
}

/** Ends the leases and settles when nothing could come back to life. Killed half-way, the next run does the rest. */
async function release(
  ports: StepPorts,
  revocation: StoredRevocation,
  { state, open, grantsGoneAt }: Judgement,
): Promise<boolean> {
  const over: readonly RevocationState[] = ["contained", "expired-unproven"];
  const releasing = await leasesAreEnding(ports, revocation);
  if (revocation.settled || (!releasing && !over.includes(state))) return false;
  const now = instant(ports.clock.now());
  const verdict = releaseLeases({ now, grantsGoneAt, open });
  if (!releasing && !verdict.release) return false;
  for (const lease of leasesOf(revocation)) {
    await endLease(ports, lease, revocation.id, verdict.why);
  }
  await ports.store.settle(revocation.id, now, {
    at: now,
    actor: ports.actor,
    action: "revocation.released",
    subject: revocation.id,
    body: { why: verdict.why },
  });
  return true;
}

function leasesOf({ steps }: StoredRevocation): { policyId: string; userId: string }[] {
  return steps
    .filter((step) => step.mechanism === "deny-lease" && step.state === "confirmed")
    .map(({ target }) => ({
      policyId: String(target["policyId"]),
      userId: String(target["userId"]),
    }));
}

/** A run before this one began to end a lease and was killed: the confirmed step's lease is released already. */
async function leasesAreEnding(
  { store }: StepPorts,
  revocation: StoredRevocation,
): Promise<boolean> {
  const mine = leasesOf(revocation);
  const leases = await store.leases(mine.map(({ policyId }) => policyId));
  return mine.some(({ policyId, userId }) =>
    leases.some(
      (lease) =>
        lease.policyId === policyId && lease.userId === userId && lease.releasedAt !== null,
    ),
  );
}
