/**
 * Directory events from the console (`sso-directory`), the public API (`identitystore`) and SCIM: the same kinds whatever the source.
 * Values in SCIM bodies are masked in practice, so a deactivation is mostly known only as a change of `active`.
 */
import type { ChangedBy } from "../../event/changes.ts";
import type { EventBase, TrailEvent } from "../../event.ts";
import { isUserId } from "../../person.ts";
import { anyCase, anywhere, at, object, text, texts, type Json } from "../fields.ts";

type UserChange = Extract<TrailEvent, { kind: "directory-user" }>["change"];

const USER_CHANGES: ReadonlyMap<string, UserChange> = new Map([
  ["CreateUser", "created"],
  ["UpdateUser", "updated"],
  ["UpdateUserName", "updated"],
  ["PutUser", "updated"],
  ["PatchUser", "updated"],
  ["DeleteUser", "deleted"],
  ["DisableUser", "disabled"],
  ["EnableUser", "enabled"],
  ["UpdatePassword", "credentials"],
  ["VerifyEmail", "updated"],
  ["CreateAlias", "updated"],
  ["StartVirtualMfaDeviceRegistration", "mfa-registration-started"],
  ["CompleteVirtualMfaDeviceRegistration", "mfa-registered"],
  ["StartWebAuthnDeviceRegistration", "mfa-registration-started"],
  ["CompleteWebAuthnDeviceRegistration", "mfa-registered"],
  ["UpdateMfaDeviceForUser", "mfa-updated"],
  ["DeleteMfaDeviceForUser", "mfa-removed"],
]);

const GROUP_CHANGES: ReadonlyMap<string, "created" | "updated" | "deleted"> = new Map([
  ["CreateGroup", "created"],
  ["UpdateGroup", "updated"],
  ["UpdateGroupDisplayName", "updated"],
  ["PutGroup", "updated"],
  ["PatchGroup", "updated"],
  ["DeleteGroup", "deleted"],
]);

const MEMBERSHIP_CHANGES: ReadonlyMap<string, "added" | "removed"> = new Map([
  ["CreateGroupMembership", "added"],
  ["AddMemberToGroup", "added"],
  ["DeleteGroupMembership", "removed"],
  ["RemoveMemberFromGroup", "removed"],
]);

/** Everything else the three sources are known to write: kept as administration. */
const KNOWN =
  /^(?:Batch|Complete|Create|Delete|Describe|Disable|Enable|Get|Import|Is|List|Patch|Put|Search|ServiceProviderConfig|Start|Update)/;

export function directoryDetails(base: EventBase, record: Json): TrailEvent {
  const parameters = record["requestParameters"];
  const store = text(anyCase(parameters, "identityStoreId", "directoryId"));
  const framed: EventBase = {
    ...base,
    subjectUserId: subjectOf(base, record),
    ...(store === null ? {} : { subjectIdentityStoreId: store }),
  };
  const change = USER_CHANGES.get(base.eventName);
  if (change !== undefined) return userChange(framed, record, change);
  const membership = MEMBERSHIP_CHANGES.get(base.eventName);
  if (membership !== undefined) return membershipChange(framed, record, membership);
  const group = GROUP_CHANGES.get(base.eventName);
  if (group !== undefined)
    return patchedMembers(framed, record) ?? groupChange(framed, record, group);
  return { ...framed, kind: KNOWN.test(base.eventName) ? "administration" : "unknown" };
}

function userChange(base: EventBase, record: Json, named: UserChange): TrailEvent {
  const operations = operationsOf(record);
  const attributes = [...new Set(operations.map((one) => one.path).filter((path) => path !== ""))];
  return {
    ...base,
    kind: "directory-user",
    change: stateOf(base, record, operations) ?? named,
    by: changedBy(base, record),
    ...(attributes.length === 0 ? {} : { attributes }),
  };
}

/** A change that says in plain what `active` becomes. A PUT states the whole user: only its `false` tells a change. */
function stateOf(
  base: EventBase,
  record: Json,
  operations: readonly Operation[],
): "disabled" | "enabled" | null {
  if (base.eventName !== "PatchUser" && base.eventName !== "PutUser") return null;
  const patched = operations.find((one) => one.path.toLowerCase() === "active")?.value;
  const whole = anyCase(anyCase(record["requestParameters"], "httpBody"), "active");
  if (isTruth(patched, "false") || (patched === undefined && isTruth(whole, "false"))) {
    return "disabled";
  }
  return isTruth(patched, "true") ? "enabled" : null;
}

function isTruth(value: unknown, wanted: "true" | "false"): boolean {
  return String(value).toLowerCase() === wanted;
}

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value: unknown;
}

