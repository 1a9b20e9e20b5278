/**
 * A list on standard output, of any length in bounded memory: one JSON value a line, or tables of so many rows, because laying out one
 * costs the square of its rows. It waits for a slow reader instead of keeping what that reader has not taken.
 */
import { once } from "node:events";
import type { Cell, Output } from "../output.ts";

const ROWS_A_TABLE = 500;

export interface Columns<T> {
  readonly headings: readonly string[];
  readonly cells: (item: T) => Cell[];
  /** What is said instead of a table without rows. */
  readonly empty: string;
}

export async function showInTables<T>(
  items: AsyncIterable<T>,
  output: Output,
  { headings, cells, empty }: Columns<T>,
): Promise<void> {
  let rows: Cell[][] = [];
  let shown = 0;
  for await (const item of items) {
    shown += 1;
    output.value(item);
    if (!output.json) rows.push(cells(item));
    if (rows.length === ROWS_A_TABLE) {
      output.table([...headings], rows, empty);
      rows = [];
    }
    if (process.stdout.writableNeedDrain) await once(process.stdout, "drain");
  }
  if (rows.length > 0 || shown === 0) output.table([...headings], rows, empty);
}
