import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FAULTS } from "#core/domain/fault";
import { SETTINGS } from "#core/platform/settings";
import {
  findDeadLinks,
  findLooseDecisions,
  findSettingGaps,
  findTwiceDefined,
  findUndecided,
  findUnknownFaults,
} from "./doc-rules.ts";
import { listPaths, readSources, ROOT, type Source } from "./tree.ts";

const sources = readSources();
const settings = Object.keys(SETTINGS);
const codes = Object.keys(FAULTS);
const file = (path: string, text: string): Source => ({ path, text });

function runtimeDependencies(): string[] {
  const { dependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(ROOT, "package.json"), "utf8"),
  ) as Record<"dependencies" | "optionalDependencies", Record<string, string>>;
  return [...Object.keys(dependencies), ...Object.keys(optionalDependencies)];
}

/** Tables as the schema declares them. */
const tables = sources
  .filter(({ path }) => path.startsWith("packages/core/adapters/postgres/schema/"))
  .flatMap(({ text }) =>
    [...text.matchAll(/pgTable\(\s*"([a-z_]+)"/g)].map((match) => match[1] ?? ""),
  );

test("every link leads somewhere", () => {
  expect(findDeadLinks(sources, listPaths())).toEqual([]);
  expect(
    findDeadLinks([file("docs/a.md", "[b](b.md) [c](../README.md#x)")], ["README.md"]),
  ).toEqual(["docs/a.md: links to docs/b.md, which does not exist"]);
});

test("decisions are numbered one by one and say why and at what price", () => {
  expect(findLooseDecisions(sources)).toEqual([]);
  expect(
    findLooseDecisions([file("docs/decisions/0002-a.md", "# A\n\n## Context\n\n## Decision\n")]),
  ).toEqual([
    "docs/decisions/0002-a.md: is not number 1",
    'docs/decisions/0002-a.md: has no "## Consequences"',
  ]);
});

test("every package that runs and every table has its decision", () => {
  expect(tables.length).toBeGreaterThan(20);
  expect(findUndecided(sources, [...runtimeDependencies(), ...tables])).toEqual([]);
  expect(
    findUndecided([file("docs/decisions/0001-a.md", "`one` `@two/*`")], ["one", "@two/a", "three"]),
  ).toEqual(["three"]);
});

test("the README explains every setting, and no document invents one", () => {
  expect(findSettingGaps(sources, settings)).toEqual([]);
  expect(
    findSettingGaps([file("README.md", "`CURFEW_A` CURFEW_B")], ["CURFEW_A", "CURFEW_C"]),
  ).toEqual([
    "README.md: does not explain CURFEW_C",
    "README.md: mentions CURFEW_B, which is no setting",
  ]);
});

test("documents name faults that exist", () => {
  expect(findUnknownFaults(sources, codes)).toEqual([]);
  expect(
    findUnknownFaults(
      [file("docs/a.md", "`postgres.gone` `postgres.newer-schema` `config.ts`")],
      codes,
    ),
  ).toEqual(["docs/a.md: mentions the fault postgres.gone, which does not exist"]);
});

test("the glossary defines each term once", () => {
  const glossary = sources.find(({ path }) => path === "docs/glossary.md")?.text ?? "";
  expect(glossary).not.toBe("");
  expect(findTwiceDefined(glossary)).toEqual([]);
  expect(findTwiceDefined("| **a** | x |\n| **b, a** | y |\n")).toEqual(["a"]);
});
