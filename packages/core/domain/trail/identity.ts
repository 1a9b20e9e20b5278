/**
 * Who acted, as `userIdentity` tells it, in the shape before the fields of Identity Center's records changed and in the shape after.
 * Names nobody whom the record does not name.
 */
import { isUserId, type PersonKey } from "../person.ts";
import type { RoleSessionRef } from "../event.ts";
import type { Instant } from "../time.ts";
import { at, instantOf, object, text, type Json } from "./fields.ts";

/** Roles that Identity Center makes: `AWSReservedSSO_<permission set>_<16 hex>`. */
const RESERVED_ROLE = /^AWSReservedSSO_(.+)_[0-9a-f]{16}$/;

export function permissionSetOfRole(roleName: string): string | null {
  return RESERVED_ROLE.exec(roleName)?.[1] ?? null;
}

/**
 * The person that a record names: `onBehalfOf` (which one reader met as an array), the fields of CreateTokenWithIAM, or, in the
 * old shape, a principalId that is a userId whose 10-hex prefix names the store. An account id or a SID names nobody.
 */
export function personOf(record: Json): PersonKey | null {
  const identity = object(record["userIdentity"]);
  const behalf = identity?.["onBehalfOf"];
  const named = personFrom(
    Array.isArray(behalf) ? behalf[0] : behalf,
    "userId",
    "identityStoreArn",
  );
  if (named !== null) return named;
  const additional = record["additionalEventData"];
  const additionally = personFrom(
    additional,
    "identitystore:UserId",
    "identitystore:IdentityStoreArn",
  );
  if (additionally !== null) return additionally;
  return identity === null ? null : oldShapePerson(identity, text(record["awsRegion"]) ?? "");
}

function personFrom(value: unknown, idKey: string, storeKey: string): PersonKey | null {
  const userId = text(at(value, idKey));
  const identityStoreArn = text(at(value, storeKey));
  return isUserId(userId) && identityStoreArn !== null && identityStoreArn.startsWith("arn:")
    ? { identityStoreArn, userId }
    : null;
}

function oldShapePerson(identity: Json, region: string): PersonKey | null {
  const type = text(identity["type"]);
  if (type !== "Unknown" && type !== "IdentityCenterUser") return null;
  const userId = text(identity["principalId"]);
  const accountId = text(identity["accountId"]);
  if (!isUserId(userId) || accountId === null) return null;
  const prefix = /^([0-9a-f]{10})-/.exec(userId)?.[1];
  if (prefix === undefined) return null;
  return {
    identityStoreArn: `arn:${partitionOf(region)}:identitystore::${accountId}:identitystore/d-${prefix}`,
    userId,
  };
}

function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/** The role session that made a call; null when the caller is something else or the record does not say when it began. */
export function callingSession(record: Json, accountId: string): RoleSessionRef | null {
  const identity = record["userIdentity"];
  if (text(at(identity, "type")) !== "AssumedRole") return null;
  const issuedAt = instantOf(at(identity, "sessionContext", "attributes", "creationDate"));
  const arn = text(at(identity, "arn"));
  const issuer = text(at(identity, "sessionContext", "sessionIssuer", "userName"));
  return roleSession({
    assumedRoleId: text(at(identity, "principalId")),
    arn,
    roleName: issuer ?? roleNameOf(arn),
    accountId: text(at(identity, "accountId")) ?? accountId,
    issuedAt,
  });
}

/** The session that AssumeRoleWithSAML answered; its creation date is the second of the event. */
export function issuedSession(
  record: Json,
  accountId: string,
  at_: Instant,
): RoleSessionRef | null {
  const user = at(record, "responseElements", "assumedRoleUser");
  const arn = text(at(user, "arn"));
  return roleSession({
    assumedRoleId: text(at(user, "assumedRoleId")),
    arn,
    roleName: roleNameOf(arn),
    accountId: arn?.split(":")[4] ?? accountId,
    issuedAt: at_,
  });
}

/** The sign-in session of the caller's credentials, or the one that `aws login` opened. */
export function signInSessionOf(record: Json): string | null {
  return (
    text(at(record, "userIdentity", "sessionContext", "signInSessionArn")) ??
    text(at(record, "additionalEventData", "signInSessionArn"))
  );
}

/** The calling role's session when the record itself ties it to a person or a sign-in session, whatever role it is. */
export function tiesToPerson(record: Json): boolean {
  const identity = record["userIdentity"];
  if (text(at(identity, "type")) !== "AssumedRole") return false;
  if (at(identity, "onBehalfOf") !== undefined && personOf(record) !== null) return true;
  return text(at(identity, "sessionContext", "signInSessionArn")) !== null;
}

function roleNameOf(arn: string | null): string | null {
  return arn === null ? null : (/assumed-role\/([^/]+)\//.exec(arn)?.[1] ?? null);
}

function roleSession(parts: {
  assumedRoleId: string | null;
  arn: string | null;
  roleName: string | null;
  accountId: string;
  issuedAt: Instant | null;
}): RoleSessionRef | null {
  const [roleId, ...name] = parts.assumedRoleId?.split(":") ?? [];
  const sessionName = name.join(":");
  if (!roleId || !sessionName || parts.roleName === null || parts.issuedAt === null) return null;
  return {
    accountId: parts.accountId,
    roleId,
    roleName: parts.roleName,
    sessionName,
    permissionSetName: permissionSetOfRole(parts.roleName),
    issuedAt: parts.issuedAt,
  };
}

/** Key of a role session: principalId and creation date, which every call of the session repeats. */
export function roleSessionKey(session: RoleSessionRef): string {
  return `${session.accountId}/${session.roleId}:${session.sessionName}@${session.issuedAt}`;
}
