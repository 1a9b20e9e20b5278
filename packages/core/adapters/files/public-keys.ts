/** The public keys that AWS signs digests with, as `aws cloudtrail list-public-keys` prints them. */
import { readFile } from "node:fs/promises";
import type { DigestKey } from "../../domain/digest/signature.ts";
import { Fault } from "../../domain/fault.ts";
import { instant, parseInstant, type Instant } from "../../domain/time.ts";

/** Reads a file of keys. Faults: `input.no-such-file`, `input.invalid`. */
export async function readPublicKeys(path: string): Promise<DigestKey[]> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new Fault(
      "input.no-such-file",
      `${path} cannot be read; name a file with the output of aws cloudtrail list-public-keys.`,
      { cause },
    );
  });
  const keys = keysIn(text);
  if (keys !== null && keys.length > 0) return keys;
  throw new Fault(
    "input.invalid",
    `${path} is no list of public keys; expected the JSON that aws cloudtrail list-public-keys prints, with PublicKeyList.`,
  );
}

function keysIn(text: string): DigestKey[] | null {
  let list: unknown;
  try {
    list = (JSON.parse(text) as { PublicKeyList?: unknown } | null)?.PublicKeyList;
  } catch {
    return null;
  }
  if (!Array.isArray(list)) return null;
  const keys = list.map(keyOf);
  return keys.every((key) => key !== null) ? keys : null;
}

function keyOf(value: unknown): DigestKey | null {
  const fields = (value ?? {}) as Record<string, unknown>;
  const { Value: base64, Fingerprint: fingerprint } = fields;
  const validFrom = timeOf(fields["ValidityStartTime"]);
  const validTo = timeOf(fields["ValidityEndTime"]);
  if (typeof base64 !== "string" || typeof fingerprint !== "string") return null;
  if (validFrom === null || validTo === null) return null;
  return { fingerprint, der: Buffer.from(base64, "base64"), validFrom, validTo };
}

/** Version 2 of the AWS CLI prints ISO 8601, version 1 seconds after 1970. */
function timeOf(value: unknown): Instant | null {
  if (typeof value !== "number") return parseInstant(value);
  return Math.abs(value) < 1e11 ? instant(Math.round(value * 1000)) : null;
}
