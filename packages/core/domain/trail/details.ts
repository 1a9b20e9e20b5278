/**
 * What an event says beyond its frame, by its source. Reads only redacted records. A name that the catalogue does not know becomes
 * `unknown`, never an error; what Identity Center's own sources read and list becomes `administration`.
 */
import type { EventBase, TrailEvent } from "../event.ts";
import { anyCase, text, texts, type Json } from "./fields.ts";
import { accessDetails } from "./details/access.ts";
import { accessManagerDetails } from "./details/access-manager.ts";
import { applicationDetails } from "./details/applications.ts";
import { directoryDetails } from "./details/directory.ts";
import { cloudTrailDetails, iamDetails, organizationsDetails } from "./details/organization.ts";
import { portalDetails, tokenDetails, tokenWithIamDetails } from "./details/portal.ts";
import { roleCall, stsDetails } from "./details/roles.ts";
import { settingDetails } from "./details/settings.ts";
import { signInDetails } from "./details/sign-in.ts";

/** Completes the frame. */
export function detailsOf(base: EventBase, record: Json): TrailEvent {
  switch (base.eventSource) {
    case "signin.amazonaws.com":
    case "signin.amazon.com":
      return signInDetails(base, record) ?? roleCall(base, record);
    case "sts.amazonaws.com":
      return stsDetails(base, record);
    case "sso.amazonaws.com":
      return ssoDetails(base, record);
    case "sso-oauth.amazonaws.com":
      return oauthDetails(base, record);
    case "sso-directory.amazonaws.com":
    case "identitystore.amazonaws.com":
    case "identitystore-scim.amazonaws.com":
      return (
        sessionDeleted(base, record) ??
        settingDetails(base, record) ??
        directoryDetails(base, record)
      );
    case "identitystore-auth.amazonaws.com":
      return sessionDeleted(base, record) ?? { ...base, kind: "administration" };
    case "account-access.amazonaws.com":
      return accessManagerDetails(base, record);
    case "organizations.amazonaws.com":
      return organizationsDetails(base, record);
    case "cloudtrail.amazonaws.com":
      return cloudTrailDetails(base, record);
    case "iam.amazonaws.com":
      return iamDetails(base, record);
    default:
      return roleCall(base, record);
  }
}

/** Verbs of the public sso-admin API and of the console's private one: administration that is known by its form. */
const ADMINISTRATION =
  /^(?:Add|Associate|Attach|BatchGet|Create|Delete|Describe|Detach|Disassociate|Get|Import|List|Provision|Put|Remove|Start|Tag|Untag|Update)[A-Z]/;

function ssoDetails(base: EventBase, record: Json): TrailEvent {
  return (
    (base.eventName === "CreateToken" ? tokenDetails(base, record) : null) ??
    sessionDeleted(base, record) ??
    portalDetails(base, record) ??
    accessDetails(base, record) ??
    settingDetails(base, record) ??
    applicationDetails(base, record) ?? {
      ...base,
      kind: ADMINISTRATION.test(base.eventName) ? "administration" : "unknown",
    }
  );
}

function oauthDetails(base: EventBase, record: Json): TrailEvent {
  if (base.eventName === "CreateTokenWithIAM") return tokenWithIamDetails(base, record);
  return base.eventName === "CreateToken"
    ? tokenDetails(base, record)
    : { ...base, kind: "administration" };
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
