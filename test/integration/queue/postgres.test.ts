/** The queue's promises on Postgres, and what only Postgres can do wrong. */
import pg from "pg";
import { expect, test, vi } from "vitest";
import { openQueue } from "#core/adapters/queue/open-queue";
import { createTestDatabase } from "#test/support/database";
import { queueSuite } from "./queue-suite.ts";

queueSuite("postgres", async () => {
  const database = await createTestDatabase();
  return {
    settings: { databaseUrl: database.url, redisUrl: null },
    async loseEverything() {
      await database.pool.query(
        "truncate bullmq.job, bullmq.scheduler, bullmq.dedup, bullmq.dedup_next, bullmq.event, bullmq.meta cascade",
      );
    },
    stop: () => database.drop(),
  };
});

test("two processes that open the queue of a new database at once both succeed", async () => {
  const database = await createTestDatabase();
  const settings = { databaseUrl: database.url, redisUrl: null, onProblem: () => undefined };
  const queues = await Promise.all([openQueue(settings), openQueue(settings), openQueue(settings)]);
  const pings = Promise.all(queues.map((queue) => queue.ping()));
  await expect(pings).resolves.toHaveLength(3);
  for (const queue of queues) await queue.close();
  await database.drop();
});

test("leaves no connection behind when it is closed", async () => {
  const database = await createTestDatabase();
  const queue = await openQueue({
    databaseUrl: database.url,
    redisUrl: null,
    onProblem: () => undefined,
  });
  await queue.nudge("sweep-people");
  await queue.close();
  await database.close();
  const other = new URL(database.url);
  other.pathname = "/postgres";
  const client = new pg.Client({ connectionString: other.href });
  await client.connect();
  const open = async (): Promise<number> => {
    const { rows } = await client.query<{ open: number }>(
      "select count(*)::int as open from pg_stat_activity where datname = $1",
      [new URL(database.url).pathname.slice(1)],
    );
    return rows[0]!.open;
  };
  // The server lets a backend go a moment after its client has left.
  await vi.waitFor(async () => expect(await open()).toBe(0), { timeout: 10_000 });
  await client.end();
  await database.drop();
});

test("says in one sentence that Postgres does not answer, without its password", async () => {
  const opening = openQueue({
    databaseUrl: "postgres://curfew:hunter2@127.0.0.1:1/curfew",
    redisUrl: null,
    onProblem: () => undefined,
  });
  await expect(opening).rejects.toMatchObject({
    code: "postgres.unreachable",
    message: expect.not.stringContaining("hunter2"),
  });
});
