/**
 * `curfew policy FILE…`: judges policy documents taken together. No database, no data directory, no network. Exit 0 when they were judged,
 * whatever was found; 1 when `--fail-on` asked for it; 2 and one sentence for a document that cannot be read.
 */
import type { Command } from "commander";
import { readPolicyFile } from "#core/adapters/files/policy-documents";
import { readActionCatalogue } from "#core/adapters/iam-data/catalogue";
import { Fault } from "#core/domain/fault";
import { describeVerdict } from "#core/domain/policy/describe";
import { judgePolicies } from "#core/domain/policy/judge";
import {
  POLICY_SEVERITIES,
  type PolicySeverity,
  type PolicyVerdict,
  type StatementRef,
} from "#core/domain/policy/verdict";
import { oneOf } from "../options.ts";
import { Output, printable } from "../output.ts";

interface Options {
  readonly boundary?: string;
  readonly failOn?: PolicySeverity;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function addPolicy(program: Command): void {
  program
    .command("policy")
    .description("judge policy documents taken together: what they allow and what is too broad")
    .argument("<file...>", "policy documents or AWS's answers that hold one; - for standard input")
    .option("--boundary <file>", "the permissions boundary: nothing outside of it is allowed")
    .option(
      "--fail-on <severity>",
      "exit 1 on a finding of this severity or a graver one",
      oneOf("--fail-on", POLICY_SEVERITIES),
    )
    .option("--json", "one compact JSON value on standard output")
    .option("--quiet", "no notes")
    .action(policy);
}

async function policy(files: readonly string[], options: Options): Promise<void> {
  const named = options.boundary === undefined ? files : [...files, options.boundary];
  if (named.filter((file) => file === "-").length > 1) {
    throw new Fault("input.invalid", "Standard input can be one document only; name - once.");
  }
  const documents = [];
  for (const file of files) documents.push(await readPolicyFile(file));
  const boundary = options.boundary === undefined ? null : await readPolicyFile(options.boundary);
  const verdict = judgePolicies({ documents, boundary }, await readActionCatalogue());
  const output = new Output(options);
  output.value({ administrator: verdict.administrator, findings: verdict.findings });
  say(verdict, output);
  if (options.failOn !== undefined && failed(verdict, options.failOn)) process.exitCode = 1;
}

function failed({ findings }: PolicyVerdict, least: PolicySeverity): boolean {
  const failing = POLICY_SEVERITIES.slice(0, POLICY_SEVERITIES.indexOf(least) + 1);
  return findings.some(({ severity }) => failing.includes(severity));
}

/** The summary, then each finding with the statements that make it so. */
function say(verdict: PolicyVerdict, output: Output): void {
  for (const line of describeVerdict(verdict)) output.say(printable(line));
  for (const { severity, id, explanation, statements } of verdict.findings) {
    output.say(`\n${severity.toUpperCase()} ${id}\n  ${printable(explanation)}`);
    output.say(`  By ${printable(placesOf(statements))}.`);
  }
}

/** How many statements a line names before it counts the rest. */
const NAMED = 5;

function placesOf(statements: readonly StatementRef[]): string {
  const named = statements
    .slice(0, NAMED)
    .map(
      ({ document, statement, sid }) =>
        `statement ${statement}${sid === null ? "" : ` (${sid})`} of ${document}`,
    );
  const rest = statements.length - named.length;
  return rest > 0 ? `${named.join(", ")} and ${rest} more` : named.join(", ");
}
