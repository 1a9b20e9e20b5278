import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Fault } from "#core/domain/fault";
import { instant } from "#core/domain/time";
import { readBucket } from "#core/flows/ingest/read-bucket";
import { readDue } from "#core/flows/ingest/bucket/read-objects";
import type { S3Fault } from "#simulator/wire/faults/s3-faults";
import { DAY, NOW, openBucketStand, MINUTE, HOUR, type BucketStand } from "./bucket-stand.ts";

let stand: BucketStand;
beforeAll(async () => {
  stand = await openBucketStand();
});
afterEach(() => stand.clear());
afterAll(() => stand.close());

const since = instant(NOW - 30 * DAY);
const never = () => new Promise<void>(() => undefined);

interface Case {
  readonly fault: S3Fault;
  readonly state: "failing" | "gone" | "read";
  readonly problem: RegExp | null;
}

const CASES: Record<string, Case> = {
  "403": {
    fault: { kind: "access-denied" },
    state: "failing",
    problem: /may not be read.*s3:GetObject/,
  },
  "404 after the listing": { fault: { kind: "not-found" }, state: "gone", problem: /is not there/ },
  "412, its content was replaced": {
    fault: { kind: "etag-changed" },
    state: "read",
    problem: null,
  },
  "500": { fault: { kind: "internal" }, state: "failing", problem: /did not come whole/ },
  "503": { fault: { kind: "slow-down" }, state: "failing", problem: /slows requests down/ },
  "a body that never ends": {
    fault: { kind: "slow-body", bytesPerTick: 1, wait: never },
    state: "failing",
    problem: /did not come within/,
  },
  "a body that is cut": {
    fault: { kind: "cut-body" },
    state: "failing",
    problem: /did not come whole/,
  },
  "content that is no trail file": {
    fault: { kind: "wrong-body" },
    state: "failing",
    problem: /unpack|CloudTrail/,
  },
};

describe.each(Object.entries(CASES))("%s", (_, { fault, state, problem }) => {
  test.each([1, 2, 3, 4, 5])(
    "leaves that object alone with its state and sentence, and reads it later (%i)",
    async (which) => {
      const ports = stand.portsOf({ deadlineMilliseconds: 300 });
      const keys = [1, 2, 3, 4, 5].map((n) => stand.deliver(n * 40));
      const struck = keys[which - 1]!;
      stand.simulator.faults.s3.add({ ...fault, key: struck });
      const receipt = await readBucket(ports, since);
      expect(stand.simulator.faults.s3.struck).toBe(1);
      const rows = await stand.objects();
      const row = rows.find(({ key, state: now }) => key === struck && now !== "superseded")!;
      expect(row.state).toBe(state);
      if (problem === null) expect(row.problem).toBeNull();
      else expect(row.problem).toMatch(problem);
      expect(row.problem ?? "x.").toMatch(/^[^\n]+\.$/);
      expect(rows.filter((one) => one.state === "read")).toHaveLength(state === "read" ? 5 : 4);
      expect(receipt.records).toBe(state === "read" ? 15 : 12);
      // What passes is read at its next try, what was gone at the next listing.
      stand.clock.at = NOW + HOUR;
      await readDue(ports);
      await readBucket(ports, since, { again: true });
      expect((await stand.objects()).filter((one) => one.state === "read")).toHaveLength(5);
      expect(await stand.events()).toBe(15);
    },
  );
});

test("an object that keeps failing is tried ever more rarely, at most an hour apart, and delays no other", async () => {
  const [broken, good] = [stand.deliver(60), stand.deliver(90)];
  stand.simulator.faults.s3.add({ kind: "access-denied", key: broken, times: 100 });
  await readBucket(stand.ports, since);
  const waits: number[] = [];
  for (let n = 0; n < 12; n += 1) {
    const row = (await stand.objects()).find(({ key }) => key === broken)!;
    const at = Date.parse(row.nextAttemptAt!);
    waits.push((at - stand.clock.at) / 1_000);
    // Not a moment before.
    stand.clock.at = at - 1;
    expect((await readDue(stand.ports)).failing).toBe(0);
    stand.clock.at = at;
    expect((await readDue(stand.ports)).failing).toBe(1);
  }
  expect(waits.slice(0, 4)).toEqual([15, 30, 60, 120]);
  expect(Math.max(...waits)).toBe(3_600);
  expect((await stand.objects()).find(({ key }) => key === good)?.state).toBe("read");
});

