/** Everything that LookupEvents may do wrong, done by the simulator over HTTP: all events are there in the end, each once. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { awsClients, type AwsClients } from "#core/adapters/aws/clients";
import { lookupEventsSources } from "#core/adapters/aws/lookup-events";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import { PostgresWindowStore } from "#core/adapters/postgres/sources/window-store";
import { DAY, MINUTE } from "#core/domain/time";
import type { ListingProgress } from "#core/flows/ingest/listing-progress";
import { readStreams } from "#services/ingest/read-once";
import { startSimulator, type RunningSimulator } from "#simulator/start";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import { forget, storedIds } from "./stored.ts";

const NOW = Date.parse("2026-11-09T10:00:00Z");
const DAYS = 4;
/** What a slot of the shared rate takes. */
const SLOT = 521;

let database: TestDatabase;
let folder: string;
let simulator: RunningSimulator;
let clients: AwsClients;
let before: NodeJS.ProcessEnv;
/** The time of limits and faults: it passes by waiting only. */
let elapsed = 0;
let requests = 0;
let everything: readonly string[];

beforeAll(async () => {
  database = await createTestDatabase();
  folder = mkdtempSync(join(tmpdir(), "curfew-lookup-"));
  simulator = await startSimulator({
    directory: folder,
    now: NOW,
    trail: false,
    monotonicMs: () => elapsed,
  });
  before = { ...process.env };
  Object.assign(process.env, simulator.environment);
  clients = awsClients({
    region: simulator.organisation.region,
    accountId: simulator.organisation.managementAccountId,
    budget: {
      slot: () => {
        elapsed += SLOT;
        requests += 1;
        return Promise.resolve();
      },
    },
    wait: (milliseconds) => {
      elapsed += milliseconds;
      return Promise.resolve();
    },
  });
  // The SDK's own retries wait in real time; ours are what is tested here.
  clients.cloudTrail.config.retryStrategy = () =>
    Promise.resolve({
      acquireInitialRetryToken: () => Promise.resolve(retryToken),
      refreshRetryTokenForRetry: () => Promise.reject(new Error("no retry by the SDK")),
      recordSuccess: () => undefined,
    });
  await read();
  everything = await storedIds(database);
});
beforeEach(async () => {
  simulator.faults.reset();
  await forget(database);
  requests = 0;
});
afterAll(async () => {
  process.env = before;
  clients.close();
  await simulator.stop();
  await database.drop();
  rmSync(folder, { recursive: true });
});

/** Counted first: a list of thousands shows nothing. */
async function expectEverything(): Promise<void> {
  const ids = await storedIds(database);
  expect(ids.length).toBe(everything.length);
  expect(ids.join()).toBe(everything.join());
}

const retryToken = { getRetryCount: () => 0, getRetryDelay: () => 0 };

async function read(progress: (now: ListingProgress) => void = () => undefined) {
  const clock = { now: () => NOW };
  const instance = clients;
  return readStreams(
    {
      trail: null,
      streams: lookupEventsSources({ instance, global: clients, clock }).slice(0, -1),
      directory: null,
      backfillMilliseconds: DAYS * DAY,
      beforeReading: null,
    },
    {
      store: new PostgresTrailStore(database),
      windows: new PostgresWindowStore(database),
      clock,
    },
    { progress },
  );
}

test("the simulated days have enough pages for faults to strike", () => {
  expect(everything.length).toBeGreaterThan(200);
});

test.each(["invalid-token", "repeated-page", "empty-page", "token-loop"] as const)(
  "%s mid paging, five times: every event is there once, and the listing breaks off visibly",
  async (kind) => {
    simulator.faults.lookup.add({ kind, times: 5 });
    const reports: ListingProgress[] = [];
    await read((now) => reports.push(now));
    expect(simulator.faults.lookup.struck).toBe(5);
    await expectEverything();
    const broken = reports.filter(({ last }) => last.broken !== null);
    expect(broken.length).toBe(kind === "empty-page" ? 0 : 5);
    for (const { last } of broken) expect(last.broken?.message).toMatch(/^AWS broke off [^\n]+\.$/);
    const end = reports.at(-1)!;
    expect(end.windowsDone).toBe(end.windowsTotal);
    expect(end.leftMilliseconds).toBe(0);
  },
);

test("credentials that expire mid paging are told in a sentence, and reading goes on where it ended", async () => {
  simulator.faults.lookup.add({ kind: "expired-token" });
  await expect(read()).rejects.toMatchObject({
    code: "aws.denied",
    message: expect.stringMatching(/^AWS did not list .*credentials have expired: renew them.*\.$/),
  });
  const first = requests;
  await read();
  await expectEverything();
  const second = requests - first;
  requests = 0;
  await forget(database);
  await read();
  // All but the window that was struck was marked: reading whole costs more.
  expect(second).toBeLessThan(requests);
});

test("nine throttles of ten for five minutes are outlasted without a hot loop, and reading recovers", async () => {
  const began = elapsed;
  simulator.faults.lookup.add({ kind: "throttle", share: 0.9, forMs: 5 * MINUTE });
  await read();
  await expectEverything();
  const struck = simulator.faults.lookup.struck;
  expect(struck).toBeGreaterThan(9);
  // At the allowed rate 576 requests would have left in this time.
  expect(struck).toBeLessThan(150);
  expect(elapsed - began).toBeGreaterThan(5 * MINUTE);
});
