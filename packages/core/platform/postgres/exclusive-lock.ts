/**
 * A lock between processes on one machine, kept as files, which a killed owner cannot leave behind for good.
 * At most one living process holds it; a dead owner's lock is taken over by exactly one waiter. Not fair, not re-entrant.
 *
 * Every taking has a number of its own, `<path>.<n>`, and the highest number that exists is the lock. Numbers only grow and the highest file
 * is never removed, so a slow process that decided on an old number finds a higher one after creating its own and steps back. Removing and
 * re-creating one lock file would let two processes take over the same dead owner.
 */
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { basename, dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { identify, isAlive, type ProcessIdentity } from "./process-identity.ts";

const POLL_MS = 20;

interface Holder extends ProcessIdentity {
  readonly token: string;
}

/** Thrown when the lock stayed with a living process for too long. */
export class LockTimeout extends Error {
  readonly pid: number;
  constructor(pid: number) {
    super(`process ${pid} holds the lock`);
    this.pid = pid;
  }
}

function numbersOf(path: string): number[] {
  const prefix = `${basename(path)}.`;
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
    .sort((a, b) => b - a);
}

/** The holder written in a lock file; null when it was released, or removed because a higher one exists. */
function readHolder(file: string): Holder | null {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof value !== "object" || value === null) return null;
    const { pid, since, token } = value as Partial<Holder>;
    return typeof pid === "number" && typeof since === "string" && typeof token === "string"
      ? { pid, since, token }
      : null;
  } catch (error) {
    // Unlike an absent or released file, one that we may not read says nothing about its owner.
    if ((error as NodeJS.ErrnoException).code === "EACCES") throw error;
    return null;
  }
}

/** Takes number `n` with its content in one atomic step; false when somebody else has it. */
function takeNumber(
  path: string,
  n: number,
  holder: Holder,
  keep: (file: string) => void,
): boolean {
  const draft = `${path}.draft-${holder.token}`;
  writeFileSync(draft, JSON.stringify(holder), { mode: 0o600, flag: "wx" });
  try {
    keep(draft);
    linkSync(draft, `${path}.${n}`);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** One attempt: the file that is now ours, or the number of the living process that holds the lock, or neither (try again). */
function attempt(
  path: string,
  keep: (file: string) => void,
): { file: string } | { heldBy: number | null } {
  const self = identify(process.pid);
  if (self === null) throw new Error("this process cannot find its own start time");
  const highest = numbersOf(path)[0] ?? 0;
  const current = readHolder(`${path}.${highest}`);
  if (current !== null && isAlive(current)) return { heldBy: current.pid };

  const mine = highest + 1;
  const holder: Holder = { ...self, token: randomBytes(9).toString("hex") };
  if (!takeNumber(path, mine, holder, keep)) return { heldBy: null };
  const file = `${path}.${mine}`;
  const known = numbersOf(path);
  if (known[0] !== mine) {
    rmSync(file, { force: true });
    return { heldBy: null };
  }
  for (const old of known.slice(1)) rmSync(`${path}.${old}`, { force: true });
  return { file };
}

/**
 * Runs `work` while this process alone holds the lock at `path` (whose folder must exist and be writable).
 * `keep` is called with each new lock file before others can see it, to set its owner. Throws LockTimeout after `waitMs`.
 */
export async function withExclusiveLock<T>(
  path: string,
  options: { waitMs: number; keep?: (file: string) => void },
  work: () => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + options.waitMs;
  const keep = options.keep ?? (() => undefined);
  let taken = attempt(path, keep);
  while (!("file" in taken)) {
    if (performance.now() > deadline) throw new LockTimeout(taken.heldBy ?? 0);
    await delay(POLL_MS);
    taken = attempt(path, keep);
  }
  try {
    return await work();
  } finally {
    // Emptied, not removed: the highest number has to stay. Replaced, not written, so that a link put there is not followed.
    const released = `${path}.draft-${randomBytes(9).toString("hex")}`;
    writeFileSync(released, "", { mode: 0o600, flag: "wx" });
    keep(released);
    renameSync(released, taken.file);
  }
}
