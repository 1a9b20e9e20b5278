/**
 * The form of a digest file: its name, its document and the text that is signed (facts 6.5; AWS: CloudTrail user guide, custom
 * validation). Pure; knows neither keys nor files. A document of the same log files and hour always has the same length.
 */
import { gzipSync } from "node:zlib";

/** Where a trail's digests lie and what they call it. */
export interface TrailNames {
  readonly bucketName: string;
  readonly trailName: string;
  readonly organizationId: string;
  readonly homeRegion: string;
}

export interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** A log file as a digest lists it; both times are instants in ISO form, to the second. */
export interface DigestedLog {
  readonly key: string;
  /** Hex SHA-256 of the uncompressed file. */
  readonly hash: string;
  readonly newest: string;
  readonly oldest: string;
}

/** The digest before, as its successor names it. */
export interface Predecessor {
  readonly key: string;
  /** Hex SHA-256 of the uncompressed document. */
  readonly hash: string;
  /** Hex. */
  readonly signature: string;
}

export interface DigestContent extends Place {
  readonly key: string;
  /** Epoch ms of the hour `[start, end)`. */
  readonly start: number;
  readonly end: number;
  readonly fingerprint: string;
  /** Null in a starting digest. */
  readonly previous: Predecessor | null;
  readonly logs: readonly DigestedLog[];
}

/** ISO without milliseconds. */
export function toSecond(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}

/** Everything up to the Region's folder; the rest of a key is a date and a name. */
export function digestFolder({ organizationId }: TrailNames, { accountId, region }: Place): string {
  return `AWSLogs/${organizationId}/${accountId}/CloudTrail-Digest/${region}/`;
}

/** The key of the digest that ends at an instant (epoch ms). */
export function digestKey(names: TrailNames, place: Place, end: number, backfill = false): string {
  const stamp = toSecond(end);
  const { accountId, region } = place;
  const { trailName, homeRegion } = names;
  const compact = stamp.replaceAll(/[-:]/g, "");
  const name = `${accountId}_CloudTrail-Digest_${region}_${trailName}_${homeRegion}_${compact}`;
  const folder = digestFolder(names, place) + stamp.slice(0, 10).replaceAll("-", "/");
  return `${folder}/${name}${backfill ? "_backfill" : ""}.json.gz`;
}

/** The instant that a digest's name tells (epoch ms), and whether it is of the late files; null for any other key. */
export function readDigestKey(key: string): { end: number; backfill: boolean } | null {
  const [, year, month, day, hour, minute, second, backfill] =
    /_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(_backfill)?\.json\.gz$/.exec(key) ?? [];
  if (year === undefined) return null;
  const end = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(end) ? null : { end, backfill: backfill !== undefined };
}

/** The document as text, in the order of the members that AWS shows. */
export function digestDocument(names: TrailNames, content: DigestContent): string {
  const { previous, logs } = content;
  const newest = logs.map((log) => log.newest).sort();
  const oldest = logs.map((log) => log.oldest).sort();
  return JSON.stringify({
    awsAccountId: content.accountId,
    digestStartTime: toSecond(content.start),
    digestEndTime: toSecond(content.end),
    digestS3Bucket: names.bucketName,
    digestS3Object: content.key,
    digestPublicKeyFingerprint: content.fingerprint,
    digestSignatureAlgorithm: "SHA256withRSA",
    newestEventTime: newest.at(-1) ?? null,
    oldestEventTime: oldest[0] ?? null,
    previousDigestS3Bucket: previous === null ? null : names.bucketName,
    previousDigestS3Object: previous?.key ?? null,
    previousDigestHashValue: previous?.hash ?? null,
    previousDigestHashAlgorithm: previous === null ? null : "SHA-256",
    previousDigestSignature: previous?.signature ?? null,
    logFiles: logs.map((log) => ({
      s3Bucket: names.bucketName,
      s3Object: log.key,
      hashValue: log.hash,
      hashAlgorithm: "SHA-256",
      newestEventTime: log.newest,
      oldestEventTime: log.oldest,
    })),
  });
}

/** What the signature covers; `hash` is that of the document. The literal `null` stands where there is no predecessor. */
export function stringToSign(names: TrailNames, content: DigestContent, hash: string): string {
  const path = `${names.bucketName}/${content.key}`;
  return [toSecond(content.end), path, hash, content.previous?.signature ?? "null"].join("\n");
}

/**
 * The file as S3 holds it. Stored, not deflated: its size then follows from the length of the document alone, and a listing can
 * tell it without a signature for every hour.
 */
export function digestBytes(document: string): Buffer {
  return gzipSync(document, { level: 0 });
}

const ZEROS = { fingerprint: "0".repeat(32), hash: "0".repeat(64), signature: "0".repeat(512) };

/** The size that a digest will have, from what is known before it is signed. */
export function digestSize(
  names: TrailNames,
  content: Pick<DigestContent, "accountId" | "region" | "key" | "start" | "end"> & {
    previousKey: string | null;
    logKeys: readonly string[];
  },
): number {
  const { previousKey, logKeys, ...rest } = content;
  const time = toSecond(0);
  const document = digestDocument(names, {
    ...rest,
    fingerprint: ZEROS.fingerprint,
    previous: previousKey === null ? null : { ...ZEROS, key: previousKey },
    logs: logKeys.map((key) => ({ key, hash: ZEROS.hash, newest: time, oldest: time })),
  });
  return digestBytes(document).length;
}
