/** What a benchmark found, beside the goal it is held to, as lines for people; the same values are the JSON for programs. */
import type { Ratio } from "./rounds.ts";

export interface Finding {
  /** `P1` and so on, as `docs/benchmarks.md` lists them. */
  readonly goal: string;
  readonly what: string;
  readonly value: number;
  /** Over the rounds; absent where there is one value. */
  readonly lowest?: number;
  readonly highest?: number;
  readonly unit: "x" | "MiB" | "s" | "share" | "count";
  readonly target: string;
  readonly met: boolean;
}

export interface Report {
  readonly name: string;
  /** How large and how often. */
  readonly size: string;
  readonly findings: readonly Finding[];
  /** Figures behind the ratios: of this machine and this run alone. */
  readonly figures: readonly string[];
}

export interface Progress {
  (text: string): void;
}

/** `atLeast` holds for the median. */
export function ratioFinding(goal: string, what: string, ratio: Ratio, atLeast: number): Finding {
  return {
    goal,
    what,
    value: ratio.median,
    lowest: ratio.lowest,
    highest: ratio.highest,
    unit: "x",
    target: `≥ ${atLeast.toFixed(2)}x`,
    met: ratio.median >= atLeast,
  };
}

function shown({ value, lowest, highest, unit }: Finding): string {
  const digits = value >= 20 || unit === "count" ? 0 : unit === "share" ? 3 : 2;
  const mark = unit === "x" ? "x" : unit === "MiB" || unit === "s" ? ` ${unit}` : "";
  const spread =
    lowest === undefined || highest === undefined
      ? ""
      : ` (${lowest.toFixed(digits)}-${highest.toFixed(digits)})`;
  return `${value.toFixed(digits)}${mark}${spread}`;
}

export function asText({ name, size, findings, figures }: Report): string {
  const width = Math.max(...findings.map(({ what }) => what.length));
  const lines = findings.map(
    (one) =>
      `${one.goal.padEnd(4)} ${one.what.padEnd(width)}  ${shown(one).padEnd(24)} ${one.target.padEnd(12)} ${one.met ? "met" : "missed"}`,
  );
  return [`${name}: ${size}`, ...lines, ...figures.map((line) => `     ${line}`), ""].join("\n");
}