/** Operations of a SCIM PATCH, or of UpdateUser (`attributePath`). */
function operationsOf(record: Json): Operation[] {
  const parameters = record["requestParameters"];
  const body = anyCase(parameters, "httpBody") ?? parameters;
  const list = anyCase(body, "operations");
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown): Operation[] => {
    const one = object(entry);
    if (one === null) return [];
    return [
      {
        op: text(anyCase(one, "op"))?.toLowerCase() ?? "",
        path: text(anyCase(one, "path", "attributePath")) ?? "",
        value: anyCase(one, "value", "attributeValue"),
      },
    ];
  });
}

function membershipChange(base: EventBase, record: Json, change: "added" | "removed"): TrailEvent {
  const parameters = record["requestParameters"];
  const response = record["responseElements"];
  return {
    ...base,
    kind: "membership",
    change,
    groupId: text(anyCase(parameters, "groupId")) ?? text(at(response, "groupId")),
    memberUserId: base.subjectUserId,
    membershipId: text(anyCase(parameters, "membershipId")) ?? text(at(response, "membershipId")),
    by: changedBy(base, record),
  };
}

/** A SCIM PATCH that only adds members, or only removes them. Null for every other change of a group. */
function patchedMembers(base: EventBase, record: Json): TrailEvent | null {
  const operations = base.eventName === "PatchGroup" ? operationsOf(record) : [];
  const verbs = new Set(operations.map((one) => one.op));
  const verb = [...verbs][0];
  if (verbs.size !== 1 || (verb !== "add" && verb !== "remove")) return null;
  if (!operations.every((one) => /^members\b/i.test(one.path))) return null;
  const members = [...new Set(operations.flatMap(membersOf))];
  const only = members.length === 1 ? members[0]! : null;
  return {
    ...base,
    subjectUserId: only,
    kind: "membership",
    change: verb === "add" ? "added" : "removed",
    groupId: text(anyCase(record["requestParameters"], "id", "groupId")),
    memberUserId: only,
    membershipId: null,
    ...(members.length > 1 ? { memberUserIds: members } : {}),
    by: changedBy(base, record),
  };
}

/** `[{value: id}]`, `[id]`, or an id within the path: `members[value eq "id"]`. */
function membersOf({ path, value }: Operation): string[] {
  const inPath = /\[\s*value\s+eq\s+"([^"]+)"/i.exec(path)?.[1];
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  const named = list.flatMap((one) => [...texts(one), ...texts(anyCase(one, "value"))]);
  return [...named, ...texts(inPath)].filter(isUserId);
}

function groupChange(
  base: EventBase,
  record: Json,
  change: "created" | "updated" | "deleted",
): TrailEvent {
  const parameters = record["requestParameters"];
  return {
    ...base,
    kind: "directory-group",
    change,
    groupId:
      text(anyCase(parameters, "groupId", "id")) ??
      text(anywhere(record["responseElements"], "groupId", "id")),
    by: changedBy(base, record),
  };
}

/**
 * Who changed it. AWS: user-initiated events have type IdentityCenterUser, an administrator's the type of their IAM identity; a
 * person's own role session is an administrator's, whoever the change is about.
 */
function changedBy(base: EventBase, record: Json): ChangedBy {
  if (base.eventSource.startsWith("identitystore-scim.")) return "provisioning";
  const type = text(at(record, "userIdentity", "type"));
  if (base.callerArn !== null || (type !== null && IAM_IDENTITIES.has(type)))
    return "administrator";
  const about = base.subjectUserId;
  if (base.person === null) return "unknown";
  return about === null || about === base.person.userId ? "self" : "unknown";
}

const IAM_IDENTITIES = new Set(["AssumedRole", "IAMUser", "Root", "FederatedUser", "Role"]);

/** The user an event is about: a parameter, a member, a created user's id, or SCIM's `id`. */
function subjectOf(base: EventBase, record: Json): string | null {
  const parameters = record["requestParameters"];
  const member = anyCase(parameters, "member", "memberId");
  const direct =
    text(anyCase(parameters, "userId")) ??
    text(member) ??
    text(anyCase(member, "userId", "memberId", "id"));
  if (direct !== null) return direct;
  const response = object(record["responseElements"]);
  const created = text(anyCase(response, "userId")) ?? text(at(response, "user", "userId"));
  if (created !== null) return created;
  return base.eventSource.startsWith("identitystore-scim.") && base.eventName.endsWith("User")
    ? (text(anyCase(parameters, "id")) ?? text(anyCase(response, "id")))
    : null;
}
