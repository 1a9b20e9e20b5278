/**
 * One trail file in, a receipt out. The file is opened and unpacked whole before anything is written; its records are appended
 * in transactions that advance its place, so a kill loses nothing and a repetition adds nothing.
 */
import { openTrailFile } from "../domain/trail/file.ts";
import { sha256 } from "../domain/ids.ts";
import { instant } from "../domain/time.ts";
import type { Clock } from "../ports/clock.ts";
import type { SourcedRecord } from "../ports/event-source.ts";
import type { AppendResult, FileState, TrailStore } from "../ports/trail-store.ts";

/** Records a transaction: large enough to amortise the commit, small enough to lose little to a kill. */
const BATCH = 2_000;

/** `appended + duplicates + ignored + undecodable = records`. */
export interface IngestReceipt {
  readonly records: number;
  readonly appended: number;
  readonly duplicates: number;
  readonly ignored: number;
  readonly ignoredByReason: Readonly<Record<string, number>>;
  readonly undecodable: number;
}

export const NOTHING: IngestReceipt = {
  records: 0,
  appended: 0,
  duplicates: 0,
  ignored: 0,
  ignoredByReason: {},
  undecodable: 0,
};

export interface TrailBytes {
  /** Shown in refusals and kept with the file's row. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Throws a Fault, and writes nothing, when the file is not CloudTrail or does not unpack whole. */
export async function ingestFile(
  file: TrailBytes,
  store: TrailStore,
  clock: Clock,
): Promise<IngestReceipt & { readonly sha256: string }> {
  const digest = sha256(file.bytes);
  const known = await store.fileState(digest);
  if (known?.completed === true) return { ...receipt(repeated(known.counts)), sha256: digest };
  const trail = openTrailFile(file.bytes, file.path);
  const state = await store.beginFile({
    sha256: digest,
    path: file.path,
    bytes: file.bytes.length,
    records: trail.records,
  });
  let total = receipt(state.position > 0 ? repeated(state.counts) : NO_RESULT);
  const receivedAt = instant(clock.now());
  for (const { records, end } of batches(trail.decoded(state.position), state.position)) {
    const result = await store.append(
      {
        origin: `file:${digest}`,
        source: "files",
        receivedAt,
        records,
        progress: { kind: "file", sha256: digest, position: end, last: end === trail.records },
      },
      instant(clock.now()),
    );
    total = sum(total, receipt(result));
  }
  return { ...total, sha256: digest };
}

/** Sums two receipts. */
export function sum(left: IngestReceipt, right: IngestReceipt): IngestReceipt {
  const ignoredByReason: Record<string, number> = { ...left.ignoredByReason };
  for (const [reason, count] of Object.entries(right.ignoredByReason)) {
    ignoredByReason[reason] = (ignoredByReason[reason] ?? 0) + count;
  }
  return {
    records: left.records + right.records,
    appended: left.appended + right.appended,
    duplicates: left.duplicates + right.duplicates,
    ignored: left.ignored + right.ignored,
    ignoredByReason,
    undecodable: left.undecodable + right.undecodable,
  };
}

/** The receipt of what one transaction did. */
export function receipt(result: AppendResult): IngestReceipt {
  const ignored = Object.values(result.ignored).reduce((total, count) => total + count, 0);
  return {
    records: result.appended + result.duplicates + ignored + result.undecodable,
    appended: result.appended,
    duplicates: result.duplicates,
    ignored,
    ignoredByReason: result.ignored,
    undecodable: result.undecodable,
  };
}

const NO_RESULT: AppendResult = { appended: 0, duplicates: 0, ignored: {}, undecodable: 0 };

/** What was appended earlier is a duplicate now. */
function repeated(counts: FileState["counts"]): AppendResult {
  return { ...counts, appended: 0, duplicates: counts.duplicates + counts.appended };
}

function* batches<T extends SourcedRecord["decoded"]>(
  decoded: Iterable<T>,
  from: number,
): Generator<{ records: SourcedRecord[]; end: number }> {
  let records: SourcedRecord[] = [];
  let position = from;
  for (const one of decoded) {
    records.push({ position, decoded: one });
    position += 1;
    if (records.length === BATCH) {
      yield { records, end: position };
      records = [];
    }
  }
  if (records.length > 0) yield { records, end: position };
}
