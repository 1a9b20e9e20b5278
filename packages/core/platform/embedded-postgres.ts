/**
 * The built-in Postgres of a data directory: one server that every curfew process of that directory shares.
 * Guarantees that at most one server runs on a cluster, that a server which nobody uses any more is stopped in order by the last user to leave, and that
 * what a killed process left behind is joined when sound and replaced when not. It does not upgrade clusters of another major version.
 *
 * Each user is a file naming its process; joining and leaving happen under one lock. A killed user needs no clean-up: its process is gone.
 */
import type { ChildProcess } from "node:child_process";
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { Fault } from "#core/domain/fault";
import { runnableBinaries } from "./postgres/binaries.ts";
import {
  addUser,
  makePassword,
  PASSWORD,
  readLastStart,
  readPassword,
  removeUser,
  STATE,
  writeLastStart,
} from "./postgres/cluster-files.ts";
import { LockTimeout, withExclusiveLock } from "./postgres/exclusive-lock.ts";
import { keepForOwner, placeOf, prepareDataDirectory, type Place } from "./postgres/place.ts";
import {
  findPostmaster,
  settledPostmaster,
  stopServer,
  type Postmaster,
} from "./postgres/postmaster.ts";
import { createCluster, DATABASE_NAME, startServer, type Durability } from "./postgres/server.ts";

/** A share in the running server. */
export interface EmbeddedPostgres {
  /** Connection URL of the product's database, with the password: a secret. */
  readonly url: string;
  /** Folder of the cluster: in the data directory, or in `/var/lib/curfew` when root's data directory is closed to the server's user. */
  readonly location: string;
  /** True when this call started the server, false when it joined one. */
  readonly started: boolean;
  /** Gives the share back; the last one stops the server. Safe to call twice. */
  release(): Promise<void>;
}

/** A start may wait for another process that is creating the cluster or recovering from a crash. */
const LOCK_WAIT_MS = 240_000;
/** A server that does not answer a query in this time is replaced. */
const ANSWER_MS = 30_000;

async function locked<T>(dataDirectory: string, work: () => Promise<T>): Promise<T> {
  const keep = (file: string): void => keepForOwner(dataDirectory, file);
  try {
    return await withExclusiveLock(
      join(dataDirectory, "cluster.lock"),
      { waitMs: LOCK_WAIT_MS, keep },
      work,
    );
  } catch (error) {
    if (error instanceof Fault) throw error;
    if (!(error instanceof LockTimeout)) {
      throw new Fault(
        "postgres.start-failed",
        `The built-in Postgres of ${dataDirectory} cannot be used (${error instanceof Error ? error.message : String(error)}): correct what the reason names, or set DATABASE_URL.`,
        { cause: error },
      );
    }
    throw new Fault(
      "postgres.start-failed",
      `Process ${error.pid} has been starting or stopping the database in ${dataDirectory} for too long: end that process and try again.`,
    );
  }
}

/** Three deaths of the server within this time end its being started again. */
const CRASH_LOOP_MS = 60_000;

const urlOf = (port: number, password: string, database: string): string =>
  `postgres://${DATABASE_NAME}:${password}@127.0.0.1:${port}/${database}`;

/**
 * Whether the server on this port is the one of `location`: it proves to know our password, and names its folder. Makes the product's
 * database if it is not there yet. A server that answers with an error of its own, such as too many connections, is sound.
 */
