/**
 * The signature of a digest: RSASSA-PKCS1-v1_5 with SHA-256 over four lines (AWS: CloudTrail User Guide, custom implementations
 * of log file integrity validation). Guarantees a plain no for anything that does not verify, whatever its form. Whether a key
 * is AWS's own is the caller's knowledge.
 */
import { constants, createPublicKey, verify, type KeyObject } from "node:crypto";
import { DAY, HOUR, plus, type Instant } from "../time.ts";
import type { Digest } from "./digest.ts";

/** A public key as ListPublicKeys answers it. */
export interface DigestKey {
  readonly fingerprint: string;
  /** DER, PKCS #1. */
  readonly der: Uint8Array;
  readonly validFrom: Instant;
  readonly validTo: Instant;
}

/** A digest for files that came too late. `generatedAt` is null where the object's metadata is not at hand. */
export interface Backfill {
  readonly generatedAt: Instant | null;
}

/** The text that CloudTrail signs; `sha256` is of the unpacked digest, in hex. */
export function stringToSign(digest: Digest, sha256: string): string {
  return [
    digest.endText,
    `${digest.bucket}/${digest.key}`,
    sha256,
    // The documented form of a starting digest is the word itself.
    digest.previous === null ? "null" : digest.previous.signature,
  ].join("\n");
}

/** Whether `signature` (hex) signs this digest. False also for a key or a signature that is malformed. */
export function verifyDigest(
  digest: Digest,
  sha256: string,
  signature: string,
  der: Uint8Array,
): boolean {
  // Buffer.from stops silently at the first character that is no hex.
  if (!/^(?:[0-9a-f]{2})+$/i.test(signature)) return false;
  const key = publicKey(der);
  if (key === null) return false;
  return verify(
    "sha256",
    Buffer.from(stringToSign(digest, sha256)),
    { key, padding: constants.RSA_PKCS1_PADDING },
    Buffer.from(signature, "hex"),
  );
}

function publicKey(der: Uint8Array): KeyObject | null {
  try {
    return createPublicKey({ key: Buffer.from(der), format: "der", type: "pkcs1" });
  } catch {
    return null;
  }
}

/** A digest is signed some minutes after its end; a delayed one later. */
const SIGNED_WITHIN = 2 * HOUR;

/** Delivery is tried again for 30 days (AWS: CloudTrail User Guide): no file is named later. */
const BACKFILLED_WITHIN = 31 * DAY;

/** Times at which the key that signed a digest must have been in use, `[from, to]`. */
export function signingPeriod(
  digest: Pick<Digest, "startsAt" | "endsAt">,
  backfill: Backfill | null,
): { readonly from: Instant; readonly to: Instant } {
  if (backfill === null) return { from: digest.startsAt, to: plus(digest.endsAt, SIGNED_WITHIN) };
  // Signed when it was made, which may be days after its hour (as `aws cloudtrail validate-logs` does).
  const { generatedAt } = backfill;
  return generatedAt === null
    ? { from: digest.startsAt, to: plus(digest.endsAt, BACKFILLED_WITHIN) }
    : { from: plus(generatedAt, -HOUR), to: plus(generatedAt, HOUR) };
}

/** The keys that may have signed a digest, or why there is none. */
export type KeyChoice =
  | { readonly keys: readonly DigestKey[] }
  | { readonly none: "no-keys" | "foreign" | "out-of-period" };

/** Of the Region's keys, those with the digest's fingerprint that were in use when it was signed. */
export function chooseKeys(
  digest: Digest,
  backfill: Backfill | null,
  keys: readonly DigestKey[],
): KeyChoice {
  if (keys.length === 0) return { none: "no-keys" };
  const named = keys.filter((key) => key.fingerprint === digest.fingerprint);
  if (named.length === 0) return { none: "foreign" };
  const { from, to } = signingPeriod(digest, backfill);
  const current = named.filter((key) => key.validFrom <= to && from <= key.validTo);
  return current.length === 0 ? { none: "out-of-period" } : { keys: current };
}
