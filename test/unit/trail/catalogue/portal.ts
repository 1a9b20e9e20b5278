/** Records of portal actions and of tokens. */
import {
  call,
  MEMBER,
  OWNER,
  portal,
  record,
  STORE,
  token,
  USER,
  vend,
} from "#test/support/records";
import type { Case } from "./case.ts";

const T = "2026-11-02T08:00:00Z";
const PERSON = { userId: USER, identityStoreArn: STORE };
const APPLICATION = `arn:aws:sso::${OWNER}:application/ssoins-0011223344556677/apl-0011223344556677`;

export const PORTAL_AND_TOKENS: readonly Case[] = [
  ...(
    [
      ["Authenticate", "authenticate"],
      ["ListApplications", "list"],
      ["ListProfilesForApplication", "list"],
      ["ListAccounts", "list"],
      ["Logout", "logout"],
      ["GetProfile", "other"],
    ] as const
  ).map(([name, action]): Case => ({
    what: `${name} of a signed-in person`,
    record: portal(T, name),
    expected: { kind: "portal", action, person: PERSON },
  })),
  {
    what: "Federate names account and permission set",
    record: vend(T, "Federate", "6a1f2c3d-1111-4222-8333-444455556666"),
    expected: {
      kind: "portal",
      action: "federate",
      targetAccountId: MEMBER,
      permissionSetName: "PowerUser",
    },
  },
  {
    what: "GetRoleCredentials whose account and role stand in the request",
    record: portal(T, "GetRoleCredentials", "6a1f2c3d-1111-4222-8333-444455556666", {
      serviceEventDetails: null,
      requestParameters: { accountId: MEMBER, roleName: "PowerUser" },
    }),
    expected: {
      kind: "portal",
      action: "get-role-credentials",
      targetAccountId: MEMBER,
      permissionSetName: "PowerUser",
    },
  },
  {
    what: "ListApplications of the administrative API is no portal action",
    record: call(T, T, { eventSource: "sso.amazonaws.com", eventName: "ListApplications" }),
    expected: { kind: "administration" },
  },
  {
    what: "CreateToken of a device code that is still pending",
    record: token(T, "device", { responseElements: null }),
    expected: { kind: "token", grant: "device-code", issued: false, refreshable: false },
  },
  {
    what: "CreateToken with an application's session and its end",
    record: token(T, "refresh", {
      responseElements: { expiresIn: 3600, aws_sso_app_session_id: "app-1" },
      additionalEventData: { "identitycenter:SessionNotOnOrAfter": "2026-11-09T08:00:00Z" },
    }),
    expected: {
      kind: "token",
      grant: "refresh",
      issued: true,
      applicationSessionId: "app-1",
      sessionNotOnOrAfter: "2026-11-09T08:00:00.000Z" as never,
    },
  },
  {
    what: "CreateTokenWithIAM with the scope that takes roles",
    record: tokenWithIam({
      grantType: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      scope: ["sso:account:access"],
    }),
    expected: {
      kind: "token-with-iam",
      applicationArn: APPLICATION,
      accountAccess: true,
      issued: true,
      resourceArn: null,
      person: PERSON,
    },
  },
  {
    what: "CreateTokenWithIAM of a background session names its job",
    record: tokenWithIam({
      grantType: "urn:ietf:params:oauth:grant-type:token-exchange",
      subjectTokenType: "urn:ietf:params:oauth:token-type:access_token",
      requestedTokenType: "urn:ietf:params:oauth:token-type:refresh_token",
      resource: `arn:aws:sagemaker:eu-central-1:${MEMBER}:training-job/x`,
    }),
    expected: {
      kind: "token-with-iam",
      resourceArn: `arn:aws:sagemaker:eu-central-1:${MEMBER}:training-job/x`,
      requestedTokenType: "urn:ietf:params:oauth:token-type:refresh_token",
      subjectTokenType: "urn:ietf:params:oauth:token-type:access_token",
    },
  },
];

function tokenWithIam(parameters: Record<string, unknown>): Record<string, unknown> {
  return record(T, "sso-oauth.amazonaws.com", "CreateTokenWithIAM", {
    userIdentity: {
      type: "AssumedRole",
      principalId: "AROAEXAMPLE:app",
      arn: `arn:aws:sts::${OWNER}:assumed-role/app-role/app`,
      accountId: OWNER,
    },
    requestParameters: { clientId: APPLICATION, ...parameters },
    responseElements: { expiresIn: 3600, tokenType: "Bearer" },
    additionalEventData: {
      "identitystore:UserId": USER,
      "identitystore:IdentityStoreArn": STORE,
      "identitycenter:CredentialId": "6a1f2c3d-1111-4222-8333-444455556666",
    },
  });
}
