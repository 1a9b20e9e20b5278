/** Approves a revocation that waits for a second person. The requester never approves their own, and nobody approves twice. */
import { Fault } from "../../domain/fault.ts";
import type { Requester } from "../../domain/revocation/facts.ts";
import { instant } from "../../domain/time.ts";
import type { RevocationPorts } from "./ports.ts";
import { findRevocation } from "./view.ts";

/**
 * Faults: `revoke.not-found`; `revoke.forbidden` for the requester and for the person who is to be cut; `revoke.state` when it does
 * not wait for approval.
 */
export async function approveRevocation(
  ports: Pick<RevocationPorts, "store" | "clock">,
  id: string,
  approver: Requester,
): Promise<{ readonly id: string; readonly approvedBy: string }> {
  const revocation = await findRevocation(ports, id);
  const { actor } = approver;
  if (actor === revocation.requestedBy) {
    throw new Fault(
      "revoke.forbidden",
      "The requester cannot approve: ask a second person to approve it.",
    );
  }
  if (approver.userId === revocation.user.userId) {
    throw new Fault(
      "revoke.forbidden",
      "The person it is about cannot approve: ask somebody else to approve it.",
    );
  }
  const at = instant(ports.clock.now());
  const moved = await ports.store.approve(id, actor, at, {
    at,
    actor,
    action: "revocation.approved",
    subject: id,
    body: { requestedBy: revocation.requestedBy },
  });
  if (!moved) {
    throw new Fault(
      "revoke.state",
      "It does not wait for approval: look at its state before deciding.",
    );
  }
  return { id, approvedBy: actor };
}
