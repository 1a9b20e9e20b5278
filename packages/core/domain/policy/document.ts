/**
 * Reads IAM policy documents. Guarantees statements of one form, whichever of the grammar's spellings was used, or null for a
 * text that IAM would not take. Conditions are noted, not read; principals do not occur in identity policies.
 */

/** A list of patterns, or everything but them. */
export interface PatternList {
  readonly patterns: readonly string[];
  /** `NotAction`, `NotResource`. */
  readonly inverted: boolean;
}

export interface Statement {
  readonly effect: "Allow" | "Deny";
  readonly actions: PatternList;
  readonly resources: PatternList;
  /** It holds only under some condition. */
  readonly conditional: boolean;
}

/** The statements of a document's text, in their order; null where it is no policy document. */
export function parsePolicy(text: string): readonly Statement[] | null {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(document) || document["Statement"] === undefined) return null;
  const listed: unknown[] = listOf(document["Statement"]);
  const statements = listed.map(statementOf);
  return statements.every((statement) => statement !== null) ? statements : null;
}

function statementOf(value: unknown): Statement | null {
  if (!isObject(value)) return null;
  const effect = value["Effect"];
  const actions = patternList(value["Action"], value["NotAction"]);
  const resources = patternList(value["Resource"], value["NotResource"]);
  if ((effect !== "Allow" && effect !== "Deny") || actions === null || resources === null) {
    return null;
  }
  const condition = value["Condition"];
  const conditional = isObject(condition) && Object.keys(condition).length > 0;
  return { effect, actions, resources, conditional };
}

/** Exactly one of the two spellings, as one text or a list of texts. */
function patternList(positive: unknown, negative: unknown): PatternList | null {
  if ((positive === undefined) === (negative === undefined)) return null;
  const patterns: unknown[] = listOf(positive ?? negative);
  if (!patterns.every((pattern) => typeof pattern === "string")) return null;
  return { patterns, inverted: positive === undefined };
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
