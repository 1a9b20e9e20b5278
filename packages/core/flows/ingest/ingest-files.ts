/**
 * Trail files in, a receipt for each out. A file is opened and unpacked whole before anything of it is written; records are
 * appended in transactions that advance their file's place, so a kill loses nothing and a repetition adds nothing. Small files
 * share a transaction, because its cost is that of a large one.
 */
import { Fault } from "../../domain/fault.ts";
import { sha256 } from "../../domain/ids.ts";
import { instant } from "../../domain/time.ts";
import { openTrailFile, type TrailFile } from "../../domain/trail/file.ts";
import type { Clock } from "../../ports/clock.ts";
import type { AppendPart, AppendResult, FileState, TrailStore } from "../../ports/trail-store.ts";
import type { SourcedRecord } from "../../ports/event-source.ts";
import { NOTHING, receipt, sum, type IngestReceipt } from "./ingest-receipt.ts";

/** Records a transaction: large enough to amortise the commit, small enough to lose little to a kill. */
const RECORDS_AT_ONCE = 2_000;

export interface TrailBytes {
  /** Shown in refusals and kept with the file's row. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A file that was read to its end, or refused whole. */
export type FileOutcome =
  | { readonly path: string; readonly sha256: string; readonly receipt: IngestReceipt }
  | { readonly path: string; readonly refused: Fault };

interface OpenFile {
  readonly path: string;
  readonly digest: string;
  readonly bytes: number;
  readonly trail: TrailFile;
  receipt: IngestReceipt;
}

/** Files whose bytes are held together: the caller bounds how many. Answers in their order. */
export async function ingestFiles(
  files: readonly TrailBytes[],
  store: TrailStore,
  clock: Clock,
): Promise<FileOutcome[]> {
  const digests = files.map((file) => sha256(file.bytes));
  const states = await store.fileStates(digests);
  const pending = new Pending(store, clock);
  const opened = new Map<string, OpenFile | Fault>();
  for (const [index, file] of files.entries()) {
    const digest = digests[index]!;
    const state = states.get(digest);
    if (state?.completed === true || opened.has(digest)) continue;
    const one = open(file, digest, state);
    opened.set(digest, one);
    if (!(one instanceof Fault)) await pending.add(one, state?.position ?? 0);
  }
  await pending.flush();
  const told = new Set<string>();
  return files.map(({ path }, index): FileOutcome => {
    const digest = digests[index]!;
    const one = opened.get(digest);
    if (one instanceof Fault) return { path, refused: one };
    const first = one !== undefined && !told.has(digest);
    told.add(digest);
    const read = one?.receipt ?? receipt(repeated(states.get(digest)!));
    return { path, sha256: digest, receipt: first ? read : again(read) };
  });
}

function open(file: TrailBytes, digest: string, state: FileState | undefined): OpenFile | Fault {
  try {
    const trail = openTrailFile(file.bytes, file.path);
    const before = state === undefined ? NOTHING : receipt(repeated(state));
    return { path: file.path, digest, bytes: file.bytes.length, trail, receipt: before };
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

/** What was appended earlier is a duplicate now. */
function repeated({ counts }: FileState): AppendResult {
  return { ...counts, appended: 0, duplicates: counts.duplicates + counts.appended };
}

function again(read: IngestReceipt): IngestReceipt {
  return { ...read, appended: 0, duplicates: read.duplicates + read.appended };
}

/** Parts that wait for their transaction. */
class Pending {
  readonly #store: TrailStore;
  readonly #clock: Clock;
  #parts: { file: OpenFile; part: AppendPart }[] = [];
  #records = 0;

  constructor(store: TrailStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Takes a file's records from a place on; writes whenever a transaction is full. */
  async add(file: OpenFile, from: number): Promise<void> {
    let records: SourcedRecord[] = [];
    let position = from;
    for (const decoded of file.trail.decoded(from)) {
      records.push({ position, decoded });
      position += 1;
      if (this.#records + records.length < RECORDS_AT_ONCE) continue;
      this.#push(file, records, position);
      records = [];
      await this.flush();
    }
    if (records.length > 0) this.#push(file, records, position);
  }

  async flush(): Promise<void> {
    if (this.#parts.length === 0) return;
    const taken = this.#parts;
    this.#parts = [];
    this.#records = 0;
    const now = instant(this.#clock.now());
    const parts = taken.map(({ part }) => part);
    const results = await this.#store.append({ source: "files", receivedAt: now, parts }, now);
    for (const [index, { file }] of taken.entries()) {
      file.receipt = sum(file.receipt, receipt(results[index]!));
    }
  }

  #push(file: OpenFile, records: readonly SourcedRecord[], position: number): void {
    const { path, digest, bytes, trail } = file;
    this.#parts.push({
      file,
      part: {
        origin: `file:${digest}`,
        records,
        progress: { kind: "file", sha256: digest, path, bytes, records: trail.records, position },
      },
    });
    this.#records += records.length;
  }
}
