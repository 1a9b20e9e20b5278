/**
 * What every event carries, read from a redacted record. Total: a record without a usable frame is answered with the reason, and an
 * optional field that AWS left out or wrote as empty text is absent.
 */
import type { EventBase, RoleSessionRef } from "../event.ts";
import { at, instantOf, object, text, type Json } from "./fields.ts";
import { callingSession, permissionSetOfRole, personOf, signInSessionOf } from "./identity.ts";
import { hashedCredentialId } from "./redact.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const EVENT_ID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** AWS: CloudTrail record contents, eventVersion: the same major version is compatible, a higher minor one adds fields. */
const VERSION = /^1\.\d{1,3}$/;

/** The frame, or why the record has none. `source` is its eventSource in lower case. */
export function frameOf(record: Json, source: string, name: string): EventBase | string {
  const eventId = text(record["eventID"])?.toLowerCase() ?? null;
  if (eventId === null || !EVENT_ID.test(eventId)) return "eventID is not a GUID";
  const occurredAt = instantOf(record["eventTime"]);
  if (occurredAt === null) return "eventTime is not an ISO-8601 time with a zone";
  const version = record["eventVersion"];
  if (version !== undefined && version !== null && version !== "" && !isVersion(version)) {
    return "eventVersion is not 1.x";
  }
  const accountId = accountOf(record);
  const frame: Writable<EventBase> = {
    eventId,
    eventName: name,
    eventSource: source,
    occurredAt,
    region: regionOf(record),
    accountId,
    person: personOf(record),
    subjectUserId: null,
    credentialId: credentialOf(record, source),
    sourceIp: text(record["sourceIPAddress"]),
    userAgent: text(record["userAgent"]),
    errorCode: text(record["errorCode"]),
    callerArn: text(at(record, "userIdentity", "arn")),
  };
  const session = callingSession(record, accountId);
  if (isPermissionSetSession(session)) frame.callerSession = session;
  addOptional(frame, record);
  return frame;
}

function isVersion(version: unknown): boolean {
  return typeof version === "string" && VERSION.test(version);
}

function isPermissionSetSession(session: RoleSessionRef | null): session is RoleSessionRef {
  return session !== null && permissionSetOfRole(session.roleName) !== null;
}

function addOptional(frame: Writable<EventBase>, record: Json): void {
  const message = text(record["errorMessage"]);
  if (message !== null) frame.errorMessage = message;
  const addendum = object(record["addendum"]);
  const reason = text(addendum?.["reason"]);
  if (reason !== null) {
    const original = text(addendum?.["originalEventID"]) ?? text(addendum?.["originalEventId"]);
    frame.addendum = { reason, originalEventId: original?.toLowerCase() ?? null };
  }
  const shared = text(record["sharedEventID"]);
  if (shared !== null) frame.sharedEventId = shared.toLowerCase();
  const signInSession = signInSessionOf(record);
  if (signInSession !== null) frame.signInSessionArn = signInSession;
  const endpoint = text(record["vpcEndpointId"]);
  if (endpoint !== null) frame.vpcEndpointId = endpoint;
  const console_ = record["sessionCredentialFromConsole"];
  if (console_ === true || console_ === "true") frame.isConsole = true;
}

/** Sign-in events carry a credentialId that AWS says must not be joined with anything. */
function credentialOf(record: Json, source: string): string | null {
  if (source.startsWith("signin.")) return null;
  const id =
    text(at(record, "userIdentity", "credentialId")) ??
    text(at(record, "additionalEventData", "identitycenter:CredentialId"));
  return id === null ? null : hashedCredentialId(id);
}

/** The account that received the record, else the caller's, else `unknown`. */
export function accountOf(record: Json): string {
  return (
    text(record["recipientAccountId"]) ?? text(at(record, "userIdentity", "accountId")) ?? "unknown"
  );
}

export function regionOf(record: Json): string {
  return text(record["awsRegion"]) ?? "unknown";
}
