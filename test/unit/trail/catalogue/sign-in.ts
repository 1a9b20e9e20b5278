/** Records of AWS Sign-In: the steps of a sign-in, console sign-ins, and `aws login`. */
import { call, MEMBER, NAME, OWNER, signIn, STORE, USER } from "#test/support/records";
import type { Case } from "./case.ts";

const T = "2026-11-02T08:00:00Z";
const PERSON = { userId: USER, identityStoreArn: STORE };
const SIGN_IN_SESSION = `arn:aws:signin:eu-central-1:${MEMBER}:session/0a1b2c3d`;

const signInStep = (name: string, more: Record<string, unknown>): Record<string, unknown> =>
  signIn(T, { eventName: name, ...more });

export const SIGN_IN: readonly Case[] = [
  {
    what: "CredentialChallenge of a password names who typed",
    record: signInStep("CredentialChallenge", {
      additionalEventData: { AuthWorkflowID: "w", CredentialType: "PASSWORD", UserName: NAME },
      serviceEventDetails: { CredentialChallenge: "Success" },
    }),
    expected: {
      kind: "sign-in-step",
      step: "challenge",
      outcome: "success",
      workflowId: "w",
      credentialTypes: ["PASSWORD"],
      userName: NAME,
      person: PERSON,
    },
  },
  {
    what: "CredentialVerification failed for a name that nobody has: no person, no name",
    record: signInStep("CredentialVerification", {
      userIdentity: { type: "Unknown", principalId: "", accountId: OWNER, userName: "" },
      additionalEventData: {
        AuthWorkflowID: "w",
        CredentialType: "PASSWORD",
        UserName: "HIDDEN_DUE_TO_SECURITY_REASONS",
      },
      serviceEventDetails: { CredentialVerification: "Failure" },
    }),
    expected: {
      kind: "sign-in-step",
      step: "verification",
      outcome: "failure",
      userName: null,
      person: null,
      errorCode: null,
    },
  },
  {
    what: "UserAuthentication with two factors and a device enrolled",
    record: signInStep("UserAuthentication", {
      eventSource: "signin.amazon.com",
      eventType: "AWSServiceEvent",
      additionalEventData: {
        AuthWorkflowID: "w",
        CredentialType: "PASSWORD, TOTP",
        DeviceEnrollmentRequired: "true",
      },
    }),
    expected: {
      kind: "sign-in-step",
      step: "authentication",
      credentialTypes: ["PASSWORD", "TOTP"],
      deviceEnrolmentRequired: true,
      credentialId: null,
    },
  },
  {
    what: "ConsoleLogin of a permission set's role",
    record: call(T, T, {
      eventSource: "signin.amazonaws.com",
      eventName: "ConsoleLogin",
      responseElements: { ConsoleLogin: "Success" },
    }),
    expected: { kind: "console-sign-in", action: "login", outcome: "success", person: PERSON },
  },
  {
    what: "SwitchRole names the account and role it leads to",
    record: call(T, T, {
      eventSource: "signin.amazonaws.com",
      eventName: "SwitchRole",
      additionalEventData: { SwitchTo: "arn:aws:iam::333344445555:role/ops/auditor" },
      responseElements: { SwitchRole: "Failure" },
    }),
    expected: {
      kind: "console-sign-in",
      action: "switch-role",
      outcome: "failure",
      targetAccountId: "333344445555",
      targetRoleName: "auditor",
    },
  },
  {
    what: "GetSigninToken of a permission set's role",
    record: call(T, T, { eventSource: "signin.amazonaws.com", eventName: "GetSigninToken" }),
    expected: { kind: "console-sign-in", action: "sign-in-token", outcome: "unknown" },
  },
  {
    what: "AuthorizeOAuth2Access of aws login",
    record: call(T, T, {
      eventSource: "signin.amazonaws.com",
      eventName: "AuthorizeOAuth2Access",
      requestParameters: { client_id: "arn:aws:signin:::devtools/same-device" },
    }),
    expected: {
      kind: "aws-login",
      action: "authorize",
      clientId: "arn:aws:signin:::devtools/same-device",
      issued: false,
    },
  },
  {
    what: "CreateOAuth2Token for an agent keeps its sign-in session and resource",
    record: call(T, T, {
      eventSource: "signin.amazonaws.com",
      eventName: "CreateOAuth2Token",
      eventType: "AwsMcpEvent",
      requestParameters: {
        client_id: "arn:aws:signin:::devtools/same-device",
        grant_type: "authorization_code",
        resource: "https://agents.example/mcp?code=SECRET",
      },
      additionalEventData: { signInSessionArn: SIGN_IN_SESSION },
    }),
    expected: {
      kind: "aws-login",
      action: "token",
      resource: "https://agents.example/mcp",
      issued: true,
      signInSessionArn: SIGN_IN_SESSION,
    },
  },
];
