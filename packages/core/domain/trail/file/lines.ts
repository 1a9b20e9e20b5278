/**
 * A file that is no whole JSON, line by line: a line that is not JSON is one undecodable record, and the others are read. Each line is
 * parsed; this is the way for damaged files, not the fast one.
 */
import { undecodableText } from "../decode.ts";
import { object } from "../fields.ts";
import { isRecord } from "./carried.ts";
import { ITEMS_AT_ONCE, judged, written, type ItemBatch, type ItemReader } from "./items.ts";
import { LISTS } from "./keys.ts";
import { NEWLINE, SPACE } from "./letters.ts";
import { LARGEST_RECORD, Oversize } from "./oversize.ts";
import { parsedItem } from "./page.ts";

export class LineReader implements ItemReader {
  readonly problem = null;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #oversize: Oversize | null = null;

  *push(piece: Buffer): Generator<ItemBatch> {
    for (let start = 0; start < piece.length;) {
      const newline = piece.indexOf(NEWLINE, start);
      const end = newline === -1 ? piece.length : newline;
      this.#add(piece.subarray(start, end));
      if (newline !== -1) yield* this.#line();
      start = end + 1;
    }
  }

  *end(): Generator<ItemBatch> {
    yield* this.#line();
  }

  #add(part: Buffer): void {
    if (this.#oversize !== null) this.#oversize.add(part);
    else {
      this.#held.push(part);
      this.#heldBytes += part.length;
      if (this.#heldBytes <= LARGEST_RECORD) return;
      this.#oversize = new Oversize(Buffer.concat(this.#held));
      this.#held = [];
    }
  }

  *#line(): Generator<ItemBatch> {
    const line = this.#held.length === 1 ? this.#held[0]! : Buffer.concat(this.#held);
    const oversize = this.#oversize;
    this.#held = [];
    this.#heldBytes = 0;
    this.#oversize = null;
    if (oversize !== null) yield judged(oversize.judged());
    else if (line.some((byte) => byte > SPACE)) yield* itemsOfLine(line);
  }
}

function* itemsOfLine(line: Buffer): Generator<ItemBatch> {
  const value = parsedItem(line);
  if ("problem" in value) {
    yield judged(undecodableText(line, value.problem.replace("the record", "the line")));
    return;
  }
  const held = (Array.isArray(value.parsed) ? (value.parsed as unknown[]) : [value.parsed]).flatMap(
    listed,
  );
  for (let from = 0; from < held.length; from += ITEMS_AT_ONCE) {
    const values = held.slice(from, from + ITEMS_AT_ONCE);
    yield written(values.map((one) => Buffer.from(JSON.stringify(one))));
  }
}

/** What the list of a holder holds: each kind is opened once. */
function listed(value: unknown): unknown[] {
  const holder = object(value);
  if (holder === null || isRecord(holder)) return [value];
  for (const key of LISTS) if (Array.isArray(holder[key])) return holder[key] as unknown[];
  return [value];
}
