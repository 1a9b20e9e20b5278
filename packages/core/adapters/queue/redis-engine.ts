/**
 * BullMQ on Redis. Guarantees that Redis answers and never evicts before the first job is written. It does not make Redis
 * durable: everything in it may vanish, which costs latency only, because Postgres knows what is due.
 */
import { Queue, Worker } from "bullmq";
import { Redis, type RedisOptions } from "ioredis";
import { Fault } from "../../domain/fault.ts";
import { PING_MILLISECONDS, within } from "./deadline.ts";
import type { Engine } from "./engine.ts";

/** Two tries within a second: a start says quickly that Redis is not there. */
const CONNECT_MILLISECONDS = 3_000;

/** The address without user and password. */
function placeOf(redisUrl: string): string {
  try {
    const url = new URL(redisUrl);
    return `${url.protocol}//${url.host}`;
  } catch {
    return "the configured address";
  }
}

function unreachable(redisUrl: string, cause: unknown): Fault {
  return new Fault(
    "redis.unreachable",
    `Redis at ${placeOf(redisUrl)} does not answer: start it, correct REDIS_URL, or unset REDIS_URL to queue on Postgres.`,
    { cause },
  );
}

/** Every connection needs a listener: an `error` event without one ends the process. */
function connect(redisUrl: string, options: Omit<RedisOptions, "replyMapping">): Redis {
  const redis = new Redis(redisUrl, { connectTimeout: CONNECT_MILLISECONDS, ...options });
  redis.on("error", () => undefined);
  return redis;
}

/** Redis may drop queued jobs under memory pressure with any other policy, without an error (BullMQ docs, going to production). */
async function refuseEviction(redis: Redis, redisUrl: string): Promise<void> {
  // INFO and not CONFIG: managed Redis forbids CONFIG.
  const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info("memory"))?.[1];
  if (policy !== undefined && policy !== "noeviction") {
    throw new Fault(
      "redis.unsafe-eviction",
      `Redis at ${placeOf(redisUrl)} has the maxmemory-policy ${policy}, which drops queued jobs: set it to noeviction.`,
    );
  }
}

/** Opens the first connection and checks it. Throws Fault `redis.unreachable` or `redis.unsafe-eviction`. */
async function openChecked(redisUrl: string): Promise<Redis> {
  const first = connect(redisUrl, { lazyConnect: true, retryStrategy: () => null });
  try {
    await first.connect();
    await refuseEviction(first, redisUrl);
  } catch (cause) {
    throw cause instanceof Fault ? cause : unreachable(redisUrl, cause);
  } finally {
    first.disconnect();
  }
  // No offline queue: while Redis is away a nudge fails at once instead of waiting; the schedule makes up for it.
  const redis = connect(redisUrl, {
    enableOfflineQueue: false,
    lazyConnect: true,
    maxRetriesPerRequest: null,
  });
  await redis.connect().catch((cause: unknown) => {
    redis.disconnect();
    throw unreachable(redisUrl, cause);
  });
  return redis;
}

export async function openRedisEngine(redisUrl: string): Promise<Engine> {
  const redis = await openChecked(redisUrl);
  const workers: Redis[] = [];
  return {
    name: "redis",
    openQueue: (queueName) => new Queue(queueName, { connection: redis }),
    openWorker(queueName, processor, settings) {
      // BullMQ asks for null on a worker's connection: a blocking read waits for as long as Redis is away.
      const connection = connect(redisUrl, { maxRetriesPerRequest: null });
      workers.push(connection);
      return new Worker(queueName, processor, { ...settings, connection });
    },
    async ping() {
      try {
        await within(redis.ping(), PING_MILLISECONDS);
      } catch (cause) {
        throw unreachable(redisUrl, cause);
      }
    },
    close() {
      for (const connection of [redis, ...workers]) connection.disconnect();
      return Promise.resolve();
    },
  };
}
