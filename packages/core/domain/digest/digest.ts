/**
 * The text of a digest as a typed value, or the sentence that says why it is none. Reading proves nothing: what a digest says
 * counts only after its signature was verified.
 */
import { parseInstant, type Instant } from "../time.ts";

/** A log file as a digest names it. */
export interface NamedLog {
  readonly bucket: string;
  readonly key: string;
  /** Of the unpacked bytes, in lower-case hex. */
  readonly sha256: string;
}

/** What a digest says of the one before it. */
export interface PreviousDigest {
  readonly bucket: string;
  readonly key: string;
  /** Of the unpacked bytes, in lower-case hex. */
  readonly sha256: string;
  /** In hex, exactly as written: it is part of the signed text. */
  readonly signature: string;
}

/** AWS: CloudTrail User Guide, digest file structure. */
export interface Digest {
  readonly accountId: string;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  /** `digestEndTime` exactly as written: it is part of the signed text. */
  readonly endText: string;
  readonly bucket: string;
  readonly key: string;
  readonly fingerprint: string;
  /** Null in a starting digest: log file validation or logging was switched on. */
  readonly previous: PreviousDigest | null;
  readonly logs: readonly NamedLog[];
}

type Fields = Readonly<Record<string, unknown>>;

/** Ends the reading; never leaves this module. */
class Unreadable extends Error {}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const SHA256 = /^[0-9a-f]{64}$/i;

/** Reads the unpacked bytes of a digest. */
export function parseDigest(
  unpacked: Uint8Array,
): { readonly digest: Digest } | { readonly problem: string } {
  try {
    return { digest: digestOf(parsed(unpacked)) };
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.message };
    throw error;
  }
}

function parsed(unpacked: Uint8Array): Fields {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(unpacked));
  } catch {
    throw new Unreadable("it is not JSON in UTF-8");
  }
  return fieldsOf(value, "the digest");
}

function digestOf(fields: Fields): Digest {
  const algorithm = text(fields, "digestSignatureAlgorithm");
  if (algorithm !== "SHA256withRSA") {
    throw new Unreadable(`its signature algorithm is ${shown(algorithm)} and not SHA256withRSA`);
  }
  const endText = text(fields, "digestEndTime");
  const startsAt = time(fields, "digestStartTime");
  const endsAt = time(fields, "digestEndTime");
  if (startsAt >= endsAt) throw new Unreadable("its end is not after its start");
  const logs = fields["logFiles"];
  if (!Array.isArray(logs)) throw new Unreadable("it has no list logFiles");
  return {
    accountId: text(fields, "awsAccountId"),
    startsAt,
    endsAt,
    endText,
    bucket: text(fields, "digestS3Bucket"),
    key: text(fields, "digestS3Object"),
    fingerprint: text(fields, "digestPublicKeyFingerprint"),
    previous: previousOf(fields),
    logs: logs.map(logOf),
  };
}

function previousOf(fields: Fields): PreviousDigest | null {
  const names = [
    "previousDigestS3Bucket",
    "previousDigestS3Object",
    "previousDigestHashValue",
    "previousDigestHashAlgorithm",
    "previousDigestSignature",
  ];
  if (names.every((name) => (fields[name] ?? null) === null)) return null;
  requireSha256(fields, "previousDigestHashAlgorithm");
  return {
    bucket: text(fields, "previousDigestS3Bucket"),
    key: text(fields, "previousDigestS3Object"),
    sha256: hash(fields, "previousDigestHashValue"),
    signature: text(fields, "previousDigestSignature"),
  };
}

function logOf(value: unknown): NamedLog {
  const fields = fieldsOf(value, "an entry of logFiles");
  requireSha256(fields, "hashAlgorithm");
  return {
    bucket: text(fields, "s3Bucket"),
    key: text(fields, "s3Object"),
    sha256: hash(fields, "hashValue"),
  };
}

function requireSha256(fields: Fields, name: string): void {
  const algorithm = text(fields, name);
  if (algorithm !== "SHA-256") {
    throw new Unreadable(`its ${name} is ${shown(algorithm)} and not SHA-256`);
  }
}

function hash(fields: Fields, name: string): string {
  const value = text(fields, name);
  if (!SHA256.test(value)) throw new Unreadable(`its ${name} is no SHA-256 in hex`);
  return value.toLowerCase();
}

function time(fields: Fields, name: string): Instant {
  const at = parseInstant(text(fields, name));
  if (at === null) throw new Unreadable(`its ${name} is no instant`);
  return at;
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== "string" || value === "") throw new Unreadable(`it has no text ${name}`);
  return value;
}

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Unreadable(`${what} is no JSON object`);
  }
  return value as Fields;
}

/** A word of a stranger's file in our sentence: quoted, without control characters, short. */
function shown(word: string): string {
  return JSON.stringify(word.slice(0, 60));
}
