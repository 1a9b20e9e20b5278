import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { migrate } from "#core/adapters/postgres/migrate";
import { createEmptyDatabase, type TestDatabase } from "#test/support/database";

let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await createEmptyDatabase();
  folder = mkdtempSync(join(tmpdir(), "curfew-migrations-"));
});
afterEach(async () => {
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

const FIRST = {
  tag: "0000_first",
  when: 1000,
  sql: "CREATE TABLE a (x int);\n--> statement-breakpoint\nCREATE TABLE b (x int);",
};
const SECOND = { tag: "0001_second", when: 2000, sql: "CREATE TABLE c (x int);" };
const BROKEN = {
  tag: "0002_broken",
  when: 3000,
  sql: "CREATE TABLE d (x int);\n--> statement-breakpoint\nCREATE TABLE a (x int);",
};

function write(...migrations: { tag: string; when: number; sql: string }[]): void {
  mkdirSync(join(folder, "meta"), { recursive: true });
  const entries = migrations.map(({ tag, when }, idx) => ({
    idx,
    version: "7",
    when,
    tag,
    breakpoints: true,
  }));
  writeFileSync(
    join(folder, "meta", "_journal.json"),
    JSON.stringify({ version: "7", dialect: "postgresql", entries }),
  );
  for (const { tag, sql } of migrations) writeFileSync(join(folder, `${tag}.sql`), sql);
}

async function tables(): Promise<string[]> {
  const { rows } = await database.pool.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
  );
  return rows.map(({ name }) => name);
}

const run = () => migrate(database.url, folder);

describe("migrate", () => {
  it("applies what is missing, in order, and nothing a second time", async () => {
    write(FIRST);
    expect(await run()).toEqual({ applied: ["0000_first"], version: "0000_first" });
    write(FIRST, SECOND);
    expect(await run()).toEqual({ applied: ["0001_second"], version: "0001_second" });
    expect(await run()).toEqual({ applied: [], version: "0001_second" });
    expect(await tables()).toEqual(["a", "b", "c"]);
  });

  it("applies each migration once when twenty start together", async () => {
    write(FIRST, SECOND);
    const receipts = await Promise.all(Array.from({ length: 20 }, run));
    expect(receipts.flatMap(({ applied }) => applied)).toEqual(["0000_first", "0001_second"]);
  });

  it("leaves the database as it was when one of several migrations fails", async () => {
    write(FIRST, SECOND, BROKEN);
    await expect(run()).rejects.toMatchObject({
      code: "postgres.migration-failed",
      message: expect.stringMatching(
        /0002_broken failed \(relation "a" already exists\): the database is unchanged/,
      ),
    });
    expect(await tables()).toEqual([]);
    rmSync(join(folder, "0002_broken.sql"));
    write(FIRST, SECOND);
    expect((await run()).applied).toHaveLength(2);
  });

  it("refuses a database of a newer version and leaves it alone", async () => {
    write(FIRST, SECOND);
    await run();
    rmSync(join(folder, "0001_second.sql"));
    write(FIRST);
    await expect(run()).rejects.toMatchObject({ code: "postgres.newer-schema" });
    expect(await tables()).toEqual(["a", "b", "c"]);
  });

  it("refuses a file that was changed after it had been applied", async () => {
    write(FIRST);
    await run();
    appendFileSync(join(folder, "0000_first.sql"), " ");
    await expect(run()).rejects.toThrow(/0000_first was changed after it had been applied/);
  });

  it("refuses a migration that is older than what the database has", async () => {
    write(SECOND);
    await run();
    write(FIRST, SECOND);
    await expect(run()).rejects.toThrow(/0000_first is older than what the database already has/);
  });

  it("refuses a database that has a migration this version lacks", async () => {
    write(FIRST, SECOND);
    await run();
    rmSync(join(folder, "0000_first.sql"));
    write(SECOND);
    await expect(run()).rejects.toThrow(/a migration that this version lacks/);
  });

  it("refuses a journal that names an absent file", async () => {
    write(FIRST);
    rmSync(join(folder, "0000_first.sql"));
    await expect(run()).rejects.toThrow(/0000_first\.sql is missing although the journal names it/);
  });

  it("refuses a file that the journal does not name", async () => {
    write(FIRST);
    writeFileSync(join(folder, "0009_stray.sql"), "SELECT 1");
    await expect(run()).rejects.toThrow(/0009_stray\.sql is not in the journal/);
  });

  it("finds nothing to do in a folder without migrations", async () => {
    expect(await run()).toEqual({ applied: [], version: null });
  });

  it("names the server that cannot be reached", async () => {
    write(FIRST);
    const url = new URL(database.url);
    url.port = "1";
    await expect(migrate(url.href, folder)).rejects.toMatchObject({ code: "postgres.unreachable" });
  });
});
