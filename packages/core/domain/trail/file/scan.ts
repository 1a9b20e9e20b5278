/**
 * Finds the records in JSON bytes without parsing them: where each begins and ends, and where the few members stand that tell whether
 * it can matter. Knows strings, escapes, nesting and the lists that hold records; whether a record is JSON within is for its parser.
 * Holds no more than one piece and one unfinished record.
 */
import { CELL, CELLS, ESCAPED, ITEMS_AT_ONCE, type ItemBatch, type ItemReader } from "./items.ts";
import type { DecodedRecord } from "../decode.ts";
import { cellOfKey, isListKey } from "./keys.ts";
import { LARGEST_RECORD, Oversize } from "./oversize.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;
const COMMA = 0x2c;
const LETTER_U = 0x75;
const NOWHERE = Number.MAX_SAFE_INTEGER;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

/** Where a bare word such as `null` ends. */
const LONGEST_WORD = 64;
const ENDS_WORD: ReadonlySet<number> = new Set([COMMA, CLOSE_LIST, CLOSE_OBJECT, 9, 10, 13, 32]);

/** What stands between items: `first` and `next` want an item, and only `first` may close its list; `after` wants `,` or the close. */
type Between = "first" | "next" | "after";

export class RecordScanner implements ItemReader {
  problem: string | null = null;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Closing brackets of the lists around the items, and of what holds the lists. */
  readonly #open: number[] = [];
  #between: Between = "first";
  /** Nesting within an item, or within the rest of a list's holder; 0 between items. */
  #depth = 0;
  /** False in the rest of a list's holder, which is no item. */
  #isItem = true;
  #start = 0;
  /** At depth 1 the next text is a key. */
  #wantsKey = false;
  #cell = 0;
  #listFollows = false;
  #oversize: Oversize | null = null;
  /** The piece ended within a text of an item that is not held any more. */
  #withinText = false;
  /** The next backslash and the next line feed: most texts have none, and need no look at each byte. */
  #escape = NOWHERE;
  #newline = NOWHERE;
  #table = new Int32Array(ITEMS_AT_ONCE * CELLS);
  #count = 0;
  #judged = new Map<number, DecodedRecord>();

