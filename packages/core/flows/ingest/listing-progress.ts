/**
 * How far the reading of all listings is, from what became of their windows. Pure. The time left is an estimate: each stream's
 * remaining windows at the pages that its windows took so far, at the rate at which pages of all streams came.
 */
import type { WindowReport } from "./read-stream.ts";

export interface ListingProgress {
  /** The window that this is told after. */
  readonly last: WindowReport;
  readonly windowsDone: number;
  /** What is left changes with the length of windows, and the total with it. */
  readonly windowsTotal: number;
  /** Records of every kind. */
  readonly records: number;
  readonly pages: number;
  /** Null before it can be estimated. */
  readonly leftMilliseconds: number | null;
}

interface StreamSoFar {
  done: number;
  pages: number;
  left: number;
}

export class ListingTally {
  readonly #streams = new Map<string, StreamSoFar>();
  readonly #began: number;
  #records = 0;

  /** `began` and every `now` are milliseconds of one clock that only grows. `streams` count one window each until they report. */
  constructor(streams: readonly string[], began: number) {
    for (const stream of streams) this.#streams.set(stream, { done: 0, pages: 0, left: 1 });
    this.#began = began;
  }

  add(last: WindowReport, now: number): ListingProgress {
    const { stream, pages, left, receipt, broken } = last;
    const before = this.#streams.get(stream) ?? { done: 0, pages: 0, left: 0 };
    const done = before.done + (broken === null ? 1 : 0);
    this.#streams.set(stream, { done, pages: before.pages + pages, left });
    this.#records += receipt.records;
    const all = [...this.#streams.values()];
    const sumOf = (of: (one: StreamSoFar) => number) => all.reduce((sum, one) => sum + of(one), 0);
    const windowsDone = sumOf((one) => one.done);
    return {
      last,
      windowsDone,
      windowsTotal: windowsDone + sumOf((one) => one.left),
      records: this.#records,
      pages: sumOf((one) => one.pages),
      leftMilliseconds: this.#left(all, now - this.#began),
    };
  }

  #left(all: readonly StreamSoFar[], elapsed: number): number | null {
    const pages = all.reduce((sum, one) => sum + one.pages, 0);
    if (pages === 0 || elapsed <= 0) return null;
    const pagesLeft = all.reduce((sum, one) => sum + one.left * Math.max(1, perWindow(one)), 0);
    return Math.round((pagesLeft * elapsed) / pages);
  }
}

function perWindow({ done, pages }: StreamSoFar): number {
  return done === 0 ? 1 : pages / done;
}

/** `2 h 05 min`, `12 min`, `40 s`: what is short is said exactly, what is long is not. */
export function timeLeft(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}
