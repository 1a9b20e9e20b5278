import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { readNotifications } from "#core/flows/ingest/read-notifications";
import { reconcileBucket } from "#core/flows/ingest/reconcile-bucket";
import { openBucketStand, type BucketStand } from "./bucket-stand.ts";

describe.each(["s3", "s3-sns", "trail-sns", "eventbridge"] as const)(
  "a queue fed in the shape %s",
  (shape) => {
    let stand: BucketStand;
    beforeAll(async () => {
      stand = await openBucketStand({ notifications: { shape } });
    });
    afterEach(async () => {
      await stand.clear();
      await drain(stand);
    });
    afterAll(() => stand.close());

    test("announces objects, which are read, and holds no message afterwards", async () => {
      const key = stand.deliver(10);
      const receipt = await readNotifications(stand.ports, stand.queue, 0);
      expect(receipt).toMatchObject({ objects: 1, appended: 3, foreign: 0, queueFault: null });
      expect(await stand.objects()).toMatchObject([
        { key, state: "read", announcedBy: "notification" },
      ]);
      expect((await stand.objects())[0]?.etag).toBe(
        (await stand.simulator.objects.get(key))?.etag.replaceAll('"', ""),
      );
      expect(stand.simulator.queue.counts()).toEqual({ waiting: 0, inFlight: 0 });
    });

    test("may deliver twice, and every event is there once", async () => {
      stand.simulator.queue.deliverTwice(3);
      for (const minutes of [10, 20, 30]) stand.deliver(minutes);
      await readNotifications(stand.ports, stand.queue, 0);
      stand.simulator.queue.expireVisibility();
      await readNotifications(stand.ports, stand.queue, 0);
      expect(await stand.events()).toBe(9);
      expect(await stand.objects()).toHaveLength(3);
    });

    test("and a listing that comes first or later read each object once", async () => {
      stand.deliver(20);
      const listed = await reconcileBucket(stand.ports);
      expect(listed).toMatchObject({ objects: 1, unannounced: 1 });
      expect(await readNotifications(stand.ports, stand.queue, 0)).toMatchObject({ objects: 0 });
      stand.deliver(30);
      expect(await readNotifications(stand.ports, stand.queue, 0)).toMatchObject({ objects: 1 });
      expect(await reconcileBucket(stand.ports)).toMatchObject({ objects: 0, unannounced: 0 });
      expect(await stand.objects()).toHaveLength(2);
      expect(await stand.events()).toBe(6);
    });
  },
);

async function drain(stand: BucketStand): Promise<void> {
  stand.simulator.queue.expireVisibility();
  for (;;) {
    const messages = await stand.queue.receive(0);
    if (messages.length === 0) return;
    await stand.queue.delete(messages);
  }
}

describe("a message", () => {
  let stand: BucketStand;
  beforeAll(async () => {
    stand = await openBucketStand();
  });
  afterEach(async () => {
    await stand.clear();
    await drain(stand);
  });
  afterAll(() => stand.close());

  test("is kept when its object's records are not committed, and deleted when what stands in the way is recorded", async () => {
    const key = stand.deliver(10);
    const store = {
      ...stand.ports.objects,
      announce: () => Promise.reject(new Error("the database is down")),
    };
    const failing = readNotifications({ ...stand.ports, objects: store }, stand.queue, 0);
    await expect(failing).rejects.toThrow("the database is down");
    stand.simulator.queue.expireVisibility();
    stand.simulator.faults.s3.add({ kind: "access-denied", key });
    const receipt = await readNotifications(stand.ports, stand.queue, 0);
    expect(receipt).toMatchObject({ failing: 1, objects: 0 });
    expect(await stand.objects()).toMatchObject([{ key, state: "failing" }]);
    expect(stand.simulator.queue.counts()).toEqual({ waiting: 0, inFlight: 0 });
  });

  test("that tests the line is deleted", async () => {
    stand.simulator.queue.send(
      JSON.stringify({ Event: "s3:TestEvent", Bucket: stand.simulator.bucketName }),
    );
    expect(await readNotifications(stand.ports, stand.queue, 0)).toMatchObject({
      messages: 1,
      foreign: 0,
    });
    expect(stand.simulator.queue.counts()).toEqual({ waiting: 0, inFlight: 0 });
  });

  test("that is not ours stays, is told in one sentence, and blocks nothing", async () => {
    for (let n = 0; n < 15; n += 1) stand.simulator.queue.send(JSON.stringify({ jobId: n }));
    stand.deliver(10);
    const { objects, foreign, queueFault } = await readNotifications(stand.ports, stand.queue, 0);
    expect({ objects, foreign }).toEqual({ objects: 1, foreign: 15 });
    expect(queueFault?.code).toBe("queue.foreign");
    expect(queueFault?.message).toMatch(
      /^The queue curfew-trail holds messages .* CURFEW_TRAIL_QUEUE_URL\.$/,
    );
    const { waiting, inFlight } = stand.simulator.queue.counts();
    expect(waiting + inFlight).toBe(15);
  });

  test("of another bucket is not ours", async () => {
    stand.simulator.queue.send(JSON.stringify({ s3Bucket: "another-bucket", s3ObjectKey: ["a"] }));
    const receipt = await readNotifications(stand.ports, stand.queue, 0);
    expect(receipt.queueFault?.message).toMatch(/another bucket/);
    expect(await stand.objects()).toEqual([]);
  });

  test("of a queue of somebody else is left after a few receipts", async () => {
    const { url, queue } = stand.simulator.makeQueue("somebody-else");
    for (let n = 0; n < 100; n += 1) queue.send(`job ${n}`);
    const receipt = await readNotifications(stand.ports, stand.queueAt(url), 0);
    expect(receipt.foreign).toBe(30);
    const { waiting, inFlight } = queue.counts();
    expect(waiting + inFlight).toBe(100);
  });

  test("of a queue that does not exist is a fault that names the setting", async () => {
    const url = stand.simulator.queueUrl.replace("curfew-trail", "no-such-queue");
    await expect(readNotifications(stand.ports, stand.queueAt(url), 0)).rejects.toMatchObject({
      code: "queue.missing",
      message: expect.stringContaining("CURFEW_TRAIL_QUEUE_URL") as string,
    });
  });

  test("that names a key nobody could store is left out and deleted", async () => {
    const bucket = stand.simulator.bucketName;
    const odd = ["AWSLogs/\u0000", "x".repeat(2_000), "a/../b", "\ud800"];
    stand.simulator.queue.send(JSON.stringify({ s3Bucket: bucket, s3ObjectKey: odd }));
    const key = stand.deliver(10);
    expect(await readNotifications(stand.ports, stand.queue, 0)).toMatchObject({ objects: 1 });
    const rows = await stand.objects();
    expect(rows.filter(({ state }) => state === "foreign")).toHaveLength(odd.length);
    expect(rows.find(({ state }) => state === "read")?.key).toBe(key);
    expect(stand.simulator.queue.counts()).toEqual({ waiting: 0, inFlight: 0 });
  });
});
