/**
 * What callers changed in the simulated organisation: an append-only NDJSON file that several processes share. Guarantees that an
 * appended change is seen by every later `all()` of any process, whole or not at all. Says nothing about whether it made sense.
 */
import { closeSync, fstatSync, mkdirSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Change } from "./model.ts";

const NEWLINE = 10;

export class ChangeLog {
  readonly #path: string;
  readonly #changes: Change[] = [];
  #readTo = 0;

  /** The log of a data directory; the file is made with the first change. */
  constructor(dir: string) {
    mkdirSync(dir, { recursive: true });
    this.#path = join(dir, "changes.ndjson");
  }

  /**
   * Adds one change. One write with O_APPEND: writers do not interleave. A line that a killed process left unfinished is closed
   * first; its request was never answered, so readers skip it.
   */
  append(change: Change): void {
    const file = openSync(this.#path, "a+");
    try {
      const { size } = fstatSync(file);
      const last = Buffer.alloc(1);
      if (size > 0) readSync(file, last, 0, 1, size - 1);
      const line = (size > 0 && last[0] !== NEWLINE ? "\n" : "") + JSON.stringify(change) + "\n";
      writeSync(file, line);
    } finally {
      closeSync(file);
    }
  }

  /** Every change in the order of appending; the same array object as long as nothing was added. */
  all(): readonly Change[] {
    let file: number;
    try {
      file = openSync(this.#path, "r");
    } catch (problem) {
      if ((problem as NodeJS.ErrnoException).code === "ENOENT") return this.#changes;
      throw problem;
    }
    try {
      const { size } = fstatSync(file);
      if (size <= this.#readTo) return this.#changes;
      const grown = Buffer.alloc(size - this.#readTo);
      const length = readSync(file, grown, 0, grown.length, this.#readTo);
      const end = grown.lastIndexOf(NEWLINE, length - 1) + 1;
      for (const line of grown.subarray(0, end).toString("utf8").split("\n")) this.#take(line);
      this.#readTo += end;
    } finally {
      closeSync(file);
    }
    return this.#changes;
  }

  #take(line: string): void {
    if (line === "") return;
    try {
      this.#changes.push(JSON.parse(line) as Change);
    } catch {
      // A torn line of a process that was killed while writing; nobody was told that its change was accepted.
    }
  }
}
