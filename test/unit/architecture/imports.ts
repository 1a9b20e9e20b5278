/**
 * Finds what a module imports, in every form the language has, and what file, package or part of Node that is.
 * It reads text, not types: `import { type A }` counts as types only, a computed `import()` as unreadable.
 */
import { builtinModules } from "node:module";
import { posix } from "node:path";
import { lineAt, readCode } from "./code.ts";
import type { Source } from "./tree.ts";

export type Target =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "package"; readonly name: string }
  | { readonly kind: "node"; readonly name: string }
  | { readonly kind: "unreadable" };

export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** True when nothing of it remains after compilation. */
  readonly typesOnly: boolean;
  readonly target: Target;
}

const ALIASES: Readonly<Record<string, string>> = {
  "#core/": "packages/core/",
  "#simulator/": "packages/simulator/",
  "#services/": "services/",
  "#test/": "test/",
};

/** What a specifier in a file names. */
export function resolveImport(from: string, specifier: string): Target {
  if (specifier.startsWith("."))
    return { kind: "file", path: posix.join(posix.dirname(from), specifier) };
  for (const [alias, folder] of Object.entries(ALIASES)) {
    if (specifier.startsWith(alias))
      return { kind: "file", path: `${folder}${specifier.slice(alias.length)}.ts` };
  }
  const [first = "", second = ""] = specifier.split("/");
  if (specifier.startsWith("node:") || builtinModules.includes(first))
    return { kind: "node", name: specifier.replace(/^node:/, "").split("/")[0] ?? "" };
  return { kind: "package", name: specifier.startsWith("@") ? `${first}/${second}` : first };
}

const CLAUSE = String.raw`(?:(?!\b(?:import|export|interface|class|function|const)\b)[\w$*\s,{}])+?`;
const FROM = new RegExp(
  String.raw`\b(?:import|export)\b(\s+type\b)?(${CLAUSE})\bfrom\s*(["'])`,
  "g",
);
const STAR_FROM = /\bexport(\s+type)?\s*(\*)\s*from\s*(["'])/g;
const EFFECT = /\bimport()()\s*(["'])/g;
const CALL = /(\btypeof\s+)?\b(import|require(?:\.resolve)?)\s*\(\s*(["'`]?)/g;

const onlyTypes = (clause: string): boolean => {
  const inner = /^\s*\{([^}]*)\}\s*$/.exec(clause)?.[1];
  const names = inner?.split(",").filter((name) => name.trim() !== "") ?? [];
  return names.length > 0 && names.every((name) => /^\s*type\s/.test(name));
};

/** Everything the file imports or re-exports, in the order of the file. */
export function importsOf(source: Source): Import[] {
  const { bare, withTexts } = readCode(source.text);
  const found = new Map<number, Import>();
  for (const form of [FROM, STAR_FROM, EFFECT, CALL]) {
    for (const match of bare.matchAll(form)) {
      const from = match.index + match[0].length;
      const quote = match[3] ?? "";
      const specifier = quote === "" ? "" : withTexts.slice(from, withTexts.indexOf(quote, from));
      const readable = specifier !== "" && !specifier.includes("${");
      found.set(from, {
        specifier: readable ? specifier : "(computed)",
        line: lineAt(source.text, match.index),
        typesOnly: match[1] !== undefined && match[1] !== "" ? true : onlyTypes(match[2] ?? ""),
        target: readable ? resolveImport(source.path, specifier) : { kind: "unreadable" },
      });
    }
  }
  return [...found.entries()].sort(([a], [b]) => a - b).map(([, item]) => item);
}
