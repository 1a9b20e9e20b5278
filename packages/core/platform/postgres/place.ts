/**
 * Decides where a data directory's cluster lives and which user its server runs as, and prepares both.
 * Postgres refuses to run as root, so root hands the server to the data directory's owner or else to `nobody`; where that user cannot enter, the
 * cluster moves to `/var/lib/curfew`. Only permission bits are judged: access control lists are not read.
 */
import { createHash } from "node:crypto";
import { chownSync, existsSync, lstatSync, mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from "node:fs";
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
  /** Gives a file this process made to the owner of the data directory, so that a run as root does not lock that owner out. */
  keep(file: string): void;
}

const isRoot = (): boolean => process.getuid?.() === 0;

/** The account that owns nothing: by its usual number, else by name. */
function nobody(): { uid: number; gid: number } {
  const accounts = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
  const found =
    accounts.find((account) => account.uid === 65534) ?? accounts.find((account) => account.name === "nobody");
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

function noPermission(path: string, cause: unknown): Fault {
  return new Fault(
    "data-directory.no-permission",
    `The data directory ${path} cannot be written by this user: choose another with CURFEW_DATA_DIR or --data-dir, or set DATABASE_URL.`,
    { cause },
  );
}

/**
 * Creates the data directory where it is absent: for its owner alone, and as root with passage (but no listing) for the group of `nobody`, so
 * that the server can live inside. Permissions of an existing folder are left as they are. Faults: `data-directory.no-permission`.
 */
export function prepareDataDirectory(path: string): string {
  const absolute = resolve(path);
  try {
    if (!existsSync(absolute)) {
      mkdirSync(absolute, { recursive: true, mode: 0o700 });
      if (isRoot()) openForServer(absolute);
    }
    const real = realpathSync(absolute);
    const probe = join(real, `.write-probe-${process.pid}`);
    writeFileSync(probe, "", { mode: 0o600 });
    rmSync(probe, { force: true });
    return real;
  } catch (error) {
    throw noPermission(absolute, error);
  }
}