  *push(piece: Buffer): Generator<ItemBatch> {
    if (this.problem !== null) return;
    this.#take(piece);
    while (this.problem === null && this.#at < this.#bytes.length) {
      const cut = this.#depth > 0 ? !this.#inside() : !this.#outside();
      if (this.#count === ITEMS_AT_ONCE) yield this.#batch();
      if (cut) break;
    }
    if (this.#count > 0) yield this.#batch();
  }

  *end(): Generator<ItemBatch> {
    if (this.#depth > 0 || this.#open.length > 0 || this.#at < this.#bytes.length) {
      this.problem ??= "its JSON ends before it is complete";
    }
  }

  /** What is unfinished moves to the front of the new bytes; an item that is too large is only hashed. */
  #take(piece: Buffer): void {
    const held = this.#bytes.length;
    const inItem = this.#depth > 0 && this.#isItem;
    if (inItem && (this.#oversize !== null || held - this.#start > LARGEST_RECORD)) {
      this.#letGo();
    }
    const keep = inItem && this.#oversize === null ? this.#start : Math.min(this.#at, held);
    if (held - keep > LARGEST_RECORD) this.problem = "it has a text too large to be read";
    this.#bytes = keep === held ? piece : Buffer.concat([this.#bytes.subarray(keep), piece]);
    this.#at -= keep;
    this.#start -= keep;
    const row = this.#count * CELLS;
    for (let cell: number = CELL.eventSource; cell < CELLS; cell++) {
      if (this.#table[row + cell]! > 0) this.#table[row + cell]! -= keep;
    }
    this.#escape = this.#next(BACKSLASH, this.#at);
    this.#newline = this.#next(NEWLINE, this.#at);
  }

  #letGo(): void {
    const held = this.#bytes.length;
    if (this.#oversize === null) this.#oversize = new Oversize(this.#bytes.subarray(this.#start));
    else this.#oversize.add(this.#bytes);
    if (this.#at >= held) return;
    // Cut within a text: go on behind it, and behind the character that a last backslash escapes.
    this.#withinText = true;
    let backslashes = 0;
    while (this.#bytes[held - 1 - backslashes] === BACKSLASH) backslashes += 1;
    this.#at = held + (backslashes % 2);
  }

  #next(byte: number, from: number): number {
    const index = this.#bytes.indexOf(byte, from);
    return index === -1 ? NOWHERE : index;
  }

  /** Between items. False when the bytes end before something can be told. */
  #outside(): boolean {
    const byte = this.#bytes[this.#at]!;
    if (byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09) {
      this.#at += 1;
      return true;
    }
    const isTop = this.#open.length === 0;
    if (!isTop && byte === this.#open.at(-1) && this.#between !== "next") return this.#closeList();
    if (!isTop && byte === COMMA && this.#between === "after") {
      this.#between = "next";
      this.#at += 1;
      return true;
    }
    if (!isTop && this.#between === "after")
      return this.#refuse("a comma is missing between its records");
    if (byte === OPEN_OBJECT) return this.#begin();
    if (byte === OPEN_LIST) return isTop ? this.#openList([CLOSE_LIST]) : this.#begin();
    if (isTop) return this.#refuse("it is not JSON");
    return byte === QUOTE ? this.#text() : this.#word();
  }

  #refuse(problem: string): false {
    this.problem = problem;
    return false;
  }

  #begin(): boolean {
    this.#start = this.#at;
    this.#isItem = true;
    this.#depth = 1;
    this.#wantsKey = this.#bytes[this.#at] === OPEN_OBJECT;
    this.#listFollows = false;
    this.#cell = 0;
    this.#at += 1;
    this.#clearRow();
    return true;
  }

  #clearRow(): void {
    const row = this.#count * CELLS;
    for (let cell = 0; cell < CELLS; cell++) this.#table[row + cell] = 0;
  }

  #openList(closing: readonly number[]): boolean {
    this.#open.push(...closing);
    this.#between = "first";
    this.#depth = 0;
    this.#at += 1;
    return true;
  }

  #closeList(): boolean {
    this.#open.pop();
    this.#at += 1;
    this.#between = this.#open.length === 0 ? "first" : "after";
    if (this.#open.at(-1) !== CLOSE_OBJECT) return true;
    // The rest of the object that holds the list.
    this.#isItem = false;
    this.#depth = 1;
    this.#wantsKey = false;
    this.#listFollows = false;
    return true;
  }

  /** A text where a record should stand: it is kept as an item that is none. */
  #text(): boolean {
    this.#start = this.#at;
    this.#clearRow();
    const close = this.#closing(this.#at + 1);
    if (close === -1) return false;
    this.#at = close + 1;
    this.#finish();
    return true;
  }

