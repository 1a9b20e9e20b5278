/**
 * Judges a revocation from what is stored now: sessions rebuilt from events, proofs, what is open, and the state that follows. Changes
 * nothing and asks AWS nothing.
 */
import { latest, plus, type Instant } from "../../domain/time.ts";
import type { RevocationState, SessionProof } from "../../domain/revocation.ts";
import { accessLeft } from "../../domain/revocation/access-left.ts";
import { accessOfPerson } from "../../domain/revocation/directory.ts";
import { LONGEST_ROLE_SESSION } from "../../domain/revocation/lifetime.ts";
import { proveSessions, type DenyInForce, type OpenItem } from "../../domain/revocation/proof.ts";
import { deriveRevocationState } from "../../domain/revocation/state.ts";
import { reconstruct } from "../../domain/sessions/reconstruct.ts";
import type { StoredRevocation } from "../../ports/revocation-store.ts";
import type { RevocationPorts } from "./ports.ts";

export interface Judgement {
  readonly state: RevocationState;
  readonly proofs: readonly SessionProof[];
  readonly open: readonly OpenItem[];
  /** The last instant at which a grant was confirmed removed, or the request's. */
  readonly grantsGoneAt: Instant;
}

export async function judgeRevocation(
  ports: RevocationPorts,
  revocation: StoredRevocation,
  now: Instant,
): Promise<Judgement> {
  const { user, requestedAt } = revocation;
  const events = await ports.history.eventsOf(user, now);
  const sessions = reconstruct(user, events, ports.sessionSettings);
  const judged = proveSessions({
    requestedAt,
    now,
    sessions,
    events,
    // No role session that may have been alive at the request began before.
    coverage: await ports.store.coverage(plus(requestedAt, -LONGEST_ROLE_SESSION), now),
    denies: await deniesInForce(ports, revocation),
    // Nobody reads the organisation's other policies: a denial that names no policy proves nothing.
    otherPolicyCouldDeny: null,
  });
  const snapshot = await ports.access.asOf(now);
  const reading =
    snapshot === null
      ? null
      : {
          takenAt: snapshot.takenAt,
          access: accessOfPerson(snapshot, user, sessions, events, now),
        };
  const grantsGoneAt = lastRemoval(revocation);
  const open = [...judged.open, ...accessLeft(user.userId, reading, grantsGoneAt, events)];
  const state = deriveRevocationState({ ...revocation, open, now });
  return { state, proofs: judged.proofs, open, grantsGoneAt };
}

async function deniesInForce(
  { store }: RevocationPorts,
  { steps, user }: StoredRevocation,
): Promise<DenyInForce[]> {
  const confirmed = steps.flatMap(({ mechanism, state, confirmedAt, target }) =>
    mechanism === "deny-lease" && state === "confirmed" && confirmedAt !== null
      ? [{ policyId: String(target["policyId"]), since: confirmedAt }]
      : [],
  );
  const leases = await store.leases(confirmed.map(({ policyId }) => policyId));
  return confirmed.filter(({ policyId }) =>
    leases.some(
      (lease) =>
        lease.policyId === policyId && lease.userId === user.userId && lease.releasedAt === null,
    ),
  );
}

const REMOVALS: ReadonlySet<string> = new Set([
  "remove-assignment",
  "remove-membership",
  "delete-entitlement",
]);

function lastRemoval({ steps, requestedAt }: StoredRevocation): Instant {
  const confirmed = steps.filter(({ mechanism }) => REMOVALS.has(mechanism));
  return latest(requestedAt, ...confirmed.map(({ confirmedAt }) => confirmedAt)) ?? requestedAt;
}
