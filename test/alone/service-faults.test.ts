/**
 * Rows 4 and 25: `curfew start` while it reads a folder, with its Postgres stopped at once under it again and again, and told to end at any
 * moment. The API says 503 as a problem while the database is away and answers within ten seconds after it is back; ended, it has
 * finished what it was doing, and in the end nothing is lost and nothing is there twice.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrate } from "#core/adapters/postgres/migrate";
import { startOrJoinPostgres, type EmbeddedPostgres } from "#core/platform/embedded-postgres";
import { corpusOf, historyOf, writeCorpus, type Corpus } from "#test/support/corpus";
import { openProxy, type Frame, type Verdict } from "#test/support/proxy";
import { dice, size, tried } from "#test/support/sizes";
import { expectWhole } from "#test/support/stored-truth";
import {
  endAll,
  lives,
  postmasterOf,
  started,
  temporaryFolder,
  until,
  values,
  type Ready,
} from "./command.ts";

const MIGRATIONS = fileURLToPath(new URL("../../migrations", import.meta.url));
const STOPS = size(5, 100);
const SIGNALS = size(10, 200);
const BACK_WITHIN = 10_000;
const ENDED_WITHIN = 10_000;

let folder: string;
let clusterDirectory: string;
let cluster: EmbeddedPostgres;
let corpus: Corpus;

beforeAll(async () => {
  folder = temporaryFolder("service");
  clusterDirectory = join(folder, "cluster");
  cluster = await startOrJoinPostgres({ dataDirectory: clusterDirectory, durability: "off" });
  corpus = corpusOf(await historyOf(4, 25), { perFile: 10, seed: 25 });
});
afterAll(async () => {
  await cluster.release();
  await endAll(folder, clusterDirectory);
});

async function databaseNamed(name: string): Promise<string> {
  const url = new URL(cluster.url);
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  url.pathname = `/${name}`;
  await migrate(url.href, MIGRATIONS);
  return url.href;
}

async function withPool<T>(url: string, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  pool.on("error", () => undefined);
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

/** A folder that is followed, into which the corpus comes in so many parts. */
function inbox(name: string, parts: number): { path: string; next: () => void } {
  const path = join(folder, name);
  mkdirSync(path);
  let part = 0;
  const endOf = (parted: number) => Math.floor((parted * corpus.files.length) / parts);
  return {
    path,
    next: () => {
      writeCorpus(path, { files: corpus.files.slice(endOf(part), endOf(part + 1)) });
      part += 1;
    },
  };
}

const command = (name: string, url: string) => [
  "--data-dir",
  join(folder, name),
  "--database-url",
  url,
];

interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

function gate(): Gate {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

/** Holds back the statement that inserts ids until the process was told to end. */
async function heldAt(frame: Frame, inserting: Gate, told: Gate): Promise<Verdict> {
  if (frame.type !== "P" || !frame.statement.includes("insert into event_ids")) return "pass";
  inserting.open();
  await told.opened;
  return "pass";
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly at: number;
}

/** Asks again and again until it is told to stop. */
function asking({ url, operatorTokenFile }: Ready): {
  answers: Answer[];
  stop: () => Promise<void>;
} {
  const headers = { authorization: `Bearer ${readFileSync(operatorTokenFile, "utf8").trim()}` };
  const answers: Answer[] = [];
  let on = true;
  const loop = (async () => {
    while (on) {
      const response = await fetch(`${url}/v1/sessions?limit=1`, { headers });
      await response.arrayBuffer();
      const type = response.headers.get("content-type") ?? "";
      answers.push({ status: response.status, type, at: performance.now() });
      // As a caller would: not as fast as it can.
      await pause(20);
    }
  })();
  loop.catch(() => undefined);
  return {
    answers,
    stop: async () => {
      on = false;
      await loop;
    },
  };
}

/** Stops the server at once and starts it again, without the limit on deaths that its own supervision has; answers when it was back. */
async function crashed(): Promise<number> {
  const postmaster = postmasterOf(clusterDirectory)!;
  process.kill(postmaster, "SIGQUIT");
  await cluster.release();
  await until(() => !lives(postmaster));
  cluster = await startOrJoinPostgres({ dataDirectory: clusterDirectory, durability: "off" });
  return performance.now();
}

test(`${STOPS} immediate stops of Postgres: the API says 503, is back within 10 s, and the reading goes on`, async (context) => {
  tried(context, 4, "immediate stops of Postgres under curfew start", STOPS);
  const random = dice(4);
  const url = await databaseNamed("stopped");
  const box = inbox("stopped-inbox", STOPS + 1);
  const args = [...command("stopped", url), "--port", "0"];
  const service = await started(args, { env: { CURFEW_TRAIL_DIR: box.path } });
  const caller = asking(service.ready);
  for (let stop = 0; stop < STOPS; stop += 1) {
    box.next();
    await pause(random() * 2_500);
    const back = await crashed();
    await until(() => caller.answers.some(({ status, at }) => status === 200 && at > back));
    const answered = caller.answers.find(({ status, at }) => status === 200 && at > back)!;
    expect(answered.at - back).toBeLessThan(BACK_WITHIN);
  }
  box.next();
  await withPool(url, (pool) =>
    until(async () => {
      const { rows } = await pool.query<{ n: number }>("select count(*)::int as n from event_ids");
      return rows[0]!.n === corpus.ids.length;
    }),
  );
  await caller.stop();
  const others = caller.answers.filter(({ status }) => status !== 200);
  expect(others.length).toBeGreaterThan(0);
  expect([...new Set(others.map(({ status, type }) => `${status} ${type}`))]).toEqual([
    "503 application/problem+json; charset=utf-8",
  ]);
  service.child.kill("SIGTERM");
  expect((await service.ended).code).toBe(0);
  await values(["sync", ...command("stopped", url)], { env: { CURFEW_TRAIL_DIR: box.path } });
  await withPool(url, (pool) => expectWhole(pool, corpus.ids));
});

test(`${SIGNALS} times SIGTERM while it reads: it ends with 0 within 10 s and nothing is lost`, async (context) => {
  tried(context, 25, "SIGTERM to curfew start while it reads", SIGNALS);
  const random = dice(25);
  const url = await databaseNamed("ended");
  const proxy = await openProxy(url);
  const box = inbox("ended-inbox", SIGNALS);
  for (let signal = 0; signal < SIGNALS; signal += 1) {
    box.next();
    const inserting = gate();
    const told = gate();
    // Every second time it is told while a transaction of its own is half done.
    if (signal % 2 === 0) proxy.watch({ asked: (frame) => heldAt(frame, inserting, told) });
    const args = [...command("ended", proxy.url), "--port", "0"];
    const service = await started(args, { env: { CURFEW_TRAIL_DIR: box.path } });
    await (signal % 2 === 0 ? inserting.opened : pause(random() * 300));
    const asked = performance.now();
    service.child.kill("SIGTERM");
    told.open();
    const { code } = await service.ended;
    expect({ signal, code }).toEqual({ signal, code: 0 });
    expect(performance.now() - asked).toBeLessThan(ENDED_WITHIN);
    proxy.watch(null);
  }
  await proxy.close();
  await values(["sync", ...command("ended", url)], { env: { CURFEW_TRAIL_DIR: box.path } });
  await withPool(url, (pool) => expectWhole(pool, corpus.ids));
});
