/** Records of applications, issuers and settings. */
import { OWNER, STORE } from "#test/support/records";
import { admin, row } from "./callers.ts";
import type { Case } from "./case.ts";

const APPLICATION = `arn:aws:sso::${OWNER}:application/ssoins-0011223344556677/apl-0011223344556677`;

export const APPLICATIONS: readonly Case[] = [
  ...(
    [
      ["CreateApplication", "application", "created"],
      ["UpdateApplicationInstanceStatus", "application", "updated"],
      ["CreateApplicationAssignment", "assignment", "created"],
      ["PutApplicationAssignmentConfiguration", "assignment-configuration", "updated"],
      ["DeleteApplicationAccessScope", "access-scope", "deleted"],
      ["PutApplicationGrant", "grant", "updated"],
      ["PutApplicationAuthenticationMethod", "authentication-method", "updated"],
    ] as const
  ).map(([name, aspect, change]) =>
    row(name, admin("sso", name, { applicationArn: APPLICATION }), {
      kind: "application",
      aspect,
      change,
      applicationArn: APPLICATION,
    }),
  ),
  row(
    "an application gets the scope that takes roles",
    admin("sso", "PutApplicationAccessScope", {
      applicationArn: APPLICATION,
      scope: "sso:account:access",
    }),
    {
      kind: "application",
      aspect: "access-scope",
      scope: "sso:account:access",
      change: "updated",
    },
  ),
  row(
    "an application may have background sessions",
    admin("sso", "PutApplicationSessionConfiguration", {
      applicationArn: APPLICATION,
      userBackgroundSessionApplicationStatus: "ENABLED",
    }),
    { kind: "application", aspect: "session-configuration", status: "ENABLED" },
  ),
  row(
    "a trusted token issuer",
    admin("sso", "CreateTrustedTokenIssuer", {
      trustedTokenIssuerConfiguration: {
        oidcJwtConfiguration: { issuerUrl: "https://issuer.example/x" },
      },
    }),
    {
      kind: "trusted-token-issuer",
      change: "created",
      issuerUrl: "https://issuer.example/x",
    },
  ),
];

export const SETTINGS: readonly Case[] = [
  ...(
    [
      ["sso", "UpdateSSOConfiguration", "configuration"],
      ["sso", "UpdateSsoConfiguration", "configuration"],
      ["sso", "StartSSO", "service"],
      ["sso-directory", "PutMfaDeviceManagementForDirectory", "mfa"],
      ["sso", "PutMfaDeviceManagementForDirectory", "mfa"],
      ["sso", "AddRegion", "region"],
      ["sso", "UpdateInstance", "instance"],
      ["sso", "CreateInstanceAccessControlAttributeConfiguration", "access-control-attributes"],
      ["identitystore", "UpdateIdentityStore", "network-perimeter"],
    ] as const
  ).map(([source, name, setting]) =>
    row(
      `${name} from ${source}`,
      admin(source, name, { configurationType: "APP_AUTHENTICATION_CONFIGURATION" }),
      {
        kind: "instance-setting",
        setting,
        subject: "APP_AUTHENTICATION_CONFIGURATION",
      },
    ),
  ),
  ...(
    [
      ["sso", "AssociateDirectory", "created", "directory"],
      ["sso", "DisassociateDirectory", "deleted", "directory"],
      [
        "sso-directory",
        "EnableExternalIdPConfigurationForDirectory",
        "enabled",
        "external-identity-provider",
      ],
      [
        "sso-directory",
        "DisableExternalIdPConfigurationForDirectory",
        "disabled",
        "external-identity-provider",
      ],
      ["sso-directory", "ImportExternalIdPCertificate", "created", "certificate"],
    ] as const
  ).map(([source, name, change, aspect]) =>
    row(name, admin(source, name, { directoryId: "d-90670abc12" }), {
      kind: "identity-source",
      change,
      aspect,
      directoryId: "d-90670abc12",
    }),
  ),
  row(
    "a read of the directory",
    admin("sso-directory", "DescribeUsers", { identityStoreArn: STORE }),
    { kind: "administration" },
  ),
];
