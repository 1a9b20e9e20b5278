/**
 * Finds the records in JSON bytes without parsing them: where each begins and ends, and where the few members stand that tell whether
 * it can matter. Knows strings, escapes, nesting and the lists that hold records; whether a record is JSON within is for its parser.
 * Holds no more than one piece and one unfinished record.
 */
import { CELL, type ItemBatch, type ItemReader } from "./items.ts";
import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  COMMA,
  endOfWord,
  endsEscaping,
  isBlank,
  LONGEST_WORD,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
} from "./letters.ts";
import { cellOfKey, isListKey } from "./keys.ts";
import { LARGEST_RECORD, Oversize } from "./oversize.ts";
import { Rows } from "./rows.ts";
import { Texts } from "./texts.ts";

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
  readonly #texts = new Texts();
  readonly #rows = new Rows();
  #waiting: Buffer[] = [];
  #waitingBytes = 0;

  *push(piece: Buffer): Generator<ItemBatch> {
    if (this.problem !== null) return;
    // A long item is not moved with every piece, but when as much again has come.
    this.#waiting.push(piece);
    this.#waitingBytes += piece.length;
    if (this.#waitingBytes < this.#unfinished() / 2) return;
    yield* this.#scan();
  }

  *#scan(): Generator<ItemBatch> {
    this.#take(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    while (this.problem === null && this.#at < this.#bytes.length) {
      const cut = this.#depth > 0 ? !this.#inside() : !this.#outside();
      if (this.#texts.broken) this.problem = "it has a line break within a text";
      if (this.#rows.isFull) yield this.#rows.take(this.#bytes);
      if (cut) break;
    }
    if (this.#rows.count > 0) yield this.#rows.take(this.#bytes);
  }

  *end(): Generator<ItemBatch> {
    if (this.#waiting.length > 0) yield* this.#scan();
    if (this.#depth > 0 || this.#open.length > 0 || this.#at < this.#bytes.length) {
      this.problem ??= "its JSON ends before it is complete";
    }
  }

  /** Bytes that have to stay because an item or a text began in them. */
  #unfinished(): number {
    if (this.#oversize !== null) return 0;
    const from = this.#depth > 0 && this.#isItem ? this.#start : this.#at;
    return Math.max(0, this.#bytes.length - from);
  }

  /** What is unfinished moves to the front of the new bytes; an item that is too large is only hashed. */
  #take(pieces: readonly Buffer[]): void {
    const held = this.#bytes.length;
    const inItem = this.#depth > 0 && this.#isItem;
    const isLarge = this.#oversize !== null || held - this.#start > LARGEST_RECORD;
    if (inItem && isLarge) this.#letGo();
    const keep = inItem && this.#oversize === null ? this.#start : Math.min(this.#at, held);
    if (held - keep > LARGEST_RECORD) this.problem = "it has a text too large to be read";
    const [only] = pieces;
    this.#bytes =
      keep === held && pieces.length === 1
        ? only!
        : Buffer.concat([this.#bytes.subarray(keep), ...pieces]);
    this.#at -= keep;
    this.#start -= keep;
    this.#rows.shift(keep);
    this.#texts.turn(this.#bytes, this.#at);
  }

  #letGo(): void {
    const held = this.#bytes.length;
    if (this.#oversize === null) this.#oversize = new Oversize(this.#bytes.subarray(this.#start));
    else this.#oversize.add(this.#bytes);
    if (this.#at >= held) return;
    // Cut within a text: go on behind it, and behind the character that a last backslash escapes.
    this.#withinText = true;
    this.#at = held + (endsEscaping(this.#bytes) ? 1 : 0);
  }

  /** Between items. False when the bytes end before something can be told. */
  #outside(): boolean {
    while (this.#at < this.#bytes.length && isBlank(this.#bytes[this.#at]!)) this.#at += 1;
    if (this.#at === this.#bytes.length) return true;
    const byte = this.#bytes[this.#at]!;
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
    this.#texts.escaped = false;
    this.#start = this.#at;
    this.#isItem = true;
    this.#depth = 1;
    this.#wantsKey = this.#bytes[this.#at] === OPEN_OBJECT;
    this.#listFollows = false;
    this.#cell = 0;
    this.#at += 1;
    this.#rows.begin();
    return true;
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
    this.#rows.begin();
    const close = this.#texts.end(this.#at + 1);
    if (close === -1) return false;
    this.#at = close + 1;
    this.#finish();
    return true;
  }

  #word(): boolean {
    const end = endOfWord(this.#bytes, this.#at);
    if (end === this.#at || end - this.#at > LONGEST_WORD) return this.#refuse("it is not JSON");
    if (end === this.#bytes.length) return false;
    this.#start = this.#at;
    this.#rows.begin();
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
        const close = this.#texts.end(at + 1);
        if (close === -1) break;
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
    const close = this.#texts.end(this.#at);
    if (close === -1) return false;
    this.#withinText = false;
    this.#at = close + 1;
    return true;
  }

  /** A text at depth 1: a key, or the value of the key before it. */
  #member(from: number, close: number): void {
    if (this.#wantsKey) {
      this.#wantsKey = false;
      this.#cell = cellOfKey(this.#bytes, from, close);
      this.#listFollows = this.#open.length < 2 && isListKey(this.#bytes, from, close);
      // Of a key that stands twice the last value holds.
      if (this.#cell !== 0) this.#rows.unset(this.#cell);
    } else {
      this.#listFollows = false;
      if (this.#cell !== 0) {
        this.#rows.set(this.#cell, from, close);
        this.#cell = 0;
      }
    }
  }

  /** An object that is a record is none that holds records, whatever its members are called. */
  #holdsRecords(): boolean {
    this.#listFollows = false;
    const isRecord = this.#rows.has(CELL.eventSource) && this.#rows.has(CELL.eventName);
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
      this.#finish(this.#oversize);
      return true;
    }
    const opened = this.#bytes[this.#start];
    if ((opened === OPEN_OBJECT) !== (byte === CLOSE_OBJECT)) {
      return this.#refuse("its brackets do not match");
    }
    if (this.#at - this.#start > LARGEST_RECORD) {
      this.#finish(new Oversize(this.#bytes.subarray(this.#start, this.#at)));
    } else this.#finish();
    return true;
  }

  #finish(oversize: Oversize | null = null): void {
    if (this.#texts.escaped) this.#rows.escaped();
    this.#rows.finish(this.#start, this.#at, oversize?.judged() ?? null);
    this.#oversize = null;
    this.#between = this.#open.length === 0 ? "first" : "after";
  }
}
