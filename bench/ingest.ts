/**
 * Exactly-once ingest by Curfew's own flow against a raw COPY of the same rows into a table of the same shape and indexes, on one cluster, with
 * two connections each. Curfew's side starts from gzipped files on disk and redacts, decodes, hashes and deduplicates; COPY's side starts from rows
 * that are ready in memory and does none of it. It also times reading the same files again. It judges speed only: tests judge what is stored.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { openDatabase, type Database } from "../packages/core/adapters/postgres/database.ts";
import { migrate } from "../packages/core/adapters/postgres/migrate.ts";
import { PostgresTrailStore } from "../packages/core/adapters/postgres/trail/trail-store.ts";
import { ingestFiles } from "../packages/core/flows/ingest/ingest-files.ts";
import { startOrJoinPostgres } from "../packages/core/platform/embedded-postgres.ts";
import { compare, median, type Comparison } from "./rounds.ts";
import { makeTrailFiles } from "./trail.ts";

const CONNECTIONS = 2;
const CLOCK = { now: () => Date.UTC(2026, 10, 2) };
const MIGRATIONS = fileURLToPath(new URL("../migrations", import.meta.url));
/** What ingest writes. */
const TABLES =
  "events, undecodable_records, trail_files, coverage, people, person_names, sessions, findings, deliveries";

interface Bench {
  readonly database: Database;
  readonly url: string;
  readonly paths: readonly string[];
}

interface Outcome {
  readonly records: number;
  readonly rows: number;
  readonly rounds: number;
  /** Curfew's ingest against COPY: above 1 ingest is the faster one. */
  readonly ingest: Comparison;
  /** Reading the same files again, in the first reading's time. */
  readonly again: Comparison;
}

/** Shares the items out to so many loops. */
async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}

async function readAll({ database, paths }: Bench): Promise<number> {
  const store = new PostgresTrailStore(database);
  let appended = 0;
  await inParallel(paths, async (path) => {
    const [outcome] = await ingestFiles([{ path, bytes: await readFile(path) }], store, CLOCK);
    if (outcome === undefined || "refused" in outcome)
      throw new Error(`${path} was refused: the generator is wrong.`);
    const { receipt } = outcome;
    if (receipt.undecodable > 0 || receipt.ignored > 0)
      throw new Error(`${path} has records that are not events: the generator is wrong.`);
    appended += receipt.appended;
  });
  return appended;
}

/** The rows as COPY text, in as many parts as there are connections. A line break ends a row and never stands within one. */
async function rowsOf({ url }: Bench): Promise<Buffer[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const chunks: Buffer[] = [];
  for await (const chunk of client.query(copyTo("copy events to stdout")))
    chunks.push(chunk as Buffer);
  await client.end();
  const text = Buffer.concat(chunks);
  const cuts = Array.from({ length: CONNECTIONS + 1 }, (_, part) =>
    part === 0 ? 0 : text.indexOf(10, Math.ceil((text.length * part) / CONNECTIONS) - 1) + 1,
  );
  return cuts.slice(1).map((to, part) => text.subarray(cuts[part], to));
}

async function copyAll({ url }: Bench, parts: readonly Buffer[]): Promise<void> {
  await Promise.all(
    parts.map(async (part) => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await pipeline(
        Readable.from(pieces(part)),
        client.query(copyFrom("copy events_copy from stdin")),
      );
      await client.end();
    }),
  );
}

function* pieces(buffer: Buffer): Generator<Buffer> {
  const size = 1024 * 1024;
  for (let from = 0; from < buffer.length; from += size) yield buffer.subarray(from, from + size);
}

async function run(bench: Bench, rounds: number, say: (text: string) => void): Promise<Outcome> {
  const { pool } = bench.database;
  const empty = async (): Promise<void> => {
    await pool.query(`truncate events_copy, ${TABLES} cascade`);
    await pool.query("checkpoint");
  };
  const readOnce = async (): Promise<void> => {
    await readAll(bench);
  };
  const readAgain = async (): Promise<void> => {
    if ((await readAll(bench)) !== 0) throw new Error("Reading the same files again added rows.");
  };
  const round =
    (name: string) =>
    (at: number): void =>
      say(at === 0 ? `${name}: warming up` : `${name}: round ${at} of ${rounds}`);
  await pool.query("create table events_copy (like events including all)");
  const rows = await readAll(bench);
  const { rows: counted } = await pool.query<{ records: number }>(
    "select sum(records) as records from trail_files",
  );
  const parts = await rowsOf(bench);
  const curfew = { name: "curfew", prepare: empty, run: readOnce };
  const copy = { name: "copy", prepare: empty, run: () => copyAll(bench, parts) };
  const again = {
    name: "again",
    prepare: async () => {
      await empty();
      await readOnce();
    },
    run: readAgain,
  };
  return {
    records: counted[0]?.records ?? 0,
    rows,
    rounds,
    ingest: await compare(curfew, copy, rounds, round("curfew against copy")),
    again: await compare(again, curfew, rounds, round("again against the first reading")),
  };
}

function asText({ records, rows, rounds, ingest, again }: Outcome): string {
  const perSecond = (times: readonly number[] | undefined): string =>
    Math.round((rows * 1000) / median(times ?? [])).toLocaleString("en");
  return [
    `${records.toLocaleString("en")} records, ${rows.toLocaleString("en")} rows, ${rounds} rounds in turn, medians`,
    `ingest by Curfew    ${perSecond(ingest.milliseconds["curfew"])} rows/s`,
    `raw COPY            ${perSecond(ingest.milliseconds["copy"])} rows/s`,
    `Curfew / COPY       ${ingest.ratio.toFixed(2)}x   (${ingest.ratios.map((ratio) => ratio.toFixed(2)).join(", ")})`,
    `again / first time  ${again.ratio.toFixed(1)}x   (${again.ratios.map((ratio) => ratio.toFixed(1)).join(", ")})`,
    "",
  ].join("\n");
}

async function writeFiles(folder: string, records: number): Promise<string[]> {
  const paths: string[] = [];
  for (const [at, bytes] of makeTrailFiles("bench", records, 2_000).entries()) {
    const path = join(folder, `${String(at).padStart(6, "0")}.json.gz`);
    await writeFile(path, bytes);
    paths.push(path);
  }
  return paths;
}

/** A whole number of at least 1. */
function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`--${name} must be a whole number of at least 1 and not "${text}".`);
  return value;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      records: { type: "string", default: "50000" },
      rounds: { type: "string", default: "5" },
      json: { type: "boolean", default: false },
    },
  });
  const records = count("records", values.records);
  const rounds = count("rounds", values.rounds);
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const folder = await mkdtemp(join(tmpdir(), "curfew-bench-"));
  const cluster = await startOrJoinPostgres({ dataDirectory: join(folder, "data") });
  const database = openDatabase(cluster.url, {
    maxConnections: CONNECTIONS,
    applicationName: "curfew bench",
  });
  try {
    say("making trail files");
    const paths = await writeFiles(folder, records);
    await migrate(cluster.url, MIGRATIONS);
    const outcome = await run({ database, url: cluster.url, paths }, rounds, say);
    process.stdout.write(values.json ? `${JSON.stringify(outcome)}\n` : asText(outcome));
  } finally {
    await database.close();
    await cluster.release();
    await rm(cluster.location, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
