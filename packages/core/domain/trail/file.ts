/**
 * The bytes of a trail file as the records it holds: `{Records:[…]}`, an array, one record, NDJSON, wrapped lines and the output
 * of `aws cloudtrail lookup-events`, plain or gzipped. A file that is not CloudTrail, or whose gzip does not unpack whole, is
 * refused whole; a line that is not JSON is one undecodable record.
 */
import { gunzipSync } from "node:zlib";
import { Fault } from "../fault.ts";
import { decodeRecord, undecodableText, type DecodedRecord } from "./decode.ts";
import { object, text } from "./fields.ts";

/** Unpacked bytes a file may have. CloudTrail's own files stay below 50 MB (AWS: CloudTrail User Guide, log file size). */
export const LARGEST_FILE = 512 * 1024 * 1024;

/** Chunks of this size inflate three to four times faster than zlib's 16 KiB. */
const INFLATE_CHUNK = 1024 * 1024;

type Item = { readonly value: unknown } | { readonly broken: Uint8Array; readonly reason: string };

export interface TrailFile {
  /** Number of records, the broken ones included. */
  readonly records: number;
  /** Decodes the records from a position on. */
  decoded(from: number): Generator<DecodedRecord>;
}

/** Opens the bytes of a file. `name` is only for the sentence of a refusal. */
export function openTrailFile(bytes: Uint8Array, name: string): TrailFile {
  const plain = unpacked(bytes, name);
  const items = itemsOf(plain);
  if (!items.some(isRecord)) {
    throw new Fault(
      "input.not-cloudtrail",
      `${name} is not a CloudTrail file: none of its records has eventSource and eventName; expected {"Records":[…]} or one record a line.`,
    );
  }
  return {
    records: items.length,
    *decoded(from) {
      for (const item of items.slice(from)) {
        yield "value" in item
          ? decodeRecord(item.value)
          : undecodableText(item.broken, item.reason);
      }
    },
  };
}

function unpacked(bytes: Uint8Array, name: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    const inflated = gunzipSync(bytes, { chunkSize: INFLATE_CHUNK, maxOutputLength: LARGEST_FILE });
    if (inflated[0] === 0x1f && inflated[1] === 0x8b) {
      throw new Fault(
        "input.broken-gzip",
        `${name} was gzipped twice; unpack it once and try again.`,
      );
    }
    return inflated;
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
      throw new Fault(
        "input.too-large",
        `${name} unpacks to more than ${LARGEST_FILE / 1024 / 1024} MiB; split it into smaller files.`,
      );
    }
    throw new Fault(
      "input.broken-gzip",
      `${name} does not unpack whole (it is truncated or damaged), so none of it was read; fetch it again.`,
      { cause },
    );
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

function itemsOf(bytes: Uint8Array): Item[] {
  const whole = parsed(bytes);
  if (whole !== undefined) return recordsIn(whole.value).map((value) => ({ value }));
  return [...lines(bytes)].flatMap((line): Item[] => {
    const one = parsed(line);
    if (one === undefined) return [{ broken: line, reason: reasonNotParsed(line) }];
    return recordsIn(one.value).map((value) => ({ value }));
  });
}

/** Undefined when the bytes are not UTF-8 or not JSON. */
function parsed(bytes: Uint8Array): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(utf8.decode(bytes)) as unknown };
  } catch {
    return undefined;
  }
}

function reasonNotParsed(line: Uint8Array): string {
  try {
    utf8.decode(line);
    return "the line is not JSON";
  } catch {
    return "the line is not UTF-8";
  }
}

function* lines(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline;
    const line = bytes.subarray(start, end);
    if (line.some((byte) => byte > 0x20)) yield line;
    start = end + 1;
  }
}

/** The records in a JSON value: each kind of container is opened once, because no depth of them may exhaust a stack. */
function recordsIn(value: unknown): unknown[] {
  return (Array.isArray(value) ? (value as unknown[]) : [value]).flatMap(contained).map(carried);
}

/** What `{Records:[…]}` and the answer of LookupEvents hold. */
function contained(value: unknown): unknown[] {
  const holder = object(value);
  if (holder === null || isRecordObject(holder)) return [value];
  if (Array.isArray(holder["Records"])) return holder["Records"] as unknown[];
  return Array.isArray(holder["Events"]) ? (holder["Events"] as unknown[]) : [value];
}

/** What stands in `CloudTrailEvent` as text, or under `record`. */
function carried(value: unknown): unknown {
  const holder = object(value);
  if (holder === null || isRecordObject(holder)) return value;
  const event = text(holder["CloudTrailEvent"]);
  if (event === null) return "record" in holder ? holder["record"] : value;
  const inner = parsed(Buffer.from(event));
  return inner === undefined ? event : inner.value;
}

function isRecord(item: Item): boolean {
  return "value" in item && object(item.value) !== null && isRecordObject(object(item.value)!);
}

function isRecordObject(value: Readonly<Record<string, unknown>>): boolean {
  return text(value["eventSource"]) !== null && text(value["eventName"]) !== null;
}
