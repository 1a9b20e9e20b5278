/** Withdraws a revocation of which nothing was begun. Once a step was claimed there is no way back but its end. */
import { Fault } from "../../domain/fault.ts";
import { instant } from "../../domain/time.ts";
import type { RevocationPorts } from "./ports.ts";
import { findRevocation } from "./view.ts";

/** Faults: `revoke.not-found`; `revoke.state` when a step was begun, or it is over. */
export async function cancelRevocation(
  ports: Pick<RevocationPorts, "store" | "clock">,
  id: string,
  actor: string,
): Promise<{ readonly id: string }> {
  await findRevocation(ports, id);
  const at = instant(ports.clock.now());
  const moved = await ports.store.cancel(id, at, {
    at,
    actor,
    action: "revocation.cancelled",
    subject: id,
    body: {},
  });
  if (!moved) {
    throw new Fault(
      "revoke.state",
      "It cannot be cancelled because it was begun or is over: only one that has not begun can be.",
    );
  }
  return { id };
}
