/** Folders that would fill the memory of a careless reader: a bomb, a record of 200 MB, many small files. Made in pieces, never held. */
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { writeFiles } from "../ingest/read.ts";
import { filesOf, makeRecords } from "../trail.ts";

const MIB = 1024 * 1024;
const PER_SMALL_FILE = 5;

async function writeGzip(folder: string, pieces: Iterable<string | Buffer>): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = createWriteStream(join(folder, "input.json.gz"));
  await pipeline(Readable.from(pieces), createGzip({ level: 9, chunkSize: MIB }), file);
  return folder;
}

function* filled(head: string, letter: string, mebibytes: number, tail: string) {
  yield head;
  const piece = Buffer.alloc(MIB, letter);
  for (let at = 0; at < mebibytes; at++) yield piece;
  yield tail;
}

/** A gigabyte of blanks before the first record: valid JSON, packed a thousand times. */
export function writeBomb(folder: string): Promise<string> {
  const [record] = makeRecords("bomb", 1);
  return writeGzip(folder, filled('{"Records":[', " ", 1_024, `${record}]}`));
}

/** A record of 200 MB between two ordinary ones. */
export function writeLargeRecord(folder: string): Promise<string> {
  const [before, behind] = makeRecords("large", 2);
  const head = `{"Records":[${before},{"eventSource":"sso.amazonaws.com","eventName":"Federate","note":"`;
  return writeGzip(folder, filled(head, "a", 200, `"},${behind}]}`));
}

export function writeSmallFiles(folder: string, files: number): Promise<string> {
  return writeFiles(folder, filesOf(makeRecords("small", files * PER_SMALL_FILE), PER_SMALL_FILE));
}
