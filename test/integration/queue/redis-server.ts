/**
 * A Redis for the queue tests: the one of REDIS_URL, else a server of its own on a free port with a folder of its own.
 * In CI the absence of both fails; elsewhere the caller is told and skips loudly. FLUSHALL is sent: never point it at data.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TestRedis {
  readonly url: string;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return address.port;
}

function installed(): boolean {
  try {
    execFileSync("redis-server", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

async function listening(server: ChildProcess): Promise<void> {
  for await (const chunk of server.stdout!) {
    if (String(chunk).includes("Ready to accept connections")) {
      // Read on: a full pipe would stop the server.
      server.stdout!.resume();
      return;
    }
  }
  throw new Error("redis-server ended before it accepted connections");
}

/** Whether a Redis can be had at all. Throws in CI when not. */
export function redisAvailable(): boolean {
  if (process.env["REDIS_URL"] !== undefined || installed()) return true;
  if (process.env["CI"] !== undefined) {
    throw new Error("The queue suite needs Redis: install redis-server or set REDIS_URL.");
  }
  process.stderr.write(
    "SKIPPED: the queue suite on Redis, because there is no redis-server on PATH and no REDIS_URL.\n",
  );
  return false;
}

/** A server of its own, with further arguments of redis-server: `["--maxmemory-policy", "allkeys-lru"]`. */
export async function startRedis(...settings: string[]): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), "curfew-redis-"));
  const port = await freePort();
  const server = spawn(
    "redis-server",
    ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", ...settings],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  await listening(server);
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      const exited = once(server, "exit");
      server.kill("SIGKILL");
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The Redis the suite runs on. */
export async function suiteRedis(): Promise<TestRedis> {
  const url = process.env["REDIS_URL"];
  return url === undefined ? startRedis() : { url, stop: () => Promise.resolve() };
}
