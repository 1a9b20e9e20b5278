/** Portal actions and the tokens of Identity Center: what a signed-in person does, and what clients hold in their name. */
import type { EventBase, TrailEvent } from "../../event.ts";
import { completed } from "./completed.ts";
import { at, integer, object, text, texts, type Json } from "../fields.ts";
import { parseInstant } from "../../time.ts";

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

/**
 * Null when the event is no person's. `ListApplications` is also an operation of the administrative API: only the caller tells
 * them apart. Whatever else a person calls with a credential is a portal action of an unknown name.
 */
export function portalDetails(base: EventBase, record: Json): TrailEvent | null {
  const action = PORTAL_ACTIONS.get(base.eventName);
  const byAdministrator = base.callerArn !== null || base.callerSession !== undefined;
  if (action !== undefined && !byAdministrator) return portal(base, record, action);
  return base.credentialId !== null && base.person !== null ? portal(base, record, "other") : null;
}

type PortalKind = Extract<TrailEvent, { kind: "portal" }>["action"];

/** Some tools write account and role as request parameters. */
function portal(base: EventBase, record: Json, action: PortalKind): TrailEvent {
  const details = record["serviceEventDetails"];
  const parameters = record["requestParameters"];
  return completed(base, {
    kind: "portal",
    action,
    targetAccountId: text(at(details, "account_id")) ?? text(at(parameters, "accountId")),
    permissionSetName: text(at(details, "role_name")) ?? text(at(parameters, "roleName")),
  });
}

const GRANTS: ReadonlyMap<string, "device-code" | "authorization-code" | "refresh"> = new Map([
  ["urn:ietf:params:oauth:grant-type:device_code", "device-code"],
  ["authorization_code", "authorization-code"],
  ["refresh_token", "refresh"],
]);

/** `CreateToken`. Polls of a device code that is still pending are logged without a response. */
export function tokenDetails(base: EventBase, record: Json): TrailEvent {
  const response = object(record["responseElements"]);
  const application = text(response?.["aws_sso_app_session_id"]);
  return completed(base, {
    kind: "token",
    grant: GRANTS.get(text(at(record, "requestParameters", "grantType")) ?? "") ?? "other",
    clientId: text(at(record, "requestParameters", "clientId")),
    issued: response !== null && base.errorCode === null,
    refreshable: text(response?.["refreshToken"]) !== null,
    expiresInSeconds: integer(response?.["expiresIn"]),
    sessionNotOnOrAfter: parseInstant(
      at(record, "additionalEventData", "identitycenter:SessionNotOnOrAfter"),
    ),
    ...(application === null ? {} : { applicationSessionId: application }),
  });
}

/** AWS: the scope with which an application takes a person's roles. */
const ACCOUNT_ACCESS = "sso:account:access";

/** `CreateTokenWithIAM`: the caller is an application's role; the person stands in additionalEventData. */
export function tokenWithIamDetails(base: EventBase, record: Json): TrailEvent {
  const parameters = record["requestParameters"];
  const response = object(record["responseElements"]);
  const scopes = texts(at(parameters, "scope")).flatMap((scope) => scope.split(" "));
  const subjectTokenType = text(at(parameters, "subjectTokenType"));
  return completed(base, {
    kind: "token-with-iam",
    applicationArn: text(at(parameters, "clientId")),
    grantType: text(at(parameters, "grantType")),
    scopes,
    issued: response !== null && base.errorCode === null,
    expiresInSeconds: integer(response?.["expiresIn"]),
    requestedTokenType: text(at(parameters, "requestedTokenType")),
    resourceArn: text(at(parameters, "resource")),
    ...(subjectTokenType === null ? {} : { subjectTokenType }),
    ...(scopes.includes(ACCOUNT_ACCESS) ? { accountAccess: true } : {}),
  });
}
