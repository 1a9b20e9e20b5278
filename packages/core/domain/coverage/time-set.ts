/**
 * Sets of instants: what was read, what is missing. Ranges are `[from, to)` in milliseconds after 1970, in order, none empty, none
 * touching another, so that equal sets are equal values. Pure arithmetic; it knows nothing of hours or sources.
 */
import { epoch, instant, type Instant } from "../time.ts";

export type TimeSet = readonly (readonly [from: number, to: number])[];

/** A range as it is shown. */
export interface Span {
  readonly from: Instant;
  readonly to: Instant;
}

/** From ranges in any order, overlapping or empty. */
export function timeSet(ranges: Iterable<readonly [number, number]>): TimeSet {
  const made: [number, number][] = [];
  for (const [from, to] of [...ranges].toSorted((left, right) => left[0] - right[0])) {
    if (to <= from) continue;
    const last = made.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else made.push([from, to]);
  }
  return made;
}

export function union(...sets: readonly TimeSet[]): TimeSet {
  return timeSet(sets.flat());
}

/** What lies in both. */
export function common(left: TimeSet, right: TimeSet): TimeSet {
  const made: [number, number][] = [];
  for (let l = 0, r = 0; l < left.length && r < right.length;) {
    const [from, to] = left[l]!;
    const [otherFrom, otherTo] = right[r]!;
    if (Math.max(from, otherFrom) < Math.min(to, otherTo))
      made.push([Math.max(from, otherFrom), Math.min(to, otherTo)]);
    if (to < otherTo) l += 1;
    else r += 1;
  }
  return made;
}

/** What lies in the first and not in the second. */
export function without(set: TimeSet, other: TimeSet): TimeSet {
  const outside: [number, number][] = [];
  let open = -Infinity;
  for (const [from, to] of other) {
    outside.push([open, from]);
    open = to;
  }
  outside.push([open, Infinity]);
  return common(set, outside);
}

/** What of it lies before an instant. */
export function before(set: TimeSet, at: Instant): TimeSet {
  return common(set, [[-Infinity, epoch(at)]]);
}

/** True when every instant of `[from, to]` lies in it, the last one too or at its edge. */
export function spansOver(set: TimeSet, from: Instant, to: Instant): boolean {
  const [first, last] = [epoch(from), epoch(to)];
  return set.some(([low, high]) => low <= first && high >= last);
}

/** True when an instant of `[from, to)` lies in it. */
export function touches(set: TimeSet, from: Instant, to: Instant): boolean {
  const [first, last] = [epoch(from), epoch(to)];
  return set.some(([low, high]) => low < last && high > first);
}

/** The same set, grown outwards to whole multiples of the unit: hours, days. */
export function outwards(set: TimeSet, unit: number): TimeSet {
  return timeSet(
    set.map(([from, to]) => [Math.floor(from / unit) * unit, Math.ceil(to / unit) * unit]),
  );
}

/** How many whole units it touches. */
export function count(set: TimeSet, unit: number): number {
  return outwards(set, unit).reduce((total, [from, to]) => total + (to - from) / unit, 0);
}

export function spans(set: TimeSet): Span[] {
  return set.map(([from, to]) => ({ from: instant(from), to: instant(to) }));
}

/** The earliest instant of it and the one at which it ends; null when it is empty. */
export function hull(set: TimeSet): readonly [from: number, to: number] | null {
  return set.length === 0 ? null : [set[0]![0], set.at(-1)![1]];
}
