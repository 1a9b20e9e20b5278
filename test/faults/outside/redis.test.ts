/**
 * Row 18: Redis emptied, killed, away or full under a worker. What is due stands in Postgres, so that everybody is judged within a minute
 * after Redis is back, although the queue lost everything it held. That an evicting Redis is refused is tested with the queue itself.
 */
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openQueue, type OpenedQueue } from "#core/adapters/queue/open-queue";
import type { JobSchedules, QueueWorker } from "#core/adapters/queue/worker";
import { openStand, trailFile, type Stand } from "#test/integration/ingest/stand";
import { redisAvailable, startRedis, type TestRedis } from "#test/integration/queue/redis-server";
import { signIn, USER } from "#test/support/records";
import { size, tried } from "#test/support/sizes";

const TIMES = size(1, 10);
const RECOVERED_MILLISECONDS = 60_000;
const NEVER = { everySeconds: 86_400 };
const SCHEDULES: JobSchedules = {
  "sweep-people": { everySeconds: 1 },
  "deliver-alerts": NEVER,
  "advance-revocations": NEVER,
  "forget-months": NEVER,
  "seal-weekly-report": NEVER,
};

describe.runIf(redisAvailable())("with a Redis", () => {
  let stand: Stand;
  let redis: TestRedis;
  let admin: Redis;
  let queue: OpenedQueue;
  let worker: QueueWorker;
  let people = 0;

  beforeAll(async () => {
    stand = await openStand();
    redis = await startRedis();
    admin = administrator();
    queue = await openQueue({
      databaseUrl: stand.database.url,
      redisUrl: redis.url,
      onProblem: () => undefined,
    });
    const nothing = () => Promise.resolve();
    worker = await queue.openWorker(
      {
        "sweep-people": async () => void (await stand.sweep()),
        "deliver-alerts": nothing,
        "advance-revocations": nothing,
        "forget-months": nothing,
        "seal-weekly-report": nothing,
      },
      SCHEDULES,
      { watchdogMilliseconds: 500 },
    );
  });
  afterAll(async () => {
    await worker.close();
    await queue.close();
    admin.disconnect();
    await redis.stop();
    await stand.drop();
  });

  function administrator(): Redis {
    const client = new Redis(redis.url, { maxRetriesPerRequest: null });
    client.on("error", () => undefined);
    return client;
  }

  /** Events of people whom nobody has seen. */
  async function readOfNewPeople(count: number): Promise<void> {
    const records = Array.from({ length: count }, () => {
      people += 1;
      const userId = USER.replace(/^c4e8f4a8/, people.toString(16).padStart(8, "0"));
      const made = signIn("2026-11-02T08:00:00Z");
      const identity = made["userIdentity"] as { onBehalfOf: object };
      return {
        ...made,
        userIdentity: { ...identity, onBehalfOf: { ...identity.onBehalfOf, userId } },
      };
    });
    await stand.ingest(trailFile(...records));
    await queue.nudge("sweep-people");
  }

  async function everybodyJudged(): Promise<void> {
    await vi.waitFor(
      async () => {
        const { rows } = await stand.database.pool.query<{ n: number }>(
          "select count(*)::int as n from people where judged_at is null",
        );
        expect(rows[0]!.n).toBe(0);
      },
      { timeout: RECOVERED_MILLISECONDS, interval: 50 },
    );
  }

  async function restarted(during: () => Promise<void>): Promise<void> {
    const port = new URL(redis.url).port;
    await redis.stop();
    await during();
    redis = await startRedis("--port", port);
    admin.disconnect();
    redis = { ...redis, url: `redis://127.0.0.1:${port}` };
    admin = administrator();
  }

  const FAULTS: readonly { what: string; fault: () => Promise<unknown> }[] = [
    { what: "FLUSHALL", fault: () => admin.flushall() },
    { what: "SIGKILL and an empty start", fault: () => restarted(() => Promise.resolve()) },
    { what: "being away while events come", fault: () => restarted(() => readOfNewPeople(20)) },
    {
      what: "no memory left",
      fault: async () => {
        await admin.config("SET", "maxmemory", "1");
        await readOfNewPeople(20);
        await admin.config("SET", "maxmemory", "0");
      },
    },
  ];

  for (const { what, fault } of FAULTS) {
    test(`${TIMES} times ${what}: everybody is judged within a minute`, async (context) => {
      tried(context, 18, `Redis: ${what}`, TIMES);
      for (let times = 0; times < TIMES; times += 1) {
        await readOfNewPeople(20);
        await fault();
        await readOfNewPeople(20);
        await everybodyJudged();
      }
      expect(await stand.count("people")).toBe(people);
    });
  }
});
