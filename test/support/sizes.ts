/**
 * How often a fault is tried: a few times with every change, many times every night (`CURFEW_NIGHTLY`). This is the only place that
 * decides it, and what a test says with `tried` is what the nightly run writes into docs/reliability.md.
 */
import type { TestContext } from "vitest";

/** What became of one row of the matrix: the reporter reads it from the test that was running. */
export interface Trial {
  /** Row of the matrix in docs/reliability.md. */
  readonly row: number;
  /** What was tried, in the plural: `kills at random moments`. */
  readonly what: string;
  readonly size: number;
  readonly nightly: boolean;
}

declare module "vitest" {
  export interface TaskMeta {
    trial?: Trial;
  }
}

const NIGHTLY = process.env["CURFEW_NIGHTLY"] !== undefined;

/** The number of trials: the first with every change, the second every night. */
export function size(gate: number, nightly: number): number {
  return NIGHTLY ? nightly : gate;
}

/** Says which row of the matrix the running test is, and how large it was. */
export function tried(context: TestContext, row: number, what: string, times: number): void {
  context.task.meta.trial = { row, what, size: times, nightly: NIGHTLY };
}

/** Numbers in [0, 1) that a failure can be repeated with. */
export function dice(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .toSorted((left, right) => left.place - right.place)
    .map(({ item }) => item);
}
