/** A folder of trail files. */
import type { Instant } from "../domain/time.ts";

export interface FolderEntry {
  /** As shown in sentences and kept with the file's row. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedAt: Instant;
}

export interface Folder {
  /** The trail files below it, in the order of their names; digests and foreign names are left out. */
  list(path: string): Promise<FolderEntry[]>;
  read(path: string): Promise<Uint8Array>;
}