  #word(): boolean {
    let end = this.#at;
    while (end < this.#bytes.length && !ENDS_WORD.has(this.#bytes[end]!)) end += 1;
    if (end === this.#at || end - this.#at > LONGEST_WORD) return this.#refuse("it is not JSON");
    if (end === this.#bytes.length) return false;
    this.#start = this.#at;
    this.#clearRow();
    this.#at = end;
    this.#finish();
    return true;
  }

  /** Within an item: the hot loop. False when the bytes end within a text. */
  #inside(): boolean {
    const bytes = this.#bytes;
    const length = bytes.length;
    if (this.#withinText && !this.#leaveText()) return false;
    let at = this.#at;
    let depth = this.#depth;
    while (at < length) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        let close = bytes.indexOf(QUOTE, at + 1);
        if (close === -1 || this.#escape < close || this.#newline < close) {
          close = this.#closing(at + 1);
          if (close === -1) break;
        }
        if (depth === 1) this.#member(at + 1, close);
        at = close + 1;
      } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        if (depth === 1 && this.#listFollows && byte === OPEN_LIST && this.#holdsRecords()) {
          this.#at = at;
          return this.#openList(this.#isItem ? [CLOSE_OBJECT, CLOSE_LIST] : [CLOSE_LIST]);
        }
        depth += 1;
        at += 1;
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        depth -= 1;
        at += 1;
        if (depth === 0) {
          this.#at = at;
          this.#depth = 0;
          return this.#close(byte);
        }
      } else {
        if (depth === 1 && byte === COMMA) {
          this.#wantsKey = true;
          this.#listFollows = false;
        }
        at += 1;
      }
    }
    this.#at = at;
    this.#depth = depth;
    return at >= length;
  }

  /** Behind the text that an earlier piece began. */
  #leaveText(): boolean {
    const close = this.#closing(this.#at);
    if (close === -1) return false;
    this.#withinText = false;
    this.#at = close + 1;
    return true;
  }

  /** The quote that ends a text which begins at `from`; -1: it lies beyond the bytes, or there is none. */
  #closing(from: number): number {
    let close = this.#bytes.indexOf(QUOTE, from);
    if (this.#escape < from) this.#escape = this.#next(BACKSLASH, from);
    while (this.#escape < (close === -1 ? this.#bytes.length : close)) {
      const escaped = this.#escape + 1;
      // A number cut off by the end of the bytes is met again with the next piece.
      if (this.#bytes[escaped] === LETTER_U)
        this.#table[this.#count * CELLS + CELL.flags] = ESCAPED;
      if (escaped === close) close = this.#bytes.indexOf(QUOTE, escaped + 1);
      this.#escape = this.#next(BACKSLASH, escaped + 1);
    }
    if (this.#newline < from) this.#newline = this.#next(NEWLINE, from);
    if (this.#newline < (close === -1 ? this.#bytes.length : close)) {
      this.problem = "it has a line break within a text";
      return -1;
    }
    return close;
  }

  /** A text at depth 1: a key, or the value of the key before it. */
  #member(from: number, close: number): void {
    if (this.#wantsKey) {
      this.#wantsKey = false;
      this.#cell = cellOfKey(this.#bytes, from, close);
      this.#listFollows = this.#open.length < 2 && isListKey(this.#bytes, from, close);
      // Of a key that stands twice the last value holds.
      if (this.#cell !== 0) this.#table[this.#count * CELLS + this.#cell] = 0;
    } else {
      this.#listFollows = false;
      if (this.#cell !== 0) {
        this.#table[this.#count * CELLS + this.#cell] = from;
        this.#table[this.#count * CELLS + this.#cell + 1] = close;
        this.#cell = 0;
      }
    }
  }

  /** An object that is a record is none that holds records, whatever its members are called. */
  #holdsRecords(): boolean {
    this.#listFollows = false;
    const row = this.#count * CELLS;
    const isRecord =
      this.#table[row + CELL.eventSource] !== 0 && this.#table[row + CELL.eventName] !== 0;
    return !isRecord || !this.#isItem;
  }

  #close(byte: number): boolean {
    if (!this.#isItem) {
      if (byte !== CLOSE_OBJECT) return this.#refuse("its brackets do not match");
      this.#open.pop();
      this.#between = this.#open.length === 0 ? "first" : "after";
      return true;
    }
    if (this.#oversize !== null) {
      this.#oversize.add(this.#bytes.subarray(0, this.#at));
      this.#judge(this.#oversize);
      return true;
    }
    const opened = this.#bytes[this.#start];
    if ((opened === OPEN_OBJECT) !== (byte === CLOSE_OBJECT)) {
      return this.#refuse("its brackets do not match");
    }
    if (this.#at - this.#start > LARGEST_RECORD) {
      this.#judge(new Oversize(this.#bytes.subarray(this.#start, this.#at)));
    } else this.#finish();
    return true;
  }

  #judge(oversize: Oversize): void {
    this.#judged.set(this.#count, oversize.judged());
    this.#oversize = null;
    this.#finish();
  }

  #finish(): void {
    const row = this.#count * CELLS;
    this.#table[row + CELL.start] = this.#start;
    this.#table[row + CELL.end] = this.#at;
    this.#count += 1;
    this.#between = this.#open.length === 0 ? "first" : "after";
  }

  #batch(): ItemBatch {
    const batch = {
      bytes: this.#bytes,
      table: this.#table,
      count: this.#count,
      judged: this.#judged,
    };
    this.#table = new Int32Array(ITEMS_AT_ONCE * CELLS);
    const row = batch.count * CELLS;
    // What is known of the unfinished item.
    if (batch.count < ITEMS_AT_ONCE) this.#table.set(batch.table.subarray(row, row + CELLS));
    this.#count = 0;
    this.#judged = new Map();
    return batch;
  }
}
