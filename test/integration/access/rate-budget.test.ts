import { afterAll, beforeAll, expect, test } from "vitest";
import { PostgresRateBudget } from "#core/adapters/postgres/rate-budget";
import { createTestDatabase, type TestDatabase } from "#test/support/database";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** A budget whose waits are noted instead of waited for. */
function noting(): { budget: PostgresRateBudget; waits: number[] } {
  const waits: number[] = [];
  const budget = new PostgresRateBudget(database, (milliseconds) => {
    // A slot has whole milliseconds, so that even a free one may lie one ahead.
    if (milliseconds > 1) waits.push(milliseconds);
    return Promise.resolve();
  });
  return { budget, waits };
}

test("gives the first asker the slot at once and every next one a slot further away", async () => {
  const { budget, waits } = noting();
  for (let n = 0; n < 4; n += 1) await budget.slot("first", 0.5);
  expect(waits).toHaveLength(3);
  waits.forEach((wait, index) => {
    // The first slot is longer by 600 ms: its request has to make a connection.
    expect(wait).toBeGreaterThan((index + 1) * 2_000 + 600 - 500);
    // Who left late keeps the next one as much more away: here that is a query's time.
    expect(wait).toBeLessThan((index + 1) * 2_000 + 600 + 500);
  });
});

test("never gives two askers the same slot, whichever process asks", async () => {
  const processes = [noting(), noting(), noting()];
  await Promise.all(
    processes.flatMap(({ budget }) => Array.from({ length: 20 }, () => budget.slot("shared", 1))),
  );
  const waits = processes.flatMap((one) => one.waits).toSorted((left, right) => left - right);
  expect(waits).toHaveLength(59);
  const gaps = waits.slice(1).map((wait, index) => wait - (waits[index] ?? 0));
  // Slots are a second apart; what differs is when each asker heard of its own.
  expect(Math.min(...gaps)).toBeGreaterThan(500);
});

test("moves the schedule for who was held up at the slot, and gives the slot of nobody behind it", async () => {
  const held: number[] = [];
  const budget = new PostgresRateBudget(database, async (milliseconds) => {
    // The first who really waits comes back 40 ms late, as after a long turn of the event loop.
    const late = milliseconds > 10 && held.length === 0 ? 40 : 0;
    if (late > 0) held.push(milliseconds);
    const until = performance.now() + milliseconds + late;
    while (performance.now() < until) await Promise.resolve();
  });
  const left: number[] = [];
  for (let n = 0; n < 4; n += 1) {
    await budget.slot("held up", 20);
    left.push(performance.now());
  }
  const gaps = left.slice(1).map((time, index) => time - left[index]!);
  // 65 ms after the rest, 40 ms too late; then whole intervals again.
  expect(gaps[0]).toBeGreaterThanOrEqual(100);
  expect(Math.min(...gaps)).toBeGreaterThan(39);
});

test("keeps scopes apart", async () => {
  const { budget, waits } = noting();
  await budget.slot("one scope", 0.01);
  await budget.slot("another scope", 0.01);
  expect(waits).toEqual([]);
});

test("stops waiting with the reason of the abort, and asks for nothing when it was aborted before", async () => {
  const budget = new PostgresRateBudget(database);
  await budget.slot("aborted", 0.001);
  const controller = new AbortController();
  const slot = budget.slot("aborted", 0.001, controller.signal);
  controller.abort();
  await expect(slot).rejects.toThrow(/abort/i);
  await expect(budget.slot("never asked", 1, controller.signal)).rejects.toThrow(/abort/i);
  const { rows } = await database.pool.query(
    "select 1 from rate_budgets where scope = 'never asked'",
  );
  expect(rows).toEqual([]);
});

test("starts again from now when a reservation stems from a clock that was set back", async () => {
  await database.pool.query(
    "insert into rate_budgets values ('set back', clock_timestamp() + interval '1 day')",
  );
  const { budget, waits } = noting();
  await budget.slot("set back", 1);
  expect(waits).toEqual([]);
});
