/**
 * Reads the Condition element (AWS: IAM JSON policy elements, condition operators). Guarantees one entry a pair of operator and key, each
 * with its values as text. Whether a condition limits anything is judged elsewhere.
 */
import { Malformed } from "./malformed.ts";
import { isObject, listOf, shown } from "./values.ts";

export interface Condition {
  /** `forAnyValue:`, `forAllValues:`, or neither. */
  readonly of: "any" | "all" | null;
  /** In AWS's spelling, without what goes before and behind it: `StringEquals`. */
  readonly operator: Operator;
  /** A request without the key passes. */
  readonly ifExists: boolean;
  /** In lower case: keys compare without case. */
  readonly key: string;
  readonly values: readonly string[];
}

const OPERATORS = [
  "StringEquals",
  "StringNotEquals",
  "StringEqualsIgnoreCase",
  "StringNotEqualsIgnoreCase",
  "StringLike",
  "StringNotLike",
  "NumericEquals",
  "NumericNotEquals",
  "NumericLessThan",
  "NumericLessThanEquals",
  "NumericGreaterThan",
  "NumericGreaterThanEquals",
  "DateEquals",
  "DateNotEquals",
  "DateLessThan",
  "DateLessThanEquals",
  "DateGreaterThan",
  "DateGreaterThanEquals",
  "Bool",
  "BinaryEquals",
  "IpAddress",
  "NotIpAddress",
  "ArnEquals",
  "ArnLike",
  "ArnNotEquals",
  "ArnNotLike",
  "Null",
] as const;
export type Operator = (typeof OPERATORS)[number];

const BY_LOWER_CASE: ReadonlyMap<string, Operator> = new Map(
  OPERATORS.map((operator) => [operator.toLowerCase(), operator]),
);

/** The conditions of a statement, all of which must hold. */
export function conditionsOf(value: unknown, where: string): readonly Condition[] {
  if (value === undefined) return [];
  if (!isObject(value)) throw new Malformed(`${where} has a Condition that is not a JSON object.`);
  return Object.entries(value).flatMap(([written, keys]) => {
    const operator = operatorOf(written, where);
    if (!isObject(keys)) {
      throw new Malformed(
        `${where} has the condition ${shown(written)} without a JSON object of keys.`,
      );
    }
    return Object.entries(keys).map(([key, values]) => ({
      ...operator,
      key: key.toLowerCase(),
      values: valuesOf(values, `${where} has the condition ${shown(written)} on ${shown(key)}`),
    }));
  });
}

function operatorOf(
  written: string,
  where: string,
): Pick<Condition, "of" | "operator" | "ifExists"> {
  const [, of = "", base = "", ifExists] =
    /^(?:for(any|all)values?:)?([a-z]+?)(ifexists)?$/.exec(written.toLowerCase()) ?? [];
  const operator = BY_LOWER_CASE.get(base);
  if (operator === undefined) {
    throw new Malformed(
      `${where} has the condition operator ${shown(written)}, which IAM does not know.`,
    );
  }
  return {
    of: of === "any" || of === "all" ? of : null,
    operator,
    ifExists: ifExists !== undefined,
  };
}

function valuesOf(value: unknown, what: string): readonly string[] {
  return listOf(value).map((one) => {
    if (typeof one === "string" || typeof one === "number" || typeof one === "boolean") {
      return String(one);
    }
    throw new Malformed(`${what} with ${shown(one)}; it must be text, a number or true or false.`);
  });
}
