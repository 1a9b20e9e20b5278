/**
 * Reads what is new in a folder of trail files, once. A file that is refused is noted with its reason and does not stop the
 * others; it is tried again when it changes.
 */
import { Fault } from "../../domain/fault.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Folder, FolderEntry } from "../../ports/trail/event-source.ts";
import type { TrailStore } from "../../ports/trail/trail-store.ts";
import { fileOf, ingestFiles, type TrailBytes, type TrailStream } from "./ingest-files.ts";
import { NOTHING, sum, type IngestReceipt } from "./ingest-receipt.ts";

export interface FolderReceipt extends IngestReceipt {
  readonly files: number;
  readonly refused: readonly { readonly path: string; readonly problem: string }[];
}

export interface FolderProgress {
  readonly done: number;
  readonly total: number;
}

/** Files looked up in one statement. */
const LOOKED_UP_AT_ONCE = 1_000;
/** Files and bytes held in memory together. */
const FILES_AT_ONCE = 100;
const BYTES_AT_ONCE = 2 * 1024 * 1024;
/** While the database stores one group, the next is decoded. */
const GROUPS_AT_ONCE = 2;

export async function followFolder(
  path: string,
  folder: Folder,
  store: TrailStore,
  clock: Clock,
  progress: (progress: FolderProgress) => void = () => undefined,
  signal?: AbortSignal,
): Promise<FolderReceipt> {
  const unread = await unreadFiles(path, folder, store);
  const waiting = groups(unread);
  const refused: { path: string; problem: string }[] = [];
  let total: IngestReceipt = NOTHING;
  let done = 0;
  const readGroups = async () => {
    for (const group of waiting) {
      if (signal?.aborted === true) return;
      const read = await readGroup(path, group, folder, store, clock);
      total = sum(total, read.receipt);
      refused.push(...read.refused);
      done += read.files;
      progress({ done, total: unread.length });
    }
  };
  // Both come to rest before a failure is told: nothing is read any more that the caller does not wait for.
  const ends = await Promise.allSettled(Array.from({ length: GROUPS_AT_ONCE }, readGroups));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return { ...total, files: done, refused: refused.toSorted((a, b) => (a.path < b.path ? -1 : 1)) };
}

interface GroupReceipt {
  /** Files whose bytes could be read. */
  readonly files: number;
  readonly receipt: IngestReceipt;
  readonly refused: { path: string; problem: string }[];
}

async function readGroup(
  path: string,
  group: readonly FolderEntry[],
  folder: Folder,
  store: TrailStore,
  clock: Clock,
): Promise<GroupReceipt> {
  const refused: { path: string; problem: string }[] = [];
  const files: (TrailBytes | TrailStream)[] = [];
  const read: FolderEntry[] = [];
  for (const file of group) {
    const opened = await openFile(file.path, folder);
    // Not marked: a file that cannot be read now is tried again, because a new permission does not change it.
    if (opened instanceof Fault) refused.push({ path: file.path, problem: opened.message });
    else {
      files.push(opened);
      read.push(file);
    }
  }
  let receipt: IngestReceipt = NOTHING;
  const outcomes = await ingestFiles(files, store, clock);
  const marks = outcomes.map((outcome, index) => {
    if ("refused" in outcome) {
      const problem = outcome.refused.message;
      refused.push({ path: outcome.path, problem });
      return { ...read[index]!, sha256: null, problem };
    }
    receipt = sum(receipt, outcome.receipt);
    return { ...read[index]!, sha256: outcome.sha256, problem: null };
  });
  await store.markFollowed(path, marks);
  return { files: read.length, receipt, refused };
}

async function openFile(path: string, folder: Folder): Promise<TrailBytes | TrailStream | Fault> {
  try {
    return await fileOf(path, await folder.open(path));
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

async function unreadFiles(
  path: string,
  folder: Folder,
  store: TrailStore,
): Promise<FolderEntry[]> {
  const listed = await folder.list(path);
  const unread: FolderEntry[] = [];
  for (let start = 0; start < listed.length; start += LOOKED_UP_AT_ONCE) {
    unread.push(...(await store.unreadFiles(path, listed.slice(start, start + LOOKED_UP_AT_ONCE))));
  }
  return unread;
}

function* groups(files: readonly FolderEntry[]): Generator<FolderEntry[]> {
  let group: FolderEntry[] = [];
  let bytes = 0;
  for (const file of files) {
    if (
      group.length > 0 &&
      (group.length === FILES_AT_ONCE || bytes + file.bytes > BYTES_AT_ONCE)
    ) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(file);
    bytes += file.bytes;
  }
  if (group.length > 0) yield group;
}
