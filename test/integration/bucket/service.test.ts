import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { awsTrailInspector } from "#core/adapters/aws/trail-inspector";
import { DAY } from "#core/domain/time";
import { createLogger } from "#core/platform/logger";
import { bucketTurns, readBucketSource, type BucketSource } from "#services/ingest/bucket-source";
import { bucketChecks, failingSources } from "#services/cli/source-checks";
import type { TrailSettings } from "#simulator/wire/cloudtrail/trails";
import { HOUR, MINUTE, NOW, openBucketStand, type BucketStand } from "./bucket-stand.ts";

function sourceOf(
  stand: BucketStand,
  options: { queueUrl?: string | null; bucket?: string } = {},
): BucketSource {
  const { simulator, clientsOf, clock, ports, states } = stand;
  const bucket = options.bucket ?? simulator.bucketName;
  const askIn = simulator.organisation.region;
  const url = options.queueUrl === undefined ? simulator.queueUrl : options.queueUrl;
  return {
    bucket: stand.portsOf({ bucket }).bucket,
    queue: url === null ? null : stand.queueAt(url),
    inspector: awsTrailInspector(clientsOf, { bucket, askIn, clock }),
    objects: ports.objects,
    digests: null,
    states,
    backfillMilliseconds: 30 * DAY,
  };
}

/** The turns of a service by their source, and the lines that they log. */
function turnsOf(stand: BucketStand, source: BucketSource) {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const log = createLogger({ service: "ingest", level: "info", destination: { write } });
  const ports = { store: stand.ports.store, clock: stand.clock };
  const turns = new Map(bucketTurns(source, ports, log).map((turn) => [turn.source, turn]));
  return { lines, run: (name: string) => turns.get(name)!.run(), names: [...turns.keys()] };
}

const stateOf = async (stand: BucketStand, source: string) =>
  (await stand.states.all()).find((state) => state.source === source);

