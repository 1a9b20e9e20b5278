/**
 * What the queue of the trail is told: one message for each delivered object, in the shape that the way there gives it. Guarantees
 * that an object which shows from now on is announced once; what was there before the start, or is older than the queue keeps
 * messages, is not announced. Digests are announced by the bucket, never by the trail's own topic.
 */
import { randomUUID } from "node:crypto";
import type { ListedObject } from "../../bucket/objects.ts";
import type { TrailBucket } from "../../bucket/trail-bucket.ts";
import type { TrailObjects } from "../../bucket/trail-objects.ts";
import { PARTITION } from "../../partition.ts";
import { DAY } from "../../random.ts";
import { encodedKey } from "../s3/listing.ts";

/** The way from the bucket to the queue. */
export type NotificationShape =
  /** The bucket's notification, straight; begins with the test event. */
  | "s3"
  /** The same through an SNS topic. */
  | "s3-sns"
  /** The trail's own SNS topic, which names several files of one delivery together. */
  | "trail-sns"
  /** The bucket's event through EventBridge, whose keys are not encoded. */
  | "eventbridge";

export interface NotificationOptions {
  /** "s3" unless told. */
  readonly shape?: NotificationShape;
  /** Whether the bucket's events name digests too, as a bucket without a filter does; true unless told. */
  readonly digests?: boolean;
}

/** SQS: the default retention of a queue. */
const KEPT = 4 * DAY;
/** Files that one message of the trail's topic names at most. */
const TOGETHER = 10;

export class Notifications {
  readonly #bucket: TrailBucket;
  readonly #trail: TrailObjects;
  readonly #accountId: string;
  readonly #shape: NotificationShape;
  readonly #digests: boolean;
  readonly #waiting: ListedObject[] = [];
  #until: number;
  #tested = false;

  constructor(
    bucket: TrailBucket,
    trail: TrailObjects,
    accountId: string,
    options: NotificationOptions,
  ) {
    this.#bucket = bucket;
    this.#trail = trail;
    this.#accountId = accountId;
    this.#shape = options.shape ?? "s3";
    this.#digests = this.#shape !== "trail-sns" && options.digests !== false;
    this.#until = trail.written() ?? -Infinity;
    bucket.onCreated((created) => {
      if (this.#digests || !created.key.includes("/CloudTrail-Digest/"))
        this.#waiting.push(created);
    });
  }

  /** The bodies of what came since this was asked last. */
  take(): string[] {
    const to = this.#trail.until();
    const from = Math.max(this.#until, to - KEPT);
    const arrived = this.#trail
      .arrived(from, to, this.#digests)
      .filter((one) => one.lastModified > to - KEPT);
    this.#until = Math.max(this.#until, to);
    const created = [...this.#waiting.splice(0), ...arrived];
    return [...this.#testEvent(), ...this.#bodies(created)];
  }

  #testEvent(): string[] {
    if (this.#tested || !this.#shape.startsWith("s3")) return [];
    this.#tested = true;
    const event = {
      Service: "Amazon S3",
      Event: "s3:TestEvent",
      Time: this.#time(this.#trail.until()),
      Bucket: this.#bucket.name,
      RequestId: randomUUID(),
      HostId: "simulator",
    };
    const body = JSON.stringify(event);
    return [this.#shape === "s3" ? body : this.#published("Amazon S3 Notification", body)];
  }

  #bodies(created: readonly ListedObject[]): string[] {
    switch (this.#shape) {
      case "s3":
        return created.map((one) => this.#bucketEvent(one));
      case "s3-sns":
        return created.map((one) =>
          this.#published("Amazon S3 Notification", this.#bucketEvent(one)),
        );
      case "eventbridge":
        return created.map((one) => this.#busEvent(one));
      case "trail-sns":
        return together(created).map((keys) =>
          this.#published(null, JSON.stringify({ s3Bucket: this.#bucket.name, s3ObjectKey: keys })),
        );
    }
  }

  /** AWS: S3 user guide, event message structure. The key is encoded as in a form: a plus is a space. */
  #bucketEvent({ key, size, etag, versionId, lastModified }: ListedObject): string {
    const { name, region } = this.#bucket;
    const principalId = "AWS:AROAEXAMPLEEXAMPLE234:regionalDeliverySession";
    const record = {
      eventVersion: "2.1",
      eventSource: "aws:s3",
      awsRegion: region,
      eventTime: this.#time(lastModified),
      eventName: "ObjectCreated:Put",
      userIdentity: { principalId },
      requestParameters: { sourceIPAddress: "192.0.2.10" },
      responseElements: { "x-amz-request-id": randomUUID(), "x-amz-id-2": "simulator" },
      s3: {
        s3SchemaVersion: "1.0",
        configurationId: "curfew-trail",
        bucket: { name, ownerIdentity: { principalId: "A2EXAMPLE" }, arn: bucketArn(name) },
        object: {
          key: encodedKey(key),
          size,
          eTag: etag,
          versionId,
          sequencer: sequencer(lastModified),
        },
      },
    };
    return JSON.stringify({ Records: [record] });
  }

  /** AWS: S3 user guide, EventBridge event message structure. */
  #busEvent({ key, size, etag, versionId, lastModified }: ListedObject): string {
    const { name, region } = this.#bucket;
    return JSON.stringify({
      version: "0",
      id: randomUUID(),
      "detail-type": "Object Created",
      source: "aws.s3",
      account: this.#accountId,
      time: this.#time(lastModified),
      region,
      resources: [bucketArn(name)],
      detail: {
        version: "0",
        bucket: { name },
        object: { key, size, etag, "version-id": versionId, sequencer: sequencer(lastModified) },
        "request-id": randomUUID(),
        requester: "cloudtrail.amazonaws.com",
        "source-ip-address": "192.0.2.10",
        reason: "PutObject",
      },
    });
  }

  /** AWS: SNS developer guide, messages to queues. */
  #published(subject: string | null, message: string): string {
    const { region } = this.#bucket;
    return JSON.stringify({
      Type: "Notification",
      MessageId: randomUUID(),
      TopicArn: `arn:${PARTITION}:sns:${region}:${this.#accountId}:curfew-trail`,
      ...(subject === null ? {} : { Subject: subject }),
      Message: message,
      Timestamp: this.#time(this.#trail.until()),
      SignatureVersion: "1",
      Signature: "EXAMPLE",
      SigningCertURL: "https://sns.example.com/certificate.pem",
      UnsubscribeURL: "https://sns.example.com/unsubscribe",
    });
  }

  #time(instant: number): string {
    return new Date(instant).toISOString();
  }
}

/** Keys of one delivery, so many together as one message names. */
function together(created: readonly ListedObject[]): string[][] {
  const groups: { at: number; keys: string[] }[] = [];
  for (const { key, lastModified } of created) {
    const last = groups.at(-1);
    if (last?.at === lastModified && last.keys.length < TOGETHER) last.keys.push(key);
    else groups.push({ at: lastModified, keys: [key] });
  }
  return groups.map((group) => group.keys);
}

function bucketArn(name: string): string {
  return `arn:${PARTITION}:s3:::${name}`;
}

function sequencer(instant: number): string {
  return instant.toString(16).toUpperCase().padStart(18, "0");
}
