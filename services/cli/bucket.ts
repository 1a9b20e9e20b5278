/** The trail's bucket as a source, built from settings. Nothing is asked of AWS before it is read. */
import { S3Client } from "@aws-sdk/client-s3";
import type { AwsClients } from "#core/adapters/aws/clients";
import { s3Digests } from "#core/adapters/aws/digests";
import { s3TrailBucket } from "#core/adapters/aws/trail-bucket";
import { awsTrailInspector } from "#core/adapters/aws/trail-inspector";
import { queueRegion, sqsTrailQueue } from "#core/adapters/aws/trail-queue";
import { PostgresDigestStore } from "#core/adapters/postgres/sources/digest-store";
import { PostgresObjectStore } from "#core/adapters/postgres/sources/object-store";
import { PostgresSourceStates } from "#core/adapters/postgres/sources/source-states";
import type { TrailBucketConfig } from "#core/platform/config";
import type { Sources } from "../ingest/sources.ts";
import type { Runtime } from "./runtime.ts";

type BucketSource = NonNullable<Sources["bucket"]>;

/** `askIn`: the Region in which the bucket and its trail are looked for first. */
export function bucketSource(
  { database, clock }: Pick<Runtime, "database" | "clock">,
  clientsOf: (region: string) => AwsClients,
  askIn: string,
  { bucket, prefix, region, queueUrl }: TrailBucketConfig,
  backfillMilliseconds: number,
): BucketSource {
  return {
    bucket: s3TrailBucket({ clientsOf, bucket, prefix, askIn, region }),
    queue:
      queueUrl === null
        ? null
        : sqsTrailQueue(clientsOf(queueRegion(queueUrl) ?? askIn).sqs, queueUrl),
    inspector: awsTrailInspector(clientsOf, { bucket, askIn, clock }),
    objects: new PostgresObjectStore(database),
    digests: {
      name: `digests/${bucket}`,
      source: s3Digests({
        bucket,
        prefix,
        // Where the bucket lies is S3's to say: the first answer leads there.
        s3: new S3Client({ region: region ?? askIn, followRegionRedirects: true }),
        cloudTrailOf: (place) => clientsOf(place).cloudTrail,
        call: clientsOf(askIn).call,
      }),
      store: new PostgresDigestStore(database),
    },
    states: new PostgresSourceStates(database),
    backfillMilliseconds,
  };
}

/** For people: what is read. */
export function bucketWords({ bucket, queue }: BucketSource): string {
  const announced = queue === null ? "by listing" : `announced by the queue ${queue.name}`;
  return `trail files in s3://${bucket.name}/${bucket.prefix}, ${announced}`;
}
