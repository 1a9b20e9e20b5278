/**
 * The chain of audit records in Postgres. A record is appended in the transaction of the change that it tells of, one appender at a
 * time, so that there is one chain whatever the number of processes. Verifying reads all of it; that the newest records were not cut
 * off shows only against a head that was kept elsewhere.
 */
import type pg from "pg";
import { AUDIT_GENESIS, auditHash, type AuditEntry, type AuditRecord } from "../../domain/audit.ts";

/** A number that nothing else locks: the first 63 bits of SHA-256("curfew audit"). */
const LOCK = "2279374672072354422";

/** Records read at once while verifying. */
const PAGE = 5_000;

/** A connection that is inside a transaction. */
export type Queryable = Pick<pg.ClientBase, "query">;

/**
 * Appends a record to the chain. Other appenders wait until the caller's transaction ends: append last, and soon before the commit.
 * @param client inside the transaction of the change.
 */
export async function appendAudit(client: Queryable, entry: AuditEntry): Promise<AuditRecord> {
  await client.query("SELECT pg_advisory_xact_lock($1)", [LOCK]);
  const newest = await client.query<{ hash: string }>(
    "SELECT hash FROM audit_records ORDER BY sequence DESC LIMIT 1",
  );
  const previousHash = newest.rows[0]?.hash ?? AUDIT_GENESIS;
  // What jsonb gives back is what has to be hashed: undefined fields are gone there.
  const body = JSON.parse(JSON.stringify(entry.body)) as Record<string, unknown>;
  const { at, actor, action, subject } = entry;
  const hash = auditHash(previousHash, { at, actor, action, subject, body });
  const inserted = await client.query<{ sequence: number }>(
    `INSERT INTO audit_records (at, actor, action, subject, body, previous_hash, hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING sequence`,
    [at, actor, action, subject, JSON.stringify(body), previousHash, hash],
  );
  return {
    at,
    actor,
    action,
    subject,
    body,
    previousHash,
    hash,
    sequence: inserted.rows[0]!.sequence,
  };
}

export interface AuditVerdict {
  readonly records: number;
  /** Sequence of the first record that does not follow from the one before it; null when the chain holds. */
  readonly brokenAt: number | null;
  /** Hash of the newest record that was read: keep it elsewhere to notice a cut end. */
  readonly head: string;
}

/** Follows the whole chain, a page at a time. */
export async function verifyAudit(pool: Queryable): Promise<AuditVerdict> {
  let head = AUDIT_GENESIS;
  let records = 0;
  let after = 0;
  for (;;) {
    const page = await auditPage(pool, after, PAGE);
    for (const record of page) {
      if (record.previousHash !== head || record.hash !== auditHash(head, record)) {
        return { records, brokenAt: record.sequence, head };
      }
      head = record.hash;
      records += 1;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return { records, brokenAt: null, head };
    after = last.sequence;
  }
}

/** At most `limit` records after a sequence, in the order of the chain; about one subject where it is named. */
export async function auditPage(
  pool: Queryable,
  after: number,
  limit: number,
  subject?: string,
): Promise<AuditRecord[]> {
  const { rows } = await pool.query<AuditRecord>(
    `SELECT sequence, at, actor, action, subject, body, previous_hash AS "previousHash", hash
     FROM audit_records WHERE sequence > $1 AND ($3::text IS NULL OR subject = $3)
     ORDER BY sequence LIMIT $2`,
    [after, limit, subject ?? null],
  );
  return rows;
}
