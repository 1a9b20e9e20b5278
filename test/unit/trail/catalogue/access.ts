/** Records of assignments, permission sets, ended sessions and entitlements. */
import { MEMBER, OWNER } from "#test/support/records";
import { admin, row } from "./callers.ts";
import type { Case } from "./case.ts";

const OTHER = "d4e8f4a8-10d1-70ab-9f00-0a1b2c3d4e5f";
const SET = "arn:aws:sso:::permissionSet/ssoins-0011223344556677/ps-0011223344556677";
const APPLICATION = `arn:aws:sso::${OWNER}:application/ssoins-0011223344556677/apl-0011223344556677`;
const ADMINISTRATORS = "arn:aws:iam::aws:policy/AdministratorAccess";

export const ACCESS: readonly Case[] = [
  row(
    "an assignment over the public API",
    admin("sso", "CreateAccountAssignment", {
      targetId: MEMBER,
      permissionSetArn: SET,
      principalType: "USER",
      principalId: OTHER,
    }),
    {
      kind: "assignment",
      change: "created",
      targetAccountId: MEMBER,
      permissionSetArn: SET,
      principalId: OTHER,
    },
  ),
  row("an assignment removed in the console", admin("sso", "DisassociateProfile", {}), {
    kind: "assignment",
    change: "deleted",
  }),
  row(
    "a permission set, created",
    admin(
      "sso",
      "CreatePermissionSet",
      { name: "Ops", sessionDuration: "PT8H" },
      { responseElements: { permissionSet: { permissionSetArn: SET, name: "Ops" } } },
    ),
    {
      kind: "permission-set",
      change: "created",
      permissionSetArn: SET,
      permissionSetName: "Ops",
      sessionDuration: "PT8H",
    },
  ),
  row(
    "a managed policy, attached to a permission set",
    admin("sso", "AttachManagedPolicyToPermissionSet", {
      permissionSetArn: SET,
      managedPolicyArn: ADMINISTRATORS,
    }),
    { kind: "permission-set", change: "policy-attached", policy: ADMINISTRATORS },
  ),
  row(
    "a customer managed policy, detached from a permission set",
    admin("sso", "DetachCustomerManagedPolicyReferenceFromPermissionSet", {
      permissionSetArn: SET,
      customerManagedPolicyReference: { name: "ops", path: "/" },
    }),
    { kind: "permission-set", change: "policy-detached", policy: "ops" },
  ),
  ...(
    [
      ["UpdatePermissionSet", "updated"],
      ["DeletePermissionSet", "deleted"],
      ["PutInlinePolicyToPermissionSet", "inline-policy-put"],
      ["DeleteInlinePolicyFromPermissionSet", "inline-policy-removed"],
      ["PutPermissionsBoundaryToPermissionSet", "boundary-put"],
      ["DeletePermissionsBoundaryFromPermissionSet", "boundary-removed"],
      ["ProvisionPermissionSet", "provisioned"],
    ] as const
  ).map(([name, change]) =>
    row(name, admin("sso", name, { permissionSetArn: SET, targetId: MEMBER }), {
      kind: "permission-set",
      change,
      permissionSetArn: SET,
      targetAccountId: change === "provisioned" ? MEMBER : null,
    }),
  ),
  row(
    "sessions that an administrator ends",
    admin("identitystore-auth", "BatchDeleteSession", {
      sessionIds: ["6A1F2C3D-1111-4222-8333-444455556666"],
      userId: OTHER,
    }),
    {
      kind: "session-deleted",
      credentialIds: ["6a1f2c3d-1111-4222-8333-444455556666"],
      subjectUserId: OTHER,
    },
  ),
  row(
    "an entitlement of the account access manager",
    admin("account-access", "CreateEntitlement", {
      applicationArn: APPLICATION,
      entitlement: {
        principalRole: {
          principal: { identityCenter: { userId: OTHER } },
          roleArn: `arn:aws:iam::${MEMBER}:role/entitled`,
          account: MEMBER,
        },
      },
    }),
    {
      kind: "entitlement",
      change: "created",
      principalType: "USER",
      principalId: OTHER,
      roleArn: `arn:aws:iam::${MEMBER}:role/entitled`,
      targetAccountId: MEMBER,
      subjectUserId: OTHER,
    },
  ),
  row(
    "an entitlement, deleted",
    admin("account-access", "DeleteEntitlement", { entitlementId: "e-1" }),
    { kind: "entitlement", change: "deleted", entitlementId: "e-1", principalType: null },
  ),
  row(
    "an application of the account access manager",
    admin("account-access", "CreateApplication", {}, { responseElements: { arn: APPLICATION } }),
    { kind: "access-application", change: "created", applicationArn: APPLICATION },
  ),
];
