/** Looks through a file before any record of it is given out: its hash, the number of its records, and whether it is CloudTrail's at all. */
import { Fault } from "../../fault.ts";
import { carriedRecord, isRecord, isRow } from "./carried.ts";
import {
  byteOrderMark,
  formatOf,
  JSON_TEXT,
  LINES,
  withoutRecords,
  type Format,
} from "./format.ts";
import { bytesOf, type ItemBatch, type ItemReader } from "./items.ts";
import { parsedItem } from "./page.ts";

/** A reader that is given a file from its beginning: finds out the format, and leaves a byte order mark out. */
export class Reading {
  readonly #name: string;
  #format: Format | null;
  #reader: ItemReader | null = null;
  bytes = 0;

  /** `format` null: as the first bytes say. */
  constructor(name: string, format: Format | null) {
    this.#name = name;
    this.#format = format;
  }

  push(piece: Buffer): Iterable<ItemBatch> {
    this.bytes += piece.length;
    if (this.#reader !== null) return this.#reader.push(piece);
    this.#format ??= formatOf(piece, this.#name);
    this.#reader = this.#format();
    return this.#reader.push(piece.subarray(byteOrderMark(piece)));
  }

  end(): Iterable<ItemBatch> {
    return this.#reader?.end() ?? [];
  }

  get format(): Format {
    return this.#format ?? JSON_TEXT;
  }

  get problem(): string | null {
    return this.#reader?.problem ?? null;
  }
}

/** Counts what a reading gives. */
export class Survey {
  records = 0;
  #found = false;
  #rows = false;

  add(batch: ItemBatch): void {
    this.records += batch.count;
    for (let index = 0; !this.#found && index < batch.count; index++) {
      if (batch.judged.has(index)) continue;
      const value = parsedItem(bytesOf(batch, index));
      if ("problem" in value) continue;
      const carried = carriedRecord(value.parsed);
      this.#found = isRecord(carried);
      this.#rows ||= isRow(value.parsed);
    }
  }

  /** Refuses what is not CloudTrail's. `problem`: why it was read line by line. */
  judge(name: string, problem: string | null): void {
    if (this.#found) return;
    if (this.#rows) throw withoutRecords(name);
    const why = problem === null ? "none of its records has eventSource and eventName" : problem;
    throw new Fault(
      "input.not-cloudtrail",
      `${name} is not a CloudTrail file: ${why}; expected {"Records":[…]} or one record a line.`,
    );
  }
}

/** The format to try after a reading that found its format not kept; null: none. */
export function nextFormat(reading: Reading): Format | null {
  return reading.problem !== null && reading.format !== LINES ? LINES : null;
}
