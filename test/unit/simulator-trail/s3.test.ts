import {
  GetBucketLocationCommand, GetObjectCommand, HeadBucketCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client,
} from "@aws-sdk/client-s3"; // prettier-ignore
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deliver, get, HOME, HOUR, listAll, MINUTE, NOW, openPlace, passTo, type Place } from "./place.ts"; // prettier-ignore

let place: Place;
let Bucket: string;
beforeAll(async () => {
  place = await openPlace();
  Bucket = place.simulator.bucketName;
});
afterAll(() => place.close());

const bytes = (text: string): Buffer => Buffer.from(text, "utf8");
const put = (key: string, text = key) => place.simulator.objects.put(key, bytes(text));

describe("a listing", () => {
  beforeAll(() => {
    for (const day of ["a", "b", "c"])
      for (const n of ["1", "2", "3", "4"]) put(`list/${day}/${n}`);
    put("list/top");
  });

  test("answers keys in order, page by page, each once", async () => {
    const all = await listAll(place, "list/");
    expect(all).toHaveLength(13);
    expect(all).toEqual([...all].sort());
    for (const size of [1, 4, 12, 13]) expect(await listAll(place, "list/", size)).toEqual(all);
  });

  test("starts after the key that is asked for, whether it is there or not", async () => {
    const after = async (StartAfter: string) => {
      const command = new ListObjectsV2Command({ Bucket, Prefix: "list/", StartAfter });
      return (await place.s3.send(command)).Contents?.[0]?.Key;
    };
    expect(await after("list/a/2")).toBe("list/a/3");
    expect(await after("list/a/25")).toBe("list/a/3");
  });

  test("groups keys below a delimiter, once each, over pages too", async () => {
    const groups: (string | undefined)[] = [];
    const keys: (string | undefined)[] = [];
    let ContinuationToken: string | undefined;
    do {
      const input = { Bucket, Prefix: "list/", Delimiter: "/", MaxKeys: 1 };
      const page = await place.s3.send(
        new ListObjectsV2Command({ ...input, ...(ContinuationToken ? { ContinuationToken } : {}) }),
      );
      expect(page.KeyCount).toBe(1);
      groups.push(...(page.CommonPrefixes ?? []).map((one) => one.Prefix));
      keys.push(...(page.Contents ?? []).map((one) => one.Key));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    expect(groups).toEqual(["list/a/", "list/b/", "list/c/"]);
    expect(keys).toEqual(["list/top"]);
  });

  test("leaves out a group that is not greater than where it starts", async () => {
    const input = { Bucket, Prefix: "list/", Delimiter: "/", StartAfter: "list/a/2" };
    const page = await place.s3.send(new ListObjectsV2Command(input));
    expect(page.CommonPrefixes?.map((one) => one.Prefix)).toEqual(["list/b/", "list/c/"]);
  });

  test("has at most a thousand keys a page, whatever is asked for", async () => {
    for (let n = 0; n < 1_001; n++) put(`many/${n}`);
    const command = new ListObjectsV2Command({ Bucket, Prefix: "many/", MaxKeys: 5_000 });
    const page = await place.s3.send(command);
    expect([page.KeyCount, page.MaxKeys, page.IsTruncated]).toEqual([1_000, 1_000, true]);
    expect(await listAll(place, "many/")).toHaveLength(1_001);
  });

  test("refuses a token that was issued for another prefix", async () => {
    const page = await place.s3.send(
      new ListObjectsV2Command({ Bucket, Prefix: "list/", MaxKeys: 1 }),
    );
    const ContinuationToken = page.NextContinuationToken ?? "";
    await expect(
      place.s3.send(new ListObjectsV2Command({ Bucket, Prefix: "many/", ContinuationToken })),
    ).rejects.toMatchObject({ name: "InvalidArgument" });
  });

  test("goes on where it was when keys come and go between its pages", async () => {
    put("moving/b");
    put("moving/d");
    const first = await place.s3.send(
      new ListObjectsV2Command({ Bucket, Prefix: "moving/", MaxKeys: 1 }),
    );
    place.simulator.objects.remove("moving/b");
    put("moving/a");
    put("moving/c");
    const second = await place.s3.send(
      new ListObjectsV2Command({
        Bucket,
        Prefix: "moving/",
        ContinuationToken: first.NextContinuationToken,
      }),
    );
    expect(second.Contents?.map((one) => one.Key)).toEqual(["moving/c", "moving/d"]);
  });
});

describe("an object", () => {
  test.each(["plain.json.gz", "with space+plus", "ä/é/日本", "a/../b", "per%20cent", "<&>\"'", "line\nbreak", "//x"])(
    "of the key %j is listed and read under that key",
    async (name) => {
      const key = `odd/${name}`;
      put(key, `bytes of ${name}`);
      expect(await listAll(place, "odd/")).toContain(key);
      expect((await get(place, key)).bytes.toString("utf8")).toBe(`bytes of ${name}`);
      const encoded = await place.s3.send(
        new ListObjectsV2Command({ Bucket, Prefix: key, EncodingType: "url" }),
      );
      const [listed] = encoded.Contents ?? [];
      expect(decodeURIComponent((listed?.Key ?? "").replaceAll("+", " "))).toBe(key);
    },
  ); // prettier-ignore

  test("comes with its length, tag, version, time and metadata, the same by head and by get", async () => {
    const metadata = { signature: "0123abcd", origin: "test" };
    const stored = place.simulator.objects.put("told", bytes("hello"), { metadata });
    const read = await get(place, "told");
    const head = await place.s3.send(new HeadObjectCommand({ Bucket, Key: "told" }));
    for (const answer of [read, head])
      expect(answer).toMatchObject({
        ContentLength: 5,
        ETag: `"${stored.etag}"`,
        VersionId: stored.versionId,
        LastModified: new Date(Math.floor(stored.lastModified / 1000) * 1000),
        Metadata: metadata,
      });
  });

  test("is another version with another tag when it is replaced, and If-Match tells", async () => {
    const before = place.simulator.objects.put("kept", bytes("one"), { metadata: { of: "first" } });
    await expect(get(place, "kept", { IfMatch: `"${before.etag}"` })).resolves.toBeDefined();
    await place.simulator.objects.replace("kept", bytes("two"));
    await expect(get(place, "kept", { IfMatch: before.etag })).rejects.toMatchObject({
      name: "PreconditionFailed",
      $metadata: { httpStatusCode: 412 },
    });
    const after = await get(place, "kept");
    expect([after.bytes.toString(), after.Metadata]).toEqual(["two", { of: "first" }]);
    expect(after.VersionId).not.toBe(before.versionId);
    await expect(place.simulator.objects.replace("never", bytes("x"))).rejects.toThrow(
      /no object never/,
    );
  });

  test("that was removed is in no list and cannot be read", async () => {
    put("gone");
    place.simulator.objects.remove("gone");
    expect(await listAll(place, "gone")).toEqual([]);
    await expect(get(place, "gone")).rejects.toMatchObject({ name: "NoSuchKey" });
    await expect(
      place.s3.send(new HeadObjectCommand({ Bucket, Key: "gone" })),
    ).rejects.toMatchObject({ name: "NotFound", $metadata: { httpStatusCode: 404 } });
  });
});

describe("the trail in the bucket", () => {
  test("has the bytes of the files on disk, and nothing that is not delivered yet", async () => {
    const own = await openPlace({ days: 1 });
    await own.simulator.catchUpTrail();
    const logs = (await listAll(own, "AWSLogs/")).filter((key) => key.includes("/CloudTrail/"));
    const { trailDirectory } = own.simulator;
    const onDisk = readdirSync(trailDirectory, { recursive: true, encoding: "utf8" });
    expect(logs).toEqual(onDisk.filter((name) => name.endsWith(".json.gz")).sort());
    for (const key of logs.slice(0, 20))
      expect((await get(own, key)).bytes).toEqual(readFileSync(join(trailDirectory, key)));
    passTo(own, NOW + HOUR);
    expect((await listAll(own, "AWSLogs/")).filter((key) => key.includes("/CloudTrail/"))).toEqual(
      logs,
    );
    await own.simulator.catchUpTrail();
    const grown = (await listAll(own, "AWSLogs/")).filter((key) => key.includes("/CloudTrail/"));
    expect(grown.length).toBeGreaterThan(logs.length);
    expect(grown.filter((key) => key < (logs[0] ?? ""))).toEqual([]);
    await own.close();
  });

  test("hides what is delivered later than now", async () => {
    const key = deliver(place, NOW + 10 * MINUTE);
    expect(await listAll(place, "AWSLogs/")).not.toContain(key);
    expect(place.simulator.objects.list("AWSLogs/")).not.toContain(key);
    await expect(get(place, key)).rejects.toMatchObject({ name: "NoSuchKey" });
    passTo(place, NOW + 10 * MINUTE);
    expect(await listAll(place, "AWSLogs/")).toContain(key);
    passTo(place, NOW);
  });
});

describe("a bucket", () => {
  test("tells its Region from every Region, and answers nothing else elsewhere", async () => {
    const { s3 } = await place.clients({ region: "us-east-1" });
    const { LocationConstraint } = await s3.send(new GetBucketLocationCommand({ Bucket }));
    expect(LocationConstraint).toBe(HOME);
    await expect(s3.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject({
      name: "PermanentRedirect",
      $metadata: { httpStatusCode: 301 },
      $response: { headers: { "x-amz-bucket-region": HOME } },
    });
    await expect(s3.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 301 },
    });
    expect((await place.s3.send(new HeadBucketCommand({ Bucket }))).BucketRegion).toBe(HOME);
  });

  test("that follows the redirect is read by a client of the wrong Region", async () => {
    put("followed");
    const { endpoint, environment } = place.simulator;
    const s3 = new S3Client({
      endpoint,
      region: "us-east-1",
      followRegionRedirects: true,
      credentials: {
        accessKeyId: environment.AWS_ACCESS_KEY_ID,
        secretAccessKey: environment.AWS_SECRET_ACCESS_KEY,
      },
    });
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: "followed" }));
    expect(await Body?.transformToString()).toBe("followed");
    s3.destroy();
  });

  test("of another name does not exist, and another account may not read this one", async () => {
    await expect(
      place.s3.send(new ListObjectsV2Command({ Bucket: "another-bucket" })),
    ).rejects.toMatchObject({ name: "NoSuchBucket", $metadata: { httpStatusCode: 404 } });
    const member = place.simulator.organisation.accounts.find((one) => !one.isManagement);
    const { s3 } = await place.clients({ accountId: member?.id ?? "" });
    await expect(s3.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject({
      name: "AccessDenied",
      $metadata: { httpStatusCode: 403 },
    });
  });

  test("cannot be written over the wire, and unknown credentials are named as S3 names them", async () => {
    await expect(
      place.s3.send(new PutObjectCommand({ Bucket, Key: "x", Body: "y" })),
    ).rejects.toMatchObject({ name: "NotImplemented", message: expect.stringContaining("PUT") });
    const { endpoint } = place.simulator;
    const credentials = { accessKeyId: "AKIAEXAMPLEEXAMPLE23", secretAccessKey: "none" };
    const stranger = new S3Client({ endpoint, region: HOME, credentials });
    await expect(stranger.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject({
      name: "InvalidAccessKeyId",
    });
    stranger.destroy();
  });
});
