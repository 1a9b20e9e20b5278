/**
 * Measures ways in turn and compares them round by round: a machine that drifts drifts for all, so the ratio of a round is steadier than
 * any figure. The order changes every round. What a way costs the processors is measured beside its time, because others may use them too.
 */
import { between, type Cpu, type CpuMeter } from "./cpu.ts";

export interface Way {
  readonly name: string;
  /** Not measured: brings everything to the same start. */
  readonly prepare: () => Promise<void>;
  readonly run: () => Promise<void>;
}

export interface Run {
  readonly milliseconds: number;
  readonly cpu: Cpu;
}

/** Runs of each way, in the order of the rounds. */
export type Rounds = Readonly<Record<string, readonly Run[]>>;

export interface Ratio {
  /** Median over the rounds. */
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** One run of one way. */
export async function measure(way: Way, meter: CpuMeter): Promise<Run> {
  await way.prepare();
  const [from, before] = [performance.now(), meter.now()];
  await way.run();
  const milliseconds = performance.now() - from;
  return { milliseconds, cpu: between(before, meter.now()) };
}

/** Runs every way once to warm up, then `rounds` times in turn. */
export async function inTurn(
  ways: readonly Way[],
  rounds: number,
  meter: CpuMeter,
  progress: (text: string) => void,
): Promise<Rounds> {
  const runs: Record<string, Run[]> = {};
  for (let round = 0; round <= rounds; round++) {
    const order = ways.map((_, at) => ways[(at + round) % ways.length]!);
    for (const way of order) {
      progress(round === 0 ? `${way.name}: warming up` : `${way.name}: ${round} of ${rounds}`);
      const run = await measure(way, meter);
      if (round > 0) (runs[way.name] ??= []).push(run);
    }
  }
  return runs;
}

/** `slower`'s measure by `faster`'s in each round: above 1 the way that is named first is the faster one. */
export function ratioOf(
  rounds: Rounds,
  first: string,
  second: string,
  measureOf: (run: Run) => number = (run) => run.milliseconds,
): Ratio {
  const others = rounds[second] ?? [];
  const ratios = (rounds[first] ?? []).map(
    (run, round) => measureOf(others[round]!) / measureOf(run),
  );
  return { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) };
}

export function allCpu({ cpu }: Run): number {
  return cpu.node + cpu.postgres;
}
