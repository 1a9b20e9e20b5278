/**
 * RevocationStore on Postgres. Every change and its audit record are one transaction, and every transition names the rows that it may
 * happen to, so that of two processes one moves the row and the other learns that it did not.
 */
import type { AuditEntry } from "../../../domain/audit.ts";
import type { PersonKey } from "../../../domain/person.ts";
import type { PlannedStep, SessionProof } from "../../../domain/revocation.ts";
import { trailCoverage, type TrailCoverage } from "../../../domain/revocation/coverage.ts";
import { HOUR, plus, type Instant } from "../../../domain/time.ts";
import type {
  DenyLease,
  NewRevocation,
  RevocationStore,
  StepChange,
  StoredRevocation,
  StoredStep,
} from "../../../ports/revocation-store.ts";
import { appendAudit } from "../audit.ts";
import type { Database } from "../database.ts";
import { closeLease, openLease, PolicyLocks, readLeases } from "./revocation-leases.ts";
import { insertRevocation, joinStep } from "./revocation-inserts.ts";
import { readRevocations, STEP_COLUMNS } from "./revocation-rows.ts";
import { readLedgerFacts } from "../coverage/ledger-facts.ts";
import { transaction } from "../transaction.ts";

/** Unsettled revocations that one pass looks at. */
const PASS = 1_000;

export class PostgresRevocationStore implements RevocationStore {
  readonly #database: Database;
  readonly #locks: PolicyLocks;

  constructor(database: Database) {
    this.#database = database;
    this.#locks = new PolicyLocks(database.pool);
  }

