import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { instant } from "#core/domain/time";
import type { BucketPorts } from "#core/flows/ingest/bucket/read-objects";
import { readBucket } from "#core/flows/ingest/read-bucket";
import { DAY, NOW, openBucketStand, type BucketStand } from "./bucket-stand.ts";

let stand: BucketStand;
beforeAll(async () => {
  stand = await openBucketStand();
});
afterEach(() => stand.clear());
afterAll(() => stand.close());

const since = instant(NOW - 30 * DAY);

test("every object below the bucket's accounts, Regions and days is read, and read once", async () => {
  const keys = [stand.deliver(30), stand.deliver(24 * 60), stand.deliver(5 * 24 * 60)];
  const receipt = await readBucket(stand.ports, since);
  expect(receipt).toMatchObject({ objects: 3, records: 9, appended: 9, failing: 0 });
  const rows = await stand.objects();
  expect(rows.map((row) => [row.key, row.state, row.announcedBy])).toEqual(
    keys.toSorted().map((key) => [key, "read", "listing"]),
  );
  expect(await readBucket(stand.ports, since)).toMatchObject({ objects: 0, records: 0 });
});

test("a day that was listed after its end is not listed again, and today always is", async () => {
  stand.deliver(26 * 60);
  stand.deliver(60);
  await readBucket(stand.ports, since);
  const listed = () =>
    stand.clientsOf(stand.simulator.organisation.region).requests.get("s3:ListObjectsV2") ?? 0;
  const before = listed();
  await readBucket(stand.ports, since);
  const second = listed() - before;
  // The folders of accounts, Regions, years and months, and today's objects.
  await readBucket(stand.ports, since, { again: true });
  expect(listed() - before - second).toBe(second + 1);
  stand.deliver(25 * 60);
  expect(await readBucket(stand.ports, since)).toMatchObject({ objects: 0 });
  expect(await readBucket(stand.ports, since, { again: true })).toMatchObject({ objects: 1 });
});

test("the newest delivery is read first", async () => {
  for (const days of [3, 1, 20, 0]) stand.deliver(days * 24 * 60 + 60);
  const order: string[] = [];
  const { bucket } = stand.ports;
  const ports = {
    ...stand.ports,
    bucket: {
      ...bucket,
      read: async (key: string, etag: string, atMost: number) => {
        order.push(/\d{8}T\d{4}Z/.exec(key)![0]);
        return bucket.read(key, etag, atMost);
      },
    },
  };
  await readBucket(ports, since);
  expect(order).toHaveLength(4);
  expect(order).toEqual(order.toSorted().toReversed());
});

test("the number of objects is told while they are read, and in the end all are done", async () => {
  for (let n = 0; n < 12; n += 1) stand.deliver(n * 11 * 60);
  const told: { done: number; total: number }[] = [];
  await readBucket(stand.ports, since, { progress: (now) => void told.push(now) });
  expect(told.at(-1)).toEqual({ done: 12, total: 12 });
  expect(told.every(({ done, total }) => done <= total)).toBe(true);
});

test("at most 32 MiB of objects are held at once, and one of more than 16 MiB is refused unread", async () => {
  const { simulator, ports } = stand;
  const keys = Array.from({ length: 14 }, (_, n) => stand.deliver(n + 1));
  const MIB = 1024 * 1024;
  for (const [n, key] of keys.entries())
    await simulator.objects.replace(key, Buffer.alloc((n === 0 ? 17 : 5) * MIB, 32));
  let [held, most] = [0, 0];
  const { bucket, objects } = ports;
  const counting: BucketPorts = {
    ...ports,
    bucket: {
      ...bucket,
      read: async (key: string, etag: string, atMost: number) => {
        const read = await bucket.read(key, etag, atMost);
        if (read.outcome === "read") most = Math.max(most, (held += read.bytes.length));
        return read;
      },
    },
    objects: {
      announce: (...given) => objects.announce(...given),
      counts: (...given) => objects.counts(...given),
      unlistedDays: (...given) => objects.unlistedDays(...given),
      markListed: (...given) => objects.markListed(...given),
      withDue: (...given) => {
        const [name, selection, now, work] = given;
        return objects.withDue(name, selection, now, async (due) => {
          const marks = await work(due);
          held -= marks.reduce(
            (sum, { object, state }) => sum + (state === "failing" ? object.bytes! : 0),
            0,
          );
          return marks;
        });
      },
    },
  };
  const receipt = await readBucket(counting, since);
  expect(receipt).toMatchObject({ failing: 13, refused: 1 });
  expect(receipt.problems.join(" ")).toMatch(/more than 16 MiB/);
  expect(held).toBe(0);
  expect(most).toBeGreaterThan(10 * MIB);
  expect(most).toBeLessThanOrEqual(32 * MIB);
});
