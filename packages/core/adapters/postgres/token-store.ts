/**
 * API tokens in Postgres, by the SHA-256 of their secret; the secret itself never gets here. Every change carries its audit record in
 * the same transaction. Two tokens that are in force never share a name, so that a name in the audit chain means one holder.
 */
import { timingSafeEqual } from "node:crypto";
import type { AuditEntry } from "../../domain/audit.ts";
import type { Instant } from "../../domain/time.ts";
import { appendAudit } from "./audit.ts";
import type { Database } from "./database.ts";
import { transaction } from "./transaction.ts";

/** A number that nothing else locks: the first 63 bits of SHA-256("curfew token names"). */
const NAMES_LOCK = "7191497017082746495";

export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly createdAt: Instant;
  readonly expiresAt: Instant | null;
  readonly revokedAt: Instant | null;
}

export interface NewApiToken extends Omit<ApiToken, "revokedAt"> {
  /** 64 hex digits. */
  readonly tokenSha256: string;
}

const COLUMNS = `id, name, roles, created_at as "createdAt", expires_at as "expiresAt", revoked_at as "revokedAt"`;

export class PostgresTokenStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** False, and nothing stored, when a token of that name is in force or expired but not revoked. */
  create(token: NewApiToken, audit: AuditEntry): Promise<boolean> {
    return transaction(this.#database, async (client) => {
      await client.query("select pg_advisory_xact_lock($1)", [NAMES_LOCK]);
      const { rowCount } = await client.query(
        `insert into api_tokens (id, name, token_sha256, roles, created_at, expires_at)
         select $1, $2, $3, $4, $5, $6
          where not exists (select 1 from api_tokens where name = $2 and revoked_at is null)`,
        [
          token.id,
          token.name,
          token.tokenSha256,
          JSON.stringify(token.roles),
          token.createdAt,
          token.expiresAt,
        ],
      );
      if (rowCount !== 1) return false;
      await appendAudit(client, audit);
      return true;
    });
  }

  /** The token with this digest, whether or not it is still in force; null when there is none. */
  async bySha256(tokenSha256: string): Promise<ApiToken | null> {
    const { rows } = await this.#database.pool.query<ApiToken & { sha256: string }>({
      name: "api-token-by-sha256",
      text: `select ${COLUMNS}, token_sha256 as sha256 from api_tokens where token_sha256 = $1`,
      values: [tokenSha256],
    });
    const row = rows[0];
    if (row === undefined) return null;
    // The index found it by its digest, of which an attacker can choose nothing; compared once more in constant time.
    const { sha256, ...token } = row;
    return timingSafeEqual(Buffer.from(sha256), Buffer.from(tokenSha256)) ? token : null;
  }

  /** By name, the one that is not revoked. */
  async unrevokedByName(name: string): Promise<ApiToken | null> {
    const { rows } = await this.#database.pool.query<ApiToken>(
      `select ${COLUMNS} from api_tokens where name = $1 and revoked_at is null`,
      [name],
    );
    return rows[0] ?? null;
  }

  /** Newest first, revoked ones too; `before` is the id of the last one of the page before. */
  async list(limit: number, before: string | null): Promise<ApiToken[]> {
    const { rows } = await this.#database.pool.query<ApiToken>(
      `select ${COLUMNS} from api_tokens where ($1::text is null or id < $1) order by id desc limit $2`,
      [before, limit],
    );
    return rows;
  }

  /** False when there is no such token or it was revoked before. */
  revoke(id: string, at: Instant, audit: AuditEntry): Promise<boolean> {
    return transaction(this.#database, async (client) => {
      const { rowCount } = await client.query(
        "update api_tokens set revoked_at = $2 where id = $1 and revoked_at is null",
        [id, at],
      );
      if (rowCount !== 1) return false;
      await appendAudit(client, audit);
      return true;
    });
  }
}
