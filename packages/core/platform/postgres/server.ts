/**
 * Makes and starts one Postgres cluster as a process of its own that our signals do not reach.
 * Creation is all or nothing (built aside, moved into place). The server listens on loopback TCP only, with passwords, and gets none of our
 * environment. Nothing here guards against two callers at once: the data directory's lock does.
 */
import { spawn, type ChildProcess } from "node:child_process";
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Fault } from "#core/domain/fault";
import { findPostmaster, POLL_MS, READY_MS, type Postmaster } from "./postmaster.ts";
import { keepForOwner, type Place, type ServerUser } from "./place.ts";

/** The cluster's superuser and the name of the product's database. */
export const DATABASE_NAME = "curfew";

/** What a server run differs in. `off` loses committed data in a crash of the machine: for tests only. */
export type Durability = "on" | "off";

/** How long to try again when only what an earlier server left is in the way. */
const PREDECESSOR_MS = 15_000;

// The server needs nothing of our environment, which may hold cloud credentials.
const SERVER_ENVIRONMENT = { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC", PGTZ: "UTC" };

const asUser = (user: ServerUser): { uid?: number; gid?: number } =>
  user === null ? {} : { uid: user.uid, gid: user.gid };

function startFault(
  problem: string,
  options: { cause?: unknown; detail?: Record<string, unknown> } = {},
): Fault {
  return new Fault(
    "postgres.start-failed",
    `${problem}; or set DATABASE_URL to use a Postgres of your own.`,
    options,
  );
}

function spawnFault(program: string, error: unknown): Fault {
  const missingLoader = (error as NodeJS.ErrnoException).code === "ENOENT" && existsSync(program);
  return startFault(
    missingLoader
      ? "The built-in Postgres needs the GNU C library, which this system lacks"
      : `${program} cannot be run: its file system must allow programs`,
    { cause: error },
  );
}

/** Runs a program to its end and returns nothing; its last words become the fault's detail. */
async function run(
  program: string,
  words: string[],
  user: ServerUser,
  workIn: string,
): Promise<void> {
  const child = spawn(program, words, {
    ...asUser(user),
    cwd: workIn,
    env: SERVER_ENVIRONMENT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", (error) => reject(spawnFault(program, error)));
    child.on("close", resolve);
  });
  if (code === 0) return;
  const reason = said.match(/error: (.*)/)?.[1] ?? said.trim().split("\n").at(-1) ?? "no message";
  throw startFault(`The database in ${workIn} could not be created (${reason})`, {
    detail: { said, code },
  });
}

/** Creates the cluster of `place` unless it exists; `password` becomes its superuser's. Leaves nothing behind when it fails. */
export async function createCluster(
  place: Place,
  binaries: string,
  password: string,
  durability: Durability,
): Promise<void> {
  const { location, user } = place;
  const name = `${basename(location)}.new-`;
  for (const left of readdirSync(dirname(location)).filter((entry) => entry.startsWith(name))) {
    // A killed attempt; its initdb may still be writing and then fails by itself.
    rmSync(join(dirname(location), left), { recursive: true, force: true, maxRetries: 3 });
  }
  const draft = `${location}.new-${process.pid}`;
  const passwordFile = `${draft}.password`;
  try {
    mkdirSync(draft, { mode: 0o700 });
    writeFileSync(passwordFile, password, { mode: 0o600, flag: "wx" });
    if (user !== null) {
      chownSync(draft, user.uid, user.gid);
      chownSync(passwordFile, user.uid, user.gid);
    }
    // C.UTF-8 sorts by code point everywhere. The C library's own locale stays C, since not every system has a C.UTF-8.
    const locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"];
    const words = ["--pgdata", draft, "--username", DATABASE_NAME, "--pwfile", passwordFile];
    words.push("--auth=scram-sha-256", "--encoding=UTF8", ...locale, "--no-instructions");
    if (durability === "off") words.push("--no-sync");
    await run(join(binaries, "initdb"), words, user, draft);
    renameSync(draft, location);
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(draft, { recursive: true, force: true });
  }
}

/** A port of 127.0.0.1 on which nothing listens: `wanted` if it is free, else any. It may be taken again before it is used. */
async function freePort(wanted: number): Promise<number> {
  const tryPort = (port: number): Promise<number | null> =>
    new Promise((resolve) => {
      const server = createServer();
      server.once("error", () => resolve(null));
      server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
        const address = server.address();
        server.close(() =>
          resolve(typeof address === "object" && address !== null ? address.port : null),
        );
      });
    });
  const port = (wanted > 0 ? await tryPort(wanted) : null) ?? (await tryPort(0));
  if (port === null) throw startFault("No TCP port of 127.0.0.1 is free");
  return port;
}

