/**
 * An event in a few words, for people who read a timeline. It says what the record says and no more: a refused call is told as
 * refused, a kind without words of its own by its event name. Never parsed, and no part of any digest.
 */
import type { TrailEvent } from "../event.ts";

/** One line without a full stop; text from the record stands in it as it is, so a terminal's caller has to make it harmless. */
export function told(event: TrailEvent): string {
  const words = wordsOf(event);
  return event.errorCode === null ? words : `${words}: refused (${event.errorCode})`;
}

function wordsOf(event: TrailEvent): string {
  switch (event.kind) {
    case "sign-in-step":
      return signInWords(event);
    case "portal":
      return portalWords(event);
    case "token":
      return event.issued
        ? `took a token (${event.grant})`
        : `asked for a token (${event.grant}), none was issued`;
    case "token-with-iam":
      return event.issued ? "took a token with IAM credentials" : "asked for a token with IAM";
    case "role-issued":
      return `role ${event.session.permissionSetName ?? event.session.roleName} issued in ${event.session.accountId}`;
    case "role-call":
    case "person-role-call":
      return `called ${serviceOf(event)}:${event.eventName} in ${event.session.accountId}`;
    case "entitlement-role-issued":
      return `role ${event.roleArn ?? "of an entitlement"} issued by the account access manager`;
    case "console-sign-in":
      return `console: ${event.action} (${event.outcome})`;
    case "aws-login":
      return `aws login: ${event.action}`;
    default:
      return changeWords(event);
  }
}

function changeWords(event: TrailEvent): string {
  switch (event.kind) {
    case "session-deleted":
      return "an administrator ended sessions";
    case "directory-user":
      return `user ${event.change}${event.by === undefined ? "" : ` by ${event.by}`}`;
    case "membership":
      return `group membership ${event.change} (group ${event.groupId ?? "not named"})`;
    case "assignment":
      return `assignment ${event.change} in ${event.targetAccountId ?? "an account not named"}`;
    case "permission-set":
      return `permission set ${event.permissionSetName ?? event.permissionSetArn ?? ""} ${event.change}`;
    case "instance-setting":
      return `setting changed: ${event.setting}`;
    default:
      return `${serviceOf(event)}:${event.eventName}`;
  }
}

function signInWords(event: Extract<TrailEvent, { kind: "sign-in-step" }>): string {
  const types = event.credentialTypes.join(", ");
  return `sign-in ${event.step} ${event.outcome}${types === "" ? "" : ` with ${types}`}`;
}

const PORTAL_WORDS = {
  authenticate: "entered the access portal",
  list: "looked at accounts and roles in the portal",
  federate: "opened the console",
  "get-role-credentials": "took role credentials",
  logout: "signed out",
  other: "used the access portal",
} as const;

function portalWords(event: Extract<TrailEvent, { kind: "portal" }>): string {
  const where = [
    event.permissionSetName === null ? "" : ` as ${event.permissionSetName}`,
    event.targetAccountId === null ? "" : ` in ${event.targetAccountId}`,
  ].join("");
  return event.action === "other"
    ? `${PORTAL_WORDS.other} (${event.eventName})`
    : `${PORTAL_WORDS[event.action]}${where}`;
}

function serviceOf(event: TrailEvent): string {
  return event.eventSource.replace(/\.amazonaws\.com$/, "");
}
