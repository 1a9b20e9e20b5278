import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase, ping } from "#core/adapters/postgres/database";
import { createTestDatabase, type TestDatabase } from "#test/support/database";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function one(expression: string): Promise<unknown> {
  const { rows } = await database.pool.query<{ value: unknown }>(`SELECT ${expression} AS value`);
  return rows[0]?.value;
}

describe("raw queries", () => {
  it.each([
    ["count(*)", 1],
    ["9007199254740991::int8", 9007199254740991],
    ["0.1::numeric", 0.1],
    ["-1234567890.12345::numeric", -1234567890.12345],
    ["1000::numeric", 1000],
    ["array[1,2]::int8[]", [1, 2]],
    ["array[0.5,null]::numeric[]", [0.5, null]],
  ])("give %s as a number", async (expression, value) => {
    expect(await one(expression)).toEqual(value);
  });

  it.each(["9007199254740993::int8", "0.12345678901234567::numeric", "'NaN'::numeric"])(
    "refuse %s, which a number would change",
    async (expression) => {
      await expect(one(expression)).rejects.toThrow(/does not fit a number without loss/);
    },
  );

  it("give an instant in the domain's form whatever the zone of the server", async () => {
    expect(await one("'2026-02-03 04:05:06.789+02'::timestamptz")).toBe("2026-02-03T02:05:06.789Z");
    expect(await one("array['2026-02-03 04:05:06Z'::timestamptz]")).toEqual([
      "2026-02-03T04:05:06.000Z",
    ]);
  });

  it("refuse an infinite instant", async () => {
    await expect(one("'infinity'::timestamptz")).rejects.toThrow(/no instant/);
  });
});

describe("the pool", () => {
  it("survives the loss of all its idle connections", async () => {
    const mine = openDatabase(database.url, { maxConnections: 2, applicationName: "curfew lost" });
    await Promise.all([
      mine.pool.query("SELECT pg_sleep(0.01)"),
      mine.pool.query("SELECT pg_sleep(0.01)"),
    ]);
    expect(mine.pool.idleCount).toBe(2);
    await database.pool.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'curfew lost'",
    );
    while (mine.pool.totalCount > 0) await new Promise((resolve) => setImmediate(resolve));
    expect((await mine.pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    await mine.close();
  });

  it("survives the loss of the connection that runs a query", async () => {
    const end = "SELECT pg_terminate_backend(pg_backend_pid())";
    await expect(database.pool.query(end)).rejects.toThrow(/terminat/);
    expect(await one("1")).toBe(1);
  });

  it("shows its name and its limits to the server", async () => {
    const mine = openDatabase(database.url, {
      maxConnections: 1,
      applicationName: "curfew worker",
    });
    const { rows } = await mine.pool.query(
      `SELECT current_setting('application_name') AS name, current_setting('statement_timeout') AS statement,
              current_setting('lock_timeout') AS lock, current_setting('idle_in_transaction_session_timeout') AS idle`,
    );
    await mine.close();
    await mine.close();
    expect(rows).toEqual([{ name: "curfew worker", statement: "2min", lock: "30s", idle: "1min" }]);
  });

  it("serves Drizzle", async () => {
    const { rows } = await database.orm.execute(sql`SELECT 1 AS one`);
    expect(rows).toEqual([{ one: 1 }]);
  });

  it("says in one sentence that nothing listens, without the password", async () => {
    const url = new URL(database.url);
    url.port = "1";
    const absent = openDatabase(url.href, { maxConnections: 1, applicationName: "curfew test" });
    const error = await ping(absent, url.href).catch((thrown: unknown) => thrown);
    await absent.close();
    expect(error).toMatchObject({ code: "postgres.unreachable" });
    expect((error as Error).message).toMatch(
      /^The database test_\w+ at 127\.0\.0\.1:1 cannot be used \(.*ECONNREFUSED/,
    );
    expect((error as Error).message).not.toContain(url.password);
  });
});
