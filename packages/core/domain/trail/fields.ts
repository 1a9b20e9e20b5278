/** Reading of untrusted JSON: every accessor answers null for what is absent, empty or of another type. */

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
