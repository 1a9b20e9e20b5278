/**
 * Resources a statement is about, as patterns and exceptions. Guarantees that nothing counts as taken away unless one exception takes it
 * whole: what several exceptions take away together stays, because what is judged must not look smaller than it is.
 */
import type { ResourceForms } from "../catalogue.ts";
import type { PatternList } from "../document.ts";
import { isEverything } from "../pattern.ts";
import { holds, touches } from "./arn.ts";

/** Stands in a pattern for a variable that is the caller's own: name, id or tag. */
export const OWN = "\uE002";
const LITERAL_STAR = "\uE000";
const LITERAL_MARK = "\uE001";

export interface Region {
  readonly patterns: readonly string[];
  readonly except: readonly string[];
}

/** What Resource or NotResource stand for; variables are plain text in a policy of the old version. */
export function regionOf({ patterns, inverted }: PatternList, variables: boolean): Region {
  const normal = patterns.map((pattern) => normalised(pattern, variables));
  return inverted ? { patterns: ["*"], except: normal } : { patterns: normal, except: [] };
}

/** A star for what a caller cannot choose anyway: partition, own account; a mark for what is the caller's own. */
function normalised(pattern: string, variables: boolean): string {
  if (isEverything(pattern)) return "*";
  const read = variables
    ? pattern.replace(/\$\{([^}]*)\}/g, (_, name: string) => variableOf(name))
    : pattern;
  return read.replace(/^arn:[a-z*?-]+:/i, "arn:*:");
}

function variableOf(name: string): string {
  const key = name.split(",")[0]!.trim().toLowerCase();
  if (key === "*") return LITERAL_STAR;
  if (key === "?") return LITERAL_MARK;
  if (key === "$") return "$";
  return /^aws:(?:principalaccount|resourceaccount|requestedregion|principalorgid)$/.test(key)
    ? "*"
    : OWN;
}

/** With any account in the place of a named one: a permission set acts in one account, so its number names all there is. */
const anyAccount = (pattern: string): string =>
  pattern.replace(/^(arn:[^:]*:[^:]*:[^:]*):\d{12}:/, "$1:*:");

/** What is left of a region. */
export function withoutRegion(from: Region, taken: Region): Region {
  // Denied everywhere but on some: only those are left.
  if (taken.except.length > 0) return meeting(from, { patterns: taken.except, except: [] });
  return { ...from, except: [...from.except, ...taken.patterns] };
}

/** What lies in both. */
export function meeting(left: Region, right: Region): Region {
  const patterns = left.patterns.flatMap((one) =>
    right.patterns.flatMap((other) => {
      if (holds(other, one)) return [one];
      if (holds(one, other)) return [other];
      return touches(one, other) ? [one.length >= other.length ? one : other] : [];
    }),
  );
  return { patterns: [...new Set(patterns)], except: [...left.except, ...right.except] };
}

/** How much of what an action works on a region holds. */
export type Breadth = "none" | "own" | "some" | "most" | "all";
const ORDER: readonly Breadth[] = ["none", "own", "some", "most", "all"];
export const wider = (left: Breadth, right: Breadth): Breadth =>
  ORDER.indexOf(left) >= ORDER.indexOf(right) ? left : right;
export const narrower = (left: Breadth, right: Breadth): Breadth =>
  ORDER.indexOf(left) <= ORDER.indexOf(right) ? left : right;
export const atLeast = (breadth: Breadth, wanted: Breadth): boolean =>
  ORDER.indexOf(breadth) >= ORDER.indexOf(wanted);

/** Roles that AWS lets nobody change or hand over: they belong to a service or to Identity Center. */
const PROTECTED = [
  "arn:*:iam::*:role/aws-service-role/*",
  "arn:*:iam::*:role/aws-reserved/*",
  "arn:*:iam::*:role/*/awsreservedsso_*",
];

/** Patterns of the region that stand for something the action works on. `forms` as in the catalogue. */
export function livePatterns(region: Region, forms: readonly string[]): readonly string[] {
  if (forms.length === 0) {
    const everything = region.patterns.some(isEverything) && !region.except.some(isEverything);
    return everything ? ["*"] : [];
  }
  return region.patterns.filter((pattern) => {
    if (PROTECTED.some((role) => holds(role, pattern))) return false;
    const touched = forms.filter((form) => pattern === "*" || touches(pattern, form));
    return touched.some(
      (form) => !region.except.some((one) => holds(one, pattern) || holds(one, form)),
    );
  });
}

/** How much several regions hold together, each left with its live patterns. */
export function breadthOf(live: readonly Region[], { forms, every }: ResourceForms): Breadth {
  if (live.length === 0) return "none";
  if (forms.length === 0) return "all";
  const whole = forms
    .map((form) => live.map((region) => breadthOn(region, form)).reduce(wider, "none"))
    .reduce(every ? narrower : wider);
  if (whole !== "none") return whole;
  const own = live.every(({ patterns }) => patterns.every((pattern) => pattern.includes(OWN)));
  return own ? "own" : "some";
}

/** `all` or `most` where one pattern holds every resource of a form; `none` where it takes several, or is less. */
function breadthOn({ patterns, except }: Region, form: string): Breadth {
  if (except.some((one) => holds(one, form))) return "none";
  if (!patterns.some((pattern) => holds(anyAccount(pattern), form))) return "none";
  return except.some((one) => touches(one, form)) ? "most" : "all";
}
