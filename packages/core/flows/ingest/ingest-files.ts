/**
 * Trail files in, a receipt for each out. A file is opened and unpacked whole before anything of it is written; records are
 * appended in transactions that advance their file's place, so a kill loses nothing and a repetition adds nothing. Small files
 * share a transaction, because its cost is that of a large one.
 */
import { Fault } from "../../domain/fault.ts";
import { sha256 } from "../../domain/ids.ts";
import { instant } from "../../domain/time.ts";
import {
  HELD_WHOLE,
  openTrailFile,
  sha256OfSource,
  type TrailFile,
  type TrailSource,
} from "../../domain/trail/file.ts";
import type { PassedOver, TrailPage } from "../../domain/trail/file/page.ts";
import type { Clock } from "../../ports/clock.ts";
import type {
  AppendPart,
  AppendResult,
  FileState,
  TrailStore,
} from "../../ports/trail/trail-store.ts";
import type { SourcedRecord, StoredBytes } from "../../ports/trail/event-source.ts";
import { NOTHING, receipt, sum, type IngestReceipt } from "./ingest-receipt.ts";

/** Records a transaction: large enough to amortise the commit, small enough to lose little to a kill. */
const RECORDS_AT_ONCE = 2_000;

/** Pages a transaction at most: a file of which nothing is ours advances too. */
const PAGES_AT_ONCE = 500;

export interface TrailBytes {
  /** Shown in refusals and kept with the file's row. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A file that is too large to be held: it is read from its beginning as often as needed. */
export interface TrailStream {
  readonly path: string;
  readonly source: TrailSource;
}

/** A file that was read to its end, or refused whole. */
export type FileOutcome =
  | { readonly path: string; readonly sha256: string; readonly receipt: IngestReceipt }
  | { readonly path: string; readonly refused: Fault };

interface OpenFile {
  readonly path: string;
  readonly digest: string;
  readonly unpackedSha256: string;
  readonly bytes: number;
  readonly records: number;
  receipt: IngestReceipt;
}

/** Files whose bytes are held together: the caller bounds how many. `source` is the ledger's. Answers in their order. */
export async function ingestFiles(
  files: readonly (TrailBytes | TrailStream)[],
  store: TrailStore,
  clock: Clock,
  source: "files" | "s3" = "files",
): Promise<FileOutcome[]> {
  const digests: string[] = [];
  for (const file of files) digests.push(await digestOf(file));
  const states = await store.fileStates(digests);
  const pending = new Pending(store, clock, source);
  const opened = new Map<string, OpenFile | Fault>();
  for (const [index, file] of files.entries()) {
    const digest = digests[index]!;
    const state = states.get(digest);
    if (state?.completed === true || opened.has(digest)) continue;
    const one = await open(file, digest, state);
    if (one instanceof Fault) opened.set(digest, one);
    else opened.set(digest, await read(one, state?.position ?? 0, pending));
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

/** A stored file for `ingestFiles`: a small one is read now, a large one as it is needed. */
export async function fileOf(path: string, stored: StoredBytes): Promise<TrailBytes | TrailStream> {
  if (stored.bytes > HELD_WHOLE) return { path, source: stored };
  const chunks: Uint8Array[] = [];
  for await (const chunk of stored.chunks()) chunks.push(chunk);
  return { path, bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) };
}

function digestOf(file: TrailBytes | TrailStream): string | Promise<string> {
  return "bytes" in file ? sha256(file.bytes) : sha256OfSource(file.source);
}

async function open(
  file: TrailBytes | TrailStream,
  digest: string,
  state: FileState | undefined,
): Promise<(OpenFile & { readonly trail: TrailFile }) | Fault> {
  try {
    const trail = await openTrailFile("bytes" in file ? file.bytes : file.source, file.path);
    if (trail.sha256 !== digest) throw changed(file.path);
    const before = state === undefined ? NOTHING : receipt(repeated(state));
    const { bytes, records } = trail;
    const unpackedSha256 = trail.contentSha256();
    return { path: file.path, digest, unpackedSha256, bytes, records, trail, receipt: before };
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

function changed(path: string): Fault {
  return new Fault(
    "input.unreadable-file",
    `${path} changed while it was read; read it again when nothing writes to it.`,
  );
}

/** Gives a file's records to their transactions, and lets its content go: only its counts stay. */
async function read(
  { trail, ...file }: OpenFile & { readonly trail: TrailFile },
  from: number,
  pending: Pending,
): Promise<OpenFile | Fault> {
  try {
    await pending.add(file, trail.pages(from));
    return file;
  } catch (error) {
    // The file changed under the reading; what was appended of it is true, and is met again.
    if (error instanceof Fault && error.code.startsWith("input.")) return error;
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
  readonly #source: string;
  #parts: { file: OpenFile; part: AppendPart }[] = [];
  #records = 0;
  #pages = 0;

  constructor(store: TrailStore, clock: Clock, source: string) {
    this.#store = store;
    this.#clock = clock;
    this.#source = source;
  }

  /** Takes a file's pages; writes whenever a transaction is full. */
  async add(file: OpenFile, pages: Iterable<TrailPage> | AsyncIterable<TrailPage>): Promise<void> {
    let records: SourcedRecord[] = [];
    let passedOver: PassedOver[] = [];
    let position: number | null = null;
    for await (const page of pages) {
      for (const record of page.records) records.push(record);
      for (const span of page.passedOver) passedOver.push(span);
      position = page.to;
      this.#records += page.records.length;
      this.#pages += 1;
      if (this.#records < RECORDS_AT_ONCE && this.#pages < PAGES_AT_ONCE) continue;
      this.#push(file, { records, passedOver }, position);
      records = [];
      passedOver = [];
      position = null;
      await this.flush();
    }
    if (position !== null) this.#push(file, { records, passedOver }, position);
  }

  async flush(): Promise<void> {
    if (this.#parts.length === 0) return;
    const taken = this.#parts;
    this.#parts = [];
    this.#records = 0;
    this.#pages = 0;
    const now = instant(this.#clock.now());
    const parts = taken.map(({ part }) => part);
    const results = await this.#store.append({ source: this.#source, receivedAt: now, parts }, now);
    for (const [index, { file }] of taken.entries()) {
      file.receipt = sum(file.receipt, receipt(results[index]!));
    }
  }

  #push(file: OpenFile, read: Pick<AppendPart, "records" | "passedOver">, position: number): void {
    const { path, digest, unpackedSha256, bytes, records } = file;
    this.#parts.push({
      file,
      part: {
        origin: `file:${digest}`,
        ...read,
        progress: { kind: "file", sha256: digest, unpackedSha256, path, bytes, records, position },
      },
    });
  }
}
