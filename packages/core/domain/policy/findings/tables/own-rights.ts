/** Ways to more rights that go through IAM itself. From the published methods of escalation, written anew; action names as AWS's. */
import { path, type Path } from "../paths.ts";

/** Each changes what somebody may do. */
export const RIGHTS: readonly Path[] = [
  path("writing a new version of a policy", "iam:CreatePolicyVersion"),
  path("bringing back an older version of a policy", "iam:SetDefaultPolicyVersion"),
  path("attaching a policy to a role", "iam:AttachRolePolicy"),
  path("attaching a policy to a user", "iam:AttachUserPolicy"),
  path("attaching a policy to a group", "iam:AttachGroupPolicy"),
  path("writing an inline policy into a role", "iam:PutRolePolicy"),
  path("writing an inline policy into a user", "iam:PutUserPolicy"),
  path("writing an inline policy into a group", "iam:PutGroupPolicy"),
  path("adding a user to a group", "iam:AddUserToGroup"),
  path("opening the trust of a role to themselves", "iam:UpdateAssumeRolePolicy"),
  path(
    "making a role with rights of their choice",
    "iam:CreateRole",
    "iam:AttachRolePolicy | iam:PutRolePolicy",
  ),
  path(
    "making a user with rights of their choice",
    "iam:CreateUser",
    "iam:AttachUserPolicy | iam:PutUserPolicy | iam:AddUserToGroup",
    "iam:CreateAccessKey | iam:CreateLoginProfile",
  ),
  path("taking the boundary off a role", "iam:DeleteRolePermissionsBoundary"),
  path("taking the boundary off a user", "iam:DeleteUserPermissionsBoundary"),
  path("giving a role a wider boundary", "iam:PutRolePermissionsBoundary"),
  path("giving a user a wider boundary", "iam:PutUserPermissionsBoundary"),
];

/** Each lets them sign in as somebody else. */
export const TAKE_OVER: readonly Path[] = [
  path("making an access key for another user", "iam:CreateAccessKey"),
  path("giving another user a console password", "iam:CreateLoginProfile"),
  path("changing another user's console password", "iam:UpdateLoginProfile"),
  path("making another user's access key work again", "iam:UpdateAccessKey", "iam:CreateAccessKey"),
  path("making service credentials for another user", "iam:CreateServiceSpecificCredential"),
  path("resetting another user's service credentials", "iam:ResetServiceSpecificCredential"),
  path("giving another user an SSH key", "iam:UploadSSHPublicKey"),
  path("giving another user a signing certificate", "iam:UploadSigningCertificate"),
  path(
    "replacing another user's second factor",
    "iam:DeactivateMFADevice",
    "iam:EnableMFADevice | iam:UpdateLoginProfile | iam:CreateLoginProfile",
  ),
];

/** Each lets an identity provider of theirs speak for others. */
export const FEDERATION: readonly Path[] = [
  path("replacing the metadata of a SAML provider that roles trust", "iam:UpdateSAMLProvider"),
  path(
    "trusting a SAML provider of their own",
    "iam:CreateSAMLProvider",
    "iam:CreateRole | iam:UpdateAssumeRolePolicy",
  ),
  path(
    "letting another client of an OpenID Connect provider in",
    "iam:AddClientIDToOpenIDConnectProvider",
  ),
  path(
    "replacing the certificate of an OpenID Connect provider",
    "iam:UpdateOpenIDConnectProviderThumbprint",
  ),
  path(
    "trusting an OpenID Connect provider of their own",
    "iam:CreateOpenIDConnectProvider",
    "iam:CreateRole | iam:UpdateAssumeRolePolicy",
  ),
  path(
    "trusting certificates of their own for roles",
    "rolesanywhere:CreateTrustAnchor | rolesanywhere:UpdateTrustAnchor",
    "rolesanywhere:CreateProfile | rolesanywhere:UpdateProfile | rolesanywhere:EnableProfile",
  ),
];
