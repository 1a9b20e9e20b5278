/** Options that commands share, and their forms. A wrong one is refused with a sentence that names it. */
import type { Command } from "commander";
import { Fault } from "#core/domain/fault";
import { parseInstant, plus, DAY, type Instant } from "#core/domain/time";

export interface CommonOptions {
  readonly dataDir?: string;
  readonly databaseUrl?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export interface WorldOptions extends CommonOptions {
  readonly demo?: boolean;
}

export interface AsOfOptions {
  readonly asOf?: string;
}

export function withCommonOptions(command: Command): Command {
  return command
    .option(
      "--data-dir <folder>",
      "where the database and the demo organisation are kept (default ./.curfew)",
    )
    .option("--database-url <url>", "a Postgres of yours instead of the built-in one")
    .option("--json", "one compact JSON value a line on standard output")
    .option("--quiet", "no progress and no notes");
}

export function withDemo(command: Command): Command {
  return command.option("--demo", "use the demo organisation, never AWS");
}

export function withAsOf(command: Command): Command {
  return command.option(
    "--as-of <instant>",
    "judge as of this instant, e.g. 2026-11-02T08:00:00Z (default now)",
    anInstant("--as-of"),
  );
}

/** An ISO-8601 instant with a zone, or a day (its midnight UTC). Undefined when the option was not given. */
export function instantOption(text: string | undefined, option: string): Instant | undefined {
  if (text === undefined) return undefined;
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text;
  const at = parseInstant(day);
  if (at !== null) return at;
  throw new Fault(
    "input.invalid",
    `${option} must be an instant with a zone such as 2026-11-02T08:00:00Z, or a day such as 2026-11-02, and not ${JSON.stringify(text)}.`,
  );
}

/** For an option's parser: refuses what `instantOption` refuses, before anything is opened. */
export function anInstant(option: string): (text: string) => string {
  return (text) => {
    instantOption(text, option);
    return text;
  };
}

/** For an option's parser: refuses what `wordOption` refuses, before anything is opened. */
export function oneOf(option: string, words: readonly string[]): (text: string) => string {
  return (text) => wordOption(text, option, words)!;
}

/** The instant to judge at: as asked, and never more than a day ahead, because nothing is known of the future. */
export function asOfOption(text: string | undefined, now: Instant): Instant {
  const asked = instantOption(text, "--as-of");
  if (asked === undefined) return now;
  if (asked > plus(now, DAY)) {
    throw new Fault(
      "input.invalid",
      `--as-of ${asked} lies in the future; name an instant up to now.`,
    );
  }
  return asked;
}

/** One of the words, or a refusal that lists them. */
export function wordOption<T extends string>(
  text: string | undefined,
  option: string,
  words: readonly T[],
): T | undefined {
  if (text === undefined) return undefined;
  if ((words as readonly string[]).includes(text)) return text as T;
  throw new Fault(
    "input.invalid",
    `${option} must be one of ${words.join(", ")}, and not ${JSON.stringify(text)}.`,
  );
}

export function numberOption(
  text: string | undefined,
  option: string,
  from: number,
  to: number,
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value >= from && value <= to) return value;
  throw new Fault(
    "input.invalid",
    `${option} must be a number from ${from} to ${to}, and not ${JSON.stringify(text)}.`,
  );
}
