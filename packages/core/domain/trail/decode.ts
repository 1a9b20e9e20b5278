/**
 * One CloudTrail record in; a redacted, decoded event, a reason to ignore it, or a reason why it cannot be decoded out.
 * Pure and total: no input throws. Decoding a stored (redacted) record gives the same event again.
 */
import { hash } from "node:crypto";
import { sha256 } from "../ids.ts";
import type { TrailEvent } from "../event.ts";
import { reasonToIgnore } from "./belonging.ts";
import { detailsOf } from "./details.ts";
import { instantOf, object, text, type Json } from "./fields.ts";
import { accountOf, frameOf, regionOf } from "./frame.ts";
import { DEEPEST, redacted, redactText } from "./redact.ts";

export interface SeenRecord {
  readonly accountId: string;
  readonly region: string;
  readonly occurredAt: string;
}

export type DecodedRecord =
  | {
      readonly outcome: "event";
      readonly event: TrailEvent;
      /** The redacted record as canonical JSON (keys sorted, no spaces): what is stored. */
      readonly text: string;
      /** Of `text`. */
      readonly contentSha256: string;
    }
  | {
      readonly outcome: "ignored";
      readonly reason: string;
      /** For the coverage ledger; null when the record does not tell. */
      readonly seen: SeenRecord | null;
    }
  | {
      readonly outcome: "undecodable";
      readonly reason: string;
      /** Of the text as it was read. */
      readonly recordSha256: string;
      /** At most 8 KiB, redacted by pattern. */
      readonly excerpt: string;
      readonly eventId: string | null;
    };

/** Decodes a parsed record. Wrappers such as `{record: …}` are taken off before (see `file.ts`). */
export function decodeRecord(value: unknown): DecodedRecord {
  const record = object(value);
  if (record === null) return undecodable(value, "the record is not a JSON object");
  const source = text(record["eventSource"]);
  const name = text(record["eventName"]);
  if (source === null || name === null) {
    return undecodable(value, "eventSource and eventName must both be present");
  }
  const ignored = reasonToIgnore(record, source.toLowerCase(), name);
  if (ignored !== null) return { outcome: "ignored", reason: ignored, seen: seenOf(record) };
  return decodeOurs(record);
}

/** What could not even be parsed. `original` is the text as read. */
export function undecodableText(original: string | Uint8Array, reason: string): DecodedRecord {
  const shown = typeof original === "string" ? original : Buffer.from(original).toString("latin1");
  return {
    outcome: "undecodable",
    reason,
    recordSha256: sha256(original),
    excerpt: printable(redactText(shown)),
    eventId: null,
  };
}

/** The event of a stored record, which was checked and redacted before. Throws when it was never stored as an event. */
export function decodeStored(value: unknown): TrailEvent {
  const record = object(value);
  const source = text(record?.["eventSource"])?.toLowerCase();
  const name = text(record?.["eventName"]) ?? null;
  if (record === null || source === undefined || name === null) {
    throw new TypeError("a stored record does not decode: it has no eventSource or eventName");
  }
  const frame = frameOf(record, source, name);
  if (typeof frame === "string") throw new TypeError(`a stored record does not decode: ${frame}`);
  return detailsOf(frame, record);
}

/** The redacted record of an event's `text`. Throws when the text is not one. */
export function recordOf(json: string): Json {
  const record = object(JSON.parse(json));
  if (record === null) throw new TypeError("the text of a stored record is not a JSON object");
  return record;
}

function decodeOurs(original: Json): DecodedRecord {
  const done = redacted(original);
  if (done === null) return undecodable(original, `nested deeper than ${DEEPEST} levels`);
  const { record, text: json } = done;
  const source = String(record["eventSource"]).toLowerCase();
  const frame = frameOf(record, source, String(record["eventName"]));
  if (typeof frame === "string") {
    return undecodable(original, frame, text(record["eventID"])?.toLowerCase() ?? null);
  }
  const unstorable = reasonNotStorable(json);
  if (unstorable !== null) return undecodable(original, unstorable, frame.eventId);
  return {
    outcome: "event",
    event: detailsOf(frame, record),
    text: json,
    contentSha256: hash("sha256", json, "hex"),
  };
}

const ACCOUNT_ID = /^\d{12}$/;
const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/;

/** The record is not redacted here: only what has the form of an account, a Region and a time is taken from it. */
function seenOf(record: Json): SeenRecord | null {
  const occurredAt = instantOf(record["eventTime"]);
  if (occurredAt === null) return null;
  const accountId = accountOf(record);
  const region = regionOf(record);
  return {
    accountId: ACCOUNT_ID.test(accountId) ? accountId : "unknown",
    region: REGION.test(region) ? region : "unknown",
    occurredAt,
  };
}

/** Text that jsonb refuses: 22P05 for U+0000, 22P02 for half a surrogate pair. */
function reasonNotStorable(json: string): string | null {
  if (!json.includes("\\u")) return null;
  if (/(?<!\\)(?:\\\\)*\\u0000/.test(json)) return "contains the character U+0000";
  if (/(?<!\\)(?:\\\\)*\\ud[89a-f]/i.test(json)) return "contains half of a surrogate pair";
  return null;
}

/** Recursion over deep nesting would end the process. */
function depthExceeds(value: unknown, limit: number): boolean {
  if (value === null || typeof value !== "object") return false;
  if (limit === 0) return true;
  return Object.values(value).some((inner) => depthExceeds(inner, limit - 1));
}

function undecodable(value: unknown, reason: string, eventId: string | null = null): DecodedRecord {
  const deep = depthExceeds(value, DEEPEST);
  const original = deep ? "(nested too deep to show)" : (JSON.stringify(value) ?? "undefined");
  return {
    outcome: "undecodable",
    reason,
    recordSha256: sha256(original),
    excerpt: deep ? original : printable(redactText(shown(value))),
    eventId: eventId === null || eventId.length > 64 ? null : eventId,
  };
}

/** What parses is redacted as a record first: keys tell more than patterns. */
function shown(value: unknown): string {
  const clean = redacted(object(value) ?? { value });
  return clean === null ? "(nested too deep to show)" : clean.text;
}

/** Postgres text holds no U+0000, and half a surrogate pair is not UTF-8. */
function printable(excerpt: string): string {
  return excerpt.replaceAll("\u0000", "\uFFFD").toWellFormed();
}
