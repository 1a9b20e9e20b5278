/**
 * Items as what became of them: decoded one by one where they may be ours, counted by account, Region and hour where they cannot be.
 * Decoding needs no neighbour, so that a file can be read on from any of its records.
 */
import { decodeRecord, undecodableText, type DecodedRecord } from "../decode.ts";
import { parseInstant } from "../../time.ts";
import { carriedRecord } from "./carried.ts";
import { bytesOf, CELL, CELLS, type ItemBatch } from "./items.ts";
import { OTHER_SERVICE, Relevance, textOf } from "./relevance.ts";

export interface PlacedRecord {
  /** Its place among the records of the file, from 0. */
  readonly position: number;
  readonly decoded: DecodedRecord;
}

/** Records of other services that were not parsed, of one account, Region and hour. */
export interface PassedOver {
  readonly reason: string;
  readonly accountId: string;
  readonly region: string;
  /** Instants of the first and the last of them; both in the same hour. */
  readonly first: string;
  readonly last: string;
  readonly records: number;
}

export interface TrailPage {
  /** The places `[from, to)`: as many as `records` and `passedOver` together count. */
  readonly from: number;
  readonly to: number;
  readonly records: readonly PlacedRecord[];
  readonly passedOver: readonly PassedOver[];
}

type Span = { -readonly [K in keyof PassedOver]: PassedOver[K] };

/** As CloudTrail writes it; year to hour are checked with the first of a span. */
const IN_AN_HOUR = /^.{13}:[0-5]\d:[0-5]\dZ$/;

const ACCOUNT_ID = /^\d{12}$/;
const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/;

export class Pages {
  readonly #relevance = new Relevance();
  #spans = new Map<string, Span>();

  /** The page of a batch whose first item stands at `first`, without what stands before `from`. */
  page(batch: ItemBatch, first: number, from: number): TrailPage {
    const records: PlacedRecord[] = [];
    this.#spans = new Map();
    const begin = Math.max(0, from - first);
    for (let index = begin; index < batch.count; index++) {
      if (
        batch.judged.size === 0 &&
        this.#relevance.isForeign(batch, index) &&
        this.#passOver(batch, index)
      ) {
        continue;
      }
      records.push({ position: first + index, decoded: decodedItem(batch, index) });
    }
    return {
      from: first + begin,
      to: first + batch.count,
      records,
      passedOver: [...this.#spans.values()],
    };
  }

  /** False when the record does not say plainly where and when it happened. */
  #passOver(batch: ItemBatch, index: number): boolean {
    const row = index * CELLS;
    const accountId = textOf(batch, row, CELL.recipientAccountId);
    const region = textOf(batch, row, CELL.awsRegion);
    const time = textOf(batch, row, CELL.eventTime);
    if (!IN_AN_HOUR.test(time)) return false;
    const key = `${accountId} ${region} ${time.slice(0, 13)}`;
    const at = `${time.slice(0, 19)}.000Z`;
    const span = this.#spans.get(key);
    if (span === undefined) return this.#begin(key, accountId, region, time);
    span.records += 1;
    if (at < span.first) span.first = at;
    else if (at > span.last) span.last = at;
    return true;
  }

  /** What the first record of a span says is checked; the others of the hour differ from it in minute and second alone. */
  #begin(key: string, accountId: string, region: string, time: string): boolean {
    const at = parseInstant(time);
    if (at === null || !ACCOUNT_ID.test(accountId) || !REGION.test(region)) return false;
    const span = { reason: OTHER_SERVICE, accountId, region, first: at, last: at, records: 1 };
    this.#spans.set(key, span);
    return true;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** What became of one item. Also decides it for an item that is passed over, which then gives the same reason. */
export function decodedItem(batch: ItemBatch, index: number): DecodedRecord {
  const judged = batch.judged.get(index);
  if (judged !== undefined) return judged;
  const bytes = bytesOf(batch, index);
  const value = parsedItem(bytes);
  return "problem" in value
    ? undecodableText(bytes, value.problem)
    : decodeRecord(carriedRecord(value.parsed));
}

/** The value of an item, or why it has none. */
export function parsedItem(bytes: Buffer): { parsed: unknown } | { problem: string } {
  let json: string;
  try {
    json = utf8.decode(bytes);
  } catch {
    return { problem: "the record is not UTF-8" };
  }
  try {
    return { parsed: JSON.parse(json) as unknown };
  } catch {
    return { problem: "the record is not JSON" };
  }
}