function settings(port: number, durability: Durability): string[] {
  // Commits still wait for the write, so that a killed server loses nothing even here.
  const unsafe = { fsync: "off", full_page_writes: "off" };
  const all = {
    port: String(port),
    listen_addresses: "127.0.0.1",
    // Socket paths are limited to about a hundred bytes, data directories are not.
    unix_socket_directories: "",
    max_connections: "200",
    log_timezone: "UTC",
    timezone: "UTC",
    // The log must not repeat what statements and rows hold.
    log_min_error_statement: "panic",
    log_error_verbosity: "terse",
    ...(durability === "off" ? unsafe : {}),
  };
  return Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

async function launch(
  place: Place,
  binaries: string,
  port: number,
  durability: Durability,
): Promise<ChildProcess> {
  // Made anew, never opened: root must not write through a link that the folder's owner put there.
  rmSync(logFile(place), { force: true });
  const log = openSync(logFile(place), "wx", 0o600);
  keepForOwner(place.dataDirectory, logFile(place));
  try {
    const program = join(binaries, "postgres");
    const child = spawn(program, ["-D", place.location, ...settings(port, durability)], {
      ...asUser(place.user),
      cwd: place.location,
      env: SERVER_ENVIRONMENT,
      // A session of its own: Ctrl-C in the terminal and signals to our group leave the server to us.
      detached: true,
      stdio: ["ignore", log, log],
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (error) => reject(spawnFault(program, error)));
    });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

const logFile = (place: Place): string => join(place.dataDirectory, "postgres.log");

/** Waits until the server accepts connections; null when it ended first. */
async function whenReady(child: ChildProcess, location: string): Promise<Postmaster | null> {
  const deadline = performance.now() + READY_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) return null;
    const found = findPostmaster(location);
    if (found?.ready === true && found.pid === child.pid) return found;
    await delay(POLL_MS);
  }
  throw startFault(
    `The database in ${location} did not become ready within ${READY_MS / 1000} s: see postgres.log beside it`,
  );
}

/**
 * Starts the server of an existing cluster that no server holds, on `wantedPort` if that is free. The process outlives ours.
 * Faults: `postgres.start-failed`.
 */
export async function startServer(
  place: Place,
  binaries: string,
  options: { wantedPort: number; durability: Durability },
): Promise<Postmaster & { child: ChildProcess }> {
  // The caller found no living server: what is left of one would stop Postgres if another program has its number now.
  rmSync(join(place.location, "postmaster.pid"), { force: true });
  let wanted = options.wantedPort;
  const deadline = performance.now() + PREDECESSOR_MS;
  while (performance.now() < deadline) {
    const port = await freePort(wanted);
    const child = await launch(place, binaries, port, options.durability);
    const ready = await whenReady(child, place.location);
    if (ready !== null) return { ...ready, child };
    const said = readFileSync(logFile(place), "utf8");
    // Somebody took the port between our look and the server's: any other will do.
    if (/could not bind|Address already in use/.test(said)) wanted = 0;
    // Workers of a killed server hold its memory until they notice, which takes them some tenths of a second.
    else if (/pre-existing shared memory block/.test(said)) await delay(POLL_MS * 10);
    else break;
  }
  const last =
    readFileSync(logFile(place), "utf8").match(/(?:FATAL|PANIC|error):\s+(.*)/)?.[1] ??
    "no message";
  throw startFault(`The database in ${place.location} did not start (${last})`, {
    detail: { log: logFile(place) },
  });
}
