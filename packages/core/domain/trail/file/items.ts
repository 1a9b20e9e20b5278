/**
 * What a reader of a file hands on: places of records in bytes, some hundred at a time, without an object for each.
 * A batch's bytes are never written to again; its places hold for these bytes only.
 */
import type { DecodedRecord } from "../decode.ts";

/** Items of a batch. */
export const ITEMS_AT_ONCE = 500;

/** Numbers of an item in a batch's table. */
export const CELLS = 16;

/** Which number is which. A member's place is a pair, start and end of its text without the quotes; start 0: it has none. */
export const CELL = {
  start: 0,
  end: 1,
  flags: 2,
  eventSource: 4,
  eventName: 6,
  eventTime: 8,
  awsRegion: 10,
  recipientAccountId: 12,
  eventCategory: 14,
} as const;

/** An item has an escape by number: `\u0073` may stand for any letter, so its bytes tell nothing. */
export const ESCAPED = 1;

export interface ItemBatch {
  readonly bytes: Buffer;
  readonly table: Int32Array;
  readonly count: number;
  /** What became of items that are no JSON of bearable size, by their index in the batch. */
  readonly judged: ReadonlyMap<number, DecodedRecord>;
}

/** Reads the items of one format. Pieces go in, in order and of any size; `end` comes last. */
export interface ItemReader {
  push(piece: Buffer): Iterable<ItemBatch>;
  end(): Iterable<ItemBatch>;
  /** Why the bytes so far are not of this format; null while they may be. No items come after it is set. */
  readonly problem: string | null;
}

/** The bytes of an item. */
export function bytesOf({ bytes, table }: ItemBatch, index: number): Buffer {
  const row = index * CELLS;
  return bytes.subarray(table[row + CELL.start], table[row + CELL.end]);
}

/** One item that its reader judged. */
export function judged(record: DecodedRecord): ItemBatch {
  const table = new Int32Array(CELLS);
  return { bytes: Buffer.alloc(0), table, count: 1, judged: new Map([[0, record]]) };
}

/** Items whose bytes were put together by their reader: each is parsed. */
export function written(texts: readonly Buffer[]): ItemBatch {
  const table = new Int32Array(texts.length * CELLS);
  let at = 0;
  for (const [index, text] of texts.entries()) {
    table[index * CELLS + CELL.start] = at;
    at += text.length;
    table[index * CELLS + CELL.end] = at;
    table[index * CELLS + CELL.flags] = ESCAPED;
  }
  return { bytes: Buffer.concat(texts), table, count: texts.length, judged: new Map() };
}
