/**
 * Reads IAM policy documents. Guarantees statements of one form, whichever of the grammar's spellings was used, or one sentence that says
 * what is wrong with which statement; never throws. Statements are counted from 1, as people do.
 */
import { conditionsOf, type Condition } from "./grammar/conditions.ts";
import { Malformed } from "./grammar/malformed.ts";
import { principalOf, type Principal } from "./grammar/principal.ts";
import { isObject, listOf, shown } from "./grammar/values.ts";
import { keyWrittenTwice } from "./written-twice.ts";

/** A list of patterns, or everything but them. */
export interface PatternList {
  readonly patterns: readonly string[];
  /** `NotAction`, `NotResource`. */
  readonly inverted: boolean;
}

export interface Statement {
  /** Its place in the document, counted from 1. */
  readonly number: number;
  readonly sid: string | null;
  readonly effect: "Allow" | "Deny";
  readonly actions: PatternList;
  /** Everything where a resource's own policy leaves it out: it is about that resource. */
  readonly resources: PatternList;
  readonly conditions: readonly Condition[];
  /** Only policies of resources and roles' trust policies have one. */
  readonly principal: Principal | null;
}

export interface PolicyText {
  /** `2008-10-17` where none is written: policy variables are then plain text (AWS: IAM JSON policy elements, Version). */
  readonly version: "2008-10-17" | "2012-10-17";
  readonly statements: readonly Statement[];
}

export type ParsedPolicy =
  | { readonly policy: PolicyText; readonly problem: null }
  | { readonly policy: null; readonly problem: string };

/** No policy is longer, AWS's own included, counted without white space; an inline one may have 32,768 (AWS: IAM quotas). */
export const LONGEST_POLICY = 262_144;
/** Bounds the work on a text that is mostly white space. */
const LONGEST_TEXT = 1_048_576;

/** The statements of a document's text, or what is wrong with it. */
export function parsePolicy(text: string): ParsedPolicy {
  try {
    return { policy: policyOf(valueOf(text)), problem: null };
  } catch (error) {
    if (error instanceof Malformed) return { policy: null, problem: error.message };
    throw error;
  }
}

function valueOf(text: string): unknown {
  if (text.length > LONGEST_TEXT || text.replace(/\s+/g, "").length > LONGEST_POLICY) {
    throw new Malformed(
      `The document is longer than ${LONGEST_POLICY} characters, and no policy of AWS is.`,
    );
  }
  if (text.startsWith("\uFEFF")) {
    throw new Malformed(
      "The document begins with a byte order mark, which IAM refuses; save it as UTF-8 without one.",
    );
  }
  if (text.trim() === "") throw new Malformed("The document is empty; a policy is a JSON object.");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/\s+/g, " ") : "";
    throw new Malformed(`The document is not JSON: ${why}.`);
  }
  const twice = keyWrittenTwice(text);
  if (twice !== null) {
    throw new Malformed(
      `The document has the key ${shown(twice)} twice in one object; each may stand there once.`,
    );
  }
  return value;
}

const VERSIONS = ["2008-10-17", "2012-10-17"] as const;

function policyOf(value: unknown): PolicyText {
  if (!isObject(value)) {
    throw new Malformed("The document is not a JSON object with a Statement.");
  }
  refuseUnknown(value, ["Version", "Id", "Statement"], "The document");
  const version = value["Version"] ?? "2008-10-17";
  if (!(VERSIONS as readonly unknown[]).includes(version)) {
    throw new Malformed(
      `The document's Version is ${shown(version)}; it must be "2012-10-17" or "2008-10-17".`,
    );
  }
  if (value["Statement"] === undefined) throw new Malformed("The document has no Statement.");
  const statements = listOf(value["Statement"]).map((one, at) => statementOf(one, at + 1));
  refuseSidTwice(statements);
  return { version: version as PolicyText["version"], statements };
}

function refuseSidTwice(statements: readonly Statement[]): void {
  const first = new Map<string, number>();
  for (const { sid, number } of statements) {
    if (sid === null) continue;
    const other = first.get(sid);
    if (other !== undefined) {
      throw new Malformed(
        `Statement ${number} has the Sid ${shown(sid)} of statement ${other}; each must be another.`,
      );
    }
    first.set(sid, number);
  }
}

const ELEMENTS = [
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
] as const;

function statementOf(value: unknown, number: number): Statement {
  const where = `Statement ${number}`;
  if (!isObject(value)) throw new Malformed(`${where} is not a JSON object.`);
  refuseUnknown(value, ELEMENTS, where);
  const { Sid: sid, Effect: effect } = value;
  if (sid !== undefined && typeof sid !== "string") {
    throw new Malformed(`${where} has the Sid ${shown(sid)}; it must be text.`);
  }
  if (effect !== "Allow" && effect !== "Deny") {
    throw new Malformed(
      effect === undefined
        ? `${where} has no Effect; it must be "Allow" or "Deny".`
        : `${where} has the Effect ${shown(effect)}; it must be "Allow" or "Deny", written exactly so.`,
    );
  }
  const principal = principalOf(value, where);
  return {
    number,
    sid: sid === undefined || sid === "" ? null : sid,
    effect,
    actions: actionsOf(value, where),
    resources: resourcesOf(value, where, principal !== null),
    conditions: conditionsOf(value["Condition"], where),
    principal,
  };
}

/** A name in the wrong case is a mistake that IAM refuses, not an element to leave out. */
function refuseUnknown(
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
  where: string,
): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const meant = known.find((name) => name.toLowerCase() === key.toLowerCase());
    const right =
      meant === undefined ? `it may have ${known.join(", ")}` : `it must be written ${meant}`;
    throw new Malformed(`${where} has the element ${shown(key)}; ${right}.`);
  }
}

function actionsOf(value: Readonly<Record<string, unknown>>, where: string): PatternList {
  const list = patternList(value, "Action", where);
  if (list === null) throw new Malformed(`${where} has neither Action nor NotAction.`);
  const odd = list.patterns.find(
    (pattern) => !/^(?:[^:\s]*[*?][^:\s]*|[^:\s]+:[^:\s]+)$/.test(pattern),
  );
  if (odd !== undefined) {
    throw new Malformed(
      `${where} has the action ${shown(odd)}; an action is written service:Name or *.`,
    );
  }
  return list;
}

function resourcesOf(
  value: Readonly<Record<string, unknown>>,
  where: string,
  ofResource: boolean,
): PatternList {
  const list = patternList(value, "Resource", where);
  if (list !== null) return list;
  if (ofResource) return { patterns: ["*"], inverted: false };
  throw new Malformed(`${where} has neither Resource nor NotResource.`);
}

/** Exactly one of the two spellings, as one text or a list of texts; null where there is neither. */
function patternList(
  value: Readonly<Record<string, unknown>>,
  name: "Action" | "Resource",
  where: string,
): PatternList | null {
  const [positive, negative] = [value[name], value[`Not${name}`]];
  if (positive === undefined && negative === undefined) return null;
  if (positive !== undefined && negative !== undefined) {
    throw new Malformed(`${where} has both ${name} and Not${name}; it may have one of them.`);
  }
  const inverted = positive === undefined;
  const patterns: unknown[] = listOf(inverted ? negative : positive);
  const written = `${inverted ? "Not" : ""}${name}`;
  if (patterns.length === 0) throw new Malformed(`${where} has an empty ${written}.`);
  const odd = patterns.find((pattern) => typeof pattern !== "string" || pattern === "");
  if (odd !== undefined) {
    throw new Malformed(`${where} has ${shown(odd)} as ${written}; it must be text.`);
  }
  return { patterns: patterns as string[], inverted };
}
