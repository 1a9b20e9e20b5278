/**
 * Digests in a folder that is a copy of a trail's bucket. Files are recognised by their path below `AWSLogs/`, whatever stands
 * before it. A copy has no metadata: signatures come from successors or from a file `<digest>.signature` beside the digest, and
 * public keys from the caller. Lists no symbolic link, and opens no name that leads out of the folder.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, join, resolve, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { FoundLog } from "../../domain/digest/files.ts";
import { belowAwsLogs, digestName, logName } from "../../domain/digest/name.ts";
import type { DigestKey } from "../../domain/digest/signature.ts";
import { Fault } from "../../domain/fault.ts";
import type { Instant } from "../../domain/time.ts";
import type { DigestRoot, DigestSource, TrailAddress } from "../../ports/trail/digest-source.ts";

/** Throws `input.no-such-file` when the folder holds no `AWSLogs/` with digests. */
export function folderDigests(folder: string, keys: readonly DigestKey[]): DigestSource {
  return {
    roots: () => rootsIn(folder),
    digests: (root, from, to) =>
      filesOf(root.root, from, to, (key) => {
        const endsAt = digestName(key)?.endsAt;
        return (
          endsAt !== undefined && (from === null || endsAt > from) && (to === null || endsAt <= to)
        );
      }),
    async digest(root, key) {
      const path = pathOf(root, key);
      const bytes = await unlessAbsent(path, () => readFile(path));
      if (bytes === null) return null;
      const sidecar = `${path}.signature`;
      const signature = await unlessAbsent(sidecar, () => readFile(sidecar, "utf8"));
      return {
        bucket: null,
        key,
        bytes,
        signature: signature === null ? null : signature.trim(),
        backfillGeneratedAt: null,
      };
    },
    logs: (root, from, to) =>
      filesOf(
        root.root.replace(/CloudTrail-Digest(?=[\\/][^\\/]+$)/, "CloudTrail"),
        from,
        to,
        (key) => {
          const at = logName(key)?.deliveredAt;
          return at !== undefined && (from === null || at >= from) && (to === null || at < to);
        },
      ),
    async log(root, _bucket, key): Promise<FoundLog> {
      const below = belowAwsLogs(key);
      // A name made by AWS has none of these; whatever it leads to is no file of the trail.
      if (below === null || logName(below) === null) return { absent: true };
      const path = pathOf(root, below);
      return (await unlessAbsent(path, () => hashOf(path))) ?? { absent: true };
    },
    publicKeys: (_region, from, to) =>
      Promise.resolve(keys.filter((key) => key.validFrom <= to && from <= key.validTo)),
  };
}

/** Region folders of digests: `…/AWSLogs/[o-id/]<account>/CloudTrail-Digest/<region>`. */
async function rootsIn(folder: string): Promise<DigestRoot[]> {
  const found: DigestRoot[] = [];
  const look = async (path: string): Promise<void> => {
    const match = /\/AWSLogs\/(?:o-[a-z0-9]+\/)?(\d{12})\/CloudTrail-Digest\/([a-z0-9-]+)$/.exec(
      slashed(path),
    );
    if (match !== null) {
      found.push({ accountId: match[1]!, region: match[2]!, root: path });
      return;
    }
    // Log files lie here: millions of them, and never a digest.
    if (basename(path) === "CloudTrail" && belowAwsLogs(slashed(path)) !== null) return;
    for (const name of await foldersIn(path)) await look(join(path, name));
  };
  await look(resolve(folder));
  if (found.length === 0) {
    throw new Fault(
      "input.no-such-file",
      `${folder} holds no digest; name a folder with the bucket's AWSLogs/…/CloudTrail-Digest/ in it.`,
    );
  }
  return found;
}

/** Files of a Region folder by day, in the order of their names. */
async function* filesOf(
  region: string,
  from: Instant | null,
  to: Instant | null,
  wanted: (key: string) => boolean,
): AsyncGenerator<TrailAddress> {
  const [first, last] = [from?.slice(0, 10) ?? "", to?.slice(0, 10) ?? "9"];
  for (const year of await foldersIn(region)) {
    for (const month of await foldersIn(join(region, year))) {
      for (const day of await foldersIn(join(region, year, month))) {
        const date = `${year}-${month}-${day}`;
        if (date < first || date > last) continue;
        const path = join(region, year, month, day);
        for (const name of await namesIn(path, (entry) => entry.isFile())) {
          const key = belowAwsLogs(slashed(join(path, name)));
          if (key !== null && wanted(key)) yield { bucket: null, key };
        }
      }
    }
  }
}

/** Where a key from `AWSLogs/` on lies: beside the digests of the same copy. */
function pathOf({ root }: DigestRoot, key: string): string {
  const at = slashed(root).lastIndexOf("/AWSLogs/");
  return join(root.slice(0, at), ...key.split("/"));
}

async function hashOf(path: string): Promise<FoundLog> {
  const hash = createHash("sha256");
  try {
    await pipeline(
      createReadStream(path),
      createGunzip(),
      async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) hash.update(chunk);
      },
    );
  } catch (error) {
    if (!String((error as NodeJS.ErrnoException).code).startsWith("Z_")) throw error;
    return { broken: "it does not unpack whole (it is truncated or damaged)" };
  }
  return { sha256: hash.digest("hex") };
}

function foldersIn(path: string): Promise<string[]> {
  return namesIn(path, (entry) => entry.isDirectory());
}

async function namesIn(
  path: string,
  wanted: (entry: { isFile(): boolean; isDirectory(): boolean }) => boolean,
): Promise<string[]> {
  const entries = await unlessAbsent(path, () => readdir(path, { withFileTypes: true }));
  return (entries ?? [])
    .filter(wanted)
    .map((entry) => entry.name)
    .toSorted();
}

async function unlessAbsent<T>(path: string, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    if (code !== "EACCES" && code !== "EPERM" && code !== "EISDIR" && code !== "EIO") throw cause;
    throw new Fault(
      "trail.unreadable",
      `${path} cannot be read; check that its permissions allow this user to read it.`,
      { cause },
    );
  }
}

function slashed(path: string): string {
  return sep === "/" ? path : path.replaceAll(sep, "/");
}
