import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import { describeSchema } from "#test/support/schema-description";

const GOLDEN = new URL("../golden/schema.txt", import.meta.url);

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it("the migrations make exactly the schema that was reviewed (UPDATE_GOLDEN=1 writes it anew)", async () => {
  const schema = await describeSchema(database.pool);
  if (process.env["UPDATE_GOLDEN"] === "1") {
    mkdirSync(new URL(".", GOLDEN), { recursive: true });
    writeFileSync(GOLDEN, schema);
  }
  expect(schema).toBe(readFileSync(GOLDEN, "utf8"));
});

it("every foreign key has an index that begins with its columns", async () => {
  const { rows } = await database.pool.query<{ name: string }>(
    `SELECT conrelid::regclass || '.' || conname AS name FROM pg_constraint k
      WHERE contype = 'f' AND NOT EXISTS (
        SELECT FROM pg_index i WHERE i.indrelid = k.conrelid
           AND (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey
           AND (i.indkey::int2[])[0:cardinality(k.conkey) - 1] <@ k.conkey)`,
  );
  expect(rows.map(({ name }) => name)).toEqual([]);
});
