/**
 * Brings a database to the schema of this version: forward only, all or nothing, one migrator at a time however many start at once.
 * The files and the table of record are Drizzle's (drizzle-kit writes them); its own migrator is not used, because it neither excludes a second
 * migrator nor notices a changed, missing or unrecorded file, and passes over a file that is older than the last applied one.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { Fault } from "#core/domain/fault";
import { databaseUnreachable } from "./database.ts";

export interface MigrationReceipt {
  /** Names of the migrations applied by this call, in order; empty when there was nothing to do. */
  readonly applied: readonly string[];
  /** Name of the last migration the database now has; null when there is none at all. */
  readonly version: string | null;
}

interface Migration {
  readonly name: string;
  /** Drizzle's order and key: milliseconds at which the file was generated. */
  readonly when: number;
  readonly statements: readonly string[];
  readonly hash: string;
}

interface Recorded {
  readonly hash: string;
  readonly when: number;
}

/** A number that nothing else locks: the first 63 bits of SHA-256("curfew migrations"). */
const LOCK = "7393954309174339858";

function failed(message: string, cause?: unknown): Fault {
  return new Fault("postgres.migration-failed", message, cause === undefined ? {} : { cause });
}

function readFile(folder: string, name: string, when: number): Migration {
  const file = join(folder, `${name}.sql`);
  if (!existsSync(file)) {
    throw failed(
      `The migration file ${file} is missing although the journal names it: install this version again.`,
    );
  }
  const text = readFileSync(file, "utf8");
  return {
    name,
    when,
    statements: text.split("--> statement-breakpoint").filter((part) => part.trim() !== ""),
    hash: createHash("sha256").update(text).digest("hex"),
  };
}

/** The migrations of a folder in order; none when the folder holds none. Every file must be in the journal and the other way round. */
export function readMigrations(folder: string): readonly Migration[] {
  const files = existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith(".sql"))
    : [];
  const journal = join(folder, "meta", "_journal.json");
  const entries = existsSync(journal)
    ? (JSON.parse(readFileSync(journal, "utf8")) as { entries: { tag: string; when: number }[] })
        .entries
    : [];
  const unrecorded = files.find((file) => !entries.some(({ tag }) => `${tag}.sql` === file));
  if (unrecorded !== undefined) {
    throw failed(
      `The migration file ${join(folder, unrecorded)} is not in the journal: generate it with npm run db:generate.`,
    );
  }
  const migrations = entries.map(({ tag, when }) => readFile(folder, tag, when));
  const disordered = migrations.find(({ when }, at) => at > 0 && when <= migrations[at - 1]!.when);
  if (disordered !== undefined) {
    throw failed(
      `The migration ${disordered.name} is not newer than the one before it: generate it again.`,
    );
  }
  return migrations;
}

/** What is still to apply, after every reason to refuse. */
function pending(
  migrations: readonly Migration[],
  recorded: readonly Recorded[],
): readonly Migration[] {
  const last = migrations.at(-1)?.when ?? 0;
  if (recorded.some(({ when }) => when > last)) {
    throw new Fault(
      "postgres.newer-schema",
      "The database was migrated by a newer version of curfew: start that version or a later one, or use another database.",
    );
  }
  for (const { when, hash } of recorded) {
    const file = migrations.find((migration) => migration.when === when);
    if (file === undefined) {
      throw failed(
        "The database has a migration that this version lacks: install the version that made it or a later one.",
      );
    }
    if (file.hash !== hash) {
      throw failed(
        `The migration file ${file.name} was changed after it had been applied: restore it, and make the change in a new migration.`,
      );
    }
  }
  const open = migrations.filter(({ when }) => !recorded.some((done) => done.when === when));
  const newest = Math.max(0, ...recorded.map(({ when }) => when));
  const late = open.find(({ when }) => when < newest);
  if (late !== undefined) {
    throw failed(
      `The migration ${late.name} is older than what the database already has: generate it again so that it comes last.`,
    );
  }
  return open;
}

async function apply(
  client: pg.Client,
  { name, statements, hash, when }: Migration,
): Promise<void> {
  for (const statement of statements) {
    try {
      await client.query(statement);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw failed(
        `The migration ${name} failed (${reason}): the database is unchanged; correct what the reason names and start again.`,
        error,
      );
    }
  }
  await client.query(
    "INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ($1, $2)",
    [hash, when],
  );
}

/** Drizzle's own table, so that its tools still read it (drizzle-orm: PgDialect.migrate). Where it is there, no right to create is needed. */
async function ledger(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ there: boolean }>(
    "SELECT to_regclass('drizzle.__drizzle_migrations') IS NOT NULL AS there",
  );
  if (rows[0]?.there === true) return;
  await client.query("CREATE SCHEMA IF NOT EXISTS drizzle");
  await client.query(
    "CREATE TABLE IF NOT EXISTS drizzle.__drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint)",
  );
}

async function migrateLocked(
  client: pg.Client,
  migrations: readonly Migration[],
): Promise<MigrationReceipt> {
  await client.query("BEGIN");
  try {
    await ledger(client);
    const { rows } = await client.query<{ hash: string; created_at: string }>(
      "SELECT hash, created_at FROM drizzle.__drizzle_migrations ORDER BY created_at",
    );
    const open = pending(
      migrations,
      rows.map((row) => ({ hash: row.hash, when: Number(row.created_at) })),
    );
    for (const migration of open) await apply(client, migration);
    await client.query("COMMIT");
    return { applied: open.map(({ name }) => name), version: migrations.at(-1)?.name ?? null };
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined); // a lost connection rolls back by itself
    throw error;
  }
}

/**
 * Applies what `folder` has and the database at `url` lacks. Any number of callers at once: one works, the others wait and find nothing to do.
 * Faults: `postgres.unreachable`, `postgres.newer-schema`, `postgres.migration-failed`; after each of them the database is as before.
 */
export async function migrate(url: string, folder: string): Promise<MigrationReceipt> {
  const migrations = readMigrations(folder);
  const client = new pg.Client({
    connectionString: url,
    application_name: "curfew migrate",
    connectionTimeoutMillis: 30_000,
  });
  client.on("error", () => undefined); // the pending query reports it
  try {
    await client.connect();
  } catch (error) {
    throw databaseUnreachable(url, error);
  }
  try {
    await client.query("SELECT pg_advisory_lock($1)", [LOCK]);
    return await migrateLocked(client, migrations);
  } finally {
    // The lock ends with the session.
    await client.end().catch(() => undefined);
  }
}
