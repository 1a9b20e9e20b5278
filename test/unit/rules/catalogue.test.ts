import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { sha256 } from "#core/domain/ids";
import { testRules } from "#core/rules/cases";
import { catalogue } from "#core/rules/catalogue";
import type { PersonRule, Rule } from "#core/rules/rule";
import { readRuleCases } from "#services/cli/rules/rule-cases";
import recorded from "./sources.json" with { type: "json" };

const RULES = fileURLToPath(new URL("../../../packages/core/rules/", import.meta.url));
const CASES = readRuleCases();
const folders = readdirSync(RULES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .toSorted();

/** Independent of layout: formatting is no change of a rule. */
function sourceDigest(folder: string): string {
  const text = readFileSync(`${RULES}${folder}/rule.ts`, "utf8");
  return sha256(text.replace(/\/\*\*[\s\S]*?\*\/|[\s,()]/g, "")).slice(0, 16);
}

describe("the catalogue", () => {
  test("lists exactly the folders, in the order of their ids", () => {
    expect(catalogue.map((rule) => rule.metadata.id)).toEqual(folders);
    expect(Object.keys(CASES).toSorted()).toEqual(folders);
  });

  test("passes every case of every rule without a clock", () => {
    const results = testRules(CASES);
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
    expect(results.length).toBeGreaterThanOrEqual(4 * catalogue.length);
  });

  test("notices in its cases when any of a rule's numbers is one more or one less", () => {
    const unnoticed = catalogue.flatMap((rule) =>
      Object.entries(rule.parameters).flatMap(([name, value]) =>
        [value + 1, value - 1].flatMap((moved) => {
          const parameters = { ...rule.parameters, [name]: moved };
          const results = testRules(CASES, [rule.metadata.id], [{ ...rule, parameters }]);
          const isNoticed = results.some((one) => one.case !== "catalogue" && !one.passed);
          return isNoticed ? [] : [`${rule.metadata.id}: ${name} of ${moved}`];
        }),
      ),
    );
    expect(unnoticed).toEqual([]);
  });

  test("states a revision, and a changed rule.ts asks for a decision about it", () => {
    const found = Object.fromEntries(
      catalogue.map(({ metadata }) => [
        metadata.id,
        { revision: metadata.revision, source: sourceDigest(metadata.id) },
      ]),
    );
    expect(
      found,
      "rule.ts changed: raise metadata.revision if an answer can change, then record both in sources.json",
    ).toEqual(recorded);
  });

  test("stands in the documents whole, each rule with its numbers", () => {
    const text = readFileSync(`${RULES}../../../docs/rules.md`, "utf8");
    const lines = text.split("\n");
    const missing = catalogue.flatMap(({ metadata, parameters }) => {
      const line = lines.find((one) => one.includes(`[${metadata.id}](`)) ?? "";
      return ["", ...Object.entries(parameters).map(([name, value]) => `\`${name}\` ${value}`)]
        .filter((part) => line === "" || !line.includes(part))
        .map((part) => `${metadata.id}: ${part}`);
    });
    expect(missing).toEqual([]);
  });

  test("has a README in each folder that says all six things, with a window and a field in each step", () => {
    const headings = [
      "What it detects",
      "Why it matters",
      "What it misses",
      "False positives",
      "What to do",
    ];
    const offenders = folders.flatMap((folder) => {
      const text = readFileSync(`${RULES}${folder}/README.md`, "utf8");
      const steps = (text.split("## What to do")[1] ?? "")
        .split("\n")
        .filter((line) => /^\d+\./.test(line));
      return [
        ...headings
          .filter((heading) => !text.includes(`## ${heading}`))
          .map((heading) => `${folder}: no ${heading}`),
        ...(steps.length === 0 ? [`${folder}: no steps`] : []),
        ...steps
          .filter((step) => !(/\b\d+ (?:minutes|hours|days)\b/.test(step) && /`[^`]+`/.test(step)))
          .map((step) => `${folder}: names no time window or no field: ${step}`),
      ];
    });
    expect(offenders).toEqual([]);
  });
});

describe("the driver", () => {
  const cases = CASES["stale-portal-session"]!;
  const rule = catalogue
    .filter((one): one is PersonRule => one.about === "person")
    .find(({ metadata }) => metadata.id === "stale-portal-session")!;
  const offending = (evaluate: PersonRule["evaluate"]): string[] =>
    testRules(
      { "stale-portal-session": cases.slice(0, 3) },
      ["stale-portal-session"],
      [{ ...rule, evaluate } satisfies Rule],
    ).flatMap(({ problems }) => problems);

  test.each<[string, PersonRule["evaluate"], RegExp]>([
    ["asks for the time", (...args) => (Date.now(), rule.evaluate(...args)), /Date\.now/],
    [
      "makes the present",
      (...args) => (String(new Date()), rule.evaluate(...args)),
      /new Date\(\)/,
    ],
    ["rolls dice", (...args) => (Math.random(), rule.evaluate(...args)), /Math\.random/],
    [
      "changes its input",
      (facts, ...rest) => {
        (facts.sessions as unknown[]).push({});
        return rule.evaluate(facts, ...rest);
      },
      /not extensible/,
    ],
  ])("names every case of a rule that %s", (_what, evaluate, problem) => {
    const problems = offending(evaluate);
    expect(problems.filter((text) => problem.test(text))).toHaveLength(3);
  });

  test("names a rule that answers otherwise the second time", () => {
    let runs = 0;
    const problems = offending((...args) => ({
      ...rule.evaluate(...args),
      withheld: [`run ${(runs += 1)}`],
    }));
    expect(problems.filter((text) => text.includes("second run"))).toHaveLength(3);
  });

  test("names missing kinds of cases and unknown rules", () => {
    expect(offending(rule.evaluate)).toEqual(["there is no boundary case"]);
    expect(testRules(CASES, ["no-such-rule"])[0]?.problems[0]).toMatch(
      /^there is no rule no-such-rule; there are [a-z-]+, /,
    );
  });

  test("gives the clock back", () => {
    testRules(CASES);
    expect(Date.now()).toBeGreaterThan(0);
    expect(Math.random()).toBeGreaterThanOrEqual(0);
  });
});
