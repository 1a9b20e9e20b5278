/**
 * The one driver of every rule's cases: freezes the input, takes clock and randomness away while a rule judges, runs each case
 * twice and lists every offender. Used by the tests and by `curfew rules test`. While it runs, the process's own clock throws:
 * it is synchronous, so nothing else runs meanwhile.
 */
import { canonicalJson } from "../domain/ids.ts";
import { catalogue } from "./catalogue.ts";
import { accessOf, directoryOf, eventOf, PERSON, sessionOf } from "./case-facts.ts";
import type { CaseFacts, RuleCase } from "./case-facts.ts";
import { organisationOf } from "./case-organisation.ts";
import type { PersonFacts, Rule, RuleParameters, RuleResult } from "./rule.ts";
import { NO_RULE_SETTINGS, type RuleSettings } from "./settings.ts";

/** By rule id, as their files hold them: who has a file system reads those, so that a new rule adds none here. */
export type RuleCases = Readonly<Record<string, readonly RuleCase[]>>;

export interface RuleTestResult {
  readonly ruleId: string;
  /** Name of the case; `catalogue` for what is wrong with the rule as a whole. */
  readonly case: string;
  readonly passed: boolean;
  /** One sentence for each thing that is wrong. */
  readonly problems: readonly string[];
}

function frozen<T>(value: T): T {
  if (value !== null && typeof value === "object") {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}

/** Runs `judge` without clock and randomness: asking for either throws, so that the rule is an offender by name. */
function withoutClock<T>(judge: () => T): T {
  const refuse = (what: string) => (): never => {
    throw new Error(`a rule must not ask for ${what}`);
  };
  const [date, random] = [globalThis.Date, Math.random];
  class PoisonedDate extends date {
    constructor(...parts: [] | [number | string]) {
      if (parts.length === 0) refuse("the time (new Date())")();
      super(parts[0]!);
    }
    static override now = refuse("the time (Date.now)");
  }
  try {
    globalThis.Date = PoisonedDate as unknown as DateConstructor;
    Math.random = refuse("randomness (Math.random)");
    // An own property over the prototype's: removing it gives the clock back.
    Object.defineProperty(performance, "now", {
      value: refuse("the time (performance.now)"),
      configurable: true,
    });
    return judge();
  } finally {
    globalThis.Date = date;
    Math.random = random;
    Reflect.deleteProperty(performance, "now");
  }
}

const settingsOf = (said: CaseFacts["settings"]): RuleSettings => ({
  ...NO_RULE_SETTINGS,
  ...said,
});

function factsOf(facts: CaseFacts): PersonFacts {
  return frozen({
    person: PERSON,
    sessions: (facts.sessions ?? []).map(sessionOf),
    events: (facts.events ?? []).map(eventOf),
    access: (facts.access ?? []).map(accessOf),
    accessKnown: facts.accessKnown ?? true,
    directory: facts.directory === null ? null : directoryOf(facts.directory ?? {}),
    settings: settingsOf(facts.settings),
  });
}

/** True when everything that is expected is there; what is not expected by name may be anything. */
function contains(actual: unknown, expected: unknown): boolean {
  if (expected === null || typeof expected !== "object") return actual === expected;
  if (actual === null || typeof actual !== "object") return false;
  if (Array.isArray(expected) && (!Array.isArray(actual) || actual.length !== expected.length))
    return false;
  return Object.entries(expected).every(([key, value]) =>
    contains((actual as Record<string, unknown>)[key], value),
  );
}

function differences(result: RuleResult, expected: RuleCase["expect"]): string[] {
  const wanted = {
    detections: expected.detections,
    nextDecisionAt: expected.nextDecisionAt,
    withheld: expected.withheld ?? [],
  };
  return Object.entries(wanted)
    .filter(([name, value]) => !contains(result[name as keyof RuleResult], value))
    .map(
      ([name, value]) =>
        `${name}: expected ${JSON.stringify(value)}, got ${JSON.stringify(result[name as keyof RuleResult])}`,
    );
}

/** The rule upon the case's facts, which are made once. */
function judgement(
  rule: Rule,
  { facts: said, now }: RuleCase,
  parameters: RuleParameters,
): () => RuleResult {
  if (rule.about === "person") {
    const facts = factsOf(said);
    return () => rule.evaluate(facts, now, parameters);
  }
  const facts = frozen(organisationOf(said.organisation ?? {}, settingsOf(said.settings)));
  return () => rule.evaluate(facts, now, parameters);
}

function runCase(rule: Rule, ruleCase: RuleCase): RuleTestResult {
  const problems: string[] = [];
  try {
    const parameters = frozen({ ...rule.parameters });
    const judge = judgement(rule, ruleCase, parameters);
    const [first, second] = withoutClock(() => [judge(), judge()] as const);
    problems.push(...differences(first, ruleCase.expect));
    if (canonicalJson(first) !== canonicalJson(second))
      problems.push("the second run answered otherwise");
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
  return { ruleId: rule.metadata.id, case: ruleCase.name, passed: problems.length === 0, problems };
}

function catalogueProblems(rule: Rule, cases: readonly RuleCase[]): string[] {
  const kinds = new Set(cases.map(({ kind }) => kind));
  const missing = (["firing", "silent", "boundary"] as const).filter((kind) => !kinds.has(kind));
  const names = cases.map(({ name }) => name);
  const wrong = Object.entries(rule.parameters).filter(
    ([, value]) => !(Number.isFinite(value) && value > 0),
  );
  return [
    ...missing.map((kind) => `there is no ${kind} case`),
    ...names
      .filter((name, index) => names.indexOf(name) !== index)
      .map((name) => `two cases are named ${name}`),
    ...wrong.map(([name]) => `parameter ${name} is not a number above 0`),
  ];
}

/**
 * Runs the cases of the rules with these ids, of all without ids; one result a case, and one a rule for its set of cases.
 * An id that the catalogue does not have is a failed result, not an error.
 */
export function testRules(
  cases: RuleCases,
  ids?: readonly string[],
  rules: readonly Rule[] = catalogue,
): RuleTestResult[] {
  const known = new Map(rules.map((rule) => [rule.metadata.id, rule]));
  return (ids ?? [...known.keys()]).flatMap((ruleId) => {
    const rule = known.get(ruleId);
    const whole = (problems: string[]): RuleTestResult => ({
      ruleId,
      case: "catalogue",
      passed: problems.length === 0,
      problems,
    });
    if (rule === undefined) {
      return [whole([`there is no rule ${ruleId}; there are ${[...known.keys()].join(", ")}`])];
    }
    const own = cases[ruleId] ?? [];
    return [whole(catalogueProblems(rule, own)), ...own.map((ruleCase) => runCase(rule, ruleCase))];
  });
}
