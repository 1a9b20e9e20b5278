import { ListPublicKeysCommand } from "@aws-sdk/client-cloudtrail";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { createHash, createPublicKey, verify } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { deliver, get, HOME, HOUR, listAll, MINUTE, NOW, openPlace, passTo, type Place } from "./place.ts"; // prettier-ignore

let place: Place;
afterEach(() => place.close());

interface Digest {
  awsAccountId: string;
  digestStartTime: string;
  digestEndTime: string;
  digestS3Bucket: string;
  digestS3Object: string;
  digestPublicKeyFingerprint: string;
  digestSignatureAlgorithm: string;
  newestEventTime: string | null;
  oldestEventTime: string | null;
  previousDigestS3Bucket: string | null;
  previousDigestS3Object: string | null;
  previousDigestHashValue: string | null;
  previousDigestHashAlgorithm: string | null;
  previousDigestSignature: string | null;
  logFiles: { s3Bucket: string; s3Object: string; hashValue: string; hashAlgorithm: string }[];
}

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** The keys of a Region as DER by fingerprint, as ListPublicKeys answers them for a range of time. */
async function keysOf(region: string): Promise<Map<string, Uint8Array>> {
  const { cloudTrail } = await place.clients({ region });
  const range = { StartTime: new Date(NOW - 48 * HOUR), EndTime: new Date(NOW) };
  const { PublicKeyList } = await cloudTrail.send(new ListPublicKeysCommand(range));
  return new Map(
    (PublicKeyList ?? []).map((one) => [one.Fingerprint ?? "", one.Value ?? new Uint8Array()]),
  );
}

/** A digest, after its place, its signature and the hash of each log file were judged by node:crypto alone. */
async function judged(key: string, keys: Map<string, Uint8Array>) {
  const answer = await get(place, key);
  const text = gunzipSync(answer.bytes);
  const digest = JSON.parse(text.toString("utf8")) as Digest;
  expect([digest.digestS3Bucket, digest.digestS3Object]).toEqual([place.simulator.bucketName, key]);
  const signature = answer.Metadata?.["signature"] ?? "";
  const signed = [
    digest.digestEndTime,
    `${digest.digestS3Bucket}/${digest.digestS3Object}`,
    sha256(text),
    digest.previousDigestSignature ?? "null",
  ].join("\n");
  const der = Buffer.from(keys.get(digest.digestPublicKeyFingerprint) ?? []);
  const publicKey = createPublicKey({ key: der, format: "der", type: "pkcs1" });
  const isSigned = verify("sha256", Buffer.from(signed), publicKey, Buffer.from(signature, "hex"));
  expect(isSigned, key).toBe(true);
  for (const log of digest.logFiles)
    expect(sha256(gunzipSync((await get(place, log.s3Object)).bytes))).toBe(log.hashValue);
  return { digest, text, signature, metadata: answer.Metadata ?? {} };
}

test("every hour from the first file on has a digest that names the one before, down to one that names none", async () => {
  place = await openPlace();
  const first = deliver(place, NOW - 5 * HOUR);
  const second = deliver(place, NOW - 2 * HOUR);
  const third = deliver(place, NOW - 2 * HOUR + 5 * MINUTE);
  const { organizationId, managementAccountId: owner } = place.simulator.organisation;
  const folder = `AWSLogs/${organizationId}/${owner}/CloudTrail-Digest/${HOME}/`;
  const keys = await listAll(place, folder);
  const name = (hour: string) =>
    `${folder}2026/05/05/${owner}_CloudTrail-Digest_${HOME}_${place.simulator.trailName}_${HOME}_20260505T${hour}0000Z.json.gz`;
  expect(keys).toEqual(["05", "06", "07", "08", "09"].map(name));
  const known = await keysOf(HOME);
  const chain = [];
  for (const key of keys) chain.push(await judged(key, known));
  expect(chain.map(({ digest }) => digest.logFiles.map((log) => log.s3Object))).toEqual([
    [first],
    [],
    [],
    [second, third],
    [],
  ]);
  expect(chain[0]?.digest).toMatchObject({
    awsAccountId: owner,
    digestStartTime: "2026-05-05T04:00:00Z",
    digestEndTime: "2026-05-05T05:00:00Z",
    digestSignatureAlgorithm: "SHA256withRSA",
    newestEventTime: "2026-05-05T04:26:00Z",
    previousDigestS3Bucket: null,
    previousDigestS3Object: null,
    previousDigestHashValue: null,
    previousDigestHashAlgorithm: null,
    previousDigestSignature: null,
  });
  for (const [n, { digest }] of chain.entries()) {
    const before = chain[n - 1];
    if (before === undefined) continue;
    expect(digest.digestStartTime).toBe(before.digest.digestEndTime);
    expect(digest.previousDigestS3Object).toBe(keys[n - 1]);
    expect(digest.previousDigestHashValue).toBe(sha256(before.text));
    expect(digest.previousDigestSignature).toBe(before.signature);
  }
});

