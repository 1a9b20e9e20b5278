/**
 * Sets of instants as Postgres writes its `tstzmultirange`: bounds `[`, `)`, in UTC, to the millisecond. Text of another time zone or
 * an unbounded range is refused: the product writes neither.
 */
import { timeSet, type TimeSet } from "../../../domain/coverage/time-set.ts";

/** `{["2026-03-10 00:00:00+00","2026-03-10 01:00:00+00")}`; null for SQL's null, which an aggregate over nothing gives. */
export function timeSetOf(text: string | null): TimeSet {
  if (text === null || text === "{}") return [];
  // Between the quotes stand the bounds: split, because a ledger of years has millions of them.
  const parts = text.split('"');
  const ranges: [number, number][] = [];
  for (let at = 1; at < parts.length; at += 4) {
    const opens = parts[at - 1]!.endsWith("[") && parts[at + 1] === ",";
    const [from, to] = [instantOf(parts[at]), instantOf(parts[at + 2])];
    if (!opens || Number.isNaN(from) || Number.isNaN(to)) throw refused(text);
    ranges.push([from, to]);
  }
  if (ranges.length === 0) throw refused(text);
  return timeSet(ranges);
}

/** Milliseconds; NaN for what is not UTC. */
function instantOf(bound: string | undefined): number {
  if (bound?.endsWith("+00") !== true) return Number.NaN;
  return Date.parse(`${bound.slice(0, 10)}T${bound.slice(11, -3)}Z`);
}

function refused(text: string): RangeError {
  return new RangeError(`no set of bounded ranges in UTC: ${text.slice(0, 100)}`);
}

export function multirangeText(set: TimeSet): string {
  const iso = (at: number) => new Date(at).toISOString();
  return `{${set.map(([from, to]) => `[${iso(from)},${iso(to)})`).join(",")}}`;
}
