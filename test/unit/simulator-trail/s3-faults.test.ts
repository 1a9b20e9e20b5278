import { HeadObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { get, listAll, openPlace, type Place } from "./place.ts";

let place: Place;
beforeAll(async () => {
  place = await openPlace();
  for (const name of ["one", "two"])
    place.simulator.objects.put(`logs/${name}`, Buffer.from(`the body of ${name}`.repeat(50)));
});
afterEach(() => place.simulator.faults.reset());
afterAll(() => place.close());

test.each([
  ["access-denied", "AccessDenied", 403],
  ["not-found", "NoSuchKey", 404],
  ["internal", "InternalError", 500],
  ["slow-down", "SlowDown", 503],
] as const)("%s strikes its key so often as it was told to, and then no more", async (kind, name, httpStatusCode) => {
  place.simulator.faults.s3.add({ kind, key: /one$/, times: 2 });
  expect(await listAll(place, "logs/")).toContain("logs/one");
  await expect(get(place, "logs/two")).resolves.toBeDefined();
  for (let n = 0; n < 2; n++)
    await expect(get(place, "logs/one")).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
  await expect(get(place, "logs/one")).resolves.toBeDefined();
  expect(place.simulator.faults.s3.struck).toBe(2);
}); // prettier-ignore

test("an object that is overwritten between list and get answers 412 to If-Match, and another tag without", async () => {
  const { faults, bucketName: Bucket } = place.simulator;
  const { Contents } = await place.s3.send(
    new ListObjectsV2Command({ Bucket, Prefix: "logs/one" }),
  );
  const IfMatch = Contents?.[0]?.ETag ?? "";
  const before = await get(place, "logs/one", { IfMatch });
  faults.s3.add({ kind: "etag-changed", key: "logs/one" });
  await expect(get(place, "logs/one", { IfMatch })).rejects.toMatchObject({
    name: "PreconditionFailed",
  });
  const after = await get(place, "logs/one");
  expect(after.ETag).not.toBe(IfMatch);
  expect(after.VersionId).not.toBe(before.VersionId);
  expect(after.bytes).toEqual(before.bytes);
});

test("a slow body comes in pieces, each after its wait", async () => {
  let waits = 0;
  place.simulator.faults.s3.add({
    kind: "slow-body",
    bytesPerTick: 100,
    wait: () => {
      waits += 1;
      return Promise.resolve();
    },
  });
  const { bytes } = await get(place, "logs/one");
  expect(bytes).toHaveLength(750);
  expect(waits).toBe(8);
});

test("a body that is cut in the middle fails although its full length was told", async () => {
  place.simulator.faults.s3.add({ kind: "cut-body", key: "logs/one" });
  await expect(get(place, "logs/one")).rejects.toMatchObject({
    message: expect.stringMatching(/aborted|reset|ECONNRESET/i),
  });
  await expect(get(place, "logs/one")).resolves.toBeDefined();
});

test("wrong content has the right length and the right tag", async () => {
  const right = await get(place, "logs/one");
  place.simulator.faults.s3.add({ kind: "wrong-body" });
  const wrong = await get(place, "logs/one");
  expect(wrong.bytes).toHaveLength(right.bytes.length);
  expect(wrong.ETag).toBe(right.ETag);
  expect(wrong.bytes).not.toEqual(right.bytes);
  expect((await get(place, "logs/one")).bytes).toEqual(right.bytes);
});

test("a fault strikes the operation that it names, and a reset forgets all that is planned", async () => {
  const { faults, bucketName: Bucket } = place.simulator;
  faults.s3.add({ kind: "slow-down", operation: "ListObjectsV2", key: "logs/", times: 9 });
  faults.s3.add({ kind: "access-denied", operation: "HeadObject", times: 9 });
  await expect(listAll(place, "logs/")).rejects.toMatchObject({ name: "SlowDown" });
  const head = () => place.s3.send(new HeadObjectCommand({ Bucket, Key: "logs/one" }));
  await expect(head()).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  await expect(get(place, "logs/one")).resolves.toBeDefined();
  faults.reset();
  await expect(listAll(place, "logs/")).resolves.toHaveLength(2);
  await expect(head()).resolves.toBeDefined();
  expect(faults.s3.struck).toBe(0);
});
