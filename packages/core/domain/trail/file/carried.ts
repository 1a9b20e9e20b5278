/**
 * The record that another record carries: the answer of LookupEvents, rows of CloudTrail Lake and Athena, EventBridge and log
 * shippers wrap it as text or as an object. Each wrapping is taken off once, because no depth of it may exhaust a stack.
 */
import { object, text, type Json } from "../fields.ts";

/** Members that carry a record, the surest first; compared without case, because Athena folds names. */
export const CARRIERS: readonly string[] = [
  "CloudTrailEvent",
  "eventJson",
  "record",
  "eventData",
  "rawEvent",
  "event",
  "detail",
  "_raw",
  "message",
];

const RANK: ReadonlyMap<string, number> = new Map(
  CARRIERS.map((name, rank) => [name.toLowerCase(), rank]),
);

/** How sure a name says that a record is carried; null: it does not say so. */
export function rankOfCarrier(name: string): number | null {
  return RANK.get(name.toLowerCase()) ?? null;
}

/** True of an object with eventSource and eventName. */
export function isRecord(value: unknown): boolean {
  const holder = object(value);
  return (
    holder !== null && text(holder["eventSource"]) !== null && text(holder["eventName"]) !== null
  );
}

/** The record in a value, or the value itself where it carries none. */
export function carriedRecord(value: unknown): unknown {
  const holder = object(isRow(value) ? columnsOf(value) : value);
  if (holder === null || isRecord(value)) return value;
  for (const name of carriersOf(holder)) {
    const inner = unwrapped(holder[name]);
    if (isRecord(inner)) return inner;
    // These two are never anything else: what stands there is a record that cannot be read.
    if (name === "CloudTrailEvent" || name === "record") return inner;
  }
  return value;
}

/** True of a row as GetQueryResults answers it: a list of objects with one member each. */
export function isRow(value: unknown): value is readonly Json[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((cell) => object(cell) !== null && Object.keys(cell as Json).length === 1)
  );
}

function columnsOf(row: readonly Json[]): Json {
  return Object.fromEntries(row.flatMap((cell) => Object.entries(cell)));
}

function carriersOf(holder: Json): string[] {
  return Object.keys(holder)
    .filter((name) => rankOfCarrier(name) !== null)
    .toSorted((left, right) => rankOfCarrier(left)! - rankOfCarrier(right)!);
}

function unwrapped(value: unknown): unknown {
  const json = text(value);
  if (json === null) return value;
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return json;
  }
}
