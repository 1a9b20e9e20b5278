import { expect, test } from "vitest";
import { readCode } from "./code.ts";
import { importsOf, resolveImport } from "./imports.ts";

const scan = (text: string): string[] =>
  importsOf({ path: "packages/core/flows/a.ts", text }).map(
    ({ specifier, typesOnly, line }) => `${line} ${specifier}${typesOnly ? " types" : ""}`,
  );

test("every form of an import is found with its line, and types are told apart", () => {
  const text = [
    'import "./effect.ts";',
    'import one from "one";',
    'import two, { type Two } from "two";',
    'import * as three from "three";',
    'import type { Four } from "four";',
    'import { type Five, type Six } from "five";',
    "import {",
    "  type Seven,",
    "  eight,",
    '} from "six";',
    'export * from "seven";',
    'export type * from "eight";',
    'export * as nine from "nine";',
    'export { ten } from "ten";',
    'const a = await import("eleven");',
    'type B = typeof import("twelve");',
    'const c = require("thirteen");',
    "const d = await import(name);",
    "const e = await import(`./${name}.ts`);",
  ].join("\n");
  expect(scan(text)).toEqual([
    "1 ./effect.ts",
    "2 one",
    "3 two",
    "4 three",
    "5 four types",
    "6 five types",
    "7 six",
    "11 seven",
    "12 eight types",
    "13 nine",
    "14 ten",
    "15 eleven",
    "16 twelve types",
    "17 thirteen",
    "18 (computed)",
    "19 (computed)",
  ]);
});

test("comments, strings and exports of own things are no imports", () => {
  expect(
    scan(
      [
        '// import a from "a";',
        '/* import b from "b"; */',
        "const text = 'import c from \"c\"';",
        'const pattern = /from "d"/;',
        "export interface Empty {}",
        "export const from = 1;",
        'const answer = { from: "e" };',
      ].join("\n"),
    ),
  ).toEqual([]);
});

test("an import behind a declaration is still found", () => {
  expect(scan('export interface Empty {}\nimport type { A } from "./a.ts";')).toEqual([
    "2 ./a.ts types",
  ]);
});

test("a specifier names a file, a package or a part of Node", () => {
  const from = "packages/core/flows/deep/a.ts";
  expect(resolveImport(from, "../b.ts")).toEqual({
    kind: "file",
    path: "packages/core/flows/b.ts",
  });
  expect(resolveImport(from, "#core/domain/time")).toEqual({
    kind: "file",
    path: "packages/core/domain/time.ts",
  });
  expect(resolveImport(from, "#services/api/main")).toEqual({
    kind: "file",
    path: "services/api/main.ts",
  });
  expect(resolveImport(from, "node:fs/promises")).toEqual({ kind: "node", name: "fs" });
  expect(resolveImport(from, "fs")).toEqual({ kind: "node", name: "fs" });
  expect(resolveImport(from, "@aws-sdk/client-sts/dist/x")).toEqual({
    kind: "package",
    name: "@aws-sdk/client-sts",
  });
  expect(resolveImport(from, "drizzle-orm/pg-core")).toEqual({
    kind: "package",
    name: "drizzle-orm",
  });
});

test("texts are blanked at unchanged offsets, and what a template computes stays", () => {
  const text =
    "const a = 'Date.now()'; // Date.now()\nconst b = `x ${Date.now()} ${`y ${z}`}`;\nc(/[\"'`]/, d / e);";
  const { bare, withTexts } = readCode(text);
  expect(bare).toHaveLength(text.length);
  expect(withTexts).toHaveLength(text.length);
  expect([...bare.matchAll(/Date\.now\(\)/g)].map((match) => match.index)).toEqual([
    text.indexOf("${Date") + 2,
  ]);
  expect(bare).toContain("d / e");
  expect(withTexts).toContain("'Date.now()'");
  expect(withTexts).not.toContain("//");
});
