/** Sets of actions as bits, one an action of the catalogue. Guarantees that no function changes what it was given, `include` aside. */

/** A set of positions in a catalogue. */
export type Bits = Uint32Array;

export const noBits = (size: number): Bits => new Uint32Array(Math.ceil(size / 32));

/** Adds positions to a set in place. */
export function include(bits: Bits, positions: Iterable<number>): Bits {
  for (const at of positions) bits[at >>> 5]! |= 1 << (at & 31);
  return bits;
}

export const has = (bits: Bits, at: number): boolean => (bits[at >>> 5]! & (1 << (at & 31))) !== 0;

export const union = (left: Bits, right: Bits): Bits => left.map((word, at) => word | right[at]!);

export const both = (left: Bits, right: Bits): Bits => left.map((word, at) => word & right[at]!);

export const without = (left: Bits, right: Bits): Bits =>
  left.map((word, at) => word & ~right[at]!);

/** Everything up to `size` that is not in the set. */
export function complement(bits: Bits, size: number): Bits {
  const all = bits.map((word) => ~word);
  const rest = size & 31;
  if (rest !== 0) all[all.length - 1]! &= (1 << rest) - 1;
  return all;
}

/** Positions in ascending order. */
export function* positionsOf(bits: Bits): Generator<number> {
  for (const [at, word] of bits.entries()) {
    for (let left = word; left !== 0; left &= left - 1) {
      yield at * 32 + (31 - Math.clz32(left & -left));
    }
  }
}

export const isEmpty = (bits: Bits): boolean => bits.every((word) => word === 0);

export const intersects = (left: Bits, right: Bits): boolean =>
  left.some((word, at) => (word & right[at]!) !== 0);
