import { gunzipSync, gzipSync } from "node:zlib";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { s3Digests } from "#core/adapters/aws/digests";
import { patientCalls } from "#core/adapters/aws/patience";
import { PostgresDigestStore } from "#core/adapters/postgres/sources/digest-store";
import { instant } from "#core/domain/time";
import { checkDigests } from "#core/flows/ingest/digests/check-digests";
import type { DigestSource } from "#core/ports/trail/digest-source";
import { curfew } from "#test/alone/command";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import { sha256Of } from "#test/unit/digest/authority";
import {
  deliver,
  HOME,
  HOUR,
  MINUTE,
  NOW,
  openPlace,
  passTo,
  type Place,
} from "#test/unit/simulator-trail/place";

let database: TestDatabase;
let store: PostgresDigestStore;
let place: Place;
let owner: string;

beforeAll(async () => {
  database = await createTestDatabase();
  store = new PostgresDigestStore(database);
});
beforeEach(async () => {
  await database.pool.query(
    "truncate trail_digests, trail_file_verdicts, trail_objects, trail_files cascade",
  );
  place = await openPlace();
  owner = place.simulator.organisation.managementAccountId;
});
afterEach(() => place.close());
afterAll(() => database.drop());

const span = { from: instant(NOW - 24 * HOUR), to: instant(NOW + 24 * HOUR) };
const clock = () => ({ now: () => NOW + 3 * HOUR });
const hour = (hours: number): number => Math.floor(NOW / HOUR) * HOUR + hours * HOUR;

/** The bucket over the wire, and how often each object was asked for. */
async function source(): Promise<DigestSource & { readonly asked: string[] }> {
  const asked: string[] = [];
  const clients = new Map(
    await Promise.all(
      [HOME, "us-east-1"].map(
        async (region) => [region, (await place.clients({ region })).cloudTrail] as const,
      ),
    ),
  );
  place.s3.middlewareStack.add(
    (next) => (args) => {
      const { Key } = args.input as { Key?: string };
      if (Key !== undefined) asked.push(Key);
      return next(args);
    },
    { step: "initialize", name: "counting", override: true },
  );
  const bucket = s3Digests({
    bucket: place.simulator.bucketName,
    prefix: "",
    s3: place.s3,
    cloudTrailOf: (region) => clients.get(region)!,
    call: patientCalls({}),
  });
  return { ...bucket, asked };
}

const check = async () => checkDigests(await source(), store, clock(), span);

const digestKeys = (): string[] =>
  place.simulator.objects.list().filter((key) => key.includes("CloudTrail-Digest"));

