/**
 * Curfew's reading of LookupEvents against the rate that AWS allows: a 90-day back-fill of every event source over HTTP, against the simulator in
 * another process, which counts the requests. It says what share of the allowed rate was used and whether any second had more than AWS takes.
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { awsClients, type RateBudget } from "../packages/core/adapters/aws/clients.ts";
import {
  GLOBAL_EVENTS_REGION,
  lookupEventsSources,
} from "../packages/core/adapters/aws/lookup-events.ts";
import { openDatabase, type Database } from "../packages/core/adapters/postgres/database.ts";
import { migrate } from "../packages/core/adapters/postgres/migrate.ts";
import { PostgresRateBudget } from "../packages/core/adapters/postgres/rate-budget.ts";
import { PostgresTrailStore } from "../packages/core/adapters/postgres/trail/trail-store.ts";
import { PostgresWindowStore } from "../packages/core/adapters/postgres/sources/window-store.ts";
import { DAY } from "../packages/core/domain/time.ts";
import { startOrJoinPostgres } from "../packages/core/platform/embedded-postgres.ts";
import type { RequestRate } from "../packages/simulator/wire/http/rates.ts";
import { readStreams } from "../services/ingest/read-once.ts";

const MIGRATIONS = fileURLToPath(new URL("../migrations", import.meta.url));
/** AWS: LookupEvents API reference, requests a second for each account and Region. */
const ALLOWED_PER_SECOND = 2;
/** Connections are made and plans are compiled. */
const WARM_UP_SECONDS = 5;

interface Hello {
  readonly environment: Readonly<Record<string, string>>;
  readonly accountId: string;
}

interface Outcome {
  readonly seconds: number;
  readonly requests: number;
  readonly throttled: number;
  /** Of what AWS allows in this time. */
  readonly share: number;
  readonly highestPerSecond: number;
  /** The shortest time in which three requests left: below a second they were too many, whatever the way to the server added. */
  readonly closestThreeMs: number;
  readonly eventsPerSecond: number;
  readonly windows: number;
}

async function answerOf<T>(child: ChildProcess): Promise<T> {
  const [message] = (await once(child, "message")) as [T];
  return message;
}

async function ratesOf(
  child: ChildProcess,
  region: string,
): Promise<RequestRate & { readonly at: number }> {
  child.send("rates");
  const rates = await answerOf<RequestRate[]>(child);
  const rate = rates.find((one) => one.region === region);
  if (rate === undefined) throw new Error(`The simulator counted no request in ${region}.`);
  return { ...rate, at: performance.now() };
}

/** The back-fill of the instance's Region until it is stopped; what it came to so far can be looked at. */
function startReading(database: Database, { environment, accountId }: Hello) {
  Object.assign(process.env, environment);
  const home = environment["AWS_REGION"] ?? "";
  const stopping = new AbortController();
  const { signal } = stopping;
  const shared = new PostgresRateBudget(database);
  const left: number[] = [];
  const budget: RateBudget = {
    slot: async (...slot) => {
      await shared.slot(...slot);
      left.push(performance.now());
    },
  };
  const clientsOf = (region: string) => awsClients({ region, accountId, budget, signal });
  const [instance, global] = [clientsOf(home), clientsOf(GLOBAL_EVENTS_REGION)];
  const clock = { now: Date.now };
  const streams = lookupEventsSources({ instance, global, clock }).filter(({ stream }) =>
    stream.includes(`/${home}/`),
  );
  const soFar = { records: 0, windowsDone: 0, over: false };
  const reading = readStreams(
    { trail: null, streams, directory: null, backfillMilliseconds: 90 * DAY, beforeReading: null },
    {
      store: new PostgresTrailStore(database),
      windows: new PostgresWindowStore(database),
      clock,
      signal,
    },
    {
      progress: (now) =>
        void Object.assign(soFar, { records: now.records, windowsDone: now.windowsDone }),
    },
  ).finally(() => (soFar.over = true));
  // Told by `stop`, not before.
  reading.catch(() => undefined);
  const stop = async (): Promise<void> => {
    if (soFar.over) {
      await reading;
      throw new Error("The back-fill ended before the time did: --seconds must be less.");
    }
    stopping.abort();
    await reading.catch(() => undefined);
    for (const clients of [instance, global]) clients.close();
  };
  return { home, soFar, left, stop };
}

async function run(
  database: Database,
  child: ChildProcess,
  hello: Hello,
  seconds: number,
): Promise<Outcome> {
  const { home, soFar, left, stop } = startReading(database, hello);
  await pause(WARM_UP_SECONDS * 1_000);
  const [first, before] = [await ratesOf(child, home), soFar.records];
  await pause(seconds * 1_000);
  const last = await ratesOf(child, home);
  const { records, windowsDone } = soFar;
  await stop();
  const took = (last.at - first.at) / 1_000;
  const requests = last.requests - first.requests;
  return {
    seconds: took,
    requests,
    throttled: last.throttled,
    share: requests / (took * ALLOWED_PER_SECOND),
    highestPerSecond: last.highestPerSecond,
    closestThreeMs: Math.min(...left.slice(2).map((time, at) => time - left[at]!)),
    eventsPerSecond: (records - before) / took,
    windows: windowsDone,
  };
}

function asText(outcome: Outcome): string {
  const { seconds, requests, throttled, share, windows } = outcome;
  return [
    `LookupEvents for ${seconds.toFixed(0)} s, ${ALLOWED_PER_SECOND} requests/s allowed`,
    `requests / allowed  ${share.toFixed(3)}   (${requests} requests, ${windows} windows)`,
    `highest in a second ${outcome.highestPerSecond} at the server, ${throttled} throttled; three left in ${outcome.closestThreeMs.toFixed(0)} ms or more`,
    `events              ${outcome.eventsPerSecond.toFixed(0)}/s`,
    "",
  ].join("\n");
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "120" },
      json: { type: "boolean", default: false },
    },
  });
  const seconds = Number(values.seconds);
  if (!Number.isSafeInteger(seconds) || seconds < 1)
    throw new Error(`--seconds must be a whole number of at least 1 and not "${values.seconds}".`);
  const folder = await mkdtemp(join(tmpdir(), "curfew-bench-"));
  const child = fork(fileURLToPath(new URL("simulator-process.ts", import.meta.url)), [
    join(folder, "aws"),
  ]);
  const hello = await answerOf<Hello>(child);
  const cluster = await startOrJoinPostgres({ dataDirectory: join(folder, "data") });
  const database = openDatabase(cluster.url, {
    maxConnections: 12,
    applicationName: "curfew bench",
  });
  try {
    await migrate(cluster.url, MIGRATIONS);
    const outcome = await run(database, child, hello, seconds);
    process.stdout.write(values.json ? `${JSON.stringify(outcome)}\n` : asText(outcome));
  } finally {
    child.disconnect();
    await database.close();
    await cluster.release();
    await rm(cluster.location, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
