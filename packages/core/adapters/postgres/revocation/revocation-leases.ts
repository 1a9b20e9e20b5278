/** Leases of the deny policies: whose ids the texts carry. Rows are never deleted, so that an id once known stays known. */
import type pg from "pg";
import type { AuditEntry } from "../../../domain/audit.ts";
import { Fault } from "../../../domain/fault.ts";
import type { DenyLease } from "../../../ports/revocation-store.ts";
import { appendAudit } from "../audit.ts";
import type { Database } from "../database.ts";
import { transaction } from "../transaction.ts";

export async function readLeases(
  pool: pg.Pool,
  policyIds: readonly string[],
): Promise<DenyLease[]> {
  const { rows } = await pool.query<DenyLease>(
    `SELECT policy_id AS "policyId", user_id AS "userId", revocation_id AS "revocationId",
       leased_at AS "leasedAt", released_at AS "releasedAt"
     FROM deny_leases WHERE policy_id = ANY($1) ORDER BY policy_id, user_id`,
    [policyIds],
  );
  return rows;
}

/** Writes and audits nothing when the lease stands already: an attempt after a killed one leaves one record. */
export async function openLease(
  database: Database,
  lease: Omit<DenyLease, "releasedAt">,
  audit: AuditEntry,
): Promise<void> {
  await transaction(database, async (client) => {
    const { rowCount } = await client.query(
      `INSERT INTO deny_leases AS held (policy_id, user_id, revocation_id, leased_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (policy_id, user_id) DO UPDATE
         SET revocation_id = coalesce(excluded.revocation_id, held.revocation_id),
             leased_at = excluded.leased_at, released_at = NULL
         WHERE held.released_at IS NOT NULL
            OR held.revocation_id IS DISTINCT FROM coalesce(excluded.revocation_id, held.revocation_id)`,
      [lease.policyId, lease.userId, lease.revocationId, lease.leasedAt],
    );
    if (rowCount === 1) await appendAudit(client, audit);
  });
}

export async function closeLease(
  database: Database,
  { policyId, userId, releasedAt }: Pick<DenyLease, "policyId" | "userId"> & { releasedAt: string },
  audit: AuditEntry,
): Promise<void> {
  await transaction(database, async (client) => {
    const { rowCount } = await client.query(
      `UPDATE deny_leases SET released_at = $3
       WHERE policy_id = $1 AND user_id = $2 AND released_at IS NULL`,
      [policyId, userId, releasedAt],
    );
    if (rowCount === 1) await appendAudit(client, audit);
  });
}

/**
 * Locks by policy. Callers in this process queue up before they take a connection, so that waiting never uses the pool up; callers in
 * other processes wait in Postgres. A process that dies frees its lock with its connection.
 */
export class PolicyLocks {
  readonly #pool: pg.Pool;
  readonly #tails = new Map<string, Promise<unknown>>();

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async run<T>(policyId: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(policyId) ?? Promise.resolve();
    const mine = before.then(() => this.#locked(policyId, work));
    const settled = mine.then(
      () => undefined,
      () => undefined,
    );
    this.#tails.set(policyId, settled);
    try {
      return await mine;
    } finally {
      if (this.#tails.get(policyId) === settled) this.#tails.delete(policyId);
    }
  }

  async #locked<T>(policyId: string, work: () => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    const name = `curfew deny policy ${policyId}`;
    try {
      await client.query("SELECT pg_advisory_lock(hashtextextended($1, 0))", [name]);
    } catch (error) {
      client.release(true);
      throw new Fault(
        "postgres.unreachable",
        "Another process has been writing the deny policy for long: it is tried again when that one is done.",
        { cause: error },
      );
    }
    let unlocked = false;
    try {
      return await work();
    } finally {
      unlocked = await client
        .query("SELECT pg_advisory_unlock(hashtextextended($1, 0))", [name])
        .then(() => true)
        .catch(() => false);
      // A connection that could not unlock is closed, which unlocks.
      client.release(!unlocked);
    }
  }
}
