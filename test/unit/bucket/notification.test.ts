import fc from "fast-check";
import { expect, test } from "vitest";
import { parseNotification } from "#core/domain/trail/notification";

const KEY =
  "audit logs/AWSLogs/o-exampleorg/444455556666/CloudTrail/eu-central-1/2026/05/04/a+b.json.gz";
const ENCODED =
  "audit+logs/AWSLogs/o-exampleorg/444455556666/CloudTrail/eu-central-1/2026/05/04/a%2Bb.json.gz";

const s3Record = (more: object = {}, object: object = {}) => ({
  eventVersion: "2.1",
  eventSource: "aws:s3",
  eventName: "ObjectCreated:Put",
  s3: {
    bucket: { name: "trail-bucket" },
    object: {
      key: ENCODED,
      size: 512,
      eTag: "d41d8cd98f00b204e9800998ecf8427e",
      versionId: "v1",
      ...object,
    },
  },
  ...more,
});
const s3Event = (...records: object[]) => ({ Records: records });
const throughSns = (message: string) => ({
  Type: "Notification",
  TopicArn: "arn:aws:sns:eu-central-1:111122223333:trail",
  Message: message,
});
const ONE = {
  kind: "objects",
  buckets: ["trail-bucket"],
  created: [
    {
      bucket: "trail-bucket",
      key: KEY,
      etag: "d41d8cd98f00b204e9800998ecf8427e",
      versionId: "v1",
      bytes: 512,
    },
  ],
};
const NAMED_ONLY = {
  kind: "objects",
  buckets: ["trail-bucket"],
  created: [{ bucket: "trail-bucket", key: KEY, etag: "", versionId: null, bytes: null }],
};
const trail = { s3Bucket: "trail-bucket", s3ObjectKey: [KEY] };

test.each([
  ["S3's event", s3Event(s3Record()), ONE],
  [
    "S3's event of a multipart upload",
    s3Event(s3Record({ eventName: "ObjectCreated:CompleteMultipartUpload" })),
    ONE,
  ],
  [
    "S3's event with a prefixed name",
    s3Event(s3Record({ eventName: "s3:ObjectCreated:Put" })),
    ONE,
  ],
  ["S3's event through SNS", throughSns(JSON.stringify(s3Event(s3Record()))), ONE],
  ["the trail's topic", throughSns(JSON.stringify(trail)), NAMED_ONLY],
  ["the trail's topic, delivered raw", trail, NAMED_ONLY],
  [
    "EventBridge, whose key is not encoded",
    {
      source: "aws.s3",
      "detail-type": "Object Created",
      detail: {
        bucket: { name: "trail-bucket" },
        object: {
          key: KEY,
          size: 512,
          etag: "d41d8cd98f00b204e9800998ecf8427e",
          "version-id": "v1",
        },
      },
    },
    ONE,
  ],
])("%s announces its objects with their decoded keys", (_, message, expected) => {
  expect(parseNotification(JSON.stringify(message))).toEqual(expected);
});

test("every key of the trail's list is announced", () => {
  const message = { s3Bucket: "trail-bucket", s3ObjectKey: ["a", "b", "c"] };
  const parsed = parseNotification(JSON.stringify(message));
  expect(parsed.kind === "objects" && parsed.created.map(({ key }) => key)).toEqual([
    "a",
    "b",
    "c",
  ]);
});

test.each([
  ["a removal by S3", s3Event(s3Record({ eventName: "ObjectRemoved:Delete" }))],
  [
    "a removal by EventBridge",
    {
      source: "aws.s3",
      "detail-type": "Object Deleted",
      detail: { bucket: { name: "trail-bucket" }, object: { key: KEY } },
    },
  ],
])("%s is of the bucket and announces nothing", (_, message) => {
  expect(parseNotification(JSON.stringify(message))).toEqual({
    kind: "objects",
    buckets: ["trail-bucket"],
    created: [],
  });
});

test.each([
  [
    "S3's test",
    JSON.stringify({ Service: "Amazon S3", Event: "s3:TestEvent", Bucket: "trail-bucket" }),
  ],
  ["S3's test through SNS", JSON.stringify(throughSns(JSON.stringify({ Event: "s3:TestEvent" })))],
  ["CloudTrail's test through SNS", JSON.stringify(throughSns("CloudTrail validation message."))],
  ["CloudTrail's test, delivered raw", "CloudTrail validation message."],
])("%s is a test", (_, body) => {
  expect(parseNotification(body)).toEqual({ kind: "test" });
});

test.each([
  ["no JSON", "hello", /JSON/],
  ["an array", "[]", /JSON/],
  ["another shape", JSON.stringify({ jobId: 7 }), /shape/],
  ["an event of another service", JSON.stringify({ source: "aws.ec2", detail: {} }), /shape/],
  ["an envelope without JSON in it", JSON.stringify(throughSns("hello")), /topic/],
  ["records that are not S3's", JSON.stringify(s3Event({ eventSource: "aws:ses" })), /not S3's/],
  ["no records", JSON.stringify(s3Event()), /nothing/],
  [
    "a key whose encoding is broken",
    JSON.stringify(s3Event(s3Record({}, { key: "a%zz" }))),
    /percent/,
  ],
  [
    "a list that holds no text",
    JSON.stringify({ s3Bucket: "trail-bucket", s3ObjectKey: [7] }),
    /not text/,
  ],
  ["a list that is none", JSON.stringify({ s3Bucket: "trail-bucket", s3ObjectKey: "a" }), /list/],
])("a message with %s is foreign, with the reason", (_, body, reason) => {
  const parsed = parseNotification(body);
  expect(parsed.kind).toBe("foreign");
  expect(parsed.kind === "foreign" && parsed.reason).toMatch(reason);
});

test("whatever a message holds, it is parsed to an outcome", () => {
  const shapes = fc.oneof(
    fc.string(),
    fc.json(),
    fc.record({ Records: fc.array(fc.jsonValue()) }).map((value) => JSON.stringify(value)),
    fc
      .record({ s3Bucket: fc.jsonValue(), s3ObjectKey: fc.jsonValue() })
      .map((value) => JSON.stringify(value)),
    fc
      .record({ Type: fc.constant("Notification"), Message: fc.json() })
      .map((value) => JSON.stringify(value)),
  );
  const outcomes = new Set<string>();
  fc.assert(fc.property(shapes, (body) => void outcomes.add(parseNotification(body).kind)));
  expect([...outcomes].filter((kind) => !["objects", "test", "foreign"].includes(kind))).toEqual(
    [],
  );
});
