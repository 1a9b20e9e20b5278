/**
 * What commands print. With `--json`: one compact value a line on standard output and nothing else there; for people: tables and
 * sentences. Notes, progress and refusals go to standard error. Text from records is made harmless for a terminal.
 */
import { SingleBar } from "cli-progress";
import Table from "cli-table3";
import type { CommonOptions } from "./options.ts";

/** What a table shows in one place; null shows as a dash. */
export type Cell = string | number | boolean | null | undefined;

export class Output {
  readonly #json: boolean;
  readonly #quiet: boolean;

  constructor(options: CommonOptions) {
    this.#json = options.json === true;
    this.#quiet = options.quiet === true;
  }

  get json(): boolean {
    return this.#json;
  }

  /** One JSON line; only with `--json`. */
  value(value: unknown): void {
    if (this.#json) write(`${JSON.stringify(value)}\n`);
  }

  /** A sentence for people; not with `--json`. */
  say(sentence: string): void {
    if (!this.#json) write(`${sentence}\n`);
  }

  /** Something that helps and is not the answer. */
  note(sentence: string): void {
    if (!this.#quiet && !this.#json) process.stderr.write(`${sentence}\n`);
  }

  /** Rows under their heads, or the sentence when there are none. */
  table(heads: readonly string[], rows: readonly (readonly Cell[])[], empty: string): void {
    if (this.#json) return;
    if (rows.length === 0) return this.say(empty);
    // Lines under the heads only: a line under every row would double the length of a list.
    const chars = { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" };
    const cells = rows.map((row) => row.map((cell) => printable(cell)));
    const table = new Table({
      head: [...heads],
      colWidths: widthsWithin(process.stdout.columns, [heads, ...cells]),
      chars,
      style: { head: [], border: [] },
      wordWrap: true,
    });
    if (heads.length > 0) table.push(heads.map((head) => "─".repeat(head.length)));
    for (const row of cells) table.push(row);
    write(`${table.toString()}\n`);
  }

  /** A bar on a terminal, nothing elsewhere. */
  progress(what: string): { update(done: number, total: number): void; stop(): void } {
    if (this.#quiet || this.#json || !process.stderr.isTTY) {
      return { update: () => undefined, stop: () => undefined };
    }
    const bar = new SingleBar({
      format: `${what} [{bar}] {value}/{total} · {eta_formatted} left`,
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
    });
    let started = false;
    return {
      update: (done, total) => {
        if (!started) bar.start(total, done);
        started = true;
        bar.setTotal(total);
        bar.update(done);
      },
      stop: () => bar.stop(),
    };
  }
}

/** Narrower than this a column breaks words, and is harder to read than a line that runs on. */
const NARROWEST = 24;

/**
 * The width that the widest column has to keep so that the table fits into a terminal of so many characters a line; it wraps at words.
 * Nothing where the output is no terminal, where everything fits, or where the column would become too narrow to read. Text that others
 * read by program therefore never wraps.
 */
export function widthsWithin(
  columns: number | undefined,
  rows: readonly (readonly string[])[],
): (number | null)[] {
  const needed: number[] = [];
  for (const row of rows) {
    // A space on either side.
    for (const [at, text] of row.entries()) needed[at] = Math.max(needed[at] ?? 0, text.length + 2);
  }
  const whole = needed.reduce((sum, width) => sum + width + 1, 1);
  if (columns === undefined || whole <= columns) return [];
  const widest = needed.indexOf(Math.max(...needed));
  const left = needed[widest]! - (whole - columns);
  return left < NARROWEST ? [] : needed.map((_, at) => (at === widest ? left : null));
}

function write(text: string): void {
  process.stdout.write(text);
}

/** Escape sequences, line breaks and direction marks of untrusted text would forge what a terminal shows. */
export function printable(value: Cell): string {
  if (value === null || value === undefined) return "–";
  return String(value).replace(
    // oxlint-disable-next-line no-control-regex -- control characters are what is removed here
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    "\uFFFD",
  );
}
