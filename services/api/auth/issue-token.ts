/** Makes API tokens: on request, and for the first operator of an installation. Each comes with its audit record. */
import { PostgresTokenStore, type ApiToken } from "#core/adapters/postgres/token-store";
import type { Database } from "#core/adapters/postgres/database";
import { Fault } from "#core/domain/fault";
import type { Instant } from "#core/domain/time";
import type { Role } from "./roles.ts";
import { makeToken, tokenDigest } from "./token.ts";

export interface IssuedToken extends ApiToken {
  /** The secret: give it to its holder and keep no copy. */
  readonly token: string;
}

/** Fault `input.invalid` when the name is in use. */
export async function issueToken(
  store: PostgresTokenStore,
  asked: {
    readonly name: string;
    readonly roles: readonly Role[];
    readonly expiresAt: Instant | null;
  },
  actor: string,
  now: Instant,
): Promise<IssuedToken> {
  const { id, secret, tokenSha256 } = makeToken(now);
  const { name, roles, expiresAt } = asked;
  const stored = await store.create(
    { id, name, roles, tokenSha256, createdAt: now, expiresAt },
    { at: now, actor, action: "token.created", subject: id, body: { name, roles, expiresAt } },
  );
  if (!stored) {
    throw new Fault(
      "input.invalid",
      "A token of this name exists: choose another name, or revoke that token first.",
    );
  }
  return { id, name, roles, createdAt: now, expiresAt, revokedAt: null, token: secret };
}

const OPERATOR = "operator";

/**
 * The token of role admin for the first operator. The one that is handed in is answered again while it is in force; otherwise the old
 * one is revoked and a new one made, because a secret that is lost cannot be read back.
 */
export async function ensureOperatorToken(
  database: Database,
  now: Instant,
  existing: string | null,
): Promise<string> {
  const store = new PostgresTokenStore(database);
  const digest = existing === null ? null : tokenDigest(existing);
  const known = digest === null ? null : await store.bySha256(digest);
  const usable = known !== null && known.revokedAt === null && known.name === OPERATOR;
  if (usable && existing !== null) return existing;
  const old = await store.unrevokedByName(OPERATOR);
  if (old !== null) {
    const audit = { at: now, actor: "start", action: "token.revoked", subject: old.id, body: {} };
    await store.revoke(old.id, now, audit);
  }
  const asked = { name: OPERATOR, roles: ["admin"] as const, expiresAt: null };
  return (await issueToken(store, asked, "start", now)).token;
}
