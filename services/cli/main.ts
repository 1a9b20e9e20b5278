/**
 * The command line. Exit codes: 0 done, 1 the answer is "no" (a difference, a failed check), 2 the caller's input is wrong,
 * 3 the environment is. A refusal is one sentence on standard error.
 */
import { CommanderError, Command } from "commander";
import { Fault } from "../../packages/core/domain/fault.ts";
import { addIngest } from "./commands/ingest.ts";
import { addLook } from "./commands/look.ts";
import { addReport } from "./commands/report.ts";
import { addRevoke } from "./commands/revoke.ts";
import { addRules } from "./commands/rules.ts";
import { addStart } from "./commands/start.ts";
import { addSync } from "./commands/sync.ts";
import { version } from "./version.ts";

function program(): Command {
  const root = new Command("curfew")
    .description("Audit and session governance for AWS IAM Identity Center")
    .version(version())
    .showSuggestionAfterError(true);
  for (const add of [addStart, addIngest, addSync, addLook, addReport, addRevoke, addRules])
    add(root);
  quieten(root);
  return root;
}

/** A refusal is ours to print, once and as one sentence, at whatever depth a command stands. */
function quieten(command: Command): void {
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  command.commands.forEach(quieten);
}

/** The exit code, the stable code and the sentence of a failure. */
function refusal(error: unknown): { exitCode: number; code: string; sentence: string } {
  if (error instanceof Fault) {
    return { exitCode: error.exitCode, code: error.code, sentence: error.message };
  }
  if (error instanceof CommanderError) {
    const sentence = error.message.replace(/^error: /, "").replaceAll("\n", " ");
    return {
      exitCode: error.exitCode === 0 ? 0 : 2,
      code: "input.invalid",
      sentence: `${capitalised(sentence)}. Run: curfew --help`,
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    exitCode: 3,
    code: "internal.bug",
    sentence: `Something went wrong that should not: ${message} (set CURFEW_LOG_LEVEL=debug for the details)`,
  };
}

function capitalised(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1).replace(/\.$/, "");
}

try {
  await program().parseAsync(process.argv);
} catch (error) {
  const { exitCode, code, sentence } = refusal(error);
  const shown = process.argv.includes("--json")
    ? JSON.stringify({ error: { code, message: sentence } })
    : `curfew: ${sentence}`;
  if (exitCode !== 0) process.stderr.write(`${shown}\n`);
  if (!(error instanceof Fault) && process.env["CURFEW_LOG_LEVEL"] === "debug")
    console.error(error);
  process.exitCode = exitCode;
}
