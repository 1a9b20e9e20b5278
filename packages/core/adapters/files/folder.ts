/** Folder on a file system. Follows no symbolic link out of the folder and lists nothing but trail files. */
import type { Stats } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { Fault } from "../../domain/fault.ts";
import { instant } from "../../domain/time.ts";
import { LARGEST_FILE } from "../../domain/trail/file.ts";
import type { Folder, FolderEntry } from "../../ports/event-source.ts";

const TRAIL_FILE = /\.(?:json|ndjson|jsonl)(?:\.gz)?$/i;

/** Digest and Insight files lie beside the trail's own in the same bucket (AWS: CloudTrail User Guide, log file examples). */
const OTHER_FILE = /(?:^|\/)CloudTrail-(?:Digest|Insight)(?:\/|$)/;

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
  read: (path) =>
    found(path, async () => {
      const { size } = await stat(path);
      if (size > LARGEST_FILE) {
        throw new Fault(
          "input.too-large",
          `${path} has more than ${LARGEST_FILE / 1024 / 1024} MiB; split it into smaller files.`,
        );
      }
      return readFile(path);
    }),
};

/** The trail files that a path of the command line stands for: a file is itself whatever its name. */
export async function trailFilesAt(path: string): Promise<string[]> {
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