describe("the bucket in a service", () => {
  let stand: BucketStand;
  beforeAll(async () => {
    stand = await openBucketStand();
  });
  afterEach(async () => {
    await stand.clear();
    for (
      let held = await stand.queue.receive(0);
      held.length > 0;
      held = await stand.queue.receive(0)
    )
      await stand.queue.delete(held);
  });
  afterAll(() => stand.close());

  test("is read whole at first, then by listing as often as it is due, and retries in between", async () => {
    const { run } = turnsOf(stand, sourceOf(stand, { queueUrl: null }));
    stand.deliver(3 * 24 * 60);
    expect(await run("s3")).toMatchObject({ records: 3 });
    stand.deliver(10);
    stand.clock.at += MINUTE;
    expect(await run("s3")).toBeNull();
    stand.clock.at += MINUTE;
    const struck = stand.deliver(20);
    stand.simulator.faults.s3.add({ kind: "internal", key: struck });
    expect(await run("s3")).toMatchObject({ records: 3, counts: { objects: 1, failing: 1 } });
    stand.clock.at += MINUTE;
    expect(await run("s3")).toMatchObject({ counts: { objects: 1, failing: 0 } });
    expect((await stateOf(stand, `s3/${stand.simulator.bucketName}`))?.problem).toBeNull();
  });

  test("tells what no message announced", async () => {
    const { run, lines } = turnsOf(stand, sourceOf(stand));
    await run("s3");
    stand.deliver(40);
    stand.clock.at += HOUR;
    expect(await run("s3")).toMatchObject({ counts: { objects: 1 } });
    expect(lines.join("")).toMatch(/1 objects of .* announced by no message/);
  });

  test("keeps since when it cannot be read, and that it can again", async () => {
    const source = sourceOf(stand, { queueUrl: null });
    const { run } = turnsOf(stand, source);
    const name = `s3/${stand.simulator.bucketName}`;
    stand.simulator.faults.s3.add({ kind: "access-denied", operation: "ListObjectsV2", times: 2 });
    await expect(run("s3")).rejects.toMatchObject({ code: "aws.denied" });
    stand.clock.at += MINUTE;
    await expect(run("s3")).rejects.toMatchObject({ code: "aws.denied" });
    expect(await stateOf(stand, name)).toMatchObject({
      healthyAt: null,
      problem: { code: "aws.denied", since: new Date(NOW).toISOString() },
    });
    expect(await failingSources(stand.states)).toMatchObject([{ check: name, ok: false }]);
    await run("s3");
    expect((await stateOf(stand, name))?.problem).toBeNull();
    expect(await failingSources(stand.states)).toEqual([]);
  });

  test("in which no object may be read is failing, and one in which some may is not", async () => {
    const source = sourceOf(stand, { queueUrl: null });
    const name = `s3/${stand.simulator.bucketName}`;
    stand.deliver(10);
    stand.simulator.faults.s3.add({ kind: "access-denied" });
    await readBucketSource(source, { store: stand.ports.store, clock: stand.clock });
    expect((await stateOf(stand, name))?.problem?.sentence).toMatch(/s3:GetObject/);
    stand.deliver(11);
    const struck = stand.deliver(12);
    stand.simulator.faults.s3.add({ kind: "access-denied", key: struck });
    await readBucketSource(source, { store: stand.ports.store, clock: stand.clock });
    expect((await stateOf(stand, name))?.problem).toBeNull();
  });

  test("has a queue that is failing when it is somebody else's, and healthy when it is ours", async () => {
    const { queue, url } = stand.simulator.makeQueue("shared");
    queue.send("job");
    const foreign = turnsOf(stand, sourceOf(stand, { queueUrl: url }));
    await expect(foreign.run("sqs")).rejects.toMatchObject({ code: "queue.foreign" });
    expect((await stateOf(stand, "sqs/shared"))?.problem?.code).toBe("queue.foreign");
    stand.deliver(10);
    expect(await turnsOf(stand, sourceOf(stand)).run("sqs")).toMatchObject({ records: 3 });
    expect((await stateOf(stand, "sqs/curfew-trail"))?.problem).toBeNull();
  });

  test("passes every check of the doctor when all is well, and names a bucket and a queue that are not there", async () => {
    stand.deliver(10);
    stand.clock.at = Date.now();
    const well = await bucketChecks(sourceOf(stand));
    expect(well.filter(({ ok }) => !ok)).toEqual([]);
    expect(well.map(({ check }) => check)).toContain("clock");
    const wrong = sourceOf(stand, {
      bucket: "no-such-bucket",
      queueUrl: stand.simulator.queueUrl.replace("curfew-trail", "no-such-queue"),
    });
    const sentences = (await bucketChecks(wrong))
      .filter(({ ok }) => !ok)
      .map(({ sentence }) => sentence);
    expect(sentences).toEqual([
      expect.stringMatching(/^There is no bucket no-such-bucket/),
      expect.stringMatching(/^There is no queue no-such-queue/),
      expect.stringMatching(/^No trail that these credentials can see/),
    ]);
  });

  test("tells a clock that is ahead of AWS's", async () => {
    stand.clock.at = Date.now() + 12 * MINUTE;
    const { run, lines } = turnsOf(stand, sourceOf(stand));
    await run("trail");
    expect((await stateOf(stand, "clock"))?.problem?.sentence).toMatch(/12 minutes ahead of AWS's/);
    expect(lines.join("")).toMatch(/clock\.off/);
  });
});

const WRONG: [string, TrailSettings, string][] = [
  ["no read events", { readWriteType: "WriteOnly" }, "trail.no-read-events"],
  [
    "no read events by advanced selectors",
    { readWriteType: "WriteOnly", selectors: "advanced" },
    "trail.no-read-events",
  ],
  ["no write events", { readWriteType: "ReadOnly" }, "trail.no-write-events"],
  ["one Region", { multiRegion: false }, "trail.single-region"],
  ["logging stopped", { logging: false }, "trail.not-logging"],
  ["no trail", { exists: false }, "trail.absent"],
];

describe.each(WRONG)("a trail with %s", (_, trailSettings, code) => {
  let stand: BucketStand;
  beforeAll(async () => {
    stand = await openBucketStand({ trailSettings });
  });
  afterAll(() => stand.close());

  test("is told in the log, in the states and by the doctor", async () => {
    stand.clock.at = Date.now();
    const source = sourceOf(stand);
    const { run, lines } = turnsOf(stand, source);
    await run("trail");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(code);
    const failing = (await stand.states.all()).flatMap(({ problem }) => problem?.code ?? []);
    expect(failing).toEqual([code]);
    const told = (await bucketChecks(source)).filter(
      ({ ok, check }) => !ok && check.startsWith("trail"),
    );
    expect(told).toHaveLength(1);
  });
});

test("advanced selectors that let every management event through pass", async () => {
  const stand = await openBucketStand({ trailSettings: { selectors: "advanced" } });
  stand.clock.at = Date.now();
  const checks = await bucketChecks(sourceOf(stand));
  await stand.close();
  expect(checks.filter(({ check, ok }) => check === "trail: events" && ok)).toHaveLength(1);
});
