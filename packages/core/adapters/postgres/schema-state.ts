/** Whether a database has exactly the migrations of this version. It only looks; migrating is the start's business. */
import type { Database } from "./database.ts";
import { readMigrations } from "./migrate.ts";

/** `behind`: this version brings migrations that the database lacks. `ahead`: a newer version migrated it. */
export async function schemaState(
  database: Database,
  migrationsFolder: string,
): Promise<"current" | "behind" | "ahead"> {
  const { rows } = await database.pool.query<{ hash: string }>(
    "select hash from drizzle.__drizzle_migrations",
  );
  const recorded = new Set(rows.map((row) => row.hash));
  const files = readMigrations(migrationsFolder);
  if (files.some(({ hash }) => !recorded.has(hash))) return "behind";
  return recorded.size > files.length ? "ahead" : "current";
}
