/**
 * Events of AWS Sign-In: the steps of a person's sign-in, console sign-ins of permission set roles, and `aws login`.
 * A failed step has no errorCode; its outcome stands in serviceEventDetails alone (AWS: Identity Center sign-in events).
 */
import type { EventBase, TrailEvent } from "../../event.ts";
import { completed } from "./completed.ts";
import { SIGN_IN_STEPS } from "../belonging.ts";
import { anyCase, at, integer, object, text, type Json } from "../fields.ts";
import { HIDDEN } from "../secret-forms.ts";

/** Null when the name is none of the events of this source that the catalogue knows. */
export function signInDetails(base: EventBase, record: Json): TrailEvent | null {
  if (SIGN_IN_STEPS.has(base.eventName)) return signInStep(base, record);
  const action = CONSOLE_ACTIONS.get(base.eventName);
  if (action !== undefined) return consoleSignIn(base, record, action);
  const login = LOGIN_ACTIONS.get(base.eventName);
  return login === undefined ? null : awsLogin(base, record, login);
}

function signInStep(base: EventBase, record: Json): TrailEvent {
  const additional = record["additionalEventData"];
  const userName = text(at(additional, "UserName"));
  const enrolment = at(additional, "DeviceEnrollmentRequired");
  return completed(base, {
    kind: "sign-in-step",
    step: SIGN_IN_STEPS.get(base.eventName)!,
    workflowId: text(at(additional, "AuthWorkflowID")),
    credentialTypes: (text(at(additional, "CredentialType")) ?? "")
      .split(",")
      .map((type) => type.trim())
      .filter(Boolean),
    outcome: outcomeOf(at(record, "serviceEventDetails", base.eventName)),
    userName: userName === HIDDEN ? null : userName,
    ...(enrolment === "true" || enrolment === true ? { deviceEnrolmentRequired: true } : {}),
  });
}

function outcomeOf(value: unknown): "success" | "failure" | "unknown" {
  const outcome = text(value)?.toLowerCase();
  return outcome === "success" || outcome === "failure" ? outcome : "unknown";
}

type ConsoleAction = Extract<TrailEvent, { kind: "console-sign-in" }>["action"];

const CONSOLE_ACTIONS: ReadonlyMap<string, ConsoleAction> = new Map([
  ["ConsoleLogin", "login"],
  ["SwitchRole", "switch-role"],
  ["GetSigninToken", "sign-in-token"],
]);

function consoleSignIn(base: EventBase, record: Json, action: ConsoleAction): TrailEvent {
  const target = text(at(record, "additionalEventData", "SwitchTo"));
  const [, accountId, roleName] = target?.match(/^arn:[^:]*:iam::(\d{12}):role\/(.+)$/) ?? [];
  return completed(base, {
    kind: "console-sign-in",
    action,
    outcome: outcomeOf(at(record, "responseElements", base.eventName)),
    targetRoleName: roleName?.split("/").at(-1) ?? null,
    targetAccountId: accountId ?? null,
  });
}

type LoginAction = Extract<TrailEvent, { kind: "aws-login" }>["action"];

const LOGIN_ACTIONS: ReadonlyMap<string, LoginAction> = new Map([
  ["AuthorizeOAuth2Access", "authorize"],
  ["CreateOAuth2Token", "token"],
  ["CreateOAuth2TokenWithIAM", "token"],
  ["IntrospectOAuth2TokenWithIAM", "introspect"],
  ["RevokeOAuth2TokenWithIAM", "revoke"],
]);

function awsLogin(base: EventBase, record: Json, action: LoginAction): TrailEvent {
  const parameters = record["requestParameters"];
  const response = object(record["responseElements"]);
  return completed(base, {
    kind: "aws-login",
    action,
    clientId: text(anyCase(parameters, "client_id", "clientId")),
    resource: text(anyCase(parameters, "resource")),
    grantType: text(anyCase(parameters, "grant_type", "grantType")),
    issued: action === "token" && base.errorCode === null,
    expiresInSeconds: integer(anyCase(response, "expires_in", "expiresIn")),
  });
}
