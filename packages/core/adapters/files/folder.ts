/** Folder on a file system. Follows no symbolic link out of the folder and lists nothing but trail files. */
import { constants, type Stats } from "node:fs";
import { access, open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { Fault } from "../../domain/fault.ts";
import { instant } from "../../domain/time.ts";
import type { Folder, FolderEntry } from "../../ports/trail/event-source.ts";
import { filesMatching, isPattern } from "./glob.ts";

const TRAIL_FILE = /\.(?:json|ndjson|jsonl)(?:\.gz)?$/i;

/** Digest and Insight files lie beside the trail's own in the same bucket (AWS: CloudTrail User Guide, log file examples). */
const OTHER_FILE = /(?:^|\/)CloudTrail-(?:Digest|Insight)(?:\/|$)/;

/** Pieces in which a file is read. */
const PIECE = 1024 * 1024;

/** A folder, or one file named by itself. */
export const fileFolder: Folder = {
  async list(path) {
    const entries = await found(path, () =>
      readdir(path, { recursive: true, withFileTypes: true }),
    );
    const names = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((name) => TRAIL_FILE.test(name) && !OTHER_FILE.test(name))
      .toSorted();
    const listed: FolderEntry[] = [];
    for (const name of names) {
      const status = await statusOf(name);
      // Removed since the folder was listed.
      if (status === null) continue;
      const { size, mtimeMs } = status;
      listed.push({ path: name, bytes: size, modifiedAt: instant(Math.trunc(mtimeMs)) });
    }
    return listed;
  },
  open: (path) =>
    found(path, async () => {
      const { size } = await stat(path);
      // Whoever may not read it is told here, and not when half of a group was read.
      await access(path, constants.R_OK);
      return { bytes: size, chunks: () => piecesOf(path) };
    }),
};

/** New bytes each time: a reader may keep what it was given. */
async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  const file = await found(path, () => open(path));
  try {
    for (;;) {
      const piece = Buffer.allocUnsafeSlow(PIECE);
      const { bytesRead } = await found(path, () => file.read(piece, 0, PIECE));
      if (bytesRead === 0) return;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** The trail files that a path of the command line stands for: a file is itself whatever its name, and so is what a pattern matches. */
export async function trailFilesAt(path: string): Promise<string[]> {
  if (isPattern(path) && (await statusOf(path)) === null) return matched(path);
  const { isDirectory } = await found(path, async () => {
    const status = await stat(path);
    return { isDirectory: status.isDirectory() };
  });
  if (!isDirectory) return [path];
  const files = await fileFolder.list(path);
  if (files.length === 0) {
    throw new Fault(
      "input.no-such-file",
      `${path} holds no trail file; expected files that end in .json, .json.gz, .ndjson or .ndjson.gz.`,
    );
  }
  return files.map((file) => file.path);
}

async function matched(pattern: string): Promise<string[]> {
  const files = (await found(pattern, () => filesMatching(pattern))).filter(
    (name) => !OTHER_FILE.test(name),
  );
  if (files.length > 0) return files;
  throw new Fault(
    "input.no-such-file",
    `${pattern} matches no file; * and ? stand for parts of a name, ** for any folders.`,
  );
}

async function statusOf(name: string): Promise<Stats | null> {
  try {
    return await stat(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

async function found<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new Fault(
        "input.no-such-file",
        `${path} does not exist; name a trail file or a folder of them.`,
        { cause },
      );
    }
    if (code === "EACCES" || code === "EPERM" || code === "EISDIR") {
      throw new Fault(
        "input.unreadable-file",
        `${path} cannot be read; check that its permissions allow this user to read it.`,
        { cause },
      );
    }
    throw cause;
  }
}
