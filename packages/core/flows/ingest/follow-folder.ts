/**
 * Reads what is new in a folder of trail files, once. A file that is refused is noted with its reason and does not stop the
 * others; it is tried again when it changes.
 */
import type { Clock } from "../../ports/clock.ts";
import type { Folder, FolderEntry } from "../../ports/event-source.ts";
import type { TrailStore } from "../../ports/trail-store.ts";
import { ingestFiles } from "./ingest-files.ts";
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
const BYTES_AT_ONCE = 16 * 1024 * 1024;
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
      done += group.length;
      progress({ done, total: unread.length });
    }
  };
  await Promise.all(Array.from({ length: GROUPS_AT_ONCE }, readGroups));
  return { ...total, files: done, refused: refused.toSorted((a, b) => (a.path < b.path ? -1 : 1)) };
}

async function readGroup(
  path: string,
  group: readonly FolderEntry[],
  folder: Folder,
  store: TrailStore,
  clock: Clock,
): Promise<{ receipt: IngestReceipt; refused: { path: string; problem: string }[] }> {
  const files = [];
  for (const file of group) files.push({ path: file.path, bytes: await folder.read(file.path) });
  const refused: { path: string; problem: string }[] = [];
  let receipt: IngestReceipt = NOTHING;
  const outcomes = await ingestFiles(files, store, clock);
  const marks = outcomes.map((outcome, index) => {
    if ("refused" in outcome) {
      const problem = outcome.refused.message;
      refused.push({ path: outcome.path, problem });
      return { ...group[index]!, sha256: null, problem };
    }
    receipt = sum(receipt, outcome.receipt);
    return { ...group[index]!, sha256: outcome.sha256, problem: null };
  });
  await store.markFollowed(path, marks);
  return { receipt, refused };
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
