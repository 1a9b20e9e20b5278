/**
 * Writes what the fault matrix came to into docs/reliability.md, between two markers: row, size, outcome, duration and the machine. A row
 * that did not run keeps the line it had, so that rows can be run one by one; each line says at which size it ran. No name of a host.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import type { Reporter, TestCase, TestModule } from "vitest/node";
import { findServerPackage } from "#core/platform/postgres/binaries";
import type { Trial } from "./sizes.ts";

const DOCUMENT = fileURLToPath(new URL("../../docs/reliability.md", import.meta.url));
const BEGIN = "<!-- results: begin -->";
const END = "<!-- results: end -->";
const HEAD = ["row", "tried", "size", "sizes of", "passed", "seconds", "machine"];

/** The cells of a line, in the order of the head. */
type Line = readonly string[];

function lineOf(trial: Trial, passed: boolean, milliseconds: number, machine: string): Line {
  const { row, what, size, nightly } = trial;
  const seconds = (milliseconds / 1_000).toFixed(milliseconds < 10_000 ? 1 : 0);
  const sizes = nightly ? "every night" : "every change";
  return [String(row), what, String(size), sizes, passed ? "yes" : "NO", seconds, machine];
}

function linesIn(block: string): Line[] {
  const lines = block.split("\n").map((text) => text.split("|").slice(1, -1));
  return lines
    .map((cells) => cells.map((cell) => cell.trim()))
    .filter(([row]) => /^\d+$/.test(row ?? ""));
}

/** A table whose columns are as wide as their widest cell, so that it is read as text too. */
function tableOf(lines: readonly Line[]): string[] {
  const widths = HEAD.map((name, at) =>
    Math.max(...[name, ...lines.map((line) => line[at]!)].map((cell) => cell.length)),
  );
  const padded = (cells: Line) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at]!)).join(" | ")} |`;
  return [padded(HEAD), padded(widths.map((width) => "-".repeat(width))), ...lines.map(padded)];
}

/** The block with these lines in the place of what it said of the same trials. */
function withLines(document: string, lines: readonly Line[]): string {
  const from = document.indexOf(BEGIN);
  const to = document.indexOf(END);
  if (from === -1 || to < from)
    throw new Error(`docs/reliability.md has no ${BEGIN} before ${END}`);
  const known = new Map(linesIn(document.slice(from, to)).map((line) => [line[1]!, line]));
  for (const line of lines) known.set(line[1]!, line);
  const sorted = [...known.values()].toSorted(
    (a, b) => Number(a[0]) - Number(b[0]) || (a[1]! < b[1]! ? -1 : 1),
  );
  const block = [BEGIN, "", ...tableOf(sorted), "", END];
  return document.slice(0, from) + block.join("\n") + document.slice(to + END.length);
}

function machine(): string {
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores, ${gigabytes} GB, Node ${process.versions.node}, Postgres ${findServerPackage().version}`;
}

export default class ReliabilityReport implements Reporter {
  readonly #lines: Line[] = [];
  readonly #machine = machine();

  onTestCaseResult(test: TestCase): void {
    const { trial } = test.meta();
    const { state } = test.result();
    if (trial === undefined || state === "skipped") return;
    const milliseconds = test.diagnostic()?.duration ?? 0;
    this.#lines.push(lineOf(trial, state === "passed", milliseconds, this.#machine));
  }

  onTestRunEnd(_modules: readonly TestModule[]): void {
    if (this.#lines.length === 0) return;
    writeFileSync(DOCUMENT, withLines(readFileSync(DOCUMENT, "utf8"), this.#lines));
  }
}
