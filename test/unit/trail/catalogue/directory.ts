/** Records of users, groups, memberships and SCIM. */
import type { TrailEvent } from "#core/domain/event";
import { OWNER, record, USER } from "#test/support/records";
import { admin, body, row, scim } from "./callers.ts";
import type { Case } from "./case.ts";

const T = "2026-11-02T08:00:00Z";
const OTHER = "d4e8f4a8-10d1-70ab-9f00-0a1b2c3d4e5f";
const GROUP = "a4e8f4a8-10d1-70ab-9f00-0a1b2c3d4e5f";

type UserChange = Extract<TrailEvent, { kind: "directory-user" }>["change"];

export const USERS: readonly Case[] = [
  ...(
    [
      ["sso-directory", "CreateUser", "created"],
      ["identitystore", "CreateUser", "created"],
      ["identitystore", "UpdateUser", "updated"],
      ["sso-directory", "UpdateUserName", "updated"],
      ["identitystore", "DeleteUser", "deleted"],
      ["sso-directory", "DisableUser", "disabled"],
      ["sso-directory", "EnableUser", "enabled"],
      ["sso-directory", "UpdatePassword", "credentials"],
      ["sso-directory", "StartVirtualMfaDeviceRegistration", "mfa-registration-started"],
      ["sso-directory", "CompleteVirtualMfaDeviceRegistration", "mfa-registered"],
      ["sso-directory", "CompleteWebAuthnDeviceRegistration", "mfa-registered"],
      ["sso-directory", "UpdateMfaDeviceForUser", "mfa-updated"],
      ["sso-directory", "DeleteMfaDeviceForUser", "mfa-removed"],
    ] as const satisfies readonly (readonly [string, string, UserChange])[]
  ).map(([source, name, change]) =>
    row(
      `${name} from ${source} by an administrator`,
      admin(source, name, { identityStoreId: "d-90670abc12", userId: OTHER }),
      {
        kind: "directory-user",
        change,
        by: "administrator",
        subjectUserId: OTHER,
        subjectIdentityStoreId: "d-90670abc12",
      },
    ),
  ),
  row(
    "a device that the person registers themselves",
    record(T, "sso-directory.amazonaws.com", "CompleteWebAuthnDeviceRegistration", {
      requestParameters: { userId: USER },
    }),
    { kind: "directory-user", change: "mfa-registered", by: "self" },
  ),
  row(
    "a user whom SCIM creates",
    scim("CreateUser", { httpBody: { active: true } }, { responseElements: { id: OTHER } }),
    { kind: "directory-user", change: "created", by: "provisioning", subjectUserId: OTHER },
  ),
  row(
    "a deactivation by SCIM whose value is masked",
    scim("PatchUser", {
      id: OTHER,
      ...body({ op: "REPLACE", path: "active", value: "HIDDEN_DUE_TO_SECURITY_REASONS" }),
    }),
    { kind: "directory-user", change: "updated", attributes: ["active"], subjectUserId: OTHER },
  ),
  row(
    "a deactivation by SCIM in plain",
    scim("PatchUser", { id: OTHER, ...body({ op: "replace", path: "active", value: false }) }),
    { kind: "directory-user", change: "disabled" },
  ),
  row(
    "a user whom SCIM puts as inactive",
    scim("PutUser", { id: OTHER, httpBody: { active: "False" } }),
    { kind: "directory-user", change: "disabled" },
  ),
  row(
    "a failure of SCIM",
    scim(
      "CreateUser",
      { httpBody: { active: true } },
      {
        userIdentity: { type: "Unknown", accountId: OWNER },
        errorCode: "ConflictException",
        errorMessage: "Duplicate userName",
      },
    ),
    {
      kind: "directory-user",
      change: "created",
      errorCode: "ConflictException",
      errorMessage: "Duplicate userName",
    },
  ),
];

export const GROUPS: readonly Case[] = [
  row(
    "a group, created",
    admin(
      "identitystore",
      "CreateGroup",
      { displayName: "HIDDEN_DUE_TO_SECURITY_REASONS" },
      { responseElements: { group: { groupId: GROUP } } },
    ),
    { kind: "directory-group", change: "created", groupId: GROUP, by: "administrator" },
  ),
  row(
    "a group, renamed by SCIM",
    scim("PatchGroup", { id: GROUP, ...body({ op: "replace", path: "displayName" }) }),
    { kind: "directory-group", change: "updated", groupId: GROUP, by: "provisioning" },
  ),
  row("a group, deleted", admin("sso-directory", "DeleteGroup", { groupId: GROUP }), {
    kind: "directory-group",
    change: "deleted",
    groupId: GROUP,
  }),
  row(
    "a member, added over the public API",
    admin("identitystore", "CreateGroupMembership", {
      groupId: GROUP,
      memberId: { userId: OTHER },
    }),
    { kind: "membership", change: "added", groupId: GROUP, memberUserId: OTHER },
  ),
  row(
    "a member, removed in the console",
    admin("sso-directory", "RemoveMemberFromGroup", {
      groupId: GROUP,
      member: { memberId: OTHER },
    }),
    { kind: "membership", change: "removed", groupId: GROUP, memberUserId: OTHER },
  ),
  row(
    "a member, added by SCIM",
    scim("PatchGroup", {
      id: GROUP,
      ...body({ op: "ADD", path: "members", value: [{ value: OTHER }] }),
    }),
    {
      kind: "membership",
      change: "added",
      groupId: GROUP,
      memberUserId: OTHER,
      subjectUserId: OTHER,
      by: "provisioning",
    },
  ),
  row(
    "several members, removed by SCIM, one of them by a path",
    scim("PatchGroup", {
      id: GROUP,
      ...body(
        { op: "remove", path: "members", value: [{ value: USER }] },
        { op: "remove", path: `members[value eq "${OTHER}"]` },
      ),
    }),
    { kind: "membership", change: "removed", memberUserId: null, memberUserIds: [USER, OTHER] },
  ),
  ...(
    [
      ["CreateBearerToken", "token-created"],
      ["DeleteBearerToken", "token-deleted"],
      ["CreateProvisioningTenant", "tenant-created"],
      ["DeleteProvisioningTenant", "tenant-deleted"],
    ] as const
  ).map(([name, change]) =>
    row(`${name} of SCIM`, admin("sso-directory", name, { tenantId: "t-1" }), {
      kind: "provisioning",
      change,
      tenantId: "t-1",
    }),
  ),
];
