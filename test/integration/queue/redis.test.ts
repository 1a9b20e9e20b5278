/** The queue's promises on Redis, and what only Redis can do wrong. */
import { Redis } from "ioredis";
import { describe, expect, test } from "vitest";
import { openQueue } from "#core/adapters/queue/open-queue";
import { queueSuite } from "./queue-suite.ts";
import { redisAvailable, startRedis, suiteRedis } from "./redis-server.ts";

const NO_DATABASE = "postgres://nobody@127.0.0.1:1/nothing";

describe.runIf(redisAvailable())("with a Redis", () => {
  queueSuite("redis", async () => {
    const redis = await suiteRedis();
    const admin = new Redis(redis.url);
    return {
      settings: { databaseUrl: NO_DATABASE, redisUrl: redis.url },
      async loseEverything() {
        await admin.flushall();
      },
      async stop() {
        admin.disconnect();
        await redis.stop();
      },
    };
  });

  test("refuses a Redis that evicts", async () => {
    const redis = await startRedis("--maxmemory-policy", "allkeys-lru");
    const opening = openQueue({
      databaseUrl: NO_DATABASE,
      redisUrl: redis.url,
      onProblem: () => undefined,
    });
    await expect(opening).rejects.toMatchObject({
      code: "redis.unsafe-eviction",
      message: expect.stringMatching(/allkeys-lru.*noeviction\.$/),
    });
    await redis.stop();
  });

  test("a nudge while Redis is away fails at once and throws nothing", async () => {
    const redis = await startRedis();
    const problems: string[] = [];
    const queue = await openQueue({
      databaseUrl: NO_DATABASE,
      redisUrl: redis.url,
      onProblem: ({ what }) => problems.push(what),
    });
    await redis.stop();
    await queue.nudge("sweep-people");
    await expect(queue.ping()).rejects.toMatchObject({ code: "redis.unreachable" });
    expect(problems).toContain("nudge");
    await queue.close();
  });
});

test("says in one sentence that Redis does not answer, without its password", async () => {
  const opening = openQueue({
    databaseUrl: NO_DATABASE,
    redisUrl: "redis://:hunter2@127.0.0.1:1",
    onProblem: () => undefined,
  });
  await expect(opening).rejects.toMatchObject({
    code: "redis.unreachable",
    message: expect.stringMatching(/^Redis at redis:\/\/127\.0\.0\.1:1 does not answer/),
  });
});
