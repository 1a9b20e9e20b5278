/** What an event says beyond its frame, by kind. Reads only redacted records. */
import type { EventBase, TrailEvent } from "../event.ts";
import { parseInstant } from "../time.ts";
import { POLICY_EVENTS, SIGN_IN_STEPS } from "./belonging.ts";
import { anyCase, at, integer, object, text, texts, type Json } from "./fields.ts";
import { issuedSession } from "./identity.ts";
import { directoryDetails } from "./directory-details.ts";
import { HIDDEN } from "./redact.ts";

/** Completes the frame. A name that the catalogue does not know becomes `unknown`, never an error. */
export function detailsOf(base: EventBase, record: Json): TrailEvent {
  switch (base.eventSource) {
    case "signin.amazonaws.com":
    case "signin.amazon.com":
      return SIGN_IN_STEPS.has(base.eventName) ? signInStep(base, record) : roleCall(base, record);
    case "sts.amazonaws.com":
      return base.eventName === "AssumeRoleWithSAML"
        ? roleIssued(base, record)
        : roleCall(base, record);
    case "sso.amazonaws.com":
      return ssoEvent(base, record);
    case "sso-oauth.amazonaws.com":
      return base.eventName === "CreateTokenWithIAM"
        ? tokenWithIam(base, record)
        : { ...base, kind: "administration" };
    case "sso-directory.amazonaws.com":
    case "identitystore.amazonaws.com":
    case "identitystore-scim.amazonaws.com":
      return directoryDetails(base, record);
    case "identitystore-auth.amazonaws.com":
      return sessionDeleted(base, record) ?? { ...base, kind: "administration" };
    case "account-access.amazonaws.com":
      return { ...base, kind: "administration" };
    case "organizations.amazonaws.com":
      return POLICY_EVENTS.has(base.eventName)
        ? policyUpdated(base, record)
        : roleCall(base, record);
    default:
      return roleCall(base, record);
  }
}

function signInStep(base: EventBase, record: Json): TrailEvent {
  const additional = record["additionalEventData"];
  const outcome = text(at(record, "serviceEventDetails", base.eventName))?.toLowerCase();
  const userName = text(at(additional, "UserName"));
  return {
    ...base,
    kind: "sign-in-step",
    step: SIGN_IN_STEPS.get(base.eventName)!,
    workflowId: text(at(additional, "AuthWorkflowID")),
    credentialTypes: (text(at(additional, "CredentialType")) ?? "").split(",").filter(Boolean),
    outcome: outcome === "success" || outcome === "failure" ? outcome : "unknown",
    userName: userName === HIDDEN ? null : userName,
  };
}

const PORTAL_ACTIONS: ReadonlyMap<
  string,
  "authenticate" | "list" | "federate" | "get-role-credentials" | "logout"
> = new Map([
  ["Authenticate", "authenticate"],
  ["ListApplications", "list"],
  ["ListProfilesForApplication", "list"],
  ["ListAccounts", "list"],
  ["ListAccountRoles", "list"],
  ["Federate", "federate"],
  ["GetRoleCredentials", "get-role-credentials"],
  ["Logout", "logout"],
]);

/** Verbs of the public sso-admin API and of the console's private one: administration that is known by its form. */
const ADMINISTRATION =
  /^(?:Add|Associate|Attach|BatchGet|Create|Delete|Describe|Detach|Disassociate|Get|Import|List|Provision|Put|Remove|Start|Tag|Untag|Update)[A-Z]/;

function ssoEvent(base: EventBase, record: Json): TrailEvent {
  const name = base.eventName;
  if (name === "CreateToken") return token(base, record);
  const deleted = sessionDeleted(base, record);
  if (deleted !== null) return deleted;
  const change = ASSIGNMENT_CHANGES.get(name);
  if (change !== undefined) return assignment(base, record, change);
  const action = PORTAL_ACTIONS.get(name);
  const byAdministrator = base.callerArn !== null || base.callerSession !== undefined;
  if (action !== undefined && !byAdministrator) return portal(base, record, action);
  if (base.credentialId !== null && base.person !== null) return portal(base, record, "other");
  return { ...base, kind: ADMINISTRATION.test(name) ? "administration" : "unknown" };
}

function portal(
  base: EventBase,
  record: Json,
  action: Extract<TrailEvent, { kind: "portal" }>["action"],
): TrailEvent {
  const details = record["serviceEventDetails"];
  const parameters = record["requestParameters"];
  return {
    ...base,
    kind: "portal",
    action,
    targetAccountId: text(at(details, "account_id")) ?? text(at(parameters, "accountId")),
    permissionSetName: text(at(details, "role_name")) ?? text(at(parameters, "roleName")),
  };
}

