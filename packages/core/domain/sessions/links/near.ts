/** Finds what lies near an instant in a list that is in order of time, without walking the list. */

export interface Timed {
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export function byTime(left: Timed, right: Timed): number {
  return left.at - right.at;
}

/** Index of the first entry at or after the instant; the length where there is none. `list` is in order. */
export function firstFrom(list: readonly Timed[], at: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.at < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
