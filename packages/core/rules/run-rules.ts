/**
 * Runs a catalogue over the facts of one person, or of the organisation. A rule that throws is reported by name and does not stop the others; what it
 * would have said is unknown, so that its open findings have to stay as they are.
 */
import type { Detection } from "../domain/finding.ts";
import { canonicalJson, sha256 } from "../domain/ids.ts";
import { earliest } from "../domain/time.ts";
import type { Instant } from "../domain/time.ts";
import type { OrganisationFacts } from "./organisation-facts.ts";
import type { PersonFacts, Rule, RuleParameters, RuleResult } from "./rule.ts";

/** A detection with the rule that made it. */
export interface RuleDetection extends Detection {
  readonly ruleId: string;
  readonly ruleVersion: string;
  readonly parameters: RuleParameters;
}

export interface RuleRun {
  /** By (ruleId, key). */
  readonly detections: readonly RuleDetection[];
  /** When to ask again although no event comes; null: never. */
  readonly nextDecisionAt: Instant | null;
  readonly withheld: readonly { readonly ruleId: string; readonly reason: string }[];
  /** Rules that threw: a bug, never the fault of the facts. */
  readonly failed: readonly { readonly ruleId: string; readonly problem: string }[];
}

/**
 * Twelve hex digits that change with a rule's metadata, parameters or revision. The source text is left out on purpose: it
 * differs with the tool that strips the types, and a finding's version must not.
 */
export function ruleVersion(rule: Rule): string {
  return sha256(canonicalJson([rule.metadata, rule.parameters])).slice(0, 12);
}

/** The judgement of one person at `now`; the same facts in give the same run. Never throws for what a rule does. */
export function runRules(catalogue: readonly Rule[], facts: PersonFacts, now: Instant): RuleRun {
  const rules = catalogue.filter((rule) => rule.about === "person");
  return run(rules, (rule) => rule.evaluate(facts, now, rule.parameters));
}

/** The judgement of the organisation as a whole, likewise. */
export function runOrganisationRules(
  catalogue: readonly Rule[],
  facts: OrganisationFacts,
  now: Instant,
): RuleRun {
  const rules = catalogue.filter((rule) => rule.about === "organisation");
  return run(rules, (rule) => rule.evaluate(facts, now, rule.parameters));
}

function run<R extends Rule>(catalogue: readonly R[], evaluate: (rule: R) => RuleResult): RuleRun {
  const detections: RuleDetection[] = [];
  const withheld: { ruleId: string; reason: string }[] = [];
  const failed: { ruleId: string; problem: string }[] = [];
  let nextDecisionAt: Instant | null = null;
  for (const rule of catalogue) {
    const { id: ruleId } = rule.metadata;
    const { parameters } = rule;
    try {
      const result = evaluate(rule);
      // Made where something was found: most rules see nothing in most people.
      const version = result.detections.length === 0 ? "" : ruleVersion(rule);
      for (const detection of result.detections) {
        detections.push({ ...detection, ruleId, ruleVersion: version, parameters });
      }
      for (const reason of result.withheld) withheld.push({ ruleId, reason });
      nextDecisionAt = earliest(nextDecisionAt, result.nextDecisionAt);
    } catch (error) {
      failed.push({ ruleId, problem: error instanceof Error ? error.message : String(error) });
    }
  }
  const order = (detection: RuleDetection): string =>
    JSON.stringify([detection.ruleId, ...detection.key]);
  detections.sort((left, right) => (order(left) < order(right) ? -1 : 1));
  return { detections, nextDecisionAt, withheld, failed };
}
