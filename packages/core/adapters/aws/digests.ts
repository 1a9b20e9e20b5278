/**
 * Digests, log files and public keys over S3 and CloudTrail. Reads only, a log file in constant memory. Public keys come from
 * CloudTrail itself, in the Region of the digest, and are asked for once a period.
 */
import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { ListPublicKeysCommand, type CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import type { FoundLog } from "../../domain/digest/files.ts";
import { digestName, logName } from "../../domain/digest/name.ts";
import type { DigestKey } from "../../domain/digest/signature.ts";
import { Fault } from "../../domain/fault.ts";
import { epoch, instant, parseInstant, plus, DAY, type Instant } from "../../domain/time.ts";
import type { DigestRoot, DigestSource, TrailAddress } from "../../ports/trail/digest-source.ts";
import { awsErrorName } from "./faults.ts";
import { pages } from "./paging.ts";
import type { PatientCall } from "./patience.ts";

export interface BucketDigestsOptions {
  readonly bucket: string;
  /** Before `AWSLogs/`; empty or ending with a slash. */
  readonly prefix: string;
  /** Of the bucket's Region. */
  readonly s3: S3Client;
  /** Public keys are another list in each Region. */
  readonly cloudTrailOf: (region: string) => CloudTrailClient;
  readonly call: PatientCall;
}

const GONE = new Set(["NoSuchKey", "NotFound"]);

/** The digests of one bucket. */
export function s3Digests(options: BucketDigestsOptions): DigestSource {
  const { bucket } = options;
  const known = new Map<string, Promise<DigestKey[]>>();
  return {
    roots: () => rootsIn(options),
    digests: (root, from, to) =>
      keysIn(options, root.root, from, to, (key) => {
        const endsAt = digestName(key)?.endsAt;
        return (
          endsAt !== undefined && (from === null || endsAt > from) && (to === null || endsAt <= to)
        );
      }),
    async digest(_root, key) {
      const object = await get(options, bucket, key);
      if (object === null) return null;
      const bytes = await options.call(`send s3://${bucket}/${key}`, async () =>
        object.body.toArray(),
      );
      return {
        bucket,
        key,
        bytes: Buffer.concat(bytes as Buffer[]),
        signature: object.metadata["signature"] ?? null,
        backfillGeneratedAt: parseInstant(object.metadata["backfill-generation-timestamp"]),
      };
    },
    logs: (root, from, to) =>
      keysIn(options, root.root.replace("/CloudTrail-Digest/", "/CloudTrail/"), from, to, (key) => {
        const at = logName(key)?.deliveredAt;
        return at !== undefined && (from === null || at >= from) && (to === null || at < to);
      }),
    async log(_root, from, key): Promise<FoundLog> {
      const object = await get(options, from, key);
      return object === null ? { absent: true } : hashOf(options, object.body, from, key);
    },
    publicKeys(region, from, to) {
      const days = { from: dayOf(from), to: plus(dayOf(to), DAY) };
      const id = `${region}/${days.from}/${days.to}`;
      const asked = known.get(id) ?? publicKeys(options, region, days.from, days.to);
      known.set(id, asked);
      return asked;
    },
  };
}

/** `AWSLogs/[o-id/]<account>/CloudTrail-Digest/<region>/`, found by listing with a delimiter. */
async function rootsIn(options: BucketDigestsOptions): Promise<DigestRoot[]> {
  const base = `${options.prefix}AWSLogs/`;
  const accounts: string[] = [];
  for (const folder of await foldersBelow(options, base)) {
    if (/\/\d{12}\/$/.test(folder)) accounts.push(folder);
    else if (/\/o-[a-z0-9]+\/$/.test(folder))
      accounts.push(...(await foldersBelow(options, folder)));
  }
  const roots: DigestRoot[] = [];
  for (const account of accounts) {
    for (const root of await foldersBelow(options, `${account}CloudTrail-Digest/`)) {
      const [accountId, , region] = root.split("/").slice(-4);
      if (/^\d{12}$/.test(accountId!)) roots.push({ accountId: accountId!, region: region!, root });
    }
  }
  if (roots.length === 0) {
    throw new Fault(
      "input.no-such-file",
      `s3://${options.bucket}/${options.prefix} holds no digest; name what stands before AWSLogs/, and switch log file validation of the trail on.`,
    );
  }
  return roots;
}

async function foldersBelow(options: BucketDigestsOptions, prefix: string): Promise<string[]> {
  const folders: string[] = [];
  for await (const page of listing(options, { Prefix: prefix, Delimiter: "/" })) {
    folders.push(...(page.CommonPrefixes ?? []).flatMap((one) => one.Prefix ?? []));
  }
  return folders;
}

/** Keys below a Region's folder, whose names begin with the day: those before the first day are never listed. */
async function* keysIn(
  options: BucketDigestsOptions,
  root: string,
  from: Instant | null,
  to: Instant | null,
  wanted: (key: string) => boolean,
): AsyncGenerator<TrailAddress> {
  const day = (at: Instant) => `${root}${at.slice(0, 10).replaceAll("-", "/")}/`;
  const start = from === null ? {} : { StartAfter: day(from) };
  const after = to === null ? null : day(plus(dayOf(to), DAY));
  for await (const page of listing(options, { Prefix: root, ...start })) {
    for (const { Key: key = "" } of page.Contents ?? []) {
      if (after !== null && key >= after) return;
      if (wanted(key)) yield { bucket: options.bucket, key };
    }
  }
}

function listing(
  { bucket, s3, call }: BucketDigestsOptions,
  where: { Prefix: string; Delimiter?: string; StartAfter?: string },
) {
  return pages(`ListObjectsV2 of ${bucket}`, async (token) => {
    const page = await call(`list s3://${bucket}/${where.Prefix}`, () =>
      s3.send(new ListObjectsV2Command({ Bucket: bucket, ...where, ContinuationToken: token })),
    );
    return { ...page, NextToken: page.NextContinuationToken };
  });
}

interface StoredObject {
  readonly body: Readable;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Null when there is none. */
async function get(
  { s3, call }: BucketDigestsOptions,
  bucket: string,
  key: string,
): Promise<StoredObject | null> {
  try {
    const answer = await call(`send s3://${bucket}/${key}`, () =>
      s3.send(new GetObjectCommand({ Bucket: bucket, Key: key })),
    );
    return { body: answer.Body as Readable, metadata: answer.Metadata ?? {} };
  } catch (error) {
    if (error instanceof Fault && GONE.has(awsErrorName(error.cause))) return null;
    throw error;
  }
}

function hashOf(
  { call }: BucketDigestsOptions,
  body: Readable,
  bucket: string,
  key: string,
): Promise<FoundLog> {
  const hash = createHash("sha256");
  return call(`send s3://${bucket}/${key} whole`, async () => {
    try {
      await pipeline(body, createGunzip(), async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) hash.update(chunk);
      });
    } catch (error) {
      // Other errors are the connection's: they say nothing of the file.
      if (!String((error as NodeJS.ErrnoException).code).startsWith("Z_")) throw error;
      return { broken: "it does not unpack whole (it is truncated or damaged)" };
    }
    return { sha256: hash.digest("hex") };
  });
}

async function publicKeys(
  { cloudTrailOf, call }: BucketDigestsOptions,
  region: string,
  from: Instant,
  to: Instant,
): Promise<DigestKey[]> {
  const keys: DigestKey[] = [];
  const span = { StartTime: new Date(epoch(from)), EndTime: new Date(epoch(to)) };
  const read = (NextToken: string | undefined) =>
    call(`list the public keys of ${region}`, () =>
      cloudTrailOf(region).send(new ListPublicKeysCommand({ ...span, NextToken })),
    );
  for await (const page of pages(`ListPublicKeys (${region})`, read)) {
    for (const one of page.PublicKeyList ?? []) {
      if (!one.Value || !one.Fingerprint || !one.ValidityStartTime || !one.ValidityEndTime)
        continue;
      keys.push({
        fingerprint: one.Fingerprint,
        der: one.Value,
        validFrom: instant(one.ValidityStartTime.getTime()),
        validTo: instant(one.ValidityEndTime.getTime()),
      });
    }
  }
  return keys;
}

function dayOf(at: Instant): Instant {
  return instant(epoch(at) - (epoch(at) % DAY));
}
