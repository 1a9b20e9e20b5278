/** Rows of revocations as the domain has them. Reads only; a revocation is read whole, with its steps and proofs. */
import type { RevocationPlan, SessionProof } from "../../../domain/revocation.ts";
import type { StoredRevocation, StoredStep } from "../../../ports/revocation-store.ts";
import type { Queryable } from "../audit.ts";

/** In the order and under the names of `StoredStep`. */
export const STEP_COLUMNS = `id, revocation_id AS "revocationId", mechanism, mode, target, ordinal AS "order", why, state,
  attempts, next_attempt_at AS "nextAttemptAt", request_id AS "requestId", performed_at AS "performedAt",
  confirmed_at AS "confirmedAt", problem`;

const REVOCATION_COLUMNS = `id, identity_store_arn AS "identityStoreArn", user_id AS "userId", user_name AS "userName",
  reason, requested_by AS "requestedBy", requested_at AS "requestedAt", plan, approval_needed AS "approvalNeeded",
  approved_by AS "approvedBy", approved_at AS "approvedAt", cancelled_at AS "cancelledAt",
  released_at AS "releasedAt", settled`;

type RevocationRow = Omit<StoredRevocation, "user" | "steps" | "proofs" | "plan"> & {
  identityStoreArn: string;
  userId: string;
  userName: string | null;
  plan: RevocationPlan;
};

/** Revocations by a condition on the table `revocations`, whole. */
export async function readRevocations(
  client: Queryable,
  tail: string,
  parameters: unknown[],
): Promise<StoredRevocation[]> {
  const found = await client.query<RevocationRow>(
    `SELECT ${REVOCATION_COLUMNS} FROM revocations ${tail}`,
    parameters,
  );
  const ids = found.rows.map((row) => row.id);
  if (ids.length === 0) return [];
  const steps = await client.query<StoredStep>(
    `SELECT ${STEP_COLUMNS} FROM revocation_steps WHERE revocation_id = ANY($1) ORDER BY revocation_id, ordinal`,
    [ids],
  );
  const proofs = await client.query<SessionProof & { revocationId: string }>(
    `SELECT revocation_id AS "revocationId", session_id AS "sessionId", proof, proven_at AS "provenAt",
       event_ids AS "eventIds", why
     FROM session_proofs WHERE revocation_id = ANY($1) ORDER BY revocation_id, proven_at, session_id`,
    [ids],
  );
  return found.rows.map(({ identityStoreArn, userId, userName, ...row }) => ({
    ...row,
    user: { identityStoreArn, userId, userName },
    steps: steps.rows.filter((step) => step.revocationId === row.id),
    proofs: proofs.rows
      .filter((proof) => proof.revocationId === row.id)
      .map(({ revocationId: _of, ...proof }) => proof),
  }));
}
