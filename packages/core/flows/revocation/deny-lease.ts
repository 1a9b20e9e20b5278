/**
 * Writes deny policies from the leases, alone for each policy over all processes. The row of the lease comes first, so that a process
 * that dies anywhere leaves what the next attempt needs; the text is written only over a text that is Curfew's own, and read back.
 */
import { Fault } from "../../domain/fault.ts";
import {
  DENY_POLICY_CAPACITY,
  denyPolicyRoom,
  parseDenyPolicy,
  renderDenyPolicy,
} from "../../domain/revocation/deny-policy.ts";
import { instant } from "../../domain/time.ts";
import type { StoredStep } from "../../ports/revocation-store.ts";
import type { StepOutcome } from "./outcome.ts";
import type { StepPorts } from "./ports.ts";

type LeasePorts = Pick<StepPorts, "store" | "revoker" | "clock" | "actor">;

/** Leases the step's person in its policy and confirms that the policy's text has their id. Faults: those of `syncPolicy`. */
export async function enforceLease(ports: LeasePorts, step: StoredStep): Promise<StepOutcome> {
  const policyId = String(step.target["policyId"]);
  const userId = String(step.target["userId"]);
  return ports.store.withPolicyLock(policyId, async () => {
    const at = instant(ports.clock.now());
    const audit = {
      at,
      actor: ports.actor,
      subject: step.revocationId,
      body: { policyId, userId },
    };
    await ports.store.lease(policyId, userId, step.revocationId, at, {
      ...audit,
      action: "lease.opened",
    });
    try {
      return {
        outcome: "confirmed",
        requestId: await syncPolicy(ports, policyId, step.revocationId),
      };
    } catch (error) {
      // A lease without room would keep every other person's out of the text.
      if (error instanceof Fault && error.code === "deny-policy.full") {
        await ports.store.releaseLease(policyId, userId, at, {
          ...audit,
          action: "lease.withdrawn",
        });
      }
      throw error;
    }
  });
}

/** The ids that the policy's text denies now; null when it is not Curfew's text. */
export async function deniedNow(
  { revoker }: Pick<StepPorts, "revoker">,
  policyId: string,
): Promise<readonly string[] | null> {
  const parsed = parseDenyPolicy((await revoker.readDenyPolicy(policyId)).content);
  return parsed.ok ? parsed.userIds : null;
}

/** Ends the person's lease and confirms that the policy's text lost their id. Safe to run again after a kill. */
export async function endLease(
  ports: LeasePorts,
  lease: { readonly policyId: string; readonly userId: string },
  revocationId: string,
  why: string,
): Promise<void> {
  const { policyId, userId } = lease;
  await ports.store.withPolicyLock(policyId, async () => {
    const at = instant(ports.clock.now());
    await ports.store.releaseLease(policyId, userId, at, {
      at,
      actor: ports.actor,
      action: "lease.released",
      subject: revocationId,
      body: { policyId, userId, why },
    });
    await syncPolicy(ports, policyId, revocationId);
  });
}

/**
 * Makes the text say what the leases say. Only inside the policy's lock. Answers the id of the write, null where none was needed.
 * Faults: `deny-policy.foreign-edit` and `deny-policy.full`, nothing written; `aws.unexpected` when the text does not show the write.
 */
async function syncPolicy(
  ports: LeasePorts,
  policyId: string,
  revocationId: string,
): Promise<string | null> {
  const inAws = await readIds(ports, policyId);
  const wanted = await adopt(ports, policyId, inAws, revocationId);
  if (equal(inAws, wanted)) return null;
  const { used, remaining } = denyPolicyRoom(wanted);
  if (remaining < 0) {
    throw new Fault(
      "deny-policy.full",
      `The deny policy ${policyId} would have ${used} characters and ${DENY_POLICY_CAPACITY} fit: attach a further deny policy and name its id.`,
    );
  }
  const { requestId } = await ports.revoker.writeDenyPolicy(policyId, renderDenyPolicy(wanted));
  if (!equal(await readIds(ports, policyId), wanted)) {
    throw new Fault(
      "aws.unexpected",
      `The deny policy ${policyId} does not show what was written to it yet: it is read again.`,
    );
  }
  return requestId;
}

async function readIds({ revoker }: LeasePorts, policyId: string): Promise<readonly string[]> {
  const { content } = await revoker.readDenyPolicy(policyId);
  const parsed = parseDenyPolicy(content);
  if (parsed.ok) return parsed.userIds;
  throw new Fault(
    "deny-policy.foreign-edit",
    `The deny policy ${policyId} was edited by somebody else (${parsed.reason}): restore Curfew's text, then request the revocation again.`,
  );
}

/** The ids of the open leases, after ids that only AWS knows became leases. A released lease is known: its id goes. */
async function adopt(
  ports: LeasePorts,
  policyId: string,
  inAws: readonly string[],
  revocationId: string,
): Promise<string[]> {
  const leases = await ports.store.leases([policyId]);
  const known = new Set(leases.map((lease) => lease.userId));
  const unknown = inAws.filter((userId) => !known.has(userId));
  for (const userId of unknown) {
    const at = instant(ports.clock.now());
    await ports.store.lease(policyId, userId, null, at, {
      at,
      actor: ports.actor,
      action: "lease.adopted",
      subject: revocationId,
      body: { policyId, userId },
    });
  }
  const open = leases.filter((lease) => lease.releasedAt === null).map((lease) => lease.userId);
  return [...open, ...unknown];
}

function equal(left: readonly string[], right: readonly string[]): boolean {
  return renderDenyPolicy(left) === renderDenyPolicy(right);
}