test("an hour's digest comes five minutes after the hour and never before", async () => {
  place = await openPlace();
  deliver(place, NOW - 30 * MINUTE);
  expect(await listAll(place, "AWSLogs/")).toHaveLength(1);
  passTo(place, NOW + 30 * MINUTE);
  expect(await listAll(place, "AWSLogs/")).toHaveLength(1);
  passTo(place, NOW + 36 * MINUTE);
  expect(await listAll(place, "AWSLogs/")).toHaveLength(2);
});

test("a listing tells the size of a digest that nobody has signed yet", async () => {
  place = await openPlace();
  deliver(place, NOW - 4 * HOUR);
  const sizes = place.simulator.objects
    .list()
    .map((key) => place.simulator.objects.describe(key)?.size);
  const read = [];
  for (const key of await listAll(place)) read.push((await get(place, key)).bytes.length);
  expect(sizes).toEqual(read);
});

test("each Region has a chain and a key of its own", async () => {
  place = await openPlace();
  deliver(place, NOW - 2 * HOUR);
  deliver(place, NOW - 2 * HOUR, { region: "us-east-1" });
  const global = (await listAll(place)).filter((key) => key.includes("Digest/us-east-1"));
  await judged(global[0] ?? "", await keysOf("us-east-1"));
  const [home, other] = [await keysOf(HOME), await keysOf("us-east-1")];
  expect([...home.keys()]).not.toEqual([...other.keys()]);
  const told = await place.simulator.publicKeys();
  expect(told.map((key) => [key.region, key.fingerprint])).toEqual([
    [HOME, [...home.keys()][0]],
    ["us-east-1", [...other.keys()][0]],
  ]);
});

test("two simulators that make the key of a Region at the same time sign with one", async () => {
  place = await openPlace();
  const again = await openPlace({ directory: place.directory });
  const [one, two] = await Promise.all([
    place.simulator.publicKeys(),
    again.simulator.publicKeys(),
  ]);
  expect(one).toEqual(two);
  await again.close();
});

test("a late file stands in a backfill digest, and the hour's own digest stays as it was", async () => {
  place = await openPlace();
  deliver(place, NOW - 3 * HOUR);
  const hourly = (await listAll(place)).find((key) => key.endsWith("T070000Z.json.gz")) ?? "";
  const before = (await get(place, hourly)).bytes;
  expect(() => deliver(place, NOW - 3 * HOUR + 5 * MINUTE)).toThrow(/deliver the file late/);
  const late = deliver(place, NOW - 3 * HOUR + 10 * MINUTE, { late: true });
  const backfill = (await listAll(place)).filter((key) => key.endsWith("_backfill.json.gz"));
  expect(backfill).toHaveLength(1);
  const { digest, metadata } = await judged(backfill[0] ?? "", await keysOf(HOME));
  expect(digest.logFiles.map((log) => log.s3Object)).toEqual([late]);
  expect(digest.previousDigestS3Object).toBeNull();
  expect(metadata["backfill-generation-timestamp"]).toMatch(/^2026-05-05T09:3\d:\d\dZ$/);
  expect((await get(place, hourly)).bytes).toEqual(before);
});

test("a changed log file no longer has the hash of its digest, and a removed one is gone", async () => {
  place = await openPlace();
  const key = deliver(place, NOW - 2 * HOUR);
  const digest = (await listAll(place, "AWSLogs/")).find((one) => one.includes("Digest")) ?? "";
  await place.simulator.objects.replace(key, gzipSync(JSON.stringify({ Records: [] })));
  await expect(judged(digest, await keysOf(HOME))).rejects.toThrow(/expected '[0-9a-f]+…' to be/);
  place.simulator.objects.remove(key);
  await expect(get(place, key)).rejects.toMatchObject({ name: "NoSuchKey" });
  await expect(get(place, digest)).resolves.toBeDefined();
});

test("the trail that a writer keeps is digested, the same by every process of its directory", async () => {
  place = await openPlace({ days: 1 });
  await place.simulator.catchUpTrail();
  const keys = await listAll(place);
  const logs = keys.filter((key) => key.includes("/CloudTrail/"));
  expect(logs.length).toBeGreaterThan(20);
  const owner = place.simulator.organisation.managementAccountId;
  const mine = keys.filter((key) => key.includes(`/${owner}/CloudTrail-Digest/${HOME}/`));
  const last = mine.at(-1) ?? "";
  const { digest } = await judged(last, await keysOf(HOME));
  expect(digest.digestEndTime).toBe("2026-05-05T09:00:00Z");
  expect(digest.logFiles.length).toBeGreaterThan(0);
  const head = await place.s3.send(
    new HeadObjectCommand({ Bucket: place.simulator.bucketName, Key: last }),
  );
  const again = await openPlace({ directory: place.directory });
  expect(await listAll(again)).toEqual(keys);
  expect((await get(again, last)).bytes).toEqual((await get(place, last)).bytes);
  expect(head.Metadata?.["signature"]).toBe((await get(again, last)).Metadata?.["signature"]);
  await again.close();
});
