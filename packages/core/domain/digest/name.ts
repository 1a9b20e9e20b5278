/**
 * What the key of a digest or of a log file says: account, Region, trail and time. A key proves nothing; it says where a file
 * claims to belong, so that the claim can be compared with the signed text.
 */
import { parseInstant, type Instant } from "../time.ts";
import type { DigestPlace } from "./verdict.ts";

/** What a digest's key says. */
export interface DigestName extends DigestPlace {
  readonly trail: string;
  readonly homeRegion: string;
  readonly endsAt: Instant;
  readonly backfill: boolean;
}

/** What a log file's key says. */
export interface LogName extends DigestPlace {
  /** To the minute. */
  readonly deliveredAt: Instant;
}

/**
 * AWS: CloudTrail User Guide, digest file structure: `[prefix/]AWSLogs/[o-id/]<account>/CloudTrail-Digest/<region>/YYYY/MM/DD/
 * <account>_CloudTrail-Digest_<region>_<trail>_<home region>_<end>[_backfill].json.gz`. A trail's name may hold underscores.
 */
const DIGEST =
  /(?:^|\/)AWSLogs\/(?:o-[a-z0-9]+\/)?(\d{12})\/CloudTrail-Digest\/([a-z0-9-]+)\/(\d{4})\/(\d{2})\/(\d{2})\/\1_CloudTrail-Digest_\2_([^/]+)_([a-z0-9-]+)_(\d{8})T(\d{6})Z(_backfill)?\.json\.gz$/;

/** AWS: CloudTrail User Guide, log file names. */
const LOG =
  /(?:^|\/)AWSLogs\/(?:o-[a-z0-9]+\/)?(\d{12})\/CloudTrail\/([a-z0-9-]+)\/\d{4}\/\d{2}\/\d{2}\/\1_CloudTrail_\2_(\d{8})T(\d{4})Z_[^/]+\.json\.gz$/;

/** Null for a key that is no digest's, also when its day folder and its time disagree. */
export function digestName(key: string): DigestName | null {
  const match = DIGEST.exec(key);
  if (match === null) return null;
  const [, accountId, region, year, month, day, trail, homeRegion, date, time, backfill] =
    match as unknown as string[];
  const endsAt = compactInstant(date!, time!);
  if (endsAt === null || date !== `${year}${month}${day}`) return null;
  return {
    accountId: accountId!,
    region: region!,
    trail: trail!,
    homeRegion: homeRegion!,
    endsAt,
    backfill: backfill !== undefined,
  };
}

/** Null for a key that is no log file's. */
export function logName(key: string): LogName | null {
  const match = LOG.exec(key);
  if (match === null) return null;
  const [, accountId, region, date, time] = match as unknown as string[];
  const deliveredAt = compactInstant(date!, `${time}00`);
  return deliveredAt === null ? null : { accountId: accountId!, region: region!, deliveredAt };
}

/** The part of a path from `AWSLogs/` on, which a copy of a bucket keeps; null when there is none. */
export function belowAwsLogs(path: string): string | null {
  const at = `/${path}`.lastIndexOf("/AWSLogs/");
  return at === -1 ? null : path.slice(at);
}

function compactInstant(date: string, time: string): Instant | null {
  const day = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}`;
  return parseInstant(`${day}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4, 6)}Z`);
}
