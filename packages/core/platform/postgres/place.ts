/**
 * Decides where a data directory's cluster lives and which user its server runs as, and prepares both.
 * Postgres refuses to run as root, so root hands the server to the data directory's owner or else to `nobody`; where that user cannot enter, the
 * cluster moves to `/var/lib/curfew`. Only permission bits are judged: access control lists are not read.
 */
import { createHash } from "node:crypto";
import {
  accessSync,
  chownSync,
  constants,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Fault } from "#core/domain/fault";

/** Where clusters and copied binaries go when root's data directory cannot be entered by the server's user. */
export const SYSTEM_FOLDER = "/var/lib/curfew";

/** The user the server runs as; null means the user of this process. */
export type ServerUser = { readonly uid: number; readonly gid: number } | null;

export interface Place {
  /** The data directory, absolute and without symbolic links. */
  readonly dataDirectory: string;
  /** Folder of the cluster (PGDATA). */
  readonly location: string;
  readonly user: ServerUser;
  /** False when the cluster had to leave the data directory. */
  readonly inside: boolean;
}

const isRoot = (): boolean => process.getuid?.() === 0;

function accounts(): { name: string; uid: number; gid: number }[] {
  return readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .filter((fields) => fields.length > 3)
    .map(([name, , uid, gid]) => ({ name: name ?? "", uid: Number(uid), gid: Number(gid) }));
}

/** The account that owns nothing: by its usual number, else by name. */
function nobody(): { uid: number; gid: number } {
  const known = accounts();
  const found =
    known.find((account) => account.uid === 65534) ??
    known.find((account) => account.name === "nobody");
  if (found === undefined) {
    throw new Fault(
      "postgres.start-failed",
      "Postgres does not run as root and this machine has no account named nobody: run curfew as another user or set DATABASE_URL.",
    );
  }
  return { uid: found.uid, gid: found.gid };
}

/** True when `user` may pass through every folder from the root down to `path`, including `path` itself. */
export function mayEnter(path: string, user: ServerUser): boolean {
  if (user === null) return true;
  for (let folder = path; ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder);
    const enter = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & enter) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/**
 * Creates the data directory where it is absent, for its owner alone; as root also with passage, but no listing, for the group of
 * `nobody`, so that the server can live inside. Permissions of a folder that somebody else made are left as they are.
 * Returns its real path. Faults: `data-directory.no-permission`.
 */
export function prepareDataDirectory(path: string): string {
  const absolute = resolve(path);
  try {
    mkdirSync(dirname(absolute), { recursive: true });
    // Mode 0710 with root's own group is how a folder that root just created is told from one that a person set up.
    if (!existsSync(absolute))
      mkdirSync(absolute, { recursive: true, mode: isRoot() ? 0o710 : 0o700 });
    const real = realpathSync(absolute);
    const { mode, uid, gid } = statSync(real);
    if (isRoot() && uid === 0 && gid === 0 && (mode & 0o777) === 0o710)
      chownSync(real, 0, nobody().gid);
    accessSync(real, constants.R_OK | constants.W_OK | constants.X_OK);
    return real;
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault(
      "data-directory.no-permission",
      `The data directory ${absolute} cannot be read and written by this user: choose another one with CURFEW_DATA_DIR or --data-dir, or correct its owner.`,
      { cause: error },
    );
  }
}

/** Gives a file this process made to the data directory's owner, so that one run as root does not lock that owner out. */
export function keepForOwner(dataDirectory: string, file: string): void {
  if (!isRoot()) return;
  const { uid, gid } = statSync(dataDirectory);
  if (uid !== 0) lchownSync(file, uid, gid);
}

function serverUser(dataDirectory: string, inside: string): ServerUser {
  if (!isRoot()) return null;
  if (existsSync(inside)) {
    const cluster = statSync(inside);
    if (cluster.uid !== 0) return { uid: cluster.uid, gid: cluster.gid };
  }
  const { uid, gid } = statSync(dataDirectory);
  // initdb looks its user up by number and gives up on one without an account.
  return uid !== 0 && accounts().some((account) => account.uid === uid) ? { uid, gid } : nobody();
}

function requireOwn(folder: string, uid: number): void {
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o022) !== 0) {
    throw new Fault(
      "data-directory.unsound",
      `${folder} must be a folder that belongs to uid ${uid} and that nobody else may write: correct or remove it, or set DATABASE_URL.`,
    );
  }
}

function systemLocation(dataDirectory: string, user: { uid: number; gid: number }): string {
  try {
    mkdirSync(SYSTEM_FOLDER, { recursive: true, mode: 0o755 });
  } catch (error) {
    throw new Fault(
      "data-directory.no-permission",
      `The user Postgres runs as (uid ${user.uid}) cannot enter ${dataDirectory} and ${SYSTEM_FOLDER} cannot be created: choose a data directory that others may pass through, or set DATABASE_URL.`,
      { cause: error },
    );
  }
  requireOwn(SYSTEM_FOLDER, 0);
  const location = join(
    SYSTEM_FOLDER,
    createHash("sha256").update(dataDirectory).digest("hex").slice(0, 32),
  );
  if (existsSync(location)) requireOwn(location, user.uid);
  return location;
}

/**
 * Where the cluster of this data directory is, or will be. The same answer every time as long as nobody changes owners or permissions.
 * Call it under the data directory's lock. Faults: `data-directory.unsound`, `data-directory.no-permission`, `postgres.start-failed`.
 */
export function placeOf(dataDirectory: string): Place {
  const inside = join(dataDirectory, "postgres");
  const user = serverUser(dataDirectory, inside);
  if (user === null || mayEnter(dataDirectory, user)) {
    return { dataDirectory, location: inside, user, inside: true };
  }
  if (existsSync(inside)) {
    throw new Fault(
      "data-directory.unsound",
      `The database in ${inside} runs as uid ${user.uid}, which may no longer enter that folder: give passage to it again (chmod o+x on each folder above it).`,
    );
  }
  return { dataDirectory, location: systemLocation(dataDirectory, user), user, inside: false };
}
