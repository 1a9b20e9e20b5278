/** A cluster of the embedded Postgres, with its durability on, and a folder for files; both are gone when the work is done. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openDatabase, type Database } from "../packages/core/adapters/postgres/database.ts";
import { migrate } from "../packages/core/adapters/postgres/migrate.ts";
import { startOrJoinPostgres } from "../packages/core/platform/embedded-postgres.ts";
import { CpuMeter } from "./cpu.ts";

const MIGRATIONS = fileURLToPath(new URL("../migrations", import.meta.url));

/** What keeps events: what is compared with the bytes of the plain table. */
const EVENT_TABLES = [
  "events",
  "role_calls",
  "record_batches",
  "event_ids",
  "event_terms",
  "undecodable_records",
];

/** What ingest writes besides. */
const OTHER_TABLES = ["trail_files", "followed_files", "coverage", "people", "person_names"];

export interface Stand {
  readonly database: Database;
  readonly url: string;
  readonly folder: string;
  readonly meter: CpuMeter;
  /** Empties what ingest writes and the plain table, and brings the server to rest. */
  empty(...others: string[]): Promise<void>;
  /** Heaps, indexes and what is stored out of line of all that keeps events. */
  eventBytes(): Promise<number>;
  bytesOf(table: string): Promise<number>;
}

export async function withStand<T>(
  connections: number,
  work: (stand: Stand) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "curfew-bench-"));
  const cluster = await startOrJoinPostgres({ dataDirectory: join(folder, "data") });
  const database = openDatabase(cluster.url, {
    maxConnections: connections,
    applicationName: "curfew bench",
  });
  try {
    await migrate(cluster.url, MIGRATIONS);
    return await work(standOn(database, cluster, folder));
  } finally {
    await database.close();
    await cluster.release();
    await rm(cluster.location, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  }
}

function standOn(
  database: Database,
  { url, location }: { url: string; location: string },
  folder: string,
): Stand {
  const { pool } = database;
  const bytesOf = async (table: string): Promise<number> => {
    const { rows } = await pool.query<{ bytes: number }>(
      `select coalesce(sum(pg_total_relation_size(relid)), pg_total_relation_size($1::regclass)) as bytes
         from pg_partition_tree($1::regclass)`,
      [table],
    );
    return rows[0]!.bytes;
  };
  return {
    database,
    url,
    folder,
    meter: new CpuMeter(location),
    async empty(...others) {
      await pool.query(
        `truncate ${[...EVENT_TABLES, ...OTHER_TABLES, ...others].join(", ")} cascade`,
      );
      await pool.query("checkpoint");
    },
    async eventBytes() {
      const bytes = await Promise.all(EVENT_TABLES.map(bytesOf));
      return bytes.reduce((total, one) => total + one, 0);
    },
    bytesOf,
  };
}
