/**
 * Finds what makes a pure layer depend on more than its arguments: clock, randomness, timers, environment, output, network.
 * A name reached through another (`const { now } = Date`) is not found; reviewers look for that.
 */
import { lineAt, readCode } from "./code.ts";
import { layerOf } from "./layer-rules.ts";
import { isCode, isTest, type Source } from "./tree.ts";

const IMPURE: readonly (readonly [RegExp, string])[] = [
  [/(?<![.\w$])process(?=\s*(?:\.|\[|\?\.))/g, "process"],
  [/\bDate\s*\.\s*now\b/g, "Date.now"],
  [/\bnew\s+Date\b\s*(?:\(\s*\)|(?![\s(]))/g, "new Date() without an argument"],
  [/(?<!new\s+|[.\w$])Date\s*\(/g, "Date()"],
  [/\bMath\s*\.\s*random\b/g, "Math.random"],
  [/\bperformance\s*\.\s*now\b/g, "performance.now"],
  [/(?<![.\w$])(?:setTimeout|setInterval|setImmediate|queueMicrotask)\b/g, "a timer"],
  [/\brandom(?:UUID|Bytes|Int|FillSync|Fill)\b|\bgetRandomValues\b/g, "randomness"],
  [/(?<![.\w$])console\s*\./g, "console"],
  [/(?<![.\w$])fetch\s*\(/g, "fetch"],
  [/(?<![.\w$])globalThis\b/g, "globalThis"],
];

/** Takes the clock and randomness away from a rule while its cases run, and has to name them for that. */
const POISONER = "packages/core/rules/cases.ts";

/** Places in pure layers that use more than their arguments. */
export function findImpurities(sources: readonly Source[]): string[] {
  return sources
    .filter(
      ({ path }) =>
        isCode(path) && !isTest(path) && layerOf(path)?.pure === true && path !== POISONER,
    )
    .flatMap(({ path, text }) => {
      const { bare } = readCode(text);
      return IMPURE.flatMap(([pattern, name]) =>
        [...bare.matchAll(pattern)].map(
          (match) =>
            `${path}:${lineAt(text, match.index)}: uses ${name}; this layer receives everything as an argument`,
        ),
      );
    });
}

/** Readers of the environment outside the one that parses it. The command line hands its environment over, whole. */
export function findEnvironmentReaders(sources: readonly Source[]): string[] {
  const allowed = ["packages/core/platform/config", "services/cli/", "services/console/", "infra/"];
  return sources
    .filter(
      ({ path }) =>
        isCode(path) &&
        !isTest(path) &&
        /^(?:packages|services)\//.test(path) &&
        !allowed.some((prefix) => path.startsWith(prefix)),
    )
    .flatMap(({ path, text }) =>
      [...readCode(text).bare.matchAll(/\bprocess\s*\.\s*env\b/g)].map(
        (match) =>
          `${path}:${lineAt(text, match.index)}: reads the environment; settings come from packages/core/platform/config.ts`,
      ),
    );
}
