/** The batch that is being filled: one row of numbers an item, the unfinished item's last. Rows are handed on without being copied. */
import type { DecodedRecord } from "../decode.ts";
import { CELL, CELLS, ESCAPED, ITEMS_AT_ONCE, type ItemBatch } from "./items.ts";

export class Rows {
  count = 0;
  #table = new Int32Array(ITEMS_AT_ONCE * CELLS);
  #judged = new Map<number, DecodedRecord>();

  get isFull(): boolean {
    return this.count === ITEMS_AT_ONCE;
  }

  begin(): void {
    const row = this.count * CELLS;
    for (let cell = 0; cell < CELLS; cell++) this.#table[row + cell] = 0;
  }

  has(cell: number): boolean {
    return this.#table[this.count * CELLS + cell] !== 0;
  }

  /** The place of a member's text. */
  set(cell: number, start: number, end: number): void {
    const at = this.count * CELLS + cell;
    this.#table[at] = start;
    this.#table[at + 1] = end;
  }

  unset(cell: number): void {
    this.#table[this.count * CELLS + cell] = 0;
  }

  escaped(): void {
    this.#table[this.count * CELLS + CELL.flags] = ESCAPED;
  }

  /** The bytes of the unfinished item moved to the front by so many. */
  shift(by: number): void {
    const row = this.count * CELLS;
    for (let cell: number = CELL.eventSource; cell < CELLS; cell++) {
      const place = this.#table[row + cell]!;
      if (place > 0) this.#table[row + cell] = place - by;
    }
  }

  /** `judged`: what became of it, where its bytes were not kept. */
  finish(start: number, end: number, judged: DecodedRecord | null): void {
    if (judged !== null) this.#judged.set(this.count, judged);
    const row = this.count * CELLS;
    this.#table[row + CELL.start] = start;
    this.#table[row + CELL.end] = end;
    this.count += 1;
  }

  /** What is finished; the unfinished item begins the next batch. */
  take(bytes: Buffer): ItemBatch {
    const batch = { bytes, table: this.#table, count: this.count, judged: this.#judged };
    const row = batch.count * CELLS;
    this.#table = new Int32Array(ITEMS_AT_ONCE * CELLS);
    if (!this.isFull) this.#table.set(batch.table.subarray(row, row + CELLS));
    this.#judged = new Map();
    this.count = 0;
    return batch;
  }
}
