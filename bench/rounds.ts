/**
 * Measures two ways in turn and compares them round by round: a machine that drifts drifts for both, so the ratio of a round is steadier than
 * either figure. The order changes every round. It says nothing about latency.
 */

export interface Way {
  readonly name: string;
  /** Not measured: brings everything to the same start. */
  readonly prepare: () => Promise<void>;
  readonly run: () => Promise<void>;
}

export interface Comparison {
  /** Milliseconds of each round, by the way's name. */
  readonly milliseconds: Readonly<Record<string, readonly number[]>>;
  /** Of each round: the second way's time by the first's. Above 1 the first way is the faster one. */
  readonly ratios: readonly number[];
  readonly ratio: number;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

async function measure(way: Way): Promise<number> {
  await way.prepare();
  const from = performance.now();
  await way.run();
  return performance.now() - from;
}

/** Runs both ways once to warm up, then `rounds` times in turn. */
export async function compare(
  first: Way,
  second: Way,
  rounds: number,
  progress: (round: number) => void,
): Promise<Comparison> {
  const times = { first: [] as number[], second: [] as number[] };
  for (let round = 0; round <= rounds; round++) {
    progress(round);
    const swapped = round % 2 === 1;
    const early = await measure(swapped ? second : first);
    const late = await measure(swapped ? first : second);
    if (round === 0) continue;
    times.first.push(swapped ? late : early);
    times.second.push(swapped ? early : late);
  }
  const ratios = times.first.map((time, round) => (times.second[round] ?? Number.NaN) / time);
  return {
    milliseconds: { [first.name]: times.first, [second.name]: times.second },
    ratios,
    ratio: median(ratios),
  };
}
