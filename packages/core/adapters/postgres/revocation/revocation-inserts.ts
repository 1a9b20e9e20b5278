/** Inserts of a revocation and its steps. Always inside the caller's transaction, which also holds the audit record. */
import type pg from "pg";
import type { PlannedStep } from "../../../domain/revocation.ts";
import type { Instant } from "../../../domain/time.ts";
import type { NewRevocation } from "../../../ports/revocation-store.ts";

/** With its steps. False, and nothing inserted, where the person has an unsettled one. */
export async function insertRevocation(
  client: pg.PoolClient,
  revocation: NewRevocation,
): Promise<boolean> {
  const { user } = revocation.plan;
  const { rowCount } = await client.query(
    `INSERT INTO revocations (id, identity_store_arn, user_id, user_name, reason, requested_by, requested_at, plan, approval_needed)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (identity_store_arn, user_id) WHERE NOT settled DO NOTHING`,
    [
      revocation.id,
      user.identityStoreArn,
      user.userId,
      user.userName,
      revocation.reason,
      revocation.requestedBy,
      revocation.requestedAt,
      JSON.stringify(revocation.plan),
      revocation.approvalNeeded,
    ],
  );
  if (rowCount !== 1) return false;
  await insertSteps(client, revocation);
  return true;
}

async function insertSteps(client: pg.PoolClient, revocation: NewRevocation): Promise<void> {
  for (const [index, step] of revocation.plan.steps.entries()) {
    await insertStep(
      client,
      revocation.id,
      revocation.stepIds[index]!,
      step,
      revocation.requestedAt,
    );
  }
}

async function insertStep(
  client: pg.PoolClient,
  revocationId: string,
  id: string,
  step: PlannedStep,
  dueAt: Instant,
): Promise<void> {
  await client.query(
    `INSERT INTO revocation_steps (id, revocation_id, ordinal, mechanism, mode, target, why, state, next_attempt_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      id,
      revocationId,
      step.order,
      step.mechanism,
      step.mode,
      JSON.stringify(step.target),
      step.why,
      step.mode === "automatic" ? "pending" : "awaiting-person",
      dueAt,
    ],
  );
}

/** Adds a step that is missing, or makes the one that stands there due again where that may find something. Answers 1 or 0. */
export async function joinStep(
  client: pg.PoolClient,
  revocationId: string,
  { id, step }: { id: string; step: PlannedStep },
  now: Instant,
): Promise<number> {
  // By what a step acts on, whatever the sessions or names that its target also mentions.
  const same = `revocation_id = $1 AND mechanism = $2 AND (target - 'sessionIds') = ($3::jsonb - 'sessionIds')`;
  const key = [revocationId, step.mechanism, JSON.stringify(step.target)];
  const found = await client.query(`SELECT 1 FROM revocation_steps WHERE ${same}`, key);
  if (found.rowCount === 0) {
    const last = await client.query<{ order: number }>(
      `SELECT max(ordinal) AS "order" FROM revocation_steps WHERE revocation_id = $1`,
      [revocationId],
    );
    const order = (last.rows[0]?.order ?? 0) + 1;
    await insertStep(client, revocationId, id, { ...step, order }, now);
    return 1;
  }
  const again = await client.query(
    `UPDATE revocation_steps SET state = 'pending', next_attempt_at = $4, problem = NULL,
       request_id = NULL, performed_at = NULL, confirmed_at = NULL
     WHERE ${same} AND mode = 'automatic'
       AND (state = 'failed' OR (state = 'confirmed' AND mechanism LIKE 'remove-%'))`,
    [...key, now],
  );
  return again.rowCount ?? 0;
}
