/** Plays CloudTrail: makes log files and a chain of digests, and signs them with an RSA key of its own. Synthetic throughout. */
import { createHash, createSign, generateKeyPairSync, type KeyObject } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { DigestFile } from "#core/domain/digest/open";
import type { DigestKey } from "#core/domain/digest/signature";
import { DAY, HOUR, instant, parseInstant, plus, type Instant } from "#core/domain/time";

export const ACCOUNT = "111122223333";
export const REGION = "eu-central-1";
export const BUCKET = "example-trail";
export const START = parseInstant("2026-03-02T00:00:00Z")!;

export const sha256Of = (bytes: Uint8Array | string): string =>
  createHash("sha256").update(bytes).digest("hex");

export interface Pair {
  readonly privateKey: KeyObject;
  readonly key: DigestKey;
}

export function makeKey(
  fingerprint: string,
  validFrom: Instant = plus(START, -30 * DAY),
  validTo: Instant = plus(START, 60 * DAY),
): Pair {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const der = publicKey.export({ type: "pkcs1", format: "der" });
  return { privateKey, key: { fingerprint, der, validFrom, validTo } };
}

export const AWS = makeKey("00aa11bb22cc33dd44ee55ff66778899");

export interface LogFile {
  readonly bucket: string;
  readonly key: string;
  /** Unpacked. */
  readonly plain: Buffer;
  readonly bytes: Buffer;
}

export interface Signed {
  readonly file: DigestFile;
  /** Unpacked. */
  readonly plain: Buffer;
  readonly signature: string;
  readonly key: string;
}

const compact = (at: Instant): string => at.slice(0, 19).replaceAll(/[-:]/g, "");
const seconds = (at: Instant): string => `${at.slice(0, 19)}Z`;
const day = (at: Instant): string => at.slice(0, 10).replaceAll("-", "/");

export function logFile(deliveredAt: Instant, text = `delivered ${deliveredAt}`): LogFile {
  const name = `${ACCOUNT}_CloudTrail_${REGION}_${compact(deliveredAt).slice(0, 13)}Z_${sha256Of(text).slice(0, 16)}.json.gz`;
  const key = `AWSLogs/${ACCOUNT}/CloudTrail/${REGION}/${day(deliveredAt)}/${name}`;
  const plain = Buffer.from(JSON.stringify({ Records: [{ text }] }));
  return { bucket: BUCKET, key, plain, bytes: gzipSync(plain) };
}

export interface DigestOptions {
  readonly endsAt: Instant;
  readonly startsAt?: Instant;
  readonly logs?: readonly LogFile[];
  readonly previous?: Signed | null;
  readonly backfillGeneratedAt?: Instant;
  readonly pair?: Pair;
  readonly trail?: string;
  /** Replaces fields before signing: AWS itself would say so. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

export function digestKey(endsAt: Instant, { backfill = false, trail = "org_trail" } = {}): string {
  const name = `${ACCOUNT}_CloudTrail-Digest_${REGION}_${trail}_${REGION}_${compact(endsAt)}Z${backfill ? "_backfill" : ""}.json.gz`;
  return `AWSLogs/${ACCOUNT}/CloudTrail-Digest/${REGION}/${day(endsAt)}/${name}`;
}

export function makeDigest(options: DigestOptions): Signed {
  const { endsAt, previous = null, pair = AWS, logs = [] } = options;
  const backfill = options.backfillGeneratedAt !== undefined;
  const key = digestKey(endsAt, { backfill, ...(options.trail && { trail: options.trail }) });
  const fields: Record<string, unknown> = {
    awsAccountId: ACCOUNT,
    digestStartTime: seconds(options.startsAt ?? plus(endsAt, -HOUR)),
    digestEndTime: seconds(endsAt),
    digestS3Bucket: BUCKET,
    digestS3Object: key,
    digestPublicKeyFingerprint: pair.key.fingerprint,
    digestSignatureAlgorithm: "SHA256withRSA",
    newestEventTime: null,
    oldestEventTime: null,
    previousDigestS3Bucket: previous === null ? null : BUCKET,
    previousDigestS3Object: previous?.key ?? null,
    previousDigestHashValue: previous === null ? null : sha256Of(previous.plain),
    previousDigestHashAlgorithm: previous === null ? null : "SHA-256",
    previousDigestSignature: previous?.signature ?? null,
    logFiles: logs.map((log) => ({
      s3Bucket: log.bucket,
      s3Object: log.key,
      hashValue: sha256Of(log.plain),
      hashAlgorithm: "SHA-256",
      newestEventTime: seconds(endsAt),
      oldestEventTime: seconds(endsAt),
    })),
    ...options.fields,
  };
  const plain = Buffer.from(JSON.stringify(fields));
  const signature = sign(fields, plain, pair.privateKey);
  const backfillGeneratedAt = options.backfillGeneratedAt ?? null;
  const file = { bucket: BUCKET, key, bytes: gzipSync(plain), signature, backfillGeneratedAt };
  return { file, plain, signature, key };
}

function sign(fields: Readonly<Record<string, unknown>>, plain: Buffer, key: KeyObject): string {
  const text = [
    fields["digestEndTime"],
    `${String(fields["digestS3Bucket"])}/${String(fields["digestS3Object"])}`,
    sha256Of(plain),
    fields["previousDigestSignature"] ?? "null",
  ].join("\n");
  return createSign("RSA-SHA256").update(text).sign(key, "hex");
}

/** A chain of hours from `START` on, one log file an hour. */
export function makeChain(
  hours: number,
  from: Instant = START,
): { digests: Signed[]; logs: LogFile[] } {
  const digests: Signed[] = [];
  const logs: LogFile[] = [];
  for (let hour = 0; hour < hours; hour += 1) {
    const log = logFile(plus(from, hour * HOUR + 20 * 60_000));
    const previous = digests.at(-1) ?? null;
    digests.push(makeDigest({ endsAt: plus(from, (hour + 1) * HOUR), logs: [log], previous }));
    logs.push(log);
  }
  return { digests, logs };
}

export const hourOf = (hour: number): Instant => instant(Date.parse(START) + hour * HOUR);
