/**
 * A trail's bucket over S3. Guarantees that an object comes whole and in the content that was asked for, or with the reason why not;
 * a trouble of the whole bucket is thrown. The bucket's Region is asked when it is first needed. Nothing is written to the bucket.
 */
import {
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  type GetObjectCommandOutput,
  type S3Client,
} from "@aws-sdk/client-s3";
import { Fault } from "../../domain/fault.ts";
import { shownKey } from "../../domain/trail/object-key.ts";
import type { ListedObject, ObjectRead, TrailBucket } from "../../ports/trail/trail-bucket.ts";
import type { AwsClients } from "./clients.ts";
import { awsErrorName, awsFault } from "./faults.ts";
import { pages } from "./paging.ts";
import { answerOf, bucketFault, noBucket, objectFault } from "./trail-bucket-faults.ts";

export interface TrailBucketOptions {
  readonly clientsOf: (region: string) => Pick<AwsClients, "s3" | "call" | "region">;
  readonly bucket: string;
  readonly prefix: string;
  /** Where the bucket is looked for first. */
  readonly askIn: string;
  /** The Region that was set; null: the one that S3 tells. */
  readonly region: string | null;
  /** An object that takes longer is given up and tried again. */
  readonly deadlineMilliseconds?: number;
}

/** A file of a trail has a few megabytes; at this pace even a slow line brings it. */
const DEADLINE = 45_000;

const GONE = new Set(["NoSuchKey", "NoSuchVersion", "NotFound"]);
export function s3TrailBucket(options: TrailBucketOptions): TrailBucket {
  const { bucket, prefix } = options;
  let opening: Promise<S3Client> | null = null;
  // Asked again after a failure: somebody may have mended it.
  const client = (): Promise<S3Client> =>
    (opening ??= regionOf(options).then(
      (region) => options.clientsOf(region).s3,
      (error: unknown) => {
        opening = null;
        throw error;
      },
    ));
  const listing = (below: string, delimiter?: string) => listed(client, options, below, delimiter);
  return {
    name: bucket,
    prefix,
    async folders(below) {
      const found: string[] = [];
      for await (const page of listing(below, "/")) {
        found.push(...(page.CommonPrefixes ?? []).flatMap(({ Prefix }) => Prefix ?? []));
      }
      return found;
    },
    async *objects(below) {
      for await (const page of listing(below)) {
        yield (page.Contents ?? []).flatMap(({ Key, ETag, Size }): ListedObject[] =>
          Key === undefined ? [] : [{ key: Key, etag: unquoted(ETag), bytes: Size ?? 0 }],
        );
      }
    },
    read: async (key, etag, atMostBytes) =>
      readObject(await client(), options, { key, etag, atMostBytes }),
  };
}

function listed(
  client: () => Promise<S3Client>,
  { bucket, clientsOf, askIn }: TrailBucketOptions,
  below: string,
  delimiter: string | undefined,
) {
  const place = `s3://${bucket}/${shownKey(below)}`;
  return pages(`ListObjectsV2 (${place})`, async (token) => {
    const s3 = await client();
    const command = () =>
      s3.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: below,
          Delimiter: delimiter,
          ContinuationToken: token,
        }),
      );
    const page = await clientsOf(askIn)
      .call(`list ${place}`, command)
      .catch((error: unknown) => {
        throw bucketFault(error, bucket);
      });
    return { ...page, NextToken: page.NextContinuationToken };
  });
}

/** Where the bucket lies. Fault: it does not exist, lies elsewhere than the setting says, or cannot be asked. */
async function regionOf(options: TrailBucketOptions): Promise<string> {
  const { bucket, askIn, region } = options;
  const actual = await actualRegion(options);
  if (region !== null && actual !== region) {
    throw new Fault(
      "bucket.other-region",
      `The bucket ${bucket} lies in ${actual}, and CURFEW_TRAIL_BUCKET_REGION says ${region}: correct the setting, or leave it out.`,
      { detail: { bucket, askIn } },
    );
  }
  return actual;
}

async function actualRegion({ clientsOf, bucket, askIn }: TrailBucketOptions): Promise<string> {
  const { s3 } = clientsOf(askIn);
  try {
    const { BucketRegion } = await s3.send(new HeadBucketCommand({ Bucket: bucket }));
    return BucketRegion ?? askIn;
  } catch (error) {
    // S3 names the Region also where it redirects or denies (AWS: HeadBucket API reference). An answer to HEAD has no body, so
    // its status is all that tells what is wrong.
    const { status, region } = answerOf(error);
    if (status === 404) throw noBucket(bucket, error);
    if (region !== null && (status === 301 || status === 400 || status === 403)) return region;
    if (status === 403) return askIn;
    throw awsFault(error, `say where the bucket ${bucket} lies`);
  }
}

interface Wanted {
  readonly key: string;
  readonly etag: string;
  readonly atMostBytes: number;
}

async function readObject(
  s3: S3Client,
  { bucket, deadlineMilliseconds = DEADLINE }: TrailBucketOptions,
  { key, etag, atMostBytes }: Wanted,
): Promise<ObjectRead> {
  const deadline = AbortSignal.timeout(deadlineMilliseconds);
  try {
    const answer = await s3.send(
      new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        ...(etag === "" ? {} : { IfMatch: `"${etag}"` }),
      }),
      { abortSignal: deadline },
    );
    return await received(answer, atMostBytes, deadline);
  } catch (error) {
    const name = awsErrorName(error);
    if (GONE.has(name)) return { outcome: "gone" };
    if (name === "PreconditionFailed") return { outcome: "changed" };
    const slow = deadline.aborted ? deadlineMilliseconds : null;
    const fault = objectFault(error, `s3://${bucket}/${shownKey(key)}`, slow);
    if (fault === null) throw bucketFault(awsFault(error, `read s3://${bucket}`), bucket);
    return { outcome: "failing", fault };
  }
}

async function received(
  answer: GetObjectCommandOutput,
  atMostBytes: number,
  deadline: AbortSignal,
): Promise<ObjectRead> {
  const { Body: body, ContentLength: length = 0 } = answer;
  const stream = body as (AsyncIterable<Uint8Array> & { destroy(error?: Error): void }) | undefined;
  if (length > atMostBytes) {
    stream?.destroy();
    return { outcome: "larger", bytes: length };
  }
  // The SDK's signal ends with the headers; the body's stream is ours to end.
  const end = () => stream?.destroy(new Error("The body did not come in time."));
  deadline.addEventListener("abort", end, { once: true });
  if (deadline.aborted) end();
  try {
    const chunks: Uint8Array[] = [];
    for await (const chunk of stream ?? []) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    if (bytes.length !== length) throw new Error(`${bytes.length} of ${length} bytes came.`);
    const { ETag, VersionId } = answer;
    return { outcome: "read", bytes, etag: unquoted(ETag), versionId: VersionId ?? null };
  } finally {
    deadline.removeEventListener("abort", end);
  }
}

const unquoted = (etag: string | undefined): string => (etag ?? "").replaceAll('"', "");