const GRANTS: ReadonlyMap<string, "device-code" | "authorization-code" | "refresh"> = new Map([
  ["urn:ietf:params:oauth:grant-type:device_code", "device-code"],
  ["authorization_code", "authorization-code"],
  ["refresh_token", "refresh"],
]);

function token(base: EventBase, record: Json): TrailEvent {
  const response = object(record["responseElements"]);
  return {
    ...base,
    kind: "token",
    grant: GRANTS.get(text(at(record, "requestParameters", "grantType")) ?? "") ?? "other",
    clientId: text(at(record, "requestParameters", "clientId")),
    issued: response !== null && base.errorCode === null,
    refreshable: text(response?.["refreshToken"]) !== null,
    expiresInSeconds: integer(response?.["expiresIn"]),
    sessionNotOnOrAfter: parseInstant(
      at(record, "additionalEventData", "identitycenter:SessionNotOnOrAfter"),
    ),
  };
}

function tokenWithIam(base: EventBase, record: Json): TrailEvent {
  const parameters = record["requestParameters"];
  const response = object(record["responseElements"]);
  return {
    ...base,
    kind: "token-with-iam",
    applicationArn: text(at(parameters, "clientId")),
    grantType: text(at(parameters, "grantType")),
    scopes: texts(at(parameters, "scope")),
    issued: response !== null && base.errorCode === null,
    expiresInSeconds: integer(response?.["expiresIn"]),
    requestedTokenType: text(at(parameters, "requestedTokenType")),
    resourceArn: text(at(parameters, "resource")),
  };
}

function roleIssued(base: EventBase, record: Json): TrailEvent {
  const session = issuedSession(record, base.accountId, base.occurredAt);
  if (session === null) return { ...base, kind: "unknown" };
  return {
    ...base,
    kind: "role-issued",
    session,
    durationSeconds: integer(at(record, "requestParameters", "durationSeconds")),
  };
}

/** A call of an Identity Center role; one that does not say when its session began is kept as `unknown`. */
function roleCall(base: EventBase, record: Json): TrailEvent {
  if (base.callerSession === undefined) return { ...base, kind: "unknown" };
  const chained = base.eventName === "AssumeRole" && base.eventSource === "sts.amazonaws.com";
  return {
    ...base,
    kind: "role-call",
    session: base.callerSession,
    accessKeyId: text(at(record, "userIdentity", "accessKeyId")),
    errorMessage: text(record["errorMessage"]),
    issuedAccessKeyId: chained
      ? text(at(record, "responseElements", "credentials", "accessKeyId"))
      : null,
    issuedRoleArn: chained ? text(at(record, "requestParameters", "roleArn")) : null,
  };
}

/** The console logs AssociateProfile where the API logs CreateAccountAssignment. */
const ASSIGNMENT_CHANGES: ReadonlyMap<string, "created" | "deleted"> = new Map([
  ["CreateAccountAssignment", "created"],
  ["AssociateProfile", "created"],
  ["DeleteAccountAssignment", "deleted"],
  ["DisassociateProfile", "deleted"],
]);

function assignment(base: EventBase, record: Json, change: "created" | "deleted"): TrailEvent {
  const parameters = record["requestParameters"];
  return {
    ...base,
    kind: "assignment",
    change,
    targetAccountId: text(anyCase(parameters, "targetId", "accountId")),
    permissionSetArn: text(anyCase(parameters, "permissionSetArn")),
    principalType: text(anyCase(parameters, "principalType")),
    principalId: text(anyCase(parameters, "principalId")),
  };
}

/** Source and parameters of BatchDeleteSession are not documented: it is known by its name alone, from any source. */
function sessionDeleted(base: EventBase, record: Json): TrailEvent | null {
  if (base.eventName !== "BatchDeleteSession" && base.eventName !== "DeleteSession") return null;
  const parameters = record["requestParameters"];
  const ids = texts(
    anyCase(parameters, "sessionIds", "sessionId", "credentialIds", "credentialId"),
  );
  const userId = text(anyCase(parameters, "userId"));
  return {
    ...base,
    subjectUserId: userId,
    kind: "session-deleted",
    credentialIds: base.errorCode === null ? ids : [],
  };
}

function policyUpdated(base: EventBase, record: Json): TrailEvent {
  return {
    ...base,
    kind: "policy-updated",
    policyId: text(anyCase(record["requestParameters"], "policyId")),
  };
}
