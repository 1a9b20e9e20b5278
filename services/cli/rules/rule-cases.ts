/**
 * The cases of every rule, read from the folders of the catalogue's rules, so that a new rule is listed in one place only. A rule
 * without a file has no case, which its test then says.
 */
import { existsSync, readFileSync } from "node:fs";
import type { RuleCase } from "#core/rules/case-facts";
import type { RuleCases } from "#core/rules/cases";
import { catalogue } from "#core/rules/catalogue";

const RULES = new URL("../../../packages/core/rules/", import.meta.url);

/** By rule id. The JSON is checked by the cases' own expectations; its type is what the driver needs. */
export function readRuleCases(): RuleCases {
  return Object.fromEntries(
    catalogue.map(({ metadata: { id } }) => {
      const file = new URL(`${id}/cases.json`, RULES);
      const cases = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as RuleCase[]) : [];
      return [id, cases];
    }),
  );
}
