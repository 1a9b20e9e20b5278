/**
 * Role activity in accounts: roles that are taken, calls of permission set roles, and calls of other roles whose records name the
 * person. A record that does not say when its session began is kept as `unknown`: nothing could be told of the session.
 */
import type { RoleCall, RoleSessionRef } from "../../event/activity.ts";
import type { EventBase, TrailEvent } from "../../event.ts";
import { completed } from "./completed.ts";
import { isByAccessManager } from "../belonging.ts";
import { anywhere, at, integer, lenientInstant, text, type Json } from "../fields.ts";
import { callingSession, issuedSession } from "../identity.ts";

export function stsDetails(base: EventBase, record: Json): TrailEvent {
  if (base.eventName === "AssumeRoleWithSAML") return roleIssued(base, record);
  return base.eventName === "AssumeRole" && isByAccessManager(record)
    ? entitlementRoleIssued(base, record)
    : roleCall(base, record);
}

function roleIssued(base: EventBase, record: Json): TrailEvent {
  const session = issuedSession(record, base.accountId, base.occurredAt);
  if (session === null) return completed(base, { kind: "unknown" });
  return completed(base, {
    kind: "role-issued",
    session,
    durationSeconds: integer(at(record, "requestParameters", "durationSeconds")),
  });
}

/** The shape of these records is not documented: their fields are looked for where AssumeRole has them, and by name. */
function entitlementRoleIssued(base: EventBase, record: Json): TrailEvent {
  const parameters = record["requestParameters"];
  return completed(base, {
    kind: "entitlement-role-issued",
    session: issuedSession(record, base.accountId, base.occurredAt),
    roleArn: text(at(parameters, "roleArn")),
    issuedAccessKeyId: text(at(record, "responseElements", "credentials", "accessKeyId")),
    durationSeconds: integer(at(parameters, "durationSeconds")),
    expiresAt: lenientInstant(at(record, "responseElements", "credentials", "expiration")),
    applicationArn: text(anywhere(parameters, "sourceArn", "applicationArn")),
  });
}

/** A call of a permission set's role session, else of another role that the record ties to a person. */
export function roleCall(base: EventBase, record: Json): TrailEvent {
  const { callerSession } = base;
  if (callerSession !== undefined) {
    if (opensSession(base)) {
      return completed(base, { kind: "role-call", ...callFields(base, record, callerSession) });
    }
    // Most records are such calls: their fields are written at once, because each copy of them costs as much as finding them.
    return completed(base, {
      kind: "role-call",
      session: callerSession,
      accessKeyId: text(at(record, "userIdentity", "accessKeyId")),
      errorMessage: text(record["errorMessage"]),
      issuedAccessKeyId: null,
      issuedRoleArn: null,
    });
  }
  const session = callingSession(record, base.accountId);
  if (session === null) return completed(base, { kind: "unknown" });
  return completed(base, {
    kind: "person-role-call",
    ...callFields(base, record, session),
    roleArn: text(at(record, "userIdentity", "sessionContext", "sessionIssuer", "arn")),
  });
}

/** A call that is answered with a session of another role. */
function opensSession({ eventSource, eventName }: EventBase): boolean {
  return eventSource === "sts.amazonaws.com" && eventName === "AssumeRole";
}

function callFields(
  base: EventBase,
  record: Json,
  session: RoleSessionRef,
): Omit<RoleCall, "kind"> {
  const own = {
    session,
    accessKeyId: text(at(record, "userIdentity", "accessKeyId")),
    errorMessage: text(record["errorMessage"]),
  };
  if (!opensSession(base)) {
    return { ...own, issuedAccessKeyId: null, issuedRoleArn: null };
  }
  const response = record["responseElements"];
  const [roleId, ...name] =
    text(at(response, "assumedRoleUser", "assumedRoleId"))?.split(":") ?? [];
  return {
    ...own,
    issuedAccessKeyId: text(at(response, "credentials", "accessKeyId")),
    issuedRoleArn: text(at(record, "requestParameters", "roleArn")),
    issuedRoleId: roleId ?? null,
    issuedSessionName: name.join(":") || null,
    issuedExpiresAt: lenientInstant(at(response, "credentials", "expiration")),
  };
}
