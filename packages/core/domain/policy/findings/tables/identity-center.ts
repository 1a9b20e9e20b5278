/** Ways to more access through Identity Center and account access manager, and ways to take access from others. Names as AWS's. */
import { path, type Path } from "../paths.ts";

/** Each gives somebody access to accounts, or lets them act as somebody who has it. */
export const IDENTITY_CENTER: readonly Path[] = [
  path("assigning an account to anybody", "sso:CreateAccountAssignment"),
  path("attaching a policy to a permission set", "sso:AttachManagedPolicyToPermissionSet"),
  path(
    "attaching a customer's policy to a permission set",
    "sso:AttachCustomerManagedPolicyReferenceToPermissionSet",
  ),
  path("writing the inline policy of a permission set", "sso:PutInlinePolicyToPermissionSet"),
  path("writing the policy of a permission set", "sso:PutPermissionsPolicy"),
  path(
    "taking the boundary off a permission set",
    "sso:DeletePermissionsBoundaryFromPermissionSet | sso:PutPermissionsBoundaryToPermissionSet",
  ),
  path(
    "taking policies that deny off a permission set",
    "sso:DeleteInlinePolicyFromPermissionSet | sso:DetachManagedPolicyFromPermissionSet | sso:DetachCustomerManagedPolicyReferenceFromPermissionSet",
  ),
  path("assigning accounts by profiles", "sso:AssociateProfile | sso:UpdateProfile"),
  path(
    "changing which attributes of people become tags",
    "sso:CreateInstanceAccessControlAttributeConfiguration | sso:UpdateInstanceAccessControlAttributeConfiguration",
  ),
  path(
    "trusting an issuer whose tokens stand for people",
    "sso:CreateTrustedTokenIssuer | sso:UpdateTrustedTokenIssuer",
    "sso:PutApplicationGrant",
  ),
  path(
    "letting an application act as people",
    "sso:PutApplicationAccessScope | sso:PutApplicationAuthenticationMethod | sso:PutApplicationGrant",
  ),
  path(
    "changing where people sign in",
    "sso:AssociateDirectory | sso:UpdateSSOConfiguration | sso:CreateTrust | sso:UpdateTrust",
  ),
  path("weakening the second factor", "sso:PutMfaDeviceManagementForDirectory"),
  path(
    "putting people into groups",
    "identitystore:CreateGroupMembership | sso-directory:AddMemberToGroup",
  ),
  path("making people", "identitystore:CreateUser | sso-directory:CreateUser"),
  path(
    "changing who a person is",
    "identitystore:UpdateUser | sso-directory:UpdateUser | sso-directory:UpdateUserName",
  ),
  path("setting people's passwords", "sso-directory:UpdatePassword"),
  path(
    "replacing people's second factor",
    "sso-directory:DeleteMfaDeviceForUser | sso-directory:UpdateMfaDeviceForUser | sso-directory:CompleteVirtualMfaDeviceRegistration | sso-directory:CompleteWebAuthnDeviceRegistration",
  ),
  path("letting disabled people in again", "sso-directory:EnableUser"),
  path(
    "provisioning people from outside",
    "sso-directory:CreateBearerToken | sso-directory:CreateProvisioningTenant",
  ),
  path(
    "replacing the identity provider",
    "sso-directory:CreateExternalIdPConfigurationForDirectory | sso-directory:UpdateExternalIdPConfigurationForDirectory | sso-directory:EnableExternalIdPConfigurationForDirectory | sso-directory:ImportExternalIdPCertificate",
  ),
  path("giving anybody a role by an entitlement", "account-access:CreateEntitlement"),
  path(
    "letting an application take console access",
    "signin:CreateTrustedIdentityPropagationApplicationForConsole | signin:PutConsoleAuthorizationConfiguration | signin:PutResourcePermissionStatement",
  ),
];

/** Each takes access from people who should have it. */
export const DISRUPTION: readonly Path[] = [
  path("ending people's sessions", "identitystore-auth:BatchDeleteSession"),
  path("deleting people", "identitystore:DeleteUser | sso-directory:DeleteUser"),
  path("disabling people", "sso-directory:DisableUser"),
  path(
    "taking people out of groups",
    "identitystore:DeleteGroupMembership | sso-directory:RemoveMemberFromGroup | identitystore:DeleteGroup | sso-directory:DeleteGroup",
  ),
  path("taking assignments away", "sso:DeleteAccountAssignment | account-access:DeleteEntitlement"),
  path("deleting permission sets", "sso:DeletePermissionSet"),
  path(
    "switching sign-in off",
    "sso:DeleteInstance | identitystore:DeleteIdentityStore | sso-directory:DisableExternalIdPConfigurationForDirectory | sso-directory:DeleteExternalIdPConfigurationForDirectory",
  ),
];
