/**
 * Ids that Curfew makes. What is derived from events carries the hash of its exact key, so that a rebuild gives the same ids;
 * what people create carries a prefix and a sortable random. AWS ids are never made or changed here.
 */
import { createHash } from "node:crypto";
import type { Instant } from "./time.ts";
import { epoch } from "./time.ts";

export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** `<prefix>_<32 hex>`: the same parts give the same id, and no two different lists of parts share one. */
export function derivedId(
  prefix: "ses" | "fin" | "dlv" | "itm" | "res",
  ...parts: string[]
): string {
  return `${prefix}_${sha256(JSON.stringify(parts)).slice(0, 32)}`;
}

/** `<prefix>_<12 hex of time><20 hex random>`: sorts by creation. `random` holds at least 10 bytes. */
export function createdId(
  prefix: "rev" | "rpt" | "tok" | "snp" | "step" | "del",
  now: Instant,
  random: Uint8Array,
): string {
  const time = epoch(now).toString(16).padStart(12, "0");
  return `${prefix}_${time}${Buffer.from(random.subarray(0, 10)).toString("hex")}`;
}

/** JSON with sorted keys: equal values give equal text, whatever the order their keys were written in. The value is plain JSON. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = Object.keys(value)
    .toSorted()
    .filter((key) => (value as Record<string, unknown>)[key] !== undefined)
    .map(
      (key) => `${JSON.stringify(key)}:${canonicalJson((value as Record<string, unknown>)[key])}`,
    );
  return `{${members.join(",")}}`;
}
