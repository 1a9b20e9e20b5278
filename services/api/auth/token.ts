/**
 * API tokens: made from 32 random bytes, shown once, known afterwards by their SHA-256 only. A plain hash is enough because the secret
 * has 256 bits of its own; there is nothing to guess.
 */
import { randomBytes } from "node:crypto";
import { createdId, sha256 } from "#core/domain/ids";
import type { Instant } from "#core/domain/time";

/** The form of a secret; no id of a row looks like it. */
const SECRET = /^crv_[A-Za-z0-9_-]{43}$/;

export interface MadeToken {
  readonly id: string;
  /** Shown to its holder once. */
  readonly secret: string;
  readonly tokenSha256: string;
}

export function makeToken(now: Instant): MadeToken {
  const secret = `crv_${randomBytes(32).toString("base64url")}`;
  return { id: createdId("tok", now, randomBytes(10)), secret, tokenSha256: sha256(secret) };
}

/** The digest to look a presented secret up by; null for text that no token can be. */
export function tokenDigest(secret: string): string | null {
  return SECRET.test(secret) ? sha256(secret) : null;
}