/** As ingest leaves an object that it has read. */
async function read(key: string, more: { unpacked?: string; etag?: string } = {}): Promise<void> {
  const bucket = place.simulator.bucketName;
  const { Body } = await place.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const bytes = Buffer.from(await Body!.transformToByteArray());
  const unpacked = more.unpacked ?? sha256Of(gunzipSync(bytes));
  const id = sha256Of(`${key}${more.etag ?? ""}`);
  await database.pool.query(
    "insert into trail_files (sha256, unpacked_sha256, path, bytes, records) values ($1, $2, $3, 1, 0)",
    [id, unpacked, `s3://${bucket}/${key}`],
  );
  const minute = /(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z_/.exec(key)!;
  const [, year, month, day, hours, minutes] = minute;
  await database.pool.query(
    `insert into trail_objects (bucket, key, etag, account_id, region, delivered_at, announced_by, state, sha256, seen_at)
     values ($1, $2, $3, $4, $5, $6, 'listing', 'read', $7, $6)`,
    [
      bucket,
      key,
      more.etag ?? "e",
      owner,
      HOME,
      `${year}-${month}-${day}T${hours}:${minutes}:00Z`,
      id,
    ],
  );
}

test("a whole trail is valid in every account and Region, and proves the hours in which nothing was delivered", async () => {
  const key = deliver(place, hour(-4) + 20 * MINUTE);
  deliver(place, hour(-1) + 20 * MINUTE);
  deliver(place, hour(-2) + 20 * MINUTE, { region: "us-east-1", accountId: "444455556666" });
  const receipt = await check();
  expect(receipt).toMatchObject({
    places: 2,
    digests: { valid: 6, invalid: 0, unconfirmed: 0 },
    files: { valid: 3, invalid: 0, missing: 0, "no-digest": 0 },
    problems: [],
  });
  const state = await store.digestState(owner, HOME);
  expect(state.validHours).toBe('{["2026-05-05 05:00:00+00","2026-05-05 09:00:00+00")}');
  expect(state.gaps).toEqual([]);
  expect(await store.verdictOfFile(key)).toMatchObject({ verdict: "valid" });
});

test("a run again reads nothing twice and changes nothing; a later one begins at the chain's end", async () => {
  const key = deliver(place, hour(-3) + 20 * MINUTE);
  await check();
  const before = await database.pool.query("select * from trail_digests order by key");
  const second = await source();
  const receipt = await checkDigests(second, store, clock(), span);
  expect(receipt.digests).toEqual({ valid: 0, invalid: 0, unconfirmed: 0 });
  expect(second.asked).toEqual([]);
  expect((await database.pool.query("select * from trail_digests order by key")).rows).toEqual(
    before.rows,
  );
  passTo(place, hour(2) + 6 * MINUTE);
  const late = { from: instant(hour(1) + 30 * MINUTE), to: span.to };
  const third = await source();
  expect((await checkDigests(third, store, clock(), late)).digests.valid).toBe(2);
  expect((await store.digestState(owner, HOME)).gaps).toEqual([]);
  expect(third.asked).not.toContain(key);
});

describe("a difference is kept with its reason:", () => {
  const keyOf = (at: number) => deliver(place, at);

  test("a changed log file", async () => {
    const key = keyOf(hour(-2) + 20 * MINUTE);
    await place.simulator.objects.replace(key, gzipSync("{}"));
    expect((await check()).files).toMatchObject({ valid: 0, invalid: 1 });
    expect(await store.verdictOfFile(key)).toMatchObject({
      verdict: "invalid",
      reason: expect.stringContaining(sha256Of("{}")),
    });
  });
  test("a log file that does not unpack", async () => {
    const key = keyOf(hour(-2) + 20 * MINUTE);
    await place.simulator.objects.replace(key, Buffer.from("no gzip"));
    await check();
    expect(await store.verdictOfFile(key)).toMatchObject({ verdict: "invalid" });
  });
  test("a deleted log file", async () => {
    const key = keyOf(hour(-2) + 20 * MINUTE);
    // Known to the trail before it is taken away: its digest names it.
    await place.simulator.objects.get(digestKeys()[0]!);
    place.simulator.objects.remove(key);
    await check();
    expect(await store.verdictOfFile(key)).toMatchObject({ verdict: "missing" });
  });
  test("a deleted digest, and its hour", async () => {
    keyOf(hour(-4) + 20 * MINUTE);
    const [, second] = digestKeys();
    place.simulator.objects.remove(second!);
    expect((await check()).digests).toEqual({ valid: 3, invalid: 1, unconfirmed: 0 });
    expect(await store.digestGaps()).toMatchObject([
      { from: instant(hour(-3)), to: instant(hour(-2)), cause: "invalid" },
    ]);
  });
  test("a digest that was valid and is deleted later", async () => {
    keyOf(hour(-4) + 20 * MINUTE);
    await check();
    place.simulator.objects.remove(digestKeys().at(-1)!);
    expect((await check()).digests).toEqual({ valid: 0, invalid: 1, unconfirmed: 0 });
    expect((await store.digestState(owner, HOME)).gaps).toHaveLength(1);
  });
  test("two digests that changed places", async () => {
    keyOf(hour(-4) + 20 * MINUTE);
    const [one, other] = digestKeys();
    const [first, second] = [
      await place.simulator.objects.get(one!),
      await place.simulator.objects.get(other!),
    ];
    place.simulator.objects.put(one!, second!.bytes, { metadata: second!.metadata });
    place.simulator.objects.put(other!, first!.bytes, { metadata: first!.metadata });
    expect((await check()).digests.invalid).toBe(2);
  });
  test("a newest digest whose signature was taken away, until its successor comes", async () => {
    keyOf(hour(-2) + 20 * MINUTE);
    const newest = digestKeys().at(-1)!;
    const { bytes } = (await place.simulator.objects.get(newest))!;
    place.simulator.objects.put(newest, bytes, { metadata: {} });
    expect((await check()).digests).toEqual({ valid: 1, invalid: 0, unconfirmed: 1 });
    passTo(place, hour(1) + 6 * MINUTE);
    expect((await check()).digests).toEqual({ valid: 2, invalid: 0, unconfirmed: 0 });
    expect(await store.digestGaps()).toEqual([]);
  });
});

test("a file that came too late is vouched for by a backfill digest", async () => {
  deliver(place, hour(-4) + 20 * MINUTE);
  const key = deliver(place, hour(-3) + 20 * MINUTE, { late: true });
  passTo(place, hour(3));
  const receipt = await check();
  expect(receipt.digests).toMatchObject({ invalid: 0, unconfirmed: 0 });
  expect(await store.verdictOfFile(key)).toMatchObject({
    verdict: "valid",
    digestKey: expect.stringContaining("_backfill"),
  });
});

describe("what ingest has read", () => {
  test("is compared without a second download", async () => {
    const good = deliver(place, hour(-3) + 20 * MINUTE);
    const bad = deliver(place, hour(-2) + 20 * MINUTE);
    await read(good);
    await read(bad, { unpacked: "00" });
    const counted = await source();
    counted.asked.length = 0;
    await checkDigests(counted, store, clock(), span);
    expect(counted.asked).not.toContain(good);
    expect(counted.asked).not.toContain(bad);
    expect(await store.verdictOfFile(good)).toMatchObject({ verdict: "valid" });
    expect(await store.verdictOfFile(bad)).toMatchObject({ verdict: "invalid" });
  });
  test("and that no digest names is told of once the digest of its hour is there", async () => {
    deliver(place, hour(-3) + 20 * MINUTE);
    const folder = deliver(place, hour(-3) + 25 * MINUTE).replace(/[^/]+$/, "");
    const stray = (minutes: string) =>
      `${folder}${owner}_CloudTrail_${HOME}_20260505T${minutes}Z_strayexample0000.json.gz`;
    for (const key of [stray("0640"), stray("0910")]) {
      place.simulator.objects.put(key, gzipSync("{}"));
      await read(key);
    }
    // What was put by hand looks like the trail's own from here on: the digests were made without it.
    const receipt = await check();
    expect(await store.verdictOfFile(stray("0640"))).toMatchObject({ verdict: "no-digest" });
    expect(await store.verdictOfFile(stray("0910"))).toBeNull();
    expect(receipt.files["no-digest"]).toBe(1);
  });
});

test("a place that cannot be read is told of, and the others are judged", async () => {
  deliver(place, hour(-2) + 20 * MINUTE);
  deliver(place, hour(-2) + 20 * MINUTE, { accountId: "444455556666" });
  const isMember = /\/444455556666\/CloudTrail-Digest\/.*json/;
  place.simulator.faults.s3.add({ kind: "access-denied", key: isMember, times: 50 });
  const receipt = await check();
  expect(receipt.problems).toMatchObject([
    { root: { accountId: "444455556666" }, fault: { code: "aws.denied" } },
  ]);
  expect(receipt.digests.valid).toBe(2);
  place.simulator.faults.reset();
  expect((await check()).digests.valid).toBe(2);
});

test("a body that is cut on the way says nothing of the file", async () => {
  const key = deliver(place, hour(-2) + 20 * MINUTE);
  place.simulator.faults.s3.add({ kind: "cut-body", key });
  expect((await check()).problems).toHaveLength(1);
  expect(await store.verdictOfFile(key)).toBeNull();
  expect((await check()).problems).toEqual([]);
  expect(await store.verdictOfFile(key)).toMatchObject({ verdict: "valid" });
});

test("the command verifies a bucket with CloudTrail's own keys", async () => {
  const key = deliver(place, hour(-3) + 20 * MINUTE);
  const { environment, bucketName } = place.simulator;
  const env = { ...environment, CURFEW_AWS: "on", CURFEW_AWS_ACCOUNT_ID: owner };
  const verify = () => curfew(["verify-trail", `s3://${bucketName}/AWSLogs/`, "--json"], { env });
  const whole = await verify();
  expect(whole.stderr).toBe("");
  expect(JSON.parse(whole.stdout)).toMatchObject({ kind: "summary", valid: true });
  expect(whole.code).toBe(0);
  await place.simulator.objects.replace(key, gzipSync("{}"));
  const changed = await verify();
  expect(JSON.parse(changed.stdout.split("\n")[0]!)).toMatchObject({ kind: "file", key });
  expect(changed.code).toBe(1);
});
