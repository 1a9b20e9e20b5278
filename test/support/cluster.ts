/**
 * One Postgres cluster a test run, with a migrated template database that every test file clones.
 * It is a real server without durability, in a temporary folder that is removed at the end; it shares nothing with a cluster of the product.
 */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { migrate } from "#core/adapters/postgres/migrate";
import { startOrJoinPostgres } from "#core/platform/embedded-postgres";

declare module "vitest" {
  export interface ProvidedContext {
    /** URL of the template database, as the cluster's superuser. */
    templateUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "curfew-test-"));
  // Passable, or else root's cluster would live outside this folder and outlive a run that was killed.
  chmodSync(folder, 0o755);
  const cluster = await startOrJoinPostgres({
    dataDirectory: join(folder, "data"),
    durability: "off",
  });
  await migrate(cluster.url, fileURLToPath(new URL("../../migrations", import.meta.url)));
  project.provide("templateUrl", cluster.url);
  return async () => {
    await cluster.release();
    rmSync(folder, { recursive: true, force: true });
  };
}
