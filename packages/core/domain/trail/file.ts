/**
 * The bytes of a trail file as the records it holds, whatever wraps them, in bounded memory. A file is looked through to its end before
 * any record of it is given out: what is not CloudTrail's, or a gzip that does not unpack whole, is refused whole. Records that cannot
 * concern Identity Center are counted without being parsed.
 */
import { createHash } from "node:crypto";
import { Fault } from "../fault.ts";
import { sha256 } from "../ids.ts";
import type { Format } from "./file/format.ts";
import type { ItemBatch } from "./file/items.ts";
import { Pages, type TrailPage } from "./file/page.ts";
import { nextFormat, Reading, Survey } from "./file/survey.ts";
import { isGzip, unpacked, unpackedAtOnce, type Pieces } from "./file/unpack.ts";

/** Files up to this size, unpacked, are held whole: they are unpacked once and read without waiting. */
export const HELD_WHOLE = 8 * 1024 * 1024;

const PIECE = 1024 * 1024;

/** The magic number of gzip, a byte order mark and the first line of a CSV file stand in these. */
const FIRST_BYTES = 64 * 1024;

/** Bytes that can be read from their beginning as often as wanted. */
export interface TrailSource {
  chunks(): Pieces;
}

export interface TrailFile {
  /** As it is stored. */
  readonly bytes: number;
  readonly sha256: string;
  /** Unpacked: what CloudTrail's digests sign (AWS: CloudTrail User Guide, validating log files). */
  readonly contentBytes: number;
  contentSha256(): string;
  /** Number of records, the broken ones included. */
  readonly records: number;
  /** What became of the records from a position on. Fails when a source gives other bytes than before. */
  pages(from: number): Iterable<TrailPage> | AsyncIterable<TrailPage>;
}

/** Looks through a file. `name` is only for the sentence of a refusal. */
export async function openTrailFile(
  source: Uint8Array | TrailSource,
  name: string,
): Promise<TrailFile> {
  if (!(source instanceof Uint8Array)) return openStream(source, name);
  const content = heldWhole(source, name);
  if (content === null) return openStream({ chunks: () => piecesOf(source) }, name);
  return openContent(content, { bytes: source.length, sha256: sha256(source) }, name);
}

/** Of the bytes as they are stored: the name of a file by its content. */
export async function sha256OfSource(source: TrailSource): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of source.chunks()) hash.update(piece);
  return hash.digest("hex");
}

/** Null when the unpacked bytes are too many to be held. */
function heldWhole(bytes: Uint8Array, name: string): Buffer | null {
  if (isGzip(bytes)) return unpackedAtOnce(bytes, name, HELD_WHOLE);
  return bytes.length > HELD_WHOLE
    ? null
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

function openContent(
  content: Buffer,
  stored: { bytes: number; sha256: string },
  name: string,
): TrailFile {
  let reading = new Reading(name, null);
  let batches = [...reading.push(content), ...reading.end()];
  const problem = reading.problem;
  const other = nextFormat(reading);
  if (other !== null) {
    reading = new Reading(name, other);
    batches = [...reading.push(content), ...reading.end()];
  }
  const survey = new Survey();
  for (const batch of batches) survey.add(batch);
  survey.judge(name, problem);
  return {
    ...stored,
    contentBytes: content.length,
    contentSha256: () => sha256(content),
    records: survey.records,
    pages: (from) => pagesOf(batches, from),
  };
}

function* pagesOf(batches: readonly ItemBatch[], from: number): Generator<TrailPage> {
  const pages = new Pages();
  let first = 0;
  for (const batch of batches) {
    if (first + batch.count > from) yield pages.page(batch, first, from);
    first += batch.count;
  }
}

async function openStream(source: TrailSource, name: string): Promise<TrailFile> {
  let looked = await lookThrough(source, name, null);
  const { problem } = looked.reading;
  const other = nextFormat(looked.reading);
  if (other !== null) looked = await lookThrough(source, name, other);
  const { reading, survey, stored, contentHash } = looked;
  survey.judge(name, problem);
  const contentSha256 = contentHash.digest("hex");
  return {
    ...stored,
    contentBytes: reading.bytes,
    contentSha256: () => contentSha256,
    records: survey.records,
    pages: (from) =>
      pagesOfStream(source, name, { format: reading.format, sha256: stored.sha256, from }),
  };
}

async function lookThrough(source: TrailSource, name: string, format: Format | null) {
  const reading = new Reading(name, format);
  const survey = new Survey();
  const contentHash = createHash("sha256");
  const stored = new Hashed(source.chunks());
  for await (const piece of contentOf(stored.pieces(), name)) {
    contentHash.update(piece);
    for (const batch of reading.push(piece)) survey.add(batch);
  }
  for (const batch of reading.end()) survey.add(batch);
  return { reading, survey, contentHash, stored: stored.seen() };
}

/** Pieces whose number of bytes and hash are known when they have passed. */
class Hashed {
  readonly #pieces: Pieces;
  readonly #hash = createHash("sha256");
  #bytes = 0;

  constructor(pieces: Pieces) {
    this.#pieces = pieces;
  }

  async *pieces(): AsyncGenerator<Uint8Array> {
    for await (const piece of this.#pieces) {
      this.#hash.update(piece);
      this.#bytes += piece.length;
      yield piece;
    }
  }

  /** Once: what passed. */
  seen(): { bytes: number; sha256: string } {
    return { bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }
}

async function* pagesOfStream(
  source: TrailSource,
  name: string,
  expected: { format: Format; sha256: string; from: number },
): AsyncGenerator<TrailPage> {
  const reading = new Reading(name, expected.format);
  const pages = new Pages();
  let first = 0;
  const paged = function* (batches: Iterable<ItemBatch>) {
    for (const batch of batches) {
      if (first + batch.count > expected.from) yield pages.page(batch, first, expected.from);
      first += batch.count;
    }
  };
  const stored = new Hashed(source.chunks());
  for await (const piece of contentOf(stored.pieces(), name)) yield* paged(reading.push(piece));
  yield* paged(reading.end());
  if (stored.seen().sha256 === expected.sha256) return;
  throw new Fault(
    "input.unreadable-file",
    `${name} changed while it was read; read it again when nothing writes to it.`,
  );
}

/** The bytes of a file, unpacked where they are packed: the first two tell. */
async function* contentOf(chunks: Pieces, name: string): AsyncGenerator<Buffer> {
  const begun = joined(chunks);
  const { value: head, done } = await begun.next();
  if (done === true) return;
  const all = async function* () {
    yield head;
    yield* begun;
  };
  yield* isGzip(head) ? unpacked(all(), name) : all();
}

/** Pieces of which the first is long enough to tell what the file is. */
async function* joined(chunks: Pieces): AsyncGenerator<Buffer> {
  let held = Buffer.alloc(0);
  let begun = false;
  for await (const chunk of chunks) {
    const piece = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (begun) yield piece;
    else {
      held = Buffer.concat([held, piece]);
      if (held.length < FIRST_BYTES) continue;
      begun = true;
      yield held;
    }
  }
  if (!begun && held.length > 0) yield held;
}
