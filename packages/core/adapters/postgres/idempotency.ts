/**
 * Idempotency keys of writes: one effect and one stored answer a key and actor, over all processes.
 * A caller whose process died before it answered leaves its key in progress; after `ABANDONED_AFTER` the next caller with the same
 * request takes it over, which is safe because every write behind a key is itself safe to run twice.
 */
import type pg from "pg";
import { canonicalJson, sha256 } from "../../domain/ids.ts";
import { MINUTE, plus, type Instant } from "../../domain/time.ts";

/** Longer than any write takes to be answered. */
export const ABANDONED_AFTER = 2 * MINUTE;

export interface StoredAnswer {
  readonly status: number;
  readonly body: unknown;
}

export type Claim =
  /** The caller's turn: do it, then `storeAnswer` or `releaseKey`. */
  | { readonly outcome: "proceed" }
  | { readonly outcome: "replay"; readonly answer: StoredAnswer }
  /** The key was used for another request: fault `api.idempotency-key-reused`, 422. */
  | { readonly outcome: "reused" }
  /** Another caller is at it: fault `api.idempotency-in-progress`, 409. */
  | { readonly outcome: "in-progress" };

export interface KeyRef {
  readonly actor: string;
  readonly key: string;
}

/** Equal for requests that mean the same, whatever the order of their fields. */
export function requestHash(method: string, path: string, body: unknown): string {
  return sha256(`${method.toUpperCase()}\n${path}\n${canonicalJson(body ?? null)}`);
}

interface Row {
  request_sha256: string;
  status: number | null;
  body: unknown;
}

/** Decides what a caller with this key does. Of any number of callers at once exactly one proceeds. */
export async function claimKey(
  pool: pg.Pool,
  { actor, key }: KeyRef,
  requestSha256: string,
  now: Instant,
): Promise<Claim> {
  // One statement: the insert, or the takeover of an abandoned key by the same request; whoever gets the row proceeds.
  const claimed = await pool.query(
    `INSERT INTO idempotency_keys AS held (actor, key, request_sha256, created_at)
     VALUES ($1, $2, $3, $4)
     ON CONFLICT (actor, key) DO UPDATE SET created_at = excluded.created_at
       WHERE held.status IS NULL AND held.created_at < $5 AND held.request_sha256 = excluded.request_sha256
     RETURNING actor`,
    [actor, key, requestSha256, now, plus(now, -ABANDONED_AFTER)],
  );
  if (claimed.rowCount === 1) return { outcome: "proceed" };
  const found = await pool.query<Row>(
    "SELECT request_sha256, status, body FROM idempotency_keys WHERE actor = $1 AND key = $2",
    [actor, key],
  );
  const row = found.rows[0];
  // Released between the two statements: the caller asks again.
  if (row === undefined) return { outcome: "in-progress" };
  if (row.request_sha256 !== requestSha256) return { outcome: "reused" };
  if (row.status === null) return { outcome: "in-progress" };
  return { outcome: "replay", answer: { status: row.status, body: row.body } };
}

/** Keeps the answer for every later caller. The first stored answer stays. */
export async function storeAnswer(
  pool: pg.Pool,
  { actor, key }: KeyRef,
  answer: StoredAnswer,
): Promise<void> {
  await pool.query(
    `UPDATE idempotency_keys SET status = $3, body = $4
     WHERE actor = $1 AND key = $2 AND status IS NULL`,
    [actor, key, answer.status, JSON.stringify(answer.body ?? null)],
  );
}

/** Gives the key back after a failure that may be tried again, so that the next attempt is carried out. */
export async function releaseKey(pool: pg.Pool, { actor, key }: KeyRef): Promise<void> {
  await pool.query(
    "DELETE FROM idempotency_keys WHERE actor = $1 AND key = $2 AND status IS NULL",
    [actor, key],
  );
}

/** Forgets keys that were made before the instant. Answers how many. */
export async function forgetKeys(pool: pg.Pool, before: Instant): Promise<number> {
  const { rowCount } = await pool.query("DELETE FROM idempotency_keys WHERE created_at < $1", [
    before,
  ]);
  return rowCount ?? 0;
}
