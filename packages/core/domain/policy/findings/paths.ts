/**
 * A way to something: one action, or several that are of use only together, whichever documents allow them. Guarantees that a way is open
 * only where each of its steps is, and that it is as wide as its narrowest step.
 */
import type { EffectiveAccess, Grant, Reach } from "../access/effective.ts";
import { atLeast, narrower, type Breadth } from "../access/region.ts";
import type { PolicyFinding, PolicyFindingId, PolicySeverity } from "../verdict.ts";
import { refsOf } from "./refs.ts";

/** Steps, each with the actions that serve for it: `lambda:CreateFunction`, `lambda:InvokeFunction | lambda:AddPermission`. */
export interface Path {
  /** What is done, to follow the word "by". */
  readonly words: string;
  readonly steps: readonly string[];
}

export const path = (words: string, ...steps: readonly string[]): Path => ({ words, steps });

export interface OpenPath {
  readonly words: string;
  readonly breadth: Breadth;
  readonly actions: readonly string[];
  readonly grants: readonly Grant[];
}

/** The way where every step is allowed at least so widely; null where one is not. */
export function open(
  { words, steps }: Path,
  least: Breadth,
  reachOf: (action: string) => Reach,
): OpenPath | null {
  let breadth: Breadth = "all";
  const actions: string[] = [];
  const grants: Grant[] = [];
  for (const step of steps) {
    const served = step
      .split(" | ")
      .map((action) => ({ action, reach: reachOf(action) }))
      .filter(({ reach }) => atLeast(reach.breadth, least));
    if (served.length === 0) return null;
    breadth = narrower(
      breadth,
      served
        .map(({ reach }) => reach.breadth)
        .reduce((one, other) => (atLeast(one, other) ? one : other)),
    );
    actions.push(...served.map(({ action }) => action));
    grants.push(...served.flatMap(({ reach }) => reach.grants));
  }
  return { words, breadth, actions, grants };
}

export const openOf = (
  paths: readonly Path[],
  least: Breadth,
  access: EffectiveAccess,
): readonly OpenPath[] =>
  paths.flatMap((one) => open(one, least, (action) => access.reachOf(action)) ?? []);

/** How many ways a sentence names before it counts the rest. */
const NAMED = 5;

/** How many actions stand in brackets behind a way before the rest is counted. */
const ACTIONS_NAMED = 4;

/** The first of a list, and how many more there are. */
export function shortList(words: readonly string[], named: number): string {
  const rest = words.length - named;
  return `${words.slice(0, named).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

/** The ways as one sentence's end, the widest first: "writing a policy (iam:PutRolePolicy), … and in 3 other ways". */
export function waysOf(found: readonly OpenPath[]): string {
  const ordered = found.toSorted((left, right) => Number(isWide(right)) - Number(isWide(left)));
  const named = ordered
    .slice(0, NAMED)
    .map(({ words, actions }) => `${words} (${shortList(actions, ACTIONS_NAMED)})`);
  const rest = found.length - named.length;
  if (rest > 0) named.push(`in ${rest} other way${rest === 1 ? "" : "s"}`);
  return named.length < 2 ? named.join("") : `${named.slice(0, -1).join(", ")} or ${named.at(-1)!}`;
}

export const isWide = ({ breadth }: OpenPath): boolean => atLeast(breadth, "most");

/** One finding of all the ways. */
export function findingOf(
  id: PolicyFindingId,
  severity: PolicySeverity,
  explanation: string,
  found: readonly Pick<OpenPath, "actions" | "grants">[],
): PolicyFinding {
  return {
    id,
    severity,
    explanation,
    statements: refsOf(found.flatMap(({ grants }) => grants)),
    actions: [...new Set(found.flatMap(({ actions }) => actions))].toSorted(),
  };
}
