/** `curfew rules list|test`: the catalogue, and its cases run against it. */
import type { Command } from "commander";
import { Fault } from "#core/domain/fault";
import { catalogue } from "#core/rules/catalogue";
import { testRules } from "#core/rules/cases";
import { ruleVersion } from "#core/rules/run-rules";
import { withCommonOptions, type CommonOptions } from "../options.ts";
import { Output } from "../output.ts";
import { readRuleCases } from "../rules/rule-cases.ts";

export function addRules(program: Command): void {
  const rules = program.command("rules").description("the detection catalogue");
  withCommonOptions(rules.command("list"))
    .description("every rule with its version and parameters")
    .action(list);
  withCommonOptions(rules.command("test"))
    .description("run the cases of one rule or of all")
    .argument("[id]", "a rule's id")
    .action(test);
}

function list(options: CommonOptions): void {
  const output = new Output(options);
  const rules = catalogue.map((rule) => ({
    ...rule.metadata,
    version: ruleVersion(rule),
    parameters: rule.parameters,
  }));
  for (const rule of rules) output.value(rule);
  output.table(
    ["id", "severity", "pack", "parameters", "what it detects"],
    rules.map((rule) => [
      rule.id,
      rule.severity,
      rule.pack,
      Object.entries(rule.parameters)
        .map(([name, value]) => `${name}=${value}`)
        .join(" "),
      rule.description,
    ]),
    "There is no rule.",
  );
}

function test(id: string | undefined, options: CommonOptions): void {
  const output = new Output(options);
  const ids = catalogue.map((rule) => rule.metadata.id);
  if (id !== undefined && !ids.includes(id)) {
    throw new Fault(
      "input.invalid",
      `There is no rule ${JSON.stringify(id)}; the rules are ${ids.join(", ")}.`,
    );
  }
  const results = testRules(readRuleCases(), id === undefined ? undefined : [id]);
  for (const result of results) output.value(result);
  output.table(
    ["rule", "case", "result"],
    results.map((one) => [one.ruleId, one.case, one.passed ? "passed" : one.problems.join("\n")]),
    "There is no case.",
  );
  const failed = results.filter((result) => !result.passed).length;
  output.say(`${results.length - failed} passed, ${failed} failed.`);
  if (failed > 0) process.exitCode = 1;
}
