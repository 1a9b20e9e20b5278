/**
 * Sets of instants as Postgres writes its `tstzmultirange`: bounds `[`, `)`, in UTC, to the millisecond. Text of another time zone or
 * an unbounded range is refused: the product writes neither.
 */
import { timeSet, type TimeSet } from "../../../domain/coverage/time-set.ts";

/** `{["2026-03-10 00:00:00+00","2026-03-10 01:00:00+00")}`; null for SQL's null, which an aggregate over nothing gives. */
export function timeSetOf(text: string | null): TimeSet {
  if (text === null || text === "{}") return [];
  const bounds = [...text.matchAll(/"([^"]+)\+00"/g)].map(([, bound]) =>
    Date.parse(`${bound!.replace(" ", "T")}Z`),
  );
  const ranges = text.split("[").length - 1;
  if (bounds.length !== ranges * 2 || bounds.some(Number.isNaN))
    throw new RangeError(`no set of bounded ranges in UTC: ${text.slice(0, 100)}`);
  return timeSet(
    Array.from({ length: ranges }, (_, index) => [bounds[index * 2]!, bounds[index * 2 + 1]!]),
  );
}

export function multirangeText(set: TimeSet): string {
  const iso = (at: number) => new Date(at).toISOString();
  return `{${set.map(([from, to]) => `[${iso(from)},${iso(to)})`).join(",")}}`;
}