  async create(
    revocation: NewRevocation,
    audit: AuditEntry,
  ): Promise<{ id: string; created: boolean }> {
    for (;;) {
      const created = await transaction(this.#database, async (client) => {
        if (!(await insertRevocation(client, revocation))) return false;
        await appendAudit(client, audit);
        return true;
      });
      if (created) return { id: revocation.id, created };
      const { user } = revocation.plan;
      const { rows } = await this.#database.pool.query<{ id: string }>(
        "SELECT id FROM revocations WHERE identity_store_arn = $1 AND user_id = $2 AND NOT settled",
        [user.identityStoreArn, user.userId],
      );
      // None: the one in the way was settled in between, and this one has its turn.
      if (rows[0] !== undefined) return { id: rows[0].id, created };
    }
  }

  async find(id: string): Promise<StoredRevocation | null> {
    const found = await readRevocations(this.#database.pool, "WHERE id = $1", [id]);
    return found[0] ?? null;
  }

  list(limit: number, before?: string): Promise<StoredRevocation[]> {
    return readRevocations(
      this.#database.pool,
      `WHERE $2::text IS NULL
          OR (requested_at, id) < (SELECT requested_at, id FROM revocations WHERE id = $2)
       ORDER BY requested_at DESC, id DESC LIMIT $1`,
      [limit, before ?? null],
    );
  }

  async unsettledIds(): Promise<string[]> {
    const { rows } = await this.#database.pool.query<{ id: string }>(
      "SELECT id FROM revocations WHERE NOT settled ORDER BY requested_at, id LIMIT $1",
      [PASS],
    );
    return rows.map((row) => row.id);
  }

  async peopleCutSince(since: Instant): Promise<PersonKey[]> {
    const { rows } = await this.#database.pool.query<PersonKey>(
      `SELECT DISTINCT identity_store_arn AS "identityStoreArn", user_id AS "userId"
       FROM revocations WHERE requested_at >= $1 AND cancelled_at IS NULL`,
      [since],
    );
    return rows;
  }

  approve(id: string, by: string, at: Instant, audit: AuditEntry): Promise<boolean> {
    return this.#move(
      audit,
      `UPDATE revocations SET approved_by = $2, approved_at = $3
       WHERE id = $1 AND approval_needed AND approved_at IS NULL AND cancelled_at IS NULL AND NOT settled`,
      [id, by, at],
    );
  }

  cancel(id: string, at: Instant, audit: AuditEntry): Promise<boolean> {
    // The row lock waits for claims under way (they hold it shared), and the condition then sees them.
    return transaction(this.#database, async (client) => {
      await client.query("SELECT 1 FROM revocations WHERE id = $1 FOR UPDATE", [id]);
      const { rowCount } = await client.query(
        `UPDATE revocations SET cancelled_at = $2, settled = true
         WHERE id = $1 AND cancelled_at IS NULL AND NOT settled AND NOT EXISTS (
           SELECT 1 FROM revocation_steps WHERE revocation_id = $1
             AND (state IN ('performed', 'confirmed') OR (mode = 'automatic' AND attempts > 0)))`,
        [id, at],
      );
      if (rowCount !== 1) return false;
      await appendAudit(client, audit);
      return true;
    });
  }

  claimStep(stepId: string, now: Instant, until: Instant): Promise<StoredStep | null> {
    return transaction(this.#database, async (client) => {
      const open = await client.query(
        `SELECT 1 FROM revocations r
         WHERE r.id = (SELECT revocation_id FROM revocation_steps WHERE id = $1)
           AND NOT r.settled AND (NOT r.approval_needed OR r.approved_at IS NOT NULL)
         FOR SHARE`,
        [stepId],
      );
      if (open.rowCount !== 1) return null;
      const { rows } = await client.query<StoredStep>(
        `UPDATE revocation_steps SET attempts = attempts + 1, next_attempt_at = $3
         WHERE id = (SELECT id FROM revocation_steps
                     WHERE id = $1 AND state IN ('pending', 'performed', 'awaiting-person')
                       AND next_attempt_at <= $2
                     FOR UPDATE SKIP LOCKED)
         RETURNING ${STEP_COLUMNS}`,
        [stepId, now, until],
      );
      return rows[0] ?? null;
    });
  }

  recordStep(step: StoredStep, change: StepChange, audit: AuditEntry | null): Promise<boolean> {
    const next = { ...step, ...change };
    return this.#move(
      audit,
      `UPDATE revocation_steps SET state = $3, next_attempt_at = $4, request_id = $5, performed_at = $6,
         confirmed_at = $7, problem = $8
       WHERE id = $1 AND attempts = $2`,
      [
        step.id,
        step.attempts,
        next.state,
        next.nextAttemptAt,
        next.requestId,
        next.performedAt,
        next.confirmedAt,
        next.problem,
      ],
    );
  }

  join(
    id: string,
    steps: readonly { readonly id: string; readonly step: PlannedStep }[],
    now: Instant,
    audit: AuditEntry,
  ): Promise<number> {
    return transaction(this.#database, async (client) => {
      const held = await client.query(
        "SELECT 1 FROM revocations WHERE id = $1 AND NOT settled FOR UPDATE",
        [id],
      );
      if (held.rowCount !== 1) return 0;
      let changed = 0;
      for (const wanted of steps) changed += await joinStep(client, id, wanted, now);
      if (changed > 0) await appendAudit(client, audit);
      return changed;
    });
  }

  withPolicyLock<T>(policyId: string, work: () => Promise<T>): Promise<T> {
    return this.#locks.run(policyId, work);
  }

  leases(policyIds: readonly string[]): Promise<DenyLease[]> {
    return readLeases(this.#database.pool, policyIds);
  }

  lease(
    policyId: string,
    userId: string,
    revocationId: string | null,
    leasedAt: Instant,
    audit: AuditEntry,
  ): Promise<void> {
    return openLease(this.#database, { policyId, userId, revocationId, leasedAt }, audit);
  }

  releaseLease(
    policyId: string,
    userId: string,
    releasedAt: Instant,
    audit: AuditEntry,
  ): Promise<void> {
    return closeLease(this.#database, { policyId, userId, releasedAt }, audit);
  }

  addProofs(
    id: string,
    proofs: readonly SessionProof[],
    audit: (proof: SessionProof) => AuditEntry,
  ): Promise<number> {
    return transaction(this.#database, async (client) => {
      let added = 0;
      for (const proof of proofs) {
        const { rowCount } = await client.query(
          `INSERT INTO session_proofs (revocation_id, session_id, proof, proven_at, event_ids, why)
           VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
          [
            id,
            proof.sessionId,
            proof.proof,
            proof.provenAt,
            JSON.stringify(proof.eventIds),
            proof.why,
          ],
        );
        if (rowCount === 1) {
          await appendAudit(client, audit(proof));
          added += 1;
        }
      }
      return added;
    });
  }

  async settle(id: string, releasedAt: Instant | null, audit: AuditEntry): Promise<void> {
    await this.#move(
      audit,
      "UPDATE revocations SET settled = true, released_at = $2 WHERE id = $1 AND NOT settled",
      [id, releasedAt],
    );
  }

  async note(audit: AuditEntry): Promise<void> {
    await transaction(this.#database, (client) => appendAudit(client, audit));
  }

  async coverage(since: Instant, now: Instant): Promise<TrailCoverage[]> {
    // A stretch that is cut begins an hour later than it does, so it is cut well before.
    const facts = await readLedgerFacts(this.#database.pool, now, plus(since, -6 * HOUR));
    return trailCoverage(facts, now);
  }

  /** One guarded transition with its record; false, and no record, where the guard held. */
  #move(audit: AuditEntry | null, statement: string, parameters: unknown[]): Promise<boolean> {
    return transaction(this.#database, async (client) => {
      const { rowCount } = await client.query(statement, parameters);
      if (rowCount !== 1) return false;
      if (audit !== null) await appendAudit(client, audit);
      return true;
    });
  }
}
