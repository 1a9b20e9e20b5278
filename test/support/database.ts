/**
 * A database of its own for a test file, cloned from the migrated template.
 * Isolation is complete but for the cluster's roles and settings, which all databases of a run share.
 */
import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import { openDatabase, type Database } from "#core/adapters/postgres/database";

export interface TestDatabase extends Database {
  readonly url: string;
  /** Disconnects and removes the database, also from under connections that were forgotten. */
  drop(): Promise<void>;
}

/** Runs statements in the cluster's maintenance database: the template itself must have no connection while it is cloned. */
async function onCluster(templateUrl: string, statement: string): Promise<void> {
  const url = new URL(templateUrl);
  url.pathname = "/postgres";
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function create(from: string): Promise<TestDatabase> {
  const templateUrl = inject("templateUrl");
  const name = `test_${randomBytes(8).toString("hex")}`;
  await onCluster(templateUrl, `CREATE DATABASE ${name} TEMPLATE ${from} STRATEGY FILE_COPY`);
  const url = new URL(templateUrl);
  url.pathname = `/${name}`;
  const database = openDatabase(url.href, { maxConnections: 10, applicationName: "curfew test" });
  return {
    ...database,
    url: url.href,
    drop: async () => {
      await database.close();
      await onCluster(templateUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/** A clone of the migrated template. Call it once a file (`beforeAll`) and `drop()` it in the end. */
export function createTestDatabase(): Promise<TestDatabase> {
  return create(new URL(inject("templateUrl")).pathname.slice(1));
}

/** A database without any schema, for tests of migrating. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return create("template0");
}
