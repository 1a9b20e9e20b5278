/**
 * Markers in every place where a record may hold a secret go through the real service into real Postgres: afterwards none is in any
 * row of any table, in anything that a row holds compressed, in what the stores answer, or in a line of the log.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fileFolder } from "#core/adapters/files/folder";
import { PostgresCrawlStore } from "#core/adapters/postgres/access/crawl-store";
import { PostgresPersonHistory } from "#core/adapters/postgres/people/person-history";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { PostgresWindowStore } from "#core/adapters/postgres/sources/window-store";
import { createLogger } from "#core/platform/logger";
import { startIngest } from "#services/ingest/main";
import { brokenLines, MARKER, poisonedRecords, VISIBLE } from "./poisons.ts";
import { gzipped, NOW, openStand, trailFile, type Stand } from "./stand.ts";

let stand: Stand;
const log: string[] = [];

beforeAll(async () => {
  stand = await openStand();
  const folder = mkdtempSync(join(tmpdir(), "curfew-poisons-"));
  try {
    const records = poisonedRecords();
    writeFileSync(join(folder, "records.json.gz"), gzipped(trailFile(...records)));
    const changed = records.map((made) => ({ ...made, requestID: "other" }));
    writeFileSync(join(folder, "same-ids-with-other-content.json"), trailFile(...changed));
    const broken = [JSON.stringify(records[0]), ...brokenLines()];
    writeFileSync(join(folder, "broken.ndjson"), broken.join("\n"));
    await readFolder(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
  await stand.sweep();
}, 60_000);
afterAll(() => stand.drop());

/** The ingest service until it has read the folder once. */
async function readFolder(path: string): Promise<void> {
  let turned: () => void;
  const turn = new Promise<void>((resolve) => (turned = resolve));
  const destination = { write: (line: string) => void log.push(line) };
  const service = startIngest({
    sources: {
      trail: { path, folder: fileFolder },
      streams: [],
      directory: null,
      backfillMilliseconds: 1,
      beforeReading: null,
    },
    ports: {
      store: stand.trail,
      windows: new PostgresWindowStore(stand.database),
      clock: { now: () => NOW },
    },
    crawls: new PostgresCrawlStore(stand.database),
    observations: new PostgresObservationStore(stand.database),
    newSnapshotId: () => "snp_unused",
    queue: { nudge: () => Promise.resolve() },
    log: createLogger({ service: "ingest", level: "trace", destination }),
    onTurn: (source) => {
      if (source === "files") turned();
    },
  });
  await turn;
  await service.stop();
}

interface Found {
  readonly place: string;
  readonly text: string;
}

/** Every row of every table as text. */
async function everyRow(): Promise<Found[]> {
  const found: Found[] = [];
  for (const table of await namesOf(
    "select tablename as name from pg_tables where schemaname = 'public'",
  )) {
    const { rows } = await stand.database.pool.query<{ text: string }>(
      `select t::text as text from "${table}" t`,
    );
    found.push(...rows.map(({ text }) => ({ place: table, text })));
  }
  return found;
}

/** Every value of bytes, as it is and unpacked. */
async function everyByte(): Promise<Found[]> {
  const columns = await namesOf(
    `select format('%I.%I', table_name, column_name) as name from information_schema.columns
      where table_schema = 'public' and data_type = 'bytea'`,
  );
  const found: Found[] = [];
  for (const place of columns) {
    const [table, column] = place.split(".");
    const { rows } = await stand.database.pool.query<{ value: Buffer }>(
      `select ${column} as value from ${table} where ${column} is not null`,
    );
    for (const { value } of rows) {
      const texts = [value, ...unpacked(value)].map((bytes) => bytes.toString("latin1"));
      found.push(...texts.map((text) => ({ place, text })));
    }
  }
  return found;
}

function unpacked(value: Buffer): Buffer[] {
  return [inflateRawSync, inflateSync, gunzipSync].flatMap((unpack) => {
    try {
      return [unpack(value)];
    } catch {
      return [];
    }
  });
}

async function namesOf(sql: string): Promise<string[]> {
  const { rows } = await stand.database.pool.query<{ name: string }>(sql);
  return rows.map((row) => row.name);
}

async function everyAnswer(): Promise<Found[]> {
  const history = new PostgresPersonHistory(stand.database);
  const found: Found[] = [{ place: "sessions", text: JSON.stringify(await stand.sessions()) }];
  for await (const person of history.everybody("2027-01-01T00:00:00.000Z" as never)) {
    found.push({ place: "history", text: JSON.stringify(person) });
  }
  const observations = new PostgresObservationStore(stand.database);
  found.push({ place: "coverage", text: JSON.stringify(await observations.coverage()) });
  return found;
}

/** Places, once each, with what stands around the marker. */
function leaks(found: readonly Found[]): string[] {
  const hits = found.flatMap(({ place, text }) => {
    const at = text.search(MARKER);
    return at === -1 ? [] : [`${place}: ${text.slice(Math.max(0, at - 60), at + 12)}`];
  });
  return [...new Set(hits)].slice(0, 20);
}

test("records of every sort were stored, refused and left out", async () => {
  expect(await stand.count("undecodable_records")).toBeGreaterThan(1_000);
  expect((await stand.sessions()).length).toBeGreaterThan(0);
});

test("no marker stands in a row of any table, or in what a row holds compressed", async () => {
  const found = [...(await everyRow()), ...(await everyByte())];
  expect(leaks(found)).toEqual([]);
  expect(found.some(({ text }) => text.includes(VISIBLE))).toBe(true);
  const batches = (await everyByte()).filter(({ text }) => text.includes(VISIBLE));
  expect(batches.length).toBeGreaterThan(0);
});

test("no marker stands in what the stores answer", async () => {
  const found = await everyAnswer();
  expect(leaks(found)).toEqual([]);
  expect(found.some(({ text }) => text.includes(VISIBLE))).toBe(true);
});

test("no marker stands in a line of the log", () => {
  expect(log.length).toBeGreaterThan(0);
  expect(leaks(log.map((text) => ({ place: "log", text })))).toEqual([]);
});
