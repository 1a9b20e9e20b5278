/**
 * Sets of small whole numbers as bits in 32-bit words: many of them are united and counted in the time that one pass over their
 * words takes. Pure. A set does not know its size: whoever makes it says how many numbers there are.
 */
export type Bits = Uint32Array;

/** An empty set of numbers from 0 up to `size`, itself left out. */
export function emptyBits(size: number): Bits {
  return new Uint32Array((size + 31) >>> 5);
}

export function addBit(bits: Bits, at: number): void {
  bits[at >>> 5]! |= 1 << (at & 31);
}

/** Puts all of `more` into `bits`; both are of one size. */
export function addBits(bits: Bits, more: Bits): void {
  for (let at = 0; at < bits.length; at += 1) bits[at]! |= more[at]!;
}

/** How many numbers are in the set. */
export function countBits(bits: Bits): number {
  let count = 0;
  for (let at = 0; at < bits.length; at += 1) {
    // Adds up neighbouring bits, pairs, and groups of four, all at once (Hacker's Delight, figure 5-2).
    let word = bits[at]!;
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    word = (word + (word >>> 4)) & 0x0f0f0f0f;
    count += Math.imul(word, 0x01010101) >>> 24;
  }
  return count;
}

/** Every number of the set, smallest first. */
export function eachBit(bits: Bits, visit: (at: number) => void): void {
  for (let at = 0; at < bits.length; at += 1) {
    let word = bits[at]!;
    while (word !== 0) {
      const bit = 31 - Math.clz32(word & -word);
      visit((at << 5) + bit);
      word &= word - 1;
    }
  }
}
