/**
 * Trail files of a synthetic organisation, cut into files of a chosen size, with what they hold said by themselves: the truth that
 * every fault of ingest is judged by. Guarantees the same files for the same seed.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { decodeRecord } from "#core/domain/trail/decode";
import { writeHistory } from "#simulator/write-history";
import { dice, shuffled } from "./sizes.ts";

export type TrailRecord = Record<string, unknown> & { readonly eventID: string };

export interface CorpusFile {
  /** Path below the corpus's folder. */
  readonly name: string;
  readonly records: readonly TrailRecord[];
  readonly bytes: Buffer;
}

export interface Corpus {
  readonly files: readonly CorpusFile[];
  readonly records: readonly TrailRecord[];
  /** Ids of the events that are to be stored, sorted. */
  readonly ids: readonly string[];
}

/** The instant up to which the history goes. */
export const UNTIL = Date.parse("2026-11-02T10:00:00Z");

/** Every record of some days, in the order of the simulator's files. */
export async function historyOf(days: number, seed: number): Promise<TrailRecord[]> {
  const out = mkdtempSync(join(tmpdir(), "curfew-corpus-"));
  try {
    await writeHistory({ out, days, seed, until: UNTIL, shape: "mixed" });
    const trail = join(out, "trail");
    return readdirSync(trail, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".gz"))
      .toSorted()
      .flatMap((name) => {
        const text = gunzipSync(readFileSync(join(trail, name))).toString();
        return (JSON.parse(text) as { Records: TrailRecord[] }).Records;
      });
  } finally {
    rmSync(out, { recursive: true });
  }
}

export function fileOfRecords(name: string, records: readonly TrailRecord[]): CorpusFile {
  return { name, records, bytes: gzipSync(JSON.stringify({ Records: records }), { level: 1 }) };
}

/** Files of `perFile` records each, in an order of their own: what CloudTrail delivers is in none. */
export function corpusOf(
  records: readonly TrailRecord[],
  { perFile, seed }: { perFile: number; seed: number },
): Corpus {
  const mixed = shuffled(records, dice(seed));
  const files: CorpusFile[] = [];
  for (let at = 0; at < mixed.length; at += perFile) {
    const name = `${String(files.length).padStart(5, "0")}.json.gz`;
    files.push(fileOfRecords(name, mixed.slice(at, at + perFile)));
  }
  return { files, records: mixed, ids: eventIdsOf(mixed) };
}

/** Ids of the records that are events, each once, sorted as Postgres sorts a uuid. */
export function eventIdsOf(records: readonly TrailRecord[]): string[] {
  const ids = records.filter((record) => decodeRecord(record).outcome === "event");
  return [...new Set(ids.map((record) => record.eventID))].toSorted();
}

export function writeCorpus(folder: string, { files }: Pick<Corpus, "files">): void {
  mkdirSync(folder, { recursive: true });
  for (const { name, bytes } of files) writeFileSync(join(folder, name), bytes);
}
