/**
 * Tells from a record's bytes alone that it cannot concern Identity Center, so that it need not be parsed. It errs on one side only:
 * what it passes over is ignored as `other-service` by `reasonToIgnore` too, which it asks; whatever it is not sure of is parsed.
 */
import { reasonToIgnore } from "../belonging.ts";
import type { Json } from "../fields.ts";
import { CELL, CELLS, ESCAPED, type ItemBatch } from "./items.ts";

/** The reason under which passed-over records are counted. */
export const OTHER_SERVICE = "other-service";

/**
 * Text that every record has which is ours by its content and not by its source and name alone: role sessions of Identity Center carry
 * their role's name, calls for a person and calls of a sign-in session name them, account access manager acts under its own name.
 */
export const MARKS: readonly string[] = [
  "AWSReservedSSO_",
  "onBehalfOf",
  "signInSessionArn",
  "account-access",
];

/** A part of each that is searched for. Node finds up to seven bytes with a rare first one four times faster than the whole. */
const SEARCHED: readonly string[] = ["SSO_", "BehalfO", "InSes", "-access"];

/** Categories whose records are ordinary; any other is looked at closely. */
const ORDINARY: ReadonlySet<string> = new Set(["Management", "Data", "NetworkActivity"]);

/** Distinct pairs of source and name that are remembered. AWS has some fifteen thousand; a forger has more. */
const REMEMBERED = 50_000;

/** Judges batch after batch; remembers verdicts of pairs, and how far the bytes were searched for marks. */
export class Relevance {
  readonly #pairs = new Map<string, Map<string, boolean>>();
  #remembered = 0;
  #bytes: Buffer | null = null;
  readonly #nextMark: number[] = SEARCHED.map(() => -1);
  #ascii = false;

  /** True when the item certainly is another service's. Items of a batch are asked for in their order. */
  isForeign(batch: ItemBatch, index: number): boolean {
    const { bytes, table } = batch;
    const row = index * CELLS;
    if (table[row + CELL.flags] === ESCAPED) return false;
    if (table[row + CELL.eventSource] === 0 || table[row + CELL.eventName] === 0) return false;
    if (
      !this.#isForeignPair(textOf(batch, row, CELL.eventSource), textOf(batch, row, CELL.eventName))
    ) {
      return false;
    }
    const category = table[row + CELL.eventCategory];
    if (category !== 0 && !ORDINARY.has(textOf(batch, row, CELL.eventCategory))) return false;
    if (this.#bytes !== bytes) this.#turnTo(bytes);
    const start = table[row + CELL.start]!;
    const end = table[row + CELL.end]!;
    return (
      !this.#isMarked(bytes, start, end) && (this.#ascii || isUtf8(bytes.subarray(start, end)))
    );
  }

  #turnTo(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#nextMark.fill(-1);
    this.#ascii = isAscii(bytes);
  }

  #isMarked(bytes: Buffer, start: number, end: number): boolean {
    for (let mark = 0; mark < SEARCHED.length; mark++) {
      if (this.#nextMark[mark]! < start) {
        const found = bytes.indexOf(SEARCHED[mark]!, start, "latin1");
        this.#nextMark[mark] = found === -1 ? bytes.length : found;
      }
      if (this.#nextMark[mark]! < end) return true;
    }
    return false;
  }

  #isForeignPair(source: string, name: string): boolean {
    let names = this.#pairs.get(source);
    let known = names?.get(name);
    if (known !== undefined) return known;
    if (this.#remembered === REMEMBERED) {
      this.#pairs.clear();
      this.#remembered = 0;
      names = undefined;
    }
    if (names === undefined) this.#pairs.set(source, (names = new Map()));
    known = isForeignPair(source, name);
    names.set(name, known);
    this.#remembered += 1;
    return known;
  }
}

/** Plain text of a source, a name or a Region. */
const PLAIN = /^[\w.:-]+$/;

/** Has whatever may make a record ours by its parameters: what is ignored with it is ignored whatever the parameters are. */
const TELLING: Json = {
  requestParameters: { name: "arn:", isOrganizationTrail: true },
  responseElements: { isOrganizationTrail: true },
};

/** Whether no record of this source and name is ours but for its marks. */
function isForeignPair(source: string, name: string): boolean {
  if (!PLAIN.test(source) || !PLAIN.test(name)) return false;
  const lower = source.toLowerCase();
  return [{}, TELLING].every((record) => reasonToIgnore(record, lower, name) === OTHER_SERVICE);
}

/** The text of a member; "" when it is absent. */
export function textOf({ bytes, table }: ItemBatch, row: number, cell: number): string {
  const start = table[row + cell]!;
  return start === 0 ? "" : bytes.toString("latin1", start, table[row + cell + 1]);
}

/** Sixteen bytes at a time: most trails have nothing beyond ASCII. */
function isAscii(bytes: Buffer): boolean {
  const lead = Math.min(bytes.length, (4 - (bytes.byteOffset % 4)) % 4);
  const count = Math.floor((bytes.length - lead) / 16) * 4;
  let seen = 0;
  if (count > 0) {
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset + lead, count);
    for (let at = 0; at < count; at += 4) {
      seen |= words[at]! | words[at + 1]! | words[at + 2]! | words[at + 3]!;
    }
  }
  for (let at = 0; at < lead; at++) seen |= bytes[at]!;
  for (let at = lead + count * 4; at < bytes.length; at++) seen |= bytes[at]!;
  return (seen & 0x80808080) === 0;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function isUtf8(bytes: Buffer): boolean {
  try {
    utf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
