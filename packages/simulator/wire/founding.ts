/**
 * What a data directory's organisation is made from: seed, anchor and switches, written once and then only read.
 * Guarantees that processes which start on one directory at the same time found one organisation. It holds nothing that changes.
 */
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Switches } from "../model.ts";
import { DEFAULT_SWITCHES } from "../switches.ts";
import { isMembers } from "./http/input.ts";

export interface Founding {
  seed: number;
  /** The first instant of history: midnight UTC, epoch milliseconds. */
  anchor: number;
  switches: Switches;
}

/** What a start asks for; what is left out is as the directory has it. */
export interface Asked {
  seed?: number | undefined;
  switches?: Partial<Switches> | undefined;
}

const DEFAULT_SEED = 1;

/**
 * The founding of a directory, made first where there is none. Throws when the directory was founded otherwise than is asked for:
 * another seed or switch would be another organisation.
 */
export function foundIn(directory: string, asked: Asked, anchor: () => number): Founding {
  const path = join(directory, "organisation.json");
  mkdirSync(directory, { recursive: true });
  const existing = read(path);
  if (existing === null) {
    const switches = { ...DEFAULT_SWITCHES, ...asked.switches };
    writeOnce(path, { seed: asked.seed ?? DEFAULT_SEED, anchor: anchor(), switches });
  }
  const founding = existing ?? read(path);
  if (founding === null)
    throw new Error(`${path} was removed while it was being made; start again.`);
  refuseOther(path, founding, asked);
  return founding;
}

/** Starts the clock of a new directory at an instant; a clock that is there goes on as it is. The form is that of clock.ts. */
export function startClock(directory: string, simulated: number): void {
  mkdirSync(directory, { recursive: true });
  writeOnce(join(directory, "clock.json"), { real: Date.now(), simulated, rate: 1 });
}

/** A file that is there is whole: it is linked to its name when it is complete, and the first link wins. */
function writeOnce(path: string, content: object): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`);
  try {
    linkSync(draft, path);
  } catch (problem) {
    if (codeOf(problem) !== "EEXIST") throw problem;
  } finally {
    rmSync(draft, { force: true });
  }
}

function read(path: string): Founding | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (problem) {
    if (codeOf(problem) === "ENOENT") return null;
    throw problem;
  }
  const parsed: unknown = JSON.parse(text);
  if (!isFounding(parsed)) {
    throw new Error(
      `${path} does not hold a founding; it should hold seed, anchor and switches: remove the directory to found another.`,
    );
  }
  return { ...parsed, switches: { ...DEFAULT_SWITCHES, ...parsed.switches } };
}

function isFounding(value: unknown): value is Founding {
  if (!isMembers(value)) return false;
  const { seed, anchor, switches } = value;
  return Number.isSafeInteger(seed) && Number.isSafeInteger(anchor) && isMembers(switches);
}

function refuseOther(path: string, founding: Founding, asked: Asked): void {
  if (asked.seed !== undefined && asked.seed !== founding.seed) {
    const message = `${path} was founded with seed ${founding.seed}, not ${asked.seed}`;
    throw new Error(`${message}; use another directory for another organisation.`);
  }
  const known: Readonly<Record<string, unknown>> = { ...founding.switches };
  for (const [name, value] of Object.entries(asked.switches ?? {})) {
    if (known[name] === value) continue;
    const message = `${path} was founded with ${name} ${String(known[name])}, not ${String(value)}`;
    throw new Error(`${message}; use another directory for other switches.`);
  }
}

function codeOf(problem: unknown): unknown {
  return isMembers(problem) ? problem["code"] : undefined;
}
