/**
 * Lists of whole numbers by owner, in two flat arrays: what belongs to one owner stands together, sorted and without repetitions.
 * Pure. Holds 8 bytes an entry where a map of arrays would take ten times as many.
 */
export class NumberLists {
  /** Where each owner's entries begin; one more than there are owners. */
  readonly #starts: Int32Array;
  readonly #values: Int32Array;

  /** `owners[i]` gets `values[i]`; an entry whose owner or value is negative is left out. */
  constructor(ownerCount: number, owners: Int32Array, values: Int32Array) {
    const places = new Int32Array(ownerCount + 1);
    for (let at = 0; at < owners.length; at += 1) {
      if (owners[at]! >= 0 && values[at]! >= 0) places[owners[at]! + 1]! += 1;
    }
    for (let owner = 0; owner < ownerCount; owner += 1) places[owner + 1]! += places[owner]!;
    const all = new Int32Array(places[ownerCount]!);
    const next = places.slice();
    for (let at = 0; at < owners.length; at += 1) {
      const owner = owners[at]!;
      if (owner < 0 || values[at]! < 0) continue;
      all[next[owner]!] = values[at]!;
      next[owner]! += 1;
    }
    const kept = sortedWithin(all, places);
    this.#starts = places;
    this.#values = kept === all.length ? all : all.slice(0, kept);
  }

  /** A view; nobody may write to it. */
  of(owner: number): Int32Array {
    return this.#values.subarray(this.#starts[owner], this.#starts[owner + 1]);
  }

  countOf(owner: number): number {
    return this.#starts[owner + 1]! - this.#starts[owner]!;
  }

  /** The same entries by value: who has it. */
  inverted(valueCount: number): NumberLists {
    const owners = new Int32Array(this.#values.length);
    for (let owner = 0; owner + 1 < this.#starts.length; owner += 1) {
      owners.fill(owner, this.#starts[owner], this.#starts[owner + 1]);
    }
    return new NumberLists(valueCount, this.#values, owners);
  }
}

/** Sorts each owner's part and closes the gaps of repetitions; `starts` follows. Returns how many entries are left. */
function sortedWithin(values: Int32Array, starts: Int32Array): number {
  let kept = 0;
  let from = 0;
  for (let owner = 0; owner + 1 < starts.length; owner += 1) {
    const to = starts[owner + 1]!;
    starts[owner] = kept;
    if (!isAscending(values, from, to)) values.subarray(from, to).sort();
    for (let at = from; at < to; at += 1) {
      if (at > from && values[at] === values[kept - 1]) continue;
      values[kept] = values[at]!;
      kept += 1;
    }
    from = to;
  }
  starts[starts.length - 1] = kept;
  return kept;
}

function isAscending(values: Int32Array, from: number, to: number): boolean {
  for (let at = from + 1; at < to; at += 1) if (values[at]! < values[at - 1]!) return false;
  return true;
}