async function answers(port: number, password: string, location: string): Promise<boolean> {
  const client = new pg.Client({
    connectionString: urlOf(port, password, "postgres"),
    connectionTimeoutMillis: ANSWER_MS,
    query_timeout: ANSWER_MS,
    application_name: "curfew start",
  });
  client.on("error", () => undefined); // the pending call reports it
  try {
    await client.connect();
    const { rows } = await client.query<{ folder: string; made: boolean }>(
      `SELECT current_setting('data_directory') AS folder,
              EXISTS (SELECT FROM pg_database WHERE datname = '${DATABASE_NAME}') AS made`,
    );
    if (rows[0]?.folder !== location) return false;
    if (!rows[0].made) await client.query(`CREATE DATABASE ${DATABASE_NAME}`);
    return true;
  } catch (error) {
    const passwordRefused = "28P01";
    return error instanceof pg.DatabaseError && error.code !== passwordRefused;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A server that already runs, if it is sound; an unsound one is ended. */
async function joinable(place: Place, password: string): Promise<Postmaster | null> {
  const found = await settledPostmaster(place.location);
  if (found === null) return null;
  if (found.ready && (await answers(found.port, password, place.location))) return found;
  await stopServer(found, place.location);
  return null;
}

/** The password of the cluster's superuser, made on first use. Kept in the data directory, so that whoever owns that owns the database. */
function passwordOf(place: Place): string {
  const kept = readPassword(place.dataDirectory);
  if (kept !== null) return kept;
  if (existsSync(place.location)) {
    if (place.inside) {
      throw new Fault(
        "data-directory.unsound",
        `${join(place.dataDirectory, PASSWORD)} is missing, so the database in ${place.location} cannot be opened: put the file back, or remove that folder to start with an empty database.`,
      );
    }
    // The data directory was removed and made anew. Its earlier cluster is kept once, in case that was a mistake.
    rmSync(`${place.location}.previous`, { recursive: true, force: true });
    renameSync(place.location, `${place.location}.previous`);
  }
  return makePassword(place.dataDirectory);
}

interface Running {
  readonly postmaster: Postmaster;
  readonly place: Place;
  readonly url: string;
  /** The server's process when this call started it. */
  readonly child: ChildProcess | null;
}

/** The server of the data directory, running and answering. Under the lock only. */
async function ensureRunning(dataDirectory: string, durability: Durability): Promise<Running> {
  const place = placeOf(dataDirectory);
  const known = readLastStart(dataDirectory);
  // The data directory may have been moved together with its cluster; only a cluster that is nowhere is lost.
  if (known !== null && !existsSync(known.location) && !existsSync(place.location)) {
    throw new Fault(
      "data-directory.unsound",
      `The database of ${dataDirectory} was in ${known.location}, which is gone: put it back, or remove ${join(dataDirectory, STATE)} to start with an empty database.`,
    );
  }
  if (readPassword(dataDirectory) === null && !place.inside) {
    const abandoned = await settledPostmaster(place.location);
    if (abandoned !== null) await stopServer(abandoned, place.location);
  }
  const password = passwordOf(place);
  const joined = await joinable(place, password);
  if (joined !== null) {
    return {
      postmaster: joined,
      place,
      url: urlOf(joined.port, password, DATABASE_NAME),
      child: null,
    };
  }
  const binaries = runnableBinaries(place);
  if (!existsSync(place.location)) await createCluster(place, binaries, password, durability);
  // The same port as before, so that pools of processes that outlived the server find it again.
  const { child, ...postmaster } = await startServer(place, binaries, {
    wantedPort: known?.port ?? 0,
    durability,
  });
  if (!(await answers(postmaster.port, password, place.location))) {
    await stopServer(postmaster, place.location);
    throw new Fault(
      "postgres.start-failed",
      `The database in ${place.location} started but does not accept the password in ${join(dataDirectory, PASSWORD)}: put the right file back.`,
    );
  }
  writeLastStart(dataDirectory, { ...postmaster, location: place.location });
  return { postmaster, place, url: urlOf(postmaster.port, password, DATABASE_NAME), child };
}

interface Share {
  /** File that names this process as a user. */
  user: string;
  released: boolean;
}

const LOOK_EVERY_MS = 1_000;

/** Starts the server again when it dies while this share is held, whoever had started it. */
function supervisor(
  dataDirectory: string,
  durability: Durability,
  share: Readonly<Share>,
): (running: Running) => void {
  const deaths: number[] = [];
  const supervise = (running: Running): void => {
    const again = (): void => {
      deaths.push(performance.now());
      // A server that keeps dying has a reason that another start does not mend; the next command says it.
      const [third] = deaths.slice(-3);
      const crashLoop = deaths.length >= 3 && performance.now() - third! < CRASH_LOOP_MS;
      if (share.released || crashLoop) return;
      locked(dataDirectory, async () => {
        if (!share.released) supervise(await ensureRunning(dataDirectory, durability));
      }).catch(() => undefined); // callers see their connections refused, and the next command the reason
    };
    if (running.child !== null) {
      running.child.once("exit", again);
      return;
    }
    // Somebody else's child: its end shows only by looking, and whoever started it may be gone.
    const look = setInterval(() => {
      if (!share.released && findPostmaster(running.place.location) !== null) return;
      clearInterval(look);
      if (!share.released) again();
    }, LOOK_EVERY_MS);
    look.unref();
  };
  return supervise;
}

/**
 * Joins the server of `dataDirectory`, or starts it (and creates its cluster on first use). `durability: "off"` makes commits fast and
 * unsafe against a crash of the machine; it counts only for the process that starts the server, and only tests may use it.
 * A server that dies while it is in use is started again, by whichever of its users sees it first.
 * Faults: `data-directory.no-permission`, `data-directory.unsound`, `postgres.no-package`, `postgres.start-failed`.
 */
export async function startOrJoinPostgres(options: {
  dataDirectory: string;
  durability?: Durability;
}): Promise<EmbeddedPostgres> {
  const dataDirectory = prepareDataDirectory(options.dataDirectory);
  const durability = options.durability ?? "on";
  const share: Share = { user: "", released: false };

  const supervise = supervisor(dataDirectory, durability, share);
  const running = await locked(dataDirectory, async () => {
    const found = await ensureRunning(dataDirectory, durability);
    share.user = addUser(dataDirectory);
    return found;
  });
  supervise(running);

  const { location } = running.place;
  const leave = async (): Promise<void> => {
    const { last } = removeUser(dataDirectory, share.user);
    const postmaster = findPostmaster(location);
    if (last && postmaster !== null) await stopServer(postmaster, location);
  };
  return {
    url: running.url,
    location,
    started: running.child !== null,
    release: async () => {
      if (share.released) return;
      share.released = true;
      if (existsSync(dataDirectory)) await locked(dataDirectory, leave);
      // Somebody removed the data directory meanwhile: no file tells the server's number any more, and nobody can join it.
      else await stopServer(running.postmaster, location);
    },
  };
}
