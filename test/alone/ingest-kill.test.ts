/**
 * `curfew ingest` killed at any moment, and its database stopped under it: whatever was half done, one run to the end gives what an
 * undisturbed run gives, no event more and none less.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodeRecord } from "#core/domain/trail/decode";
import { startOrJoinPostgres, type EmbeddedPostgres } from "#core/platform/embedded-postgres";
import { writeHistory } from "#simulator/write-history";
import { dice, size, tried } from "#test/support/sizes";
import {
  curfew,
  endAll,
  launch,
  lives,
  postmasterOf,
  temporaryFolder,
  until,
  values,
  type Ended,
} from "./command.ts";

const KILLS = size(12, 150);
const DATABASE_STOPS = size(2, 20);
const UNTIL = Date.parse("2026-11-02T10:00:00Z");
const DAYS = 6;

let folder: string;
let dataDirectory: string;
let cluster: EmbeddedPostgres;
const killed = { atStart: 0, inside: 0 };

beforeAll(async () => {
  folder = temporaryFolder("kill");
  dataDirectory = join(folder, "cluster");
  cluster = await startOrJoinPostgres({ dataDirectory, durability: "off" });
});
afterAll(async () => {
  await cluster.release();
  await endAll(folder, dataDirectory);
});

/** One history a round, so that a round that was read to its end leaves something to kill for the next one. */
async function history(seed: number): Promise<string> {
  const out = join(folder, `history-${seed}`);
  await writeHistory({ out, days: DAYS, seed, until: UNTIL, shape: "mixed" });
  return join(out, "trail");
}

/** Ids of the events that the files hold, each once. */
function idsIn(trail: string): Set<string> {
  const files = readdirSync(trail, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".gz"),
  );
  const ids = files.flatMap((name) => {
    const { Records } = JSON.parse(gunzipSync(readFileSync(join(trail, name))).toString()) as {
      Records: { eventID: string }[];
    };
    return Records.flatMap((record) =>
      decodeRecord(record).outcome === "event" ? [record.eventID] : [],
    );
  });
  return new Set(ids);
}

async function query<T extends object>(url: string, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Events stored so far; 0 while there is no table or no server. */
async function stored(url: string): Promise<number> {
  try {
    const [row] = await query<{ n: number }>(url, "select count(*)::int as n from event_ids");
    return row!.n;
  } catch {
    return 0;
  }
}

async function databaseNamed(name: string): Promise<string> {
  await query(cluster.url, `create database ${name}`);
  const url = new URL(cluster.url);
  url.pathname = `/${name}`;
  return url.href;
}

const ingest = (trail: string, url: string, directory: string) => [
  "ingest",
  trail,
  "--json",
  "--data-dir",
  join(folder, directory),
  "--database-url",
  url,
];

/** Kills a run: early at a random moment, or when it has appended a random number of events more. True when it was in time. */
async function killOne(
  args: string[],
  url: string,
  random: () => number,
  total: number,
): Promise<boolean> {
  const before = await stored(url);
  const run = launch(args);
  let over = false;
  void run.ended.then(() => (over = true));
  if (random() < 0.25) {
    const moment = performance.now() + random() * 2_500;
    await until(() => over || performance.now() >= moment);
    killed.atStart += 1;
  } else {
    const enough = before + 1 + Math.floor(random() * Math.max(1, (total - before) / 3));
    await until(async () => over || (await stored(url)) >= Math.min(enough, total));
    const moment = performance.now() + random() * 40;
    await until(() => over || performance.now() >= moment);
    killed.inside += 1;
  }
  run.child.kill("SIGKILL");
  return (await run.ended).code === null;
}

function receiptOf({ code, stdout, stderr }: Ended): Record<string, number> {
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as Record<string, number>;
}

async function expectSameAsUndisturbed(
  url: string,
  trails: readonly string[],
  directory: string,
): Promise<void> {
  const truth = new Set(trails.flatMap((trail) => [...idsIn(trail)]));
  const undisturbed = await databaseNamed(`undisturbed_${directory}`);
  receiptOf(
    await curfew([
      "ingest",
      ...trails,
      "--json",
      "--data-dir",
      join(folder, `undisturbed-${directory}`),
      "--database-url",
      undisturbed,
    ]),
  );
  for (const one of [undisturbed, url]) {
    const rows = await query<{ event_id: string }>(one, "select event_id from event_ids");
    const ids = new Set(rows.map((row) => row.event_id));
    const lost = [...truth].filter((id) => !ids.has(id));
    const made = [...ids].filter((id) => !truth.has(id));
    expect({ rows: rows.length, lost: lost.length, made: made.length }).toEqual({
      rows: truth.size,
      lost: 0,
      made: 0,
    });
  }
  const digests = [];
  for (const one of [undisturbed, url]) {
    digests.push(
      await values([
        "replay",
        "--verify",
        "--data-dir",
        join(folder, directory),
        "--database-url",
        one,
      ]),
    );
  }
  expect(digests[1]).toEqual(digests[0]);
}

test(`${KILLS} kills lose nothing and double nothing`, async (context) => {
  tried(context, 1, "kills of curfew ingest itself", KILLS);
  const random = dice(4_711);
  const url = await databaseNamed("killed");
  const trails: string[] = [];
  let kills = 0;
  while (kills < KILLS) {
    const trail = await history(trails.length + 1);
    trails.push(trail);
    const total = (await stored(url)) + idsIn(trail).size;
    const args = ingest(trail, url, "killed");
    while (kills < KILLS && (await killOne(args, url, random, total))) kills += 1;
    const { records, appended, duplicates, ignored, undecodable } = receiptOf(await curfew(args));
    expect(appended! + duplicates! + ignored! + undecodable!).toBe(records);
  }
  process.stderr.write(
    `${kills} kills over ${trails.length} histories: ${JSON.stringify(killed)}\n`,
  );
  await expectSameAsUndisturbed(url, trails, "killed");
});

test(`${DATABASE_STOPS} immediate stops of Postgres lose nothing and double nothing`, async (context) => {
  tried(context, 4, "immediate stops of Postgres under curfew ingest", DATABASE_STOPS);
  const random = dice(815);
  const trail = await history(1_000);
  const total = idsIn(trail).size;
  const url = await databaseNamed("stopped");
  for (let stop = 0; stop < DATABASE_STOPS; stop += 1) {
    const enough = (await stored(url)) + 1 + Math.floor((random() * total) / (2 * DATABASE_STOPS));
    const run = launch(ingest(trail, url, "stopped"));
    let over = false;
    void run.ended.then(() => (over = true));
    await until(async () => over || (await stored(url)) >= enough);
    const postmaster = postmasterOf(dataDirectory)!;
    process.kill(postmaster, "SIGQUIT");
    const { code, stdout, stderr } = await run.ended;
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toMatch(/^\{"error":\{"code":"[a-z.-]+","message":"[^\n]+"\}\}\n$/);
    // Whoever started the server starts it again, on the port it had.
    await until(() => !lives(postmaster));
    await until(async () => (await query(url, "select 1").catch(() => [])).length === 1);
  }
  receiptOf(await curfew(ingest(trail, url, "stopped")));
  await expectSameAsUndisturbed(url, [trail], "stopped");
});
