/** One writer a deny policy, whatever the number of processes: each store here stands for a process. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { PostgresRevocationStore } from "#core/adapters/postgres/revocation/revocation-store";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test("of several processes one at a time has a policy, and far more callers than connections all get it", async () => {
  const processes = [1, 2, 3].map(() => new PostgresRevocationStore(database));
  let inside = 0;
  let most = 0;
  let runs = 0;
  const work = async (): Promise<void> => {
    inside += 1;
    most = Math.max(most, inside);
    await database.pool.query("SELECT 1");
    runs += 1;
    inside -= 1;
  };
  await Promise.all(
    processes.flatMap((store) =>
      Array.from({ length: 20 }, () => store.withPolicyLock("p-curfew01", work)),
    ),
  );
  expect({ most, runs }).toEqual({ most: 1, runs: 60 });
});

test("a policy is free again after the work in it failed", async () => {
  const store = new PostgresRevocationStore(database);
  const failing = store.withPolicyLock("p-curfew01", () => Promise.reject(new Error("broken")));
  await expect(failing).rejects.toThrow("broken");
  const other = new PostgresRevocationStore(database);
  expect(await other.withPolicyLock("p-curfew01", () => Promise.resolve("done"))).toBe("done");
});