test("content that is no trail file three times is refused, and its replacement is read", async () => {
  const key = stand.deliver(60);
  const whole = (await stand.simulator.objects.get(key))!.bytes;
  await stand.simulator.objects.replace(key, Buffer.from("not a trail file"));
  await readBucket(stand.ports, since);
  for (let n = 0; n < 2; n += 1) {
    stand.clock.at += 10 * MINUTE;
    await readDue(stand.ports);
  }
  expect(await stand.objects()).toMatchObject(
    [{ key, state: "refused", attempts: 3, problem: /not a CloudTrail file/ }].map((row) => ({
      ...row,
      problem: expect.stringMatching(row.problem) as string,
    })),
  );
  stand.clock.at += DAY;
  expect(await readDue(stand.ports)).toMatchObject({ objects: 0, refused: 0 });
  await stand.simulator.objects.replace(key, whole);
  await readBucket(stand.ports, since, { again: true });
  expect((await stand.objects()).map(({ state }) => state).toSorted()).toEqual(["read", "refused"]);
  expect(await stand.events()).toBe(3);
});

test("the same key with a new ETag is read as another content", async () => {
  const key = stand.deliver(60, 2);
  await readBucket(stand.ports, since);
  const other = (await stand.simulator.objects.get(stand.deliver(61, 4)))!.bytes;
  await stand.simulator.objects.replace(key, other);
  await readBucket(stand.ports, since, { again: true });
  const rows = (await stand.objects()).filter((row) => row.key === key);
  expect(rows.map(({ state }) => state)).toEqual(["read", "read"]);
  expect(new Set(rows.map(({ sha256 }) => sha256)).size).toBe(2);
  expect(await stand.events()).toBe(6);
});

test("digests are left out and odd keys are kept as foreign", async () => {
  const key = stand.deliver(60);
  const odd = [key.replace("_CloudTrail_", "_Other_"), key.replace(/\/\d{12}_/, "/111122223333_")];
  for (const one of odd) stand.simulator.objects.put(one, Buffer.from("x"));
  await readBucket(stand.ports, since);
  for (const one of odd) stand.simulator.objects.remove(one);
  const rows = await stand.objects();
  expect(rows.filter(({ state }) => state === "foreign").map((row) => row.key)).toEqual(
    odd.toSorted(),
  );
  expect(rows.filter(({ state }) => state === "read")).toHaveLength(1);
  expect(rows.some((row) => row.key.includes("Digest"))).toBe(false);
});

describe("a bucket that cannot be read at all", () => {
  async function faultOf(options: Parameters<BucketStand["portsOf"]>[0]): Promise<Fault> {
    const failure: unknown = await readBucket(stand.portsOf(options), since).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(Fault);
    return failure as Fault;
  }

  test("is told when it does not exist", async () => {
    const fault = await faultOf({ bucket: "no-such-bucket" });
    expect(fault.code).toBe("bucket.missing");
    expect(fault.message).toMatch(/CURFEW_TRAIL_BUCKET/);
  });

  test("is told when it lies in another Region than the setting says", async () => {
    const fault = await faultOf({ region: "us-east-1" });
    expect(fault.code).toBe("bucket.other-region");
    expect(fault.message).toContain(stand.simulator.organisation.region);
  });

  test("is found in its Region wherever it is asked for first", async () => {
    stand.deliver(60);
    expect(await readBucket(stand.portsOf({ askIn: "us-west-2" }), since)).toMatchObject({
      objects: 1,
    });
  });

  test("is told when it may not be listed", async () => {
    stand.simulator.faults.s3.add({ kind: "access-denied", operation: "ListObjectsV2", times: 10 });
    const fault = await faultOf({});
    expect(fault.code).toBe("aws.denied");
    expect(fault.message).toMatch(/s3:ListBucket/);
  });
});

test("a reader that dies with objects in hand leaves them due at once and nothing twice", async () => {
  for (let n = 1; n <= 5; n += 1) stand.deliver(n * 30);
  await readBucket(stand.ports, since);
  await stand.database.pool.query(
    "update trail_objects set state = 'waiting', next_attempt_at = delivered_at",
  );
  const { objects, bucket } = stand.ports;
  const died = objects.withDue(bucket.name, { atMost: 40 }, instant(NOW), () =>
    Promise.reject(new Error("died")),
  );
  await expect(died).rejects.toThrow("died");
  expect(await readDue(stand.ports)).toMatchObject({ objects: 5, appended: 0, duplicates: 15 });
  expect(await stand.events()).toBe(15);
});

test("two readers at once read each object once", async () => {
  for (let n = 1; n <= 20; n += 1) stand.deliver(n * 10);
  const two = await Promise.all([
    readBucket(stand.ports, since),
    readBucket(stand.portsOf({}), since),
  ]);
  expect(two[0].objects + two[1].objects).toBe(20);
  expect(two[0].appended + two[1].appended).toBe(60);
});
