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
const HEAD = [
  "| row | tried | size | sizes of | passed | seconds | machine |",
  "| --- | --- | --- | --- | --- | --- | --- |",
];

interface Line {
  readonly row: number;
  readonly what: string;
  readonly text: string;
}

function lineOf(trial: Trial, passed: boolean, milliseconds: number, machine: string): Line {
  const { row, what, size, nightly } = trial;
  const seconds = (milliseconds / 1_000).toFixed(milliseconds < 10_000 ? 1 : 0);
  const cells = [
    row,
    what,
    size,
    nightly ? "every night" : "every change",
    passed ? "yes" : "NO",
    seconds,
    machine,
  ];
  return { row, what, text: `| ${cells.join(" | ")} |` };
}

function linesIn(block: string): Line[] {
  return block.split("\n").flatMap((text) => {
    const [, row, what] = text.split("|").map((cell) => cell.trim());
    return /^\d+$/.test(row ?? "") ? [{ row: Number(row), what: what!, text }] : [];
  });
}

/** The block with these lines in the place of what it said of the same trials. */
function withLines(document: string, lines: readonly Line[]): string {
  const from = document.indexOf(BEGIN);
  const to = document.indexOf(END);
  if (from === -1 || to < from)
    throw new Error(`docs/reliability.md has no ${BEGIN} before ${END}`);
  const known = new Map(linesIn(document.slice(from, to)).map((line) => [line.what, line]));
  for (const line of lines) known.set(line.what, line);
  const sorted = [...known.values()].toSorted(
    (a, b) => a.row - b.row || (a.what < b.what ? -1 : 1),
  );
  const block = [BEGIN, "", ...HEAD, ...sorted.map(({ text }) => text), "", END];
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
