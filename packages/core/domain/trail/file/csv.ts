/**
 * Rows of a CSV file (RFC 4180) whose header names a column that holds whole records, as Athena and CloudTrail Lake export them.
 * Other columns are not looked at. A row without the column is one undecodable record.
 */
import { undecodableText } from "../decode.ts";
import { rankOfCarrier } from "./carried.ts";
import { judged, written, type ItemBatch, type ItemReader } from "./items.ts";
import { NEWLINE, QUOTE } from "./letters.ts";
import { LARGEST_RECORD } from "./oversize.ts";

export class CsvReader implements ItemReader {
  problem: string | null = null;
  #held: Buffer = Buffer.alloc(0);
  #column: number | null = null;

  *push(piece: Buffer): Generator<ItemBatch> {
    if (this.problem !== null) return;
    const bytes = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece]);
    let start = 0;
    for (let end = endOfRow(bytes, 0); end !== -1; end = endOfRow(bytes, start)) {
      yield* this.#row(bytes.subarray(start, end));
      start = end + 1;
    }
    this.#held = bytes.subarray(start);
    if (this.#held.length > LARGEST_RECORD) this.problem = "it has a row too large to be read";
  }

  *end(): Generator<ItemBatch> {
    yield* this.#row(this.#held);
  }

  *#row(row: Buffer): Generator<ItemBatch> {
    if (row.every((byte) => byte <= 0x20)) return;
    const fields = fieldsOf(row.toString("latin1"));
    if (this.#column === null) {
      this.#column = columnOfRecords(fields);
      return;
    }
    const field = fields[this.#column];
    if (field === undefined)
      yield judged(undecodableText(row, "the row lacks the column of the record"));
    else yield written([Buffer.from(field, "latin1")]);
  }
}

/** Where a row ends: at a line feed outside quotes; -1: not within these bytes. */
function endOfRow(bytes: Buffer, start: number): number {
  let quoted = false;
  let quote = bytes.indexOf(QUOTE, start);
  for (let end = bytes.indexOf(NEWLINE, start); end !== -1; end = bytes.indexOf(NEWLINE, end + 1)) {
    for (; quote !== -1 && quote < end; quote = bytes.indexOf(QUOTE, quote + 1)) quoted = !quoted;
    if (!quoted) return end;
  }
  return -1;
}

const FIELD = /(?:"((?:[^"]|"")*)"|([^",]*))(?:,|$)/gy;

/** The fields of a row, byte by byte as latin1: what they hold is decoded later. */
export function fieldsOf(row: string): string[] {
  const line = row.replace(/\r$/, "");
  const fields: string[] = [];
  for (const match of line.matchAll(FIELD)) {
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match.index + match[0].length === line.length && !match[0].endsWith(",")) break;
  }
  return fields;
}

/** The column that most surely holds whole records; -1: none does. */
export function columnOfRecords(header: readonly string[]): number {
  const ranked = header
    .map((name, column) => ({ column, rank: rankOfCarrier(name.trim()) }))
    .filter((one): one is { column: number; rank: number } => one.rank !== null)
    .toSorted((left, right) => left.rank - right.rank);
  return ranked[0]?.column ?? -1;
}
