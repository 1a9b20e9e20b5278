import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { instant } from "#core/domain/time";
import { readBucket } from "#core/flows/ingest/read-bucket";
import {
  DAY,
  MEMBER,
  MINUTE,
  NOW,
  openBucketStand,
  record,
  REGION,
  type BucketStand,
} from "./bucket-stand.ts";

const READER = fileURLToPath(new URL("reader.ts", import.meta.url));
const OBJECTS = 300;
const KILLS = process.env["CURFEW_NIGHTLY"] === undefined ? 6 : 60;

let stand: BucketStand;
beforeAll(async () => {
  stand = await openBucketStand();
});
afterAll(() => stand.close());

/** Reads in a process of its own and kills it when it has told of so many steps; answers whether it was killed. */
function killedAfter(steps: number): Promise<boolean> {
  const { simulator, database } = stand;
  const child = spawn(process.execPath, ["--import", "tsx", READER], {
    env: {
      ...process.env,
      READER_DATABASE: database.url,
      READER_BUCKET: simulator.bucketName,
      READER_REGION: simulator.organisation.region,
      READER_NOW: String(NOW),
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let told = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    told += chunk.toString().split("\n").length - 1;
    if (told >= steps) child.kill("SIGKILL");
  });
  return new Promise((resolve) =>
    child.on("exit", (_code, signal) => resolve(signal === "SIGKILL")),
  );
}

test(
  "killed at any step, the next reader goes on: every event once, no object lost",
  { timeout: 240_000 },
  async () => {
    for (let n = 0; n < OBJECTS; n += 1) {
      const deliveredAt = NOW - (n + 1) * 7 * MINUTE;
      const records = [record(deliveredAt - MINUTE), record(deliveredAt - 2 * MINUTE)];
      stand.simulator.objects.deliver({ accountId: MEMBER, region: REGION, deliveredAt, records });
    }
    let killed = 0;
    for (let n = 0; n < KILLS; n += 1) {
      // From the first listing to some groups of objects.
      if (await killedAfter(1 + ((n * 3) % 5))) killed += 1;
    }
    expect(killed).toBeGreaterThan(KILLS / 2);
    await readBucket(stand.ports, instant(NOW - 30 * DAY));
    const rows = await stand.objects();
    expect(rows).toHaveLength(OBJECTS);
    expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(["read"]));
    expect(await stand.events()).toBe(2 * OBJECTS);
    const { rows: counted } = await stand.database.pool.query<{ n: number }>(
      "select sum(appended) as n from trail_files",
    );
    expect(counted[0]!.n).toBe(2 * OBJECTS);
  },
);
