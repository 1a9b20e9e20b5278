/**
 * BullMQ on Postgres, in its own schema `bullmq` of Curfew's database. Guarantees that BullMQ's tables are there before the first
 * job (its migrations run explicitly and take their own lock). It needs a direct connection: BullMQ listens for NOTIFY and sets
 * search_path at connect, neither of which survives a pooler in transaction mode.
 */
import {
  assertSchemaCompatibility,
  createPostgresBackend,
  LATEST_SCHEMA_VERSION,
  runMigrations,
  withBackend,
} from "bullmq";
import pg from "pg";
import { Fault } from "../../domain/fault.ts";
import { PING_MILLISECONDS, within } from "./deadline.ts";
import type { Engine } from "./engine.ts";

const SCHEMA = "bullmq";
/** A database that takes longer to accept a connection counts as not there. */
const CONNECT_MILLISECONDS = 5_000;
/** One for the worker's reads, one for lock renewal, two for jobs that end at the same time. */
const CONNECTIONS = 4;

/** Where the database is, without the password. */
function placeOf(databaseUrl: string): string {
  try {
    const url = new URL(databaseUrl);
    return `${url.hostname || "a local socket"}${url.port === "" ? "" : `:${url.port}`}`;
  } catch {
    return "the configured address";
  }
}

/** Throws Fault `postgres.unreachable`. */
async function migrate(databaseUrl: string): Promise<void> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
  });
  // Without a listener a connection that breaks between two queries would end the process.
  client.on("error", () => undefined);
  try {
    await client.connect();
    // Only the owner may migrate; a service that finds everything in place needs no such right.
    const inPlace = await assertSchemaCompatibility(client, SCHEMA).then(
      (version) => version >= LATEST_SCHEMA_VERSION,
      () => false,
    );
    if (!inPlace) await runMigrations(client, SCHEMA);
  } catch (cause) {
    throw unreachable(databaseUrl, cause);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function unreachable(databaseUrl: string, cause: unknown): Fault {
  return new Fault(
    "postgres.unreachable",
    `Postgres at ${placeOf(databaseUrl)} cannot hold the queue: start it, correct DATABASE_URL, or allow its user to create the schema ${SCHEMA}.`,
    { cause },
  );
}

export async function openPostgresEngine(databaseUrl: string): Promise<Engine> {
  await migrate(databaseUrl);
  const { Queue, Worker } = withBackend(createPostgresBackend);
  const connection = {
    connectionString: databaseUrl,
    schema: SCHEMA,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
  };
  const probe = new pg.Pool({
    connectionString: databaseUrl,
    max: 1,
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
    idleTimeoutMillis: 1_000,
  });
  probe.on("error", () => undefined);
  return {
    name: "postgres",
    openQueue: (queueName) => new Queue(queueName, { connection }),
    openWorker: (queueName, processor, settings) =>
      new Worker(queueName, processor, { ...settings, connection }),
    async ping() {
      try {
        await within(probe.query(`select 1 from ${SCHEMA}.meta limit 0`), PING_MILLISECONDS);
      } catch (cause) {
        throw unreachable(databaseUrl, cause);
      }
    },
    close: () => probe.end(),
  };
}
