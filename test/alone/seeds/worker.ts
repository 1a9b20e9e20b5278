/** A process that tries every so-many-th seed of a range and says which did not hold. Reads one task, sends one answer, ends. */
import { differenceOf } from "./verdict.ts";

export interface Task {
  /** First seed, and the one after the last. */
  readonly from: number;
  readonly to: number;
  /** Seeds between one and the next: the number of processes. */
  readonly step: number;
}

export interface Answer {
  readonly seeds: number;
  /** The first that did not hold, in words. */
  readonly differing: readonly string[];
}

const MOST = 20;

process.once("message", ({ from, to, step }: Task) => {
  const differing: string[] = [];
  let seeds = 0;
  for (let seed = from; seed < to && differing.length < MOST; seed += step) {
    const difference = differenceOf(seed);
    if (difference !== null) differing.push(difference);
    seeds += 1;
  }
  const answer: Answer = { seeds, differing };
  process.send?.(answer, undefined, {}, () => process.disconnect());
});
