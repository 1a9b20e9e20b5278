/**
 * Reads what is new in a folder of trail files, once. A file that is refused is noted with its reason and does not stop the
 * others; it is tried again when it changes.
 */
import { Fault } from "../domain/fault.ts";
import type { Clock } from "../ports/clock.ts";
import type { Folder } from "../ports/folder.ts";
import type { TrailStore } from "../ports/trail-store.ts";
import { ingestFile, NOTHING, sum, type IngestReceipt } from "./ingest-file.ts";

export interface FolderReceipt extends IngestReceipt {
  readonly files: number;
  readonly refused: readonly { readonly path: string; readonly problem: string }[];
}

export interface FolderProgress {
  readonly done: number;
  readonly total: number;
}

/** Files looked up in one statement. */
const CHUNK = 1_000;

export async function followFolder(
  path: string,
  folder: Folder,
  store: TrailStore,
  clock: Clock,
  progress: (progress: FolderProgress) => void = () => undefined,
  signal?: AbortSignal,
): Promise<FolderReceipt> {
  const listed = await folder.list(path);
  const unread = [];
  for (let start = 0; start < listed.length; start += CHUNK) {
    unread.push(...(await store.unreadFiles(path, listed.slice(start, start + CHUNK))));
  }
  let total: IngestReceipt = NOTHING;
  const refused: { path: string; problem: string }[] = [];
  let done = 0;
  for (const file of unread) {
    if (signal?.aborted === true) break;
    try {
      const { sha256, ...read } = await ingestFile(
        { path: file.path, bytes: await folder.read(file.path) },
        store,
        clock,
      );
      total = sum(total, read);
      await store.markFollowed(path, file, { sha256, problem: null });
    } catch (error) {
      if (!(error instanceof Fault) || error.retry !== "never") throw error;
      refused.push({ path: file.path, problem: error.message });
      await store.markFollowed(path, file, { sha256: null, problem: error.message });
    }
    done += 1;
    progress({ done, total: unread.length });
  }
  return { ...total, files: done, refused };
}
