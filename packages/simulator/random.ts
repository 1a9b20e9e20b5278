/**
 * Deterministic dice. Guarantees: the same parts give the same throws on every machine and Node version.
 * Not for secrets: everything it makes can be foretold from the seed.
 */

const HEX = "0123456789abcdef";
const NOT_ZERO = "123456789";
const DIGITS = "0123456789";
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** A stream of throws that depends on nothing but the parts it was made from (sfc32). */
export class Dice {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** Any list of parts becomes 128 bits; close lists give unrelated results (cyrb128 mixing). */
  constructor(...parts: (string | number)[]) {
    const text = parts.join("|");
    let a = 1779033703;
    let b = 3144134277;
    let c = 1013904242;
    let d = 2773480762;
    for (let i = 0; i < text.length; i++) {
      const k = text.charCodeAt(i);
      a = b ^ Math.imul(a ^ k, 597399067);
      b = c ^ Math.imul(b ^ k, 2869860233);
      c = d ^ Math.imul(c ^ k, 951274213);
      d = a ^ Math.imul(d ^ k, 2716044179);
    }
    a = Math.imul(c ^ (a >>> 18), 597399067);
    b = Math.imul(d ^ (b >>> 22), 2869860233);
    c = Math.imul(a ^ (c >>> 17), 951274213);
    d = Math.imul(b ^ (d >>> 19), 2716044179);
    this.#a = a ^ b ^ c ^ d;
    this.#b = b ^ a;
    this.#c = c ^ a;
    this.#d = d ^ a;
    for (let i = 0; i < 4; i++) this.#word();
  }

  #word(): number {
    const t = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t;
    return t >>> 0;
  }

  /** A number in `[0, 1)`. */
  next(): number {
    return this.#word() / 4294967296;
  }

  /** A whole number in `[low, high]`. */
  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  /** One of a list that must not be empty. */
  pick<T>(list: readonly T[]): T {
    const chosen = list[Math.floor(this.next() * list.length)];
    if (chosen === undefined)
      throw new Error("Nothing can be picked from an empty list; hand over at least one element.");
    return chosen;
  }

  /** The list in another order; the given one stays as it is. */
  shuffle<T>(list: readonly T[]): T[] {
    const out = [...list];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      const kept = out[i] as T;
      out[i] = out[j] as T;
      out[j] = kept;
    }
    return out;
  }

  #text(alphabet: string, length: number): string {
    let out = "";
    for (let i = 0; i < length; i++) out += alphabet[this.#word() % alphabet.length];
    return out;
  }

  hex(length: number): string {
    return this.#text(HEX, length);
  }

  digits(length: number): string {
    return this.#text(NOT_ZERO, 1) + this.#text(DIGITS, length - 1);
  }

  alphanumeric(length: number): string {
    return this.#text(ALPHANUMERIC, length);
  }

  /** What follows `ASIA` or `AROA` in an id of IAM. */
  base32(length: number): string {
    return this.#text(BASE32, length);
  }

  #eightHex(): string {
    return this.#word().toString(16).padStart(8, "0");
  }

  /** A UUID of version 4. */
  uuid(): string {
    const [a, b, c, d] = [this.#eightHex(), this.#eightHex(), this.#eightHex(), this.#eightHex()];
    const variant = "89ab"[this.#word() % 4];
    return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${variant}${c.slice(1, 4)}-${c.slice(4)}${d}`;
  }
}

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
