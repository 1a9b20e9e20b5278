/** Judges imports and exports by the table of layers. Every rule answers all offenders, each as one sentence that starts with its place. */
import { lineAt, readCode } from "./code.ts";
import { importsOf, type Import } from "./imports.ts";
import { LAYERS, OUTSIDE, type Layer } from "./layers.ts";
import { isCode, isTest, type Source } from "./tree.ts";

const isOutside = (path: string): boolean =>
  isTest(path) || OUTSIDE.some((folder) => path.startsWith(folder));
const isRootFile = (path: string): boolean => !path.includes("/");

/** The layer a path belongs to; null for what has none. */
export const layerOf = (path: string): Layer | null =>
  LAYERS.filter((layer) => path.startsWith(layer.folder)).sort(
    (a, b) => b.folder.length - a.folder.length,
  )[0] ?? null;

const includesPackage = (allowed: readonly string[], name: string): boolean =>
  allowed.some(
    (item) => item === name || (item.endsWith("/*") && name.startsWith(item.slice(0, -1))),
  );

function problemWithFile(layer: Layer, item: Import, path: string): string | null {
  const target = layerOf(path);
  if (OUTSIDE.some((folder) => path.startsWith(folder))) return `nothing imports ${path}`;
  if (target === null) return `${path} belongs to no layer`;
  if (layer.never?.some((closed) => path.startsWith(closed)))
    return `${path} stays inside ${target.name}`;
  for (const [folder, open] of Object.entries(layer.onlyPaths ?? {}))
    if (path.startsWith(folder) && !open.test(path))
      return `${layer.name} uses another service by its start function only, not by ${path}`;
  if (target === layer || layer.layers.includes(target.name)) return null;
  if (layer.typesOf?.includes(target.name))
    return item.typesOnly ? null : `${layer.name} may import only types of ${target.name}`;
  return `${layer.name} may not import ${target.name}`;
}

function problemWith(layer: Layer, item: Import): string | null {
  const { target } = item;
  switch (target.kind) {
    case "file":
      return problemWithFile(layer, item, target.path);
    case "node":
      return layer.node === "any" || layer.node.includes(target.name)
        ? null
        : `${layer.name} may not import node:${target.name}`;
    case "package":
      if (layer.packages === "any" || includesPackage(layer.packages, target.name)) return null;
      if (includesPackage(layer.typePackages ?? [], target.name))
        return item.typesOnly ? null : `${layer.name} may import only types of ${target.name}`;
      return `${layer.name} may not import the package ${target.name}`;
    case "unreadable":
      return "the name of an import is written out, not computed";
  }
}

/** Imports that the table does not allow, and files that belong to no layer. */
export function findImportOffenders(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => isCode(path) && !isOutside(path) && !isRootFile(path))
    .flatMap((source) => {
      const layer = layerOf(source.path);
      if (layer === null) return [`${source.path}: belongs to no layer of the house`];
      return importsOf(source).flatMap((item) => {
        const problem = problemWith(layer, item);
        return problem === null ? [] : [`${source.path}:${item.line}: ${problem}`];
      });
    });
}

/** A rule sees neither another rule nor the catalogue: rules are added and judged one by one. */
export function findRuleOffenders(sources: readonly Source[]): string[] {
  const folderOf = (path: string): string | null =>
    /^packages\/core\/rules\/([^/]+)\//.exec(path)?.[1] ?? null;
  return sources
    .filter(({ path }) => isCode(path) && !isTest(path) && folderOf(path) !== null)
    .flatMap((source) =>
      importsOf(source).flatMap(({ target, line }) => {
        if (target.kind !== "file") return [];
        const other = folderOf(target.path);
        const foreign = other !== null && other !== folderOf(source.path);
        return foreign || target.path === "packages/core/rules/catalogue.ts"
          ? [`${source.path}:${line}: a rule may not import ${target.path}`]
          : [];
      }),
    );
}

/** Chains of runtime imports by which a layer reaches what it must not. */
export function findReachOffenders(sources: readonly Source[]): string[] {
  const graph = new Map(
    sources
      .filter(({ path }) => isCode(path))
      .map((source) => [
        source.path,
        importsOf(source).flatMap(({ target, typesOnly }) =>
          target.kind === "file" && !typesOnly ? [target.path] : [],
        ),
      ]),
  );
  const chains = (start: string, closed: readonly string[]): string[] => {
    const queue: (readonly string[])[] = [[start]];
    const seen = new Set([start]);
    const found: string[] = [];
    for (const chain of queue) {
      for (const next of graph.get(chain.at(-1) ?? "") ?? []) {
        if (seen.has(next)) continue;
        seen.add(next);
        const longer = [...chain, next];
        if (closed.some((prefix) => next.startsWith(prefix))) found.push(longer.join(" → "));
        else queue.push(longer);
      }
    }
    return found;
  };
  return LAYERS.flatMap((layer) =>
    [...graph.keys()]
      .filter((path) => path.startsWith(layer.folder) && !isTest(path))
      .flatMap((path) => chains(path, layer.neverReaches ?? [])),
  );
}

/** Modules of layers that are types only, which export something that runs. */
export function findRuntimeExports(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => isCode(path) && !isTest(path) && layerOf(path)?.noRuntimeExports === true)
    .flatMap(({ path, text }) =>
      [
        ...readCode(text).bare.matchAll(/\bexport\s+(?!type\b|interface\b)(?:default\s+)?(\S+)/g),
      ].map(
        (match) =>
          `${path}:${lineAt(text, match.index)}: exports ${match[1] ?? ""}, but a port is an interface only`,
      ),
    );
}
