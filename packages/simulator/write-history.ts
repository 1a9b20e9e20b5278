/**
 * A command that writes a history: trail files and the truth about them. Guarantees the same bytes for the same arguments.
 * `npx tsx packages/simulator/write-history.ts --out DIR [--days 120] [--seed 7] [--until ISO] [--shape old|new|mixed]`
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { Lives } from "./lives.ts";
import type { Switches } from "./model.ts";
import { anchorFor, buildOrganisation, HISTORY_DAYS } from "./organisation.ts";
import { DEFAULT_SWITCHES } from "./switches.ts";
import { TrailWriter } from "./trail/writer.ts";
import { groundTruth } from "./truth.ts";

/** A wrong argument; its message is the one sentence that the caller reads. */
export class WrongArgument extends Error {}

export interface HistoryRequest {
  out: string;
  days: number;
  seed: number;
  until: number;
  shape: Switches["shape"];
}

function wholeNumber(name: string, text: string, from: number, to: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < from || value > to)
    throw new WrongArgument(`--${name} is "${text}"; give a whole number from ${from} to ${to}.`);
  return value;
}

/** Reads the command line; throws `WrongArgument`. `now` is used where no --until is given. */
export function parseHistoryRequest(argv: string[], now: number): HistoryRequest {
  const option = { type: "string" } as const;
  let values: { out?: string; days?: string; seed?: string; until?: string; shape?: string };
  try {
    ({ values } = parseArgs({
      args: argv,
      options: { out: option, days: option, seed: option, until: option, shape: option },
    }));
  } catch (problem) {
    const said =
      problem instanceof Error ? (problem.message.split(". ")[0] ?? "") : String(problem);
    throw new WrongArgument(
      `${said.replace(/\.$/, "")}; the options are --out, --days, --seed, --until and --shape, each with a value.`,
      { cause: problem },
    );
  }
  if (values.out === undefined || values.out === "")
    throw new WrongArgument("--out is missing; name the folder to write to.");
  const shape = values.shape ?? "mixed";
  if (shape !== "old" && shape !== "new" && shape !== "mixed")
    throw new WrongArgument(`--shape is "${shape}"; choose old, new or mixed.`);
  const until = values.until === undefined ? now : Date.parse(values.until);
  if (!Number.isFinite(until) || until < Date.UTC(2000, 0, 1)) {
    throw new WrongArgument(
      `--until is "${values.until}"; give an instant after the year 2000, such as 2026-11-02T10:00:00Z.`,
    );
  }
  return {
    out: resolve(values.out),
    days: wholeNumber("days", values.days ?? String(HISTORY_DAYS), 1, 3650),
    seed: wholeNumber("seed", values.seed ?? "7", 0, 4_294_967_295),
    until,
    shape,
  };
}

/** Writes `<out>/trail/AWSLogs/…` and `<out>/ground-truth.json`. */
export async function writeHistory(
  request: HistoryRequest,
): Promise<{ files: number; records: number; sessions: number; attacks: number }> {
  const anchor = anchorFor(request.until, request.days);
  const organisation = buildOrganisation(request.seed, anchor, request.days);
  const lives = new Lives(organisation, { ...DEFAULT_SWITCHES, shape: request.shape }, () => []);
  mkdirSync(request.out, { recursive: true });
  const written = await new TrailWriter(lives, join(request.out, "trail")).catchUp(request.until);
  const truth = groundTruth(lives, anchor, request.until, request.until);
  writeFileSync(join(request.out, "ground-truth.json"), JSON.stringify(truth));
  return { ...written, sessions: truth.sessions.length, attacks: truth.attacks.length };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    const written = await writeHistory(parseHistoryRequest(process.argv.slice(2), Date.now()));
    process.stdout.write(`${JSON.stringify(written)}\n`);
  } catch (problem) {
    if (!(problem instanceof WrongArgument)) throw problem;
    process.stderr.write(`${problem.message}\n`);
    process.exitCode = 2;
  }
}
