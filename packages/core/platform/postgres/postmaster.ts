/**
 * The living server of a cluster: finds it, waits for it, ends it.
 * What it says comes from the server's own lock file and the system's list of processes, never from the network; it does not tell whether the server
 * answers.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Fault } from "#core/domain/fault";
import { isPostmasterOf } from "./process-identity.ts";

/** How often a state that only files tell is looked at. */
export const POLL_MS = 10;
/** Crash recovery after a long write-ahead log took 42 s in a trial; the server is given well over that. */
export const READY_MS = 180_000;

/** A server that runs, as its own lock file tells it (PostgreSQL: "postmaster.pid", pidfile.h). */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

/** The server that holds the cluster, if a living one does; an old lock file of a dead server, or of another program's number, is none. */
export function findPostmaster(location: string): Postmaster | null {
  const lines = readPidFile(location);
  const [pid, port] = [Number(lines?.[0]), Number(lines?.[3])];
  if (!Number.isSafeInteger(pid) || pid <= 1 || !isPostmasterOf(pid, location)) return null;
  return { pid, port, ready: lines?.[7]?.trim() === "ready" };
}

/** Like findPostmaster, but waits for a server that is still starting or recovering to become ready or end. */
export async function settledPostmaster(location: string): Promise<Postmaster | null> {
  const deadline = performance.now() + READY_MS;
  let found = findPostmaster(location);
  while (found !== null && !found.ready && performance.now() < deadline) {
    await delay(POLL_MS);
    found = findPostmaster(location);
  }
  return found;
}

function readPidFile(location: string): string[] | null {
  try {
    return readFileSync(join(location, "postmaster.pid"), "utf8").split("\n");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

async function goneWithin(pid: number, location: string, waitMs: number): Promise<boolean> {
  const deadline = performance.now() + waitMs;
  while (isPostmasterOf(pid, location)) {
    if (performance.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

/** Ends a server: in order (connections cut, checkpoint written), then at once, then by force. It has ended when this returns. */
export async function stopServer({ pid }: { pid: number }, location: string): Promise<void> {
  const steps: [NodeJS.Signals, number][] = [
    ["SIGINT", 30_000],
    ["SIGQUIT", 5_000],
    ["SIGKILL", 5_000],
  ];
  for (const [signal, waitMs] of steps) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
    if (await goneWithin(pid, location, waitMs)) return;
  }
  throw new Fault(
    "postgres.start-failed",
    `The database server (process ${pid}) does not end: end it by hand and try again.`,
  );
}
