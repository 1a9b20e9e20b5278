/**
 * Finds where a JSON text ends. Most texts have neither an escape nor a line break in them, which is told without looking at each byte:
 * the next one of either is known and lies behind.
 */
import { BACKSLASH, LETTER_U, NEWLINE, QUOTE } from "./letters.ts";

const NOWHERE = Number.MAX_SAFE_INTEGER;

export class Texts {
  /** A text held an escape by number since this was set to false. */
  escaped = false;
  /** A text held a line break, which JSON forbids: a line was cut. */
  broken = false;
  #bytes: Buffer = Buffer.alloc(0);
  #escape = NOWHERE;
  #newline = NOWHERE;

  /** Turns to new bytes, from a place on. */
  turn(bytes: Buffer, at: number): void {
    this.#bytes = bytes;
    this.#escape = this.#next(BACKSLASH, at);
    this.#newline = this.#next(NEWLINE, at);
  }

  /** The quote that ends the text which begins at `from`; -1: it is not within the bytes, or the text is broken. */
  end(from: number): number {
    const close = this.#bytes.indexOf(QUOTE, from);
    const isPlain = close !== -1 && this.#escape > close && this.#newline > close;
    return isPlain ? close : this.#endOfUnusual(from, close);
  }

  #endOfUnusual(from: number, first: number): number {
    const bytes = this.#bytes;
    let close = first;
    if (this.#escape < from) this.#escape = this.#next(BACKSLASH, from);
    while (this.#escape < (close === -1 ? bytes.length : close)) {
      const letter = this.#escape + 1;
      // What is cut off by the end of the bytes is met again with the next piece.
      if (bytes[letter] === LETTER_U) this.escaped = true;
      if (letter === close) close = bytes.indexOf(QUOTE, letter + 1);
      this.#escape = this.#next(BACKSLASH, letter + 1);
    }
    if (this.#newline < from) this.#newline = this.#next(NEWLINE, from);
    if (this.#newline >= (close === -1 ? bytes.length : close)) return close;
    this.broken = true;
    return -1;
  }

  #next(byte: number, from: number): number {
    const index = this.#bytes.indexOf(byte, from);
    return index === -1 ? NOWHERE : index;
  }
}
