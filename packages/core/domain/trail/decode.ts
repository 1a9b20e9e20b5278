/**
 * One CloudTrail record in; a redacted, decoded event, a reason to ignore it, or a reason why it cannot be decoded out.
 * Pure and total: no input throws. Decoding a stored (redacted) record gives the same event again.
 */
import { canonicalJson, sha256 } from "../ids.ts";
import type { EventBase, TrailEvent } from "../event.ts";
import { parseInstant } from "../time.ts";
import { reasonToIgnore } from "./belonging.ts";
import { detailsOf } from "./details.ts";
import { at, object, text, type Json } from "./fields.ts";
import { callingSession, personOf, permissionSetOfRole } from "./identity.ts";
import { hashedCredentialId, redactRecord, redactText } from "./redact.ts";

export interface SeenRecord {
  readonly accountId: string;
  readonly region: string;
  readonly occurredAt: string;
}

export type DecodedRecord =
  | {
      readonly outcome: "event";
      readonly event: TrailEvent;
      /** The redacted record: what is stored. */
      readonly record: Readonly<Record<string, unknown>>;
      /** Of the redacted record in canonical JSON. */
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

const EVENT_ID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** Deeper nesting than any AWS record has; Postgres refuses it at some depth (54001) and recursion would too. */
const DEEPEST = 200;

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
  if (depthExceeds(record, DEEPEST))
    return undecodable(value, `nested deeper than ${DEEPEST} levels`);
  return decodeOurs(record, source.toLowerCase(), name);
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
  const name = text(record?.["eventName"]);
  if (record === null || source === undefined || name === null) {
    throw new TypeError("a stored record does not decode: it has no eventSource or eventName");
  }
  const frame = frameOf(record, source, name);
  if (typeof frame === "string") throw new TypeError(`a stored record does not decode: ${frame}`);
  return detailsOf(frame, record);
}

function decodeOurs(record: Json, source: string, name: string): DecodedRecord {
  const redacted = redactRecord(record);
  const frame = frameOf(redacted, source, name);
  if (typeof frame === "string") return undecodable(record, frame, text(record["eventID"]));
  const canonical = canonicalJson(redacted);
  const unstorable = reasonNotStorable(canonical);
  if (unstorable !== null) return undecodable(record, unstorable, frame.eventId);
  return {
    outcome: "event",
    event: detailsOf(frame, redacted),
    record: redacted,
    contentSha256: sha256(canonical),
  };
}

/** What every event carries, or why the record has no such frame. Reads only redacted records. */
function frameOf(record: Json, source: string, name: string): EventBase | string {
  const eventId = text(record["eventID"])?.toLowerCase() ?? null;
  if (eventId === null || !EVENT_ID.test(eventId)) return "eventID is not a GUID";
  const occurredAt = parseInstant(record["eventTime"]);
  if (occurredAt === null) return "eventTime is not an ISO-8601 time with a zone";
  const version = text(record["eventVersion"]);
  if (version !== null && !/^1\.\d{1,3}$/.test(version)) return "eventVersion is not 1.x";
  const accountId = accountOf(record);
  const session = callingSession(record, accountId);
  return {
    eventId,
    eventName: name,
    eventSource: source,
    occurredAt,
    region: text(record["awsRegion"]) ?? "unknown",
    accountId,
    person: personOf(record),
    subjectUserId: null,
    credentialId: credentialOf(record, source),
    sourceIp: text(record["sourceIPAddress"]),
    userAgent: text(record["userAgent"]),
    errorCode: text(record["errorCode"]),
    callerArn: text(at(record, "userIdentity", "arn")),
    ...(session !== null && permissionSetOfRole(session.roleName) !== null
      ? { callerSession: session }
      : {}),
  };
}

/** Sign-in events carry a credentialId that AWS says must not be joined with anything. */
function credentialOf(record: Json, source: string): string | null {
  if (source.startsWith("signin.")) return null;
  const id =
    text(at(record, "userIdentity", "credentialId")) ??
    text(at(record, "additionalEventData", "identitycenter:CredentialId"));
  return id === null ? null : hashedCredentialId(id);
}

function accountOf(record: Json): string {
  return (
    text(record["recipientAccountId"]) ?? text(at(record, "userIdentity", "accountId")) ?? "unknown"
  );
}

function seenOf(record: Json): SeenRecord | null {
  const occurredAt = parseInstant(record["eventTime"]);
  return occurredAt === null
    ? null
    : { accountId: accountOf(record), region: text(record["awsRegion"]) ?? "unknown", occurredAt };
}

/** Text that jsonb refuses: 22P05 for U+0000, 22P02 for half a surrogate pair. */
function reasonNotStorable(json: string): string | null {
  if (!json.includes("\\u")) return null;
  if (/(?<!\\)(?:\\\\)*\\u0000/.test(json)) return "contains the character U+0000";
  if (/(?<!\\)(?:\\\\)*\\ud[89a-f]/i.test(json)) return "contains half of a surrogate pair";
  return null;
}

/** Postgres refuses deep nesting (54001), and recursion over it would end the process. */
function depthExceeds(value: unknown, limit: number): boolean {
  if (value === null || typeof value !== "object") return false;
  if (limit === 0) return true;
  for (const key in value) {
    if (depthExceeds((value as Record<string, unknown>)[key], limit - 1)) return true;
  }
  return false;
}

function undecodable(value: unknown, reason: string, eventId: string | null = null): DecodedRecord {
  const deep = depthExceeds(value, DEEPEST);
  const original = deep ? "(nested too deep to show)" : (JSON.stringify(value) ?? "undefined");
  return {
    outcome: "undecodable",
    reason,
    recordSha256: sha256(original),
    excerpt: printable(redactText(original)),
    eventId,
  };
}

/** Postgres text holds no U+0000, and half a surrogate pair is not UTF-8. */
function printable(excerpt: string): string {
  return excerpt.replaceAll("\u0000", "\uFFFD").toWellFormed();
}
