/**
 * Which reader a file needs, by its first bytes. JSON of any layout is tried first by scanning; what turns out not to be whole is read
 * line by line. Text that says itself that no record can be in it is refused with what would be right.
 */
import { Fault } from "../../fault.ts";
import { columnOfRecords, CsvReader, fieldsOf } from "./csv.ts";
import type { ItemReader } from "./items.ts";
import { LineReader } from "./lines.ts";
import { RecordScanner } from "./scan.ts";

export type Format = () => ItemReader;

export const JSON_TEXT: Format = () => new RecordScanner();
export const LINES: Format = () => new LineReader();
const ROWS: Format = () => new CsvReader();

const NOT_A_HEADER = /^\s*[[{]/;
const COLUMN_OF_CLOUDTRAIL = /^event_?(?:name|source|time|id)$/i;

/** Bytes of a byte order mark, which stands before everything else or nowhere. */
export function byteOrderMark(head: Buffer): number {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
}

/** The format of a file that begins with these bytes. */
export function formatOf(head: Buffer, name: string): Format {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) {
    throw new Fault(
      "input.not-cloudtrail",
      `${name} is not a CloudTrail file that can be read: it is UTF-16; save it as UTF-8.`,
    );
  }
  const line = head
    .subarray(byteOrderMark(head), Math.max(0, head.indexOf(0x0a)))
    .toString("latin1");
  if (line === "" || NOT_A_HEADER.test(line)) return JSON_TEXT;
  const header = fieldsOf(line).map((field) => field.trim());
  if (columnOfRecords(header) !== -1) return ROWS;
  if (header.some((field) => COLUMN_OF_CLOUDTRAIL.test(field))) throw withoutRecords(name);
  return JSON_TEXT;
}

/** For rows that hold some columns of a record, of which no record can be made. */
export function withoutRecords(name: string): Fault {
  return new Fault(
    "input.not-cloudtrail",
    `${name} is not a CloudTrail file that can be read: its rows hold selected columns; the column with the whole record, eventJson in CloudTrail Lake, is missing.`,
  );
}
