/** Processes that read the same listings share one rate, and killing them costs nothing but time. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { awsClients } from "#core/adapters/aws/clients";
import { lookupEventsSources } from "#core/adapters/aws/lookup-events";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import { PostgresWindowStore } from "#core/adapters/postgres/sources/window-store";
import { DAY } from "#core/domain/time";
import { readStreams } from "#services/ingest/read-once";
import { startSimulator, type RunningSimulator } from "#simulator/start";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import { forget, storedIds } from "./stored.ts";

const NOW = Date.parse("2026-11-09T10:00:00Z");
const DAYS = 4;
const READER = fileURLToPath(new URL("reader-process.ts", import.meta.url));

let database: TestDatabase;
let folder: string;
let simulator: RunningSimulator;
let before: NodeJS.ProcessEnv;
/** While it is set, limits refill by so much at every look. */
let hurry = false;
let skipped = 0;
const children: ChildProcess[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  folder = mkdtempSync(join(tmpdir(), "curfew-readers-"));
  const monotonicMs = () => performance.now() + (hurry ? (skipped += 10_000) : skipped);
  simulator = await startSimulator({ directory: folder, now: NOW, trail: false, monotonicMs });
  before = { ...process.env };
  Object.assign(process.env, simulator.environment);
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  process.env = before;
  await simulator.stop();
  await database.drop();
  rmSync(folder, { recursive: true });
});

function launch(): ChildProcess {
  const { managementAccountId, region } = simulator.organisation;
  const child = fork(READER, [database.url, managementAccountId, region, `${NOW}`, `${DAYS}`], {
    execArgv: ["--import", "tsx"],
  });
  children.push(child);
  return child;
}

/** All of it at once, without a limit. */
async function readWhole() {
  hurry = true;
  const { managementAccountId: accountId, region } = simulator.organisation;
  const instance = awsClients({ region, accountId, budget: { slot: () => Promise.resolve() } });
  const clock = { now: () => NOW };
  const receipt = await readStreams(
    {
      trail: null,
      streams: lookupEventsSources({ instance, global: instance, clock }).slice(0, -1),
      directory: null,
      backfillMilliseconds: DAYS * DAY,
      beforeReading: null,
    },
    { store: new PostgresTrailStore(database), windows: new PostgresWindowStore(database), clock },
  );
  instance.close();
  return receipt;
}

const counted = () => simulator.lookupRates()[0] ?? { requests: 0, throttled: 0 };

test("two processes stay under the rate together, and killed in the middle they lose and double nothing", async () => {
  const readers = [launch(), launch()];
  await vi.waitUntil(() => counted().requests >= 2, { timeout: 30_000 });
  const [began, first] = [performance.now(), counted().requests];
  await vi.waitUntil(() => counted().requests >= 16, { timeout: 30_000 });
  for (const reader of readers) {
    reader.kill("SIGKILL");
    await once(reader, "exit");
  }
  const seconds = (performance.now() - began) / 1_000;
  const { requests, throttled } = counted();
  expect(throttled).toBe(0);
  expect(requests - first).toBeLessThanOrEqual(2 * seconds + 1);
  expect(requests - first).toBeGreaterThan(1.4 * seconds);
  const half = await storedIds(database);
  expect(half.length).toBeGreaterThan(0);
  const rest = await readWhole();
  const resumed = await storedIds(database);
  expect(resumed.length).toBe(half.length + rest.appended);
  await forget(database);
  await readWhole();
  expect(resumed.join()).toBe((await storedIds(database)).join());
  // What was read for good before the kill was not asked for again.
  expect(rest.records).toBeLessThan(resumed.length);
});
