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
  const unstorable = reasonNotStorable(record);
  if (unstorable !== null) return undecodable(unstorable.deep ? null : value, unstorable.reason);
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

/** The event of a stored record. Throws when the record is not one that was stored as an event. */
export function decodeStored(record: unknown): TrailEvent {
  const decoded = decodeRecord(record);
  if (decoded.outcome !== "event")
    throw new TypeError(`a stored record does not decode: ${decoded.reason}`);
  return decoded.event;
}

function decodeOurs(record: Json, source: string, name: string): DecodedRecord {
  const eventId = text(record["eventID"])?.toLowerCase() ?? null;
  if (eventId === null || !EVENT_ID.test(eventId))
    return undecodable(record, "eventID is not a GUID");
  const occurredAt = parseInstant(record["eventTime"]);
  if (occurredAt === null) {
    return undecodable(record, "eventTime is not an ISO-8601 time with a zone", eventId);
  }
  const version = text(record["eventVersion"]);
  if (version !== null && !/^1\.\d{1,3}$/.test(version)) {
    return undecodable(record, "eventVersion is not 1.x", eventId);
  }
  const redacted = redactRecord(record);
  const accountId = accountOf(redacted);
  const session = callingSession(redacted, accountId);
  const base: EventBase = {
    eventId,
    eventName: name,
    eventSource: source,
    occurredAt,
    region: text(redacted["awsRegion"]) ?? "unknown",
    accountId,
    person: personOf(redacted),
    subjectUserId: null,
    credentialId: credentialOf(redacted, source),
    sourceIp: text(redacted["sourceIPAddress"]),
    userAgent: text(redacted["userAgent"]),
    errorCode: text(redacted["errorCode"]),
    callerArn: text(at(redacted, "userIdentity", "arn")),
    ...(session !== null && permissionSetOfRole(session.roleName) !== null
      ? { callerSession: session }
      : {}),
  };
  return {
    outcome: "event",
    event: detailsOf(base, redacted),
    record: redacted,
    contentSha256: sha256(canonicalJson(redacted)),
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

/** Text that jsonb refuses (22P05, 22P02), and nesting that would exhaust a stack. */
function reasonNotStorable(record: Json): { reason: string; deep: boolean } | null {
  if (depthExceeds(record, DEEPEST)) {
    return { reason: `nested deeper than ${DEEPEST} levels`, deep: true };
  }
  const json = JSON.stringify(record);
  if (/(?<!\\)(?:\\\\)*\\u0000/.test(json)) {
    return { reason: "contains the character U+0000", deep: false };
  }
  if (/(?<!\\)(?:\\\\)*\\ud[89a-f]/i.test(json)) {
    return { reason: "contains half of a surrogate pair", deep: false };
  }
  return null;
}

function depthExceeds(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limit) return true;
    level = level.flatMap((item) =>
      item !== null && typeof item === "object" ? (Object.values(item) as unknown[]) : [],
    );
  }
  return false;
}

function undecodable(value: unknown, reason: string, eventId: string | null = null): DecodedRecord {
  const original = value === null ? "(not shown)" : (JSON.stringify(value) ?? "undefined");
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
