/** Records of role activity, and of what every frame may carry. */
import {
  assumeRole,
  call,
  HOME,
  MEMBER,
  NAME,
  OWNER,
  portal,
  record,
  STORE,
  USER,
} from "#test/support/records";
import type { Case } from "./case.ts";

const T = "2026-11-02T08:00:00Z";
const PERSON = { userId: USER, identityStoreArn: STORE };
const SIGN_IN_SESSION = `arn:aws:signin:eu-central-1:${MEMBER}:session/0a1b2c3d`;

const foreignRole = (more: Record<string, unknown>): Record<string, unknown> => ({
  type: "AssumedRole",
  principalId: "AROAEXAMPLECHAINED:job",
  arn: `arn:aws:sts::${MEMBER}:assumed-role/chained/job`,
  accountId: MEMBER,
  accessKeyId: "ASIACHAINED",
  ...more,
  sessionContext: {
    sessionIssuer: {
      type: "Role",
      arn: `arn:aws:iam::${MEMBER}:role/chained`,
      userName: "chained",
    },
    attributes: { creationDate: T, mfaAuthenticated: "false" },
    ...(more["sessionContext"] as object | undefined),
  },
});

export const ROLES: readonly Case[] = [
  {
    what: "AssumeRoleWithSAML of a permission set's role",
    record: assumeRole(T, 14_400),
    expected: { kind: "role-issued", durationSeconds: 14_400, accountId: MEMBER },
  },
  {
    what: "a call of a permission set's role that was refused, from the console over an endpoint",
    record: call(T, T, {
      errorCode: "AccessDenied",
      errorMessage: "User is not authorized with an explicit deny in a service control policy",
      sessionCredentialFromConsole: "true",
      vpcEndpointId: "vpce-0a1b",
      sharedEventID: "AAAAAAAA-0000-4000-8000-000000000001",
    }),
    expected: {
      kind: "role-call",
      accessKeyId: "ASIAUSED",
      errorMessage: "User is not authorized with an explicit deny in a service control policy",
      isConsole: true,
      vpcEndpointId: "vpce-0a1b",
      sharedEventId: "aaaaaaaa-0000-4000-8000-000000000001",
    },
  },
  {
    what: "a chained AssumeRole shows the key, role and expiry that it issued",
    record: call(T, T, {
      eventSource: "sts.amazonaws.com",
      eventName: "AssumeRole",
      requestParameters: { roleArn: `arn:aws:iam::${MEMBER}:role/chained` },
      responseElements: {
        credentials: {
          accessKeyId: "ASIACHAINED",
          sessionToken: "x",
          expiration: "Nov 2, 2026, 12:06:00 PM",
        },
        assumedRoleUser: { assumedRoleId: "AROAEXAMPLECHAINED:job:1", arn: "arn:x" },
      },
    }),
    expected: {
      kind: "role-call",
      issuedAccessKeyId: "ASIACHAINED",
      issuedRoleArn: `arn:aws:iam::${MEMBER}:role/chained`,
      issuedRoleId: "AROAEXAMPLECHAINED",
      issuedSessionName: "job:1",
      issuedExpiresAt: "2026-11-02T12:06:00.000Z" as never,
    },
  },
  {
    what: "a call of another role that names the person",
    record: call(T, T, {
      userIdentity: foreignRole({ onBehalfOf: { userId: USER, identityStoreArn: STORE } }),
    }),
    expected: {
      kind: "person-role-call",
      person: PERSON,
      accessKeyId: "ASIACHAINED",
      roleArn: `arn:aws:iam::${MEMBER}:role/chained`,
    },
  },
  {
    what: "a call of another role that names a sign-in session",
    record: call(T, T, {
      userIdentity: foreignRole({ sessionContext: { signInSessionArn: SIGN_IN_SESSION } }),
    }),
    expected: { kind: "person-role-call", person: null, signInSessionArn: SIGN_IN_SESSION },
  },
  {
    what: "AssumeRole by the account access manager",
    record: record(T, "sts.amazonaws.com", "AssumeRole", {
      userIdentity: { type: "AWSService", invokedBy: "account-access.amazonaws.com" },
      sourceIPAddress: "account-access.amazonaws.com",
      requestParameters: {
        roleArn: `arn:aws:iam::${MEMBER}:role/entitled`,
        roleSessionName: USER,
        durationSeconds: 3600,
      },
      responseElements: {
        credentials: { accessKeyId: "ASIAENTITLED", expiration: "Nov 2, 2026, 9:00:00 AM" },
        assumedRoleUser: {
          assumedRoleId: `AROAENTITLED:${USER}`,
          arn: `arn:aws:sts::${MEMBER}:assumed-role/entitled/${USER}`,
        },
      },
      recipientAccountId: MEMBER,
    }),
    expected: {
      kind: "entitlement-role-issued",
      roleArn: `arn:aws:iam::${MEMBER}:role/entitled`,
      issuedAccessKeyId: "ASIAENTITLED",
      expiresAt: "2026-11-02T09:00:00.000Z" as never,
      sourceIp: "account-access.amazonaws.com",
    },
  },
  {
    what: "an address that is none, and a record that amends another",
    record: portal(T, "Logout", "6a1f2c3d-1111-4222-8333-444455556666", {
      sourceIPAddress: "AWS Internal",
      addendum: { reason: "UPDATED_DATA", originalEventID: "AAAAAAAA-0000-4000-8000-000000000009" },
    }),
    expected: {
      sourceIp: "AWS Internal",
      addendum: {
        reason: "UPDATED_DATA",
        originalEventId: "aaaaaaaa-0000-4000-8000-000000000009",
      },
    },
  },
  {
    what: "an empty text is as good as a missing one",
    record: portal(T, "Logout", "6a1f2c3d-1111-4222-8333-444455556666", {
      sourceIPAddress: "",
      userAgent: "",
      errorCode: "",
      vpcEndpointId: "",
      eventVersion: "",
    }),
    expected: { sourceIp: null, userAgent: null, errorCode: null },
  },
  {
    what: "the shape before the fields changed, with the whole user id as principal",
    record: portal(T, "Authenticate", "6a1f2c3d-1111-4222-8333-444455556666", {
      userIdentity: {
        type: "Unknown",
        principalId: `90670abc12-${USER}`,
        accountId: OWNER,
        userName: NAME,
      },
      sourceIPAddress: HOME,
    }),
    expected: { person: { userId: `90670abc12-${USER}`, identityStoreArn: STORE } },
  },
];
