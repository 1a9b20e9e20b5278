/** Curfew's side of a reading: gzipped files in a folder, and the product's own flow over them. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileFolder } from "../../packages/core/adapters/files/folder.ts";
import { PostgresTrailStore } from "../../packages/core/adapters/postgres/trail/trail-store.ts";
import {
  followFolder,
  type FolderReceipt,
} from "../../packages/core/flows/ingest/follow-folder.ts";
import type { Stand } from "../stand.ts";

/** The day after the last record. */
export const CLOCK = { now: () => Date.UTC(2026, 10, 2) };

export async function writeFiles(folder: string, files: readonly Buffer[]): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const [at, bytes] of files.entries()) {
    await writeFile(join(folder, `${String(at).padStart(6, "0")}.json.gz`), bytes);
  }
  return folder;
}

/** Everything that is new in a folder. */
export async function readFolder({ database }: Stand, folder: string): Promise<FolderReceipt> {
  const store = new PostgresTrailStore(database);
  const receipt = await followFolder(folder, fileFolder, store, CLOCK);
  if (receipt.refused.length > 0)
    throw new Error(`${receipt.refused[0]!.path} was refused: the generator is wrong.`);
  return receipt;
}
