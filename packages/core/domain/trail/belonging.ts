/**
 * Whether a record concerns Identity Center: ours, somebody else's, or a look-alike that must stay out of sessions.
 * A record that is not ours is counted by its reason and not kept.
 */
import { anywhere, at, text, type Json } from "./fields.ts";
import { permissionSetOfRole, tiesToPerson } from "./identity.ts";

export const IDENTITY_CENTER_SOURCES: ReadonlySet<string> = new Set([
  "sso.amazonaws.com",
  "sso-oauth.amazonaws.com",
  "sso-directory.amazonaws.com",
  "identitystore.amazonaws.com",
  "identitystore-scim.amazonaws.com",
  "identitystore-auth.amazonaws.com",
  "account-access.amazonaws.com",
]);

/** The AWS guide's table prints `signin.amazon.com`; records show `signin.amazonaws.com`. */
export const SIGN_IN_SOURCES: ReadonlySet<string> = new Set([
  "signin.amazonaws.com",
  "signin.amazon.com",
]);

export const SIGN_IN_STEPS: ReadonlyMap<string, "challenge" | "verification" | "authentication"> =
  new Map([
    ["CredentialChallenge", "challenge"],
    ["CredentialVerification", "verification"],
    ["UserAuthentication", "authentication"],
  ]);

/** Changes of the policies on which a deny lease rests. */
export const POLICY_EVENTS: ReadonlySet<string> = new Set([
  "CreatePolicy",
  "UpdatePolicy",
  "DeletePolicy",
  "AttachPolicy",
  "DetachPolicy",
  "EnablePolicyType",
  "DisablePolicyType",
]);

/**
 * Texts of which each record holds one that is ours by its content and not by its source and name: a reader that looks for these may
 * pass over all others whose pair of source and name `reasonToIgnore` answers `other-service` for with an empty record.
 */
export const MARKS: readonly string[] = [
  "AWSReservedSSO_",
  "onBehalfOf",
  "signInSessionArn",
  "account-access",
];

/** Null when the record is ours, else why it is not. `source` and `name` are its eventSource and eventName. */
export function reasonToIgnore(record: Json, source: string, name: string): string | null {
  if (text(record["eventCategory"])?.toLowerCase() === "insight") return "insight";
  if (SIGN_IN_SOURCES.has(source) && SIGN_IN_STEPS.has(name)) return lookAlike(record);
  if (IDENTITY_CENTER_SOURCES.has(source)) return null;
  if (isReservedRoleCall(record) || tiesToPerson(record)) return null;
  if (source === "sts.amazonaws.com") return reasonOfSts(record, name);
  return concernsOurGround(record, source, name) ? null : "other-service";
}

function reasonOfSts(record: Json, name: string): string | null {
  if (name === "AssumeRoleWithSAML") {
    const roleArn = text(at(record, "requestParameters", "roleArn"));
    return permissionSetOfRole(roleArn?.split("/").at(-1) ?? "") === null
      ? "saml-role-of-another-provider"
      : null;
  }
  return name === "AssumeRole" && isByAccessManager(record) ? null : "other-service";
}

/** The service principal of the account access manager. */
export const ACCESS_MANAGER = "account-access.amazonaws.com";

/** The account access manager took a role for somebody. */
export function isByAccessManager(record: Json): boolean {
  const identity = record["userIdentity"];
  return (
    text(at(identity, "invokedBy")) === ACCESS_MANAGER ||
    (text(at(identity, "type")) === "AWSService" &&
      text(record["sourceIPAddress"]) === ACCESS_MANAGER)
  );
}

/**
 * What anybody's call changes of the ground that Identity Center stands on. Calls of accounts and trails that have nothing to do
 * with it must stay out: so a change of a trail counts when the record shows that the trail is an organisation's or names it by its
 * ARN, as callers of an organisation trail do, and what AWS refused to somebody who is nobody of ours changed nothing.
 */
function concernsOurGround(record: Json, source: string, name: string): boolean {
  if (source === "organizations.amazonaws.com" && POLICY_EVENTS.has(name)) return true;
  if (text(record["errorCode"]) !== null) return false;
  switch (source) {
    case "organizations.amazonaws.com":
      return ORGANIZATION_EVENTS.has(name);
    case "cloudtrail.amazonaws.com":
      return TRAIL_EVENTS.has(name) && isOrganizationTrail(record);
    case "iam.amazonaws.com":
      return PROVIDER_EVENTS.test(name) || trustsAccessManager(record, name);
    default:
      return false;
  }
}

export const ORGANIZATION_EVENTS: ReadonlySet<string> = new Set([
  "RegisterDelegatedAdministrator",
  "DeregisterDelegatedAdministrator",
  "LeaveOrganization",
  "RemoveAccountFromOrganization",
  "EnableAWSServiceAccess",
  "DisableAWSServiceAccess",
  "DeleteOrganization",
]);

export const TRAIL_EVENTS: ReadonlySet<string> = new Set([
  "CreateTrail",
  "UpdateTrail",
  "DeleteTrail",
  "StartLogging",
  "StopLogging",
  "PutEventSelectors",
]);

/** IAM's own identity providers. */
export const PROVIDER_EVENTS = /^(?:Create|Update|Delete)SAMLProvider$|OpenIDConnectProvider/;

function isOrganizationTrail(record: Json): boolean {
  const flags = [record["requestParameters"], record["responseElements"]].map((part) =>
    anywhere(part, "isOrganizationTrail"),
  );
  const named = text(anywhere(record["requestParameters"], "name", "trailName", "trailARN"));
  // A record that names no trail cannot be told to be about another's.
  return flags.includes(true) || named === null || named.startsWith("arn:");
}

/** A role that trusts the account access manager can be handed out by it. */
export function trustsAccessManager(record: Json, name: string): boolean {
  if (name !== "CreateRole" && name !== "UpdateAssumeRolePolicy") return false;
  const parameters = record["requestParameters"];
  const policy = text(anywhere(parameters, "policyDocument", "assumeRolePolicyDocument"));
  return policy?.includes(ACCESS_MANAGER) === true;
}

/**
 * WorkSpaces and Transfer Family write the same three sign-in events to the same source.
 * AWS: WorkSpaces Administration Guide and Transfer Family User Guide, sample sign-in records.
 */
function lookAlike(record: Json): string | null {
  // A portal's own address may hold either word in its name, and any address in its query.
  const loginTo = (text(at(record, "additionalEventData", "LoginTo")) ?? "").split(/[?#]/, 1)[0]!;
  const types = text(at(record, "additionalEventData", "CredentialType")) ?? "";
  const isPortal = /^https:\/\/[^/]+\.awsapps\.com(?:\/start|$)/i.test(loginTo);
  if ((!isPortal && /workspaces/i.test(loginTo)) || types.split(",").includes("SMARTCARD")) {
    return "look-alike-workspaces";
  }
  return !isPortal && /\btransfer\b|webapp-[0-9a-f]+/i.test(loginTo) ? "look-alike-transfer" : null;
}

function isReservedRoleCall(record: Json): boolean {
  const identity = record["userIdentity"];
  if (text(at(identity, "type")) !== "AssumedRole") return false;
  const issuer = text(at(identity, "sessionContext", "sessionIssuer", "userName"));
  if (issuer !== null && permissionSetOfRole(issuer) !== null) return true;
  return /:assumed-role\/AWSReservedSSO_/.test(text(at(identity, "arn")) ?? "");
}
