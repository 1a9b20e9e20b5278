/** Directory events from the console (`sso-directory`), the public API (`identitystore`) and SCIM. */
import type { EventBase, TrailEvent } from "../event.ts";
import { anyCase, at, object, text, type Json } from "./fields.ts";

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
  ["StartVirtualMfaDeviceRegistration", "credentials"],
  ["CompleteVirtualMfaDeviceRegistration", "credentials"],
  ["StartWebAuthnDeviceRegistration", "credentials"],
  ["CompleteWebAuthnDeviceRegistration", "credentials"],
  ["UpdateMfaDeviceForUser", "credentials"],
  ["DeleteMfaDeviceForUser", "credentials"],
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
  if (change !== undefined) return { ...framed, kind: "directory-user", change };
  const membership = MEMBERSHIP_CHANGES.get(base.eventName);
  if (membership !== undefined) {
    return {
      ...framed,
      kind: "membership",
      change: membership,
      groupId:
        text(anyCase(parameters, "groupId")) ?? text(at(record, "responseElements", "groupId")),
      memberUserId: framed.subjectUserId,
      membershipId:
        text(anyCase(parameters, "membershipId")) ??
        text(at(record, "responseElements", "membershipId")),
    };
  }
  return { ...framed, kind: KNOWN.test(base.eventName) ? "administration" : "unknown" };
}

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
    ? text(anyCase(parameters, "id"))
    : null;
}
