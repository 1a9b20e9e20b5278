/**
 * Row 5: Postgres slow, out of connections, locked and out of space under a reader. Waits are bounded, nothing of a file is half kept, and the
 * same reader goes on when the fault is over. Out of space is a limit on the size of files for the server's processes: Postgres meets it
 * where it would meet a full disk, when it extends a table.
 */
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openDatabase, type Database } from "#core/adapters/postgres/database";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import { ingestFiles } from "#core/flows/ingest/ingest-files";
import { openStand, type Stand } from "#test/integration/ingest/stand";
import { corpusOf, historyOf, UNTIL, type Corpus } from "#test/support/corpus";
import { openProxy, type Verdict } from "#test/support/proxy";
import { size, tried } from "#test/support/sizes";
import { expectWhole, storedIn, type Stored } from "#test/support/stored-truth";

const TIMES = size(1, 20);
const MIB = 1024 * 1024;
const LOCK_WAIT = 400;

let stand: Stand;
let corpus: Corpus;
let undisturbed: Stored;

beforeAll(async () => {
  stand = await openStand({ now: UNTIL });
  corpus = corpusOf(await historyOf(2, 15), { perFile: 100, seed: 15 });
  await read(stand.database);
  undisturbed = await settled();
});
beforeEach(() => stand.clear());
afterAll(() => stand.drop());

async function read(database: Database): Promise<void> {
  const store = new PostgresTrailStore(database);
  for (const { name, bytes } of corpus.files) {
    const [outcome] = await ingestFiles([{ path: name, bytes }], store, { now: () => UNTIL });
    if ("refused" in outcome!) throw outcome.refused;
  }
}

/** What is stored once everything was read, which has to be whole. */
async function settled(): Promise<Stored> {
  await stand.sweep();
  await expectWhole(stand.database.pool, corpus.ids);
  return storedIn(stand.database.pool);
}

/** The same database for one reader with settings of its own: what a URL says comes before what the product asks for. */
async function withReader<T>(
  url: string,
  settings: string,
  work: (reader: Database) => Promise<T>,
): Promise<T> {
  const reader = openDatabase(`${url}?${settings}`, {
    maxConnections: 2,
    applicationName: "curfew reader",
  });
  try {
    return await work(reader);
  } finally {
    await reader.close();
  }
}

test(`${TIMES} times a slow server is waited for and nothing is lost`, async (context) => {
  tried(context, 5, "readings through a delay of every answer", TIMES);
  const proxy = await openProxy(stand.database.url);
  for (let times = 0; times < TIMES; times += 1) {
    await stand.clear();
    proxy.watch({
      answered: async ({ type }): Promise<Verdict> => {
        // ReadyForQuery ends each answer (PostgreSQL: Message Flow).
        if (type === "Z") await pause(3);
        return "pass";
      },
    });
    await withReader(proxy.url, "", async (reader) => {
      await read(reader);
      expect(proxy.connections()).toBeLessThanOrEqual(2);
    });
    expect(await settled()).toEqual(undisturbed);
  }
  await proxy.close();
});

test(`${TIMES} times no connection is free: it is said, and the reading goes on when one is`, async (context) => {
  tried(context, 5, "readings without a free connection", TIMES);
  for (let times = 0; times < TIMES; times += 1) {
    await stand.clear();
    const taken: pg.Client[] = [];
    let refused = false;
    while (!refused) {
      const client = new pg.Client({ connectionString: stand.database.url });
      client.on("error", () => undefined);
      refused = await client.connect().then(
        () => false,
        () => true,
      );
      if (!refused) taken.push(client);
    }
    await withReader(stand.database.url, "", async (reader) => {
      await expect(read(reader)).rejects.toMatchObject({ code: "53300" });
      for (const client of taken) await client.end();
      await read(reader);
    });
    expect(await settled()).toEqual(undisturbed);
  }
});

test(`${TIMES} times a table is locked: a short lock is waited for, a long one is given up whole`, async (context) => {
  tried(context, 5, "readings under a lock on the whole table", TIMES);
  for (let times = 0; times < TIMES; times += 1) {
    await stand.clear();
    const holder = await stand.database.pool.connect();
    await holder.query("begin");
    await holder.query("lock table event_ids in access exclusive mode");
    await withReader(stand.database.url, `lock_timeout=${LOCK_WAIT}`, async (reader) => {
      await expect(read(reader)).rejects.toMatchObject({ code: "55P03" });
      const patient = withReader(stand.database.url, "", read);
      await holder.query("commit");
      await patient;
    });
    holder.release();
    expect(await settled()).toEqual(undisturbed);
  }
});

/** Lets new processes of the server write no file beyond so many bytes; without bytes, any. */
function limitFiles(postmaster: number, bytes: number | null): void {
  const limit = bytes === null ? "unlimited" : String(bytes);
  // As the server's own user: under root the server is another's process, and root need not be all-powerful.
  const { uid, gid } = statSync(`/proc/${postmaster}`);
  execFileSync("prlimit", ["--pid", String(postmaster), `--fsize=${limit}:unlimited`], {
    stdio: "pipe",
    ...(process.getuid?.() === 0 ? { uid, gid } : {}),
  });
}

/** Makes the table of ids larger than a file of the log of changes, which has to stay below the limit. */
async function grownIds(): Promise<number> {
  const { pool } = stand.database;
  await pool.query("alter table event_ids set (autovacuum_enabled = false)");
  await pool.query(
    `insert into event_ids (event_id, occurred_at, content_sha256)
     select gen_random_uuid(), now(), sha256(n::text::bytea) from generate_series(1, 240000) n`,
  );
  await pool.query("delete from event_ids");
  const { rows } = await pool.query<{ bytes: number }>(
    "select pg_relation_size('event_ids') as bytes",
  );
  expect(rows[0]!.bytes).toBeGreaterThan(17 * MIB);
  return rows[0]!.bytes;
}

test.runIf(process.platform === "linux")(
  `${TIMES} times there is no space left: no file is half kept, and the reading goes on when there is`,
  async (context) => {
    tried(context, 5, "readings that meet a full table file", TIMES);
    const { rows } = await stand.database.pool.query<{ text: string }>(
      "select pg_read_file('postmaster.pid') as text",
    );
    const postmaster = Number(rows[0]!.text.split("\n")[0]);
    for (let times = 0; times < TIMES; times += 1) {
      await stand.clear();
      const bytes = await grownIds();
      // A file is extended by pages of 8 KiB; a few of them are left.
      limitFiles(postmaster, bytes + 4 * 8_192);
      try {
        await withReader(stand.database.url, "", async (reader) => {
          await expect(read(reader)).rejects.toThrow(/could not (?:extend|write)|File too large/);
        });
        await stand.sweep();
        const { rows: half } = await stand.database.pool.query<{ n: number }>(
          "select count(*)::int as n from trail_files where position <> records",
        );
        expect(half).toEqual([{ n: 0 }]);
      } finally {
        limitFiles(postmaster, null);
      }
      await withReader(stand.database.url, "", read);
      expect(await settled()).toEqual(undisturbed);
    }
  },
);
