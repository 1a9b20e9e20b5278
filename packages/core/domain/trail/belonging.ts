/**
 * Whether a record concerns Identity Center: ours, somebody else's, or a look-alike that must stay out of sessions.
 * A record that is not ours is counted by its reason and not kept.
 */
import { at, text, type Json } from "./fields.ts";
import { permissionSetOfRole } from "./identity.ts";

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
const SIGN_IN_SOURCES = new Set(["signin.amazonaws.com", "signin.amazon.com"]);

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

/** Null when the record is ours, else why it is not. `source` and `name` are its eventSource and eventName. */
export function reasonToIgnore(record: Json, source: string, name: string): string | null {
  if (text(record["eventCategory"])?.toLowerCase() === "insight") return "insight";
  if (SIGN_IN_SOURCES.has(source) && SIGN_IN_STEPS.has(name)) return lookAlike(record);
  if (IDENTITY_CENTER_SOURCES.has(source)) return null;
  if (isReservedRoleCall(record)) return null;
  if (source === "sts.amazonaws.com" && name === "AssumeRoleWithSAML") {
    const roleArn = text(at(record, "requestParameters", "roleArn"));
    return permissionSetOfRole(roleArn?.split("/").at(-1) ?? "") === null
      ? "saml-role-of-another-provider"
      : null;
  }
  if (source === "organizations.amazonaws.com" && POLICY_EVENTS.has(name)) return null;
  return "other-service";
}

/**
 * WorkSpaces and Transfer Family write the same three sign-in events to the same source.
 * AWS: WorkSpaces Administration Guide and Transfer Family User Guide, sample sign-in records.
 */
function lookAlike(record: Json): string | null {
  const loginTo = text(at(record, "additionalEventData", "LoginTo")) ?? "";
  const types = text(at(record, "additionalEventData", "CredentialType")) ?? "";
  if (/workspaces/i.test(loginTo) || types.split(",").includes("SMARTCARD")) {
    return "look-alike-workspaces";
  }
  return /\btransfer\b|webapp-[0-9a-f]+/i.test(loginTo) ? "look-alike-transfer" : null;
}

function isReservedRoleCall(record: Json): boolean {
  const identity = record["userIdentity"];
  if (text(at(identity, "type")) !== "AssumedRole") return false;
  const issuer = text(at(identity, "sessionContext", "sessionIssuer", "userName"));
  if (issuer !== null && permissionSetOfRole(issuer) !== null) return true;
  return /:assumed-role\/AWSReservedSSO_/.test(text(at(identity, "arn")) ?? "");
}
