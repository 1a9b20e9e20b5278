/**
 * Reading of untrusted JSON: every accessor answers null for what is absent, empty or of another type. None throws; what is read
 * is not checked for sense.
 */
import { parseInstant, type Instant } from "../time.ts";

export type Json = Readonly<Record<string, unknown>>;

export function object(value: unknown): Json | null {
  return value !== null && typeof value === "object" && !Array.isArray(value)
    ? (value as Json)
    : null;
}

/** Null for "" too: Identity Center writes empty text where it means nothing. */
export function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

export function integer(value: unknown): number | null {
  const number = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : null;
}

/** The object at a path of keys. */
export function at(value: unknown, ...keys: string[]): unknown {
  let inner: unknown = value;
  for (const key of keys) {
    const holder = object(inner);
    if (holder === null || !Object.hasOwn(holder, key)) return undefined;
    inner = holder[key];
  }
  return inner;
}

/** The first key, whatever its case, of an object. */
export function anyCase(value: unknown, ...names: string[]): unknown {
  const holder = object(value);
  if (holder === null) return undefined;
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  return Object.entries(holder).find(([key]) => wanted.has(key.toLowerCase()))?.[1];
}

export function texts(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((item): item is string => typeof item === "string" && item !== "");
}

/** Levels below which `anywhere` does not look. */
const NEAR = 6;

/** The first text or object under one of these keys, whatever their case, at any level: for requests whose shape is not documented. */
export function anywhere(value: unknown, ...names: string[]): unknown {
  return found(value, new Set(names.map((name) => name.toLowerCase())), NEAR);
}

function found(value: unknown, names: ReadonlySet<string>, levels: number): unknown {
  if (value === null || typeof value !== "object" || levels === 0) return undefined;
  const members = Object.entries(value);
  const direct = members.find(([key, inner]) => names.has(key.toLowerCase()) && inner !== "");
  if (direct !== undefined) return direct[1];
  for (const [, inner] of members) {
    const below = found(inner, names, levels - 1);
    if (below !== undefined) return below;
  }
  return undefined;
}

/** CloudTrail writes whole seconds of UTC; the calendar is checked by the slower reading only where it may matter. */
const WHOLE_SECOND =
  /^20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

/** Null for whatever is not an ISO-8601 time with a zone. */
export function instantOf(value: unknown): Instant | null {
  if (typeof value === "string" && WHOLE_SECOND.test(value)) {
    return `${value.slice(0, 19)}.000Z` as Instant;
  }
  return parseInstant(value);
}

const MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
const STS_TIME = /^([A-Z][a-z]{2}) (\d{1,2}), (\d{4}),?\s(\d{1,2}):(\d{2}):(\d{2})\s([AP])M$/;

/** A time as records write it, or as STS writes it into responses, in UTC: `Nov 2, 2026, 12:06:00 PM`. Null for anything else. */
export function lenientInstant(value: unknown): Instant | null {
  const match = typeof value === "string" ? STS_TIME.exec(value) : null;
  if (match === null) return instantOf(value);
  const [, month, day, year, hour, minute, second, half] = match as unknown as string[];
  const index = MONTHS.indexOf(month!);
  if (index < 0 || index % 3 !== 0 || Number(hour) < 1 || Number(hour) > 12) return null;
  const hours = (Number(hour) % 12) + (half === "P" ? 12 : 0);
  const date = `${year}-${String(index / 3 + 1).padStart(2, "0")}-${day!.padStart(2, "0")}`;
  return parseInstant(`${date}T${String(hours).padStart(2, "0")}:${minute}:${second}Z`);
}
