/** The records that visits are made of, one function a shape. Shapes follow AWS's documented examples; everybody in them is synthetic. */
import { createHash } from "node:crypto";
import type { Draw } from "./draw.ts";

export type Json = Readonly<Record<string, unknown>>;

const STORE = "arn:aws:identitystore::111122223333:identitystore/d-1234567890";
const OWNER = "111122223333";
const HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS";
const REGION = "eu-central-1";

export const SIGN_IN_STEPS = [
  "CredentialChallenge",
  "CredentialVerification",
  "UserAuthentication",
] as const;

export interface Who {
  readonly userId: string;
  readonly name: string;
}

export interface Frame {
  readonly at: number;
  readonly address: string;
  readonly userAgent: string;
  /** Of the event and of the request. */
  readonly ids: readonly [string, string];
}

export interface Session {
  readonly account: string;
  readonly role: string;
  readonly roleId: string;
  readonly name: string;
  readonly accessKeyId: string;
  readonly who: Who;
  readonly issuedAt: string;
}

export interface CallKind {
  readonly source: string;
  readonly name: string;
  /** As the AWS CLI calls it. */
  readonly command: string;
}

const ROLES = ["Administrator", "Operator", "ReadOnly", "Billing", "Developer"];

const CALLS: readonly CallKind[] = [
  ["ec2", "DescribeInstances", "ec2.describe-instances"],
  ["ec2", "DescribeVolumes", "ec2.describe-volumes"],
  ["s3", "ListBuckets", "s3.ls"],
  ["sts", "GetCallerIdentity", "sts.get-caller-identity"],
  ["logs", "DescribeLogGroups", "logs.describe-log-groups"],
  ["lambda", "ListFunctions20150331", "lambda.list-functions"],
].map(([service, name, command]) => ({
  source: `${service}.amazonaws.com`,
  name: name!,
  command: command!,
}));

const sha = (text: string): string => createHash("sha256").update(text).digest("hex");
const people = new Map<number, Who>();

export function whoOf(person: number): Who {
  const known = people.get(person);
  if (known !== undefined) return known;
  const id = sha(`person ${person}`);
  const userId = `${id.slice(0, 8)}-${id.slice(8, 12)}-4${id.slice(13, 16)}-a${id.slice(17, 20)}-${id.slice(20, 32)}`;
  const who = { userId, name: `person-${person}@example.com` };
  people.set(person, who);
  return who;
}

/** A session of one permission set's role in an account. */
export function sessionOf(who: Who, account: string, draw: Draw, at: number): Session {
  const set = ROLES[draw.below(ROLES.length)]!;
  const id = sha(`${set} ${account}`);
  return {
    account,
    role: `AWSReservedSSO_${set}_${id.slice(0, 16)}`,
    roleId: `AROA${id.slice(16, 33).toUpperCase()}`,
    name: who.name,
    accessKeyId: `ASIAEXAMPLE${draw.hex(9).toUpperCase()}`,
    who,
    issuedAt: timeOf(at + 1_000),
  };
}

/** The two or three kinds of calls that a session makes. */
export function callsOf(draw: Draw): CallKind[] {
  const from = draw.below(CALLS.length);
  return Array.from({ length: 2 + draw.below(2) }, (_, at) => CALLS[(from + at) % CALLS.length]!);
}

const timeOf = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

function base(frame: Frame, source: string, name: string, account: string): Json {
  return {
    eventVersion: "1.11",
    eventTime: timeOf(frame.at),
    eventSource: source,
    eventName: name,
    awsRegion: REGION,
    sourceIPAddress: frame.address,
    userAgent: frame.userAgent,
    requestID: frame.ids[1],
    eventID: frame.ids[0],
    readOnly: true,
    managementEvent: true,
    eventCategory: "Management",
    recipientAccountId: account,
  };
}

const identityOf = ({ userId }: Who): Json => ({
  type: "IdentityCenterUser",
  accountId: OWNER,
  onBehalfOf: { userId, identityStoreArn: STORE },
});

export function signInStep(
  frame: Frame,
  who: Who,
  step: (typeof SIGN_IN_STEPS)[number],
  workflow: string,
): Json {
  return {
    ...base(frame, "signin.amazonaws.com", step, OWNER),
    userIdentity: identityOf(who),
    requestParameters: null,
    responseElements: null,
    additionalEventData: {
      AuthWorkflowID: workflow,
      UserName: who.name,
      CredentialType: step === "UserAuthentication" ? "PASSWORD,TOTP" : "PASSWORD",
      ...(step === "UserAuthentication"
        ? {
            LoginTo: `https://d-1234567890.awsapps.com/start/?state=${workflow}&wdc_csrf_token=${sha(workflow)}`,
          }
        : {}),
    },
    eventType: "AwsServiceEvent",
    serviceEventDetails: { [step]: "Success" },
  };
}

/** `account`: the one that is entered. */
export function portalCall(
  frame: Frame,
  who: Who,
  credentialId: string,
  name: string,
  account: string | null,
): Json {
  return {
    ...base(frame, "sso.amazonaws.com", name, OWNER),
    userIdentity: { ...identityOf(who), credentialId },
    requestParameters: null,
    responseElements: null,
    eventType: "AwsServiceEvent",
    ...(account === null
      ? {}
      : { serviceEventDetails: { role_name: "Operator", account_id: account } }),
  };
}

export function token(frame: Frame, who: Who, credentialId: string): Json {
  return {
    ...base(frame, "sso-oauth.amazonaws.com", "CreateToken", OWNER),
    userIdentity: { ...identityOf(who), credentialId },
    requestParameters: {
      clientId: `arn:aws:sso::${OWNER}:client/${sha(who.userId).slice(0, 32)}`,
      clientSecret: HIDDEN,
      grantType: "refresh_token",
      refreshToken: HIDDEN,
    },
    responseElements: {
      accessToken: HIDDEN,
      refreshToken: HIDDEN,
      tokenType: "Bearer",
      expiresIn: 3600,
    },
    eventType: "AwsApiCall",
  };
}

export function roleIssued(frame: Frame, session: Session, draw: Draw): Json {
  const { account, role, roleId, name } = session;
  const provider = `arn:aws:iam::${account}:saml-provider/AWSSSO_${sha(account).slice(0, 16)}_DO_NOT_DELETE`;
  return {
    ...base(frame, "sts.amazonaws.com", "AssumeRoleWithSAML", account),
    userIdentity: {
      type: "SAMLUser",
      principalId: `${draw.hex(28)}=:${name}`,
      userName: name,
      identityProvider: `${draw.hex(28)}=`,
    },
    requestParameters: {
      sAMLAssertionID: `_${draw.uuid()}`,
      roleSessionName: name,
      roleArn: `arn:aws:iam::${account}:role/aws-reserved/sso.amazonaws.com/${REGION}/${role}`,
      principalArn: provider,
      durationSeconds: 28800,
    },
    responseElements: {
      credentials: {
        accessKeyId: session.accessKeyId,
        sessionToken: `IQoJEXAMPLE${draw.hex(400)}`,
        expiration: "Oct 31, 2026, 8:00:00 PM",
      },
      assumedRoleUser: {
        assumedRoleId: `${roleId}:${name}`,
        arn: `arn:aws:sts::${account}:assumed-role/${role}/${name}`,
      },
      subject: name,
      subjectType: "persistent",
      issuer: `https://portal.sso.${REGION}.amazonaws.com/saml/assertion/${sha(account).slice(0, 32)}`,
      audience: "https://signin.aws.amazon.com/saml",
    },
    eventType: "AwsApiCall",
  };
}

export function roleCall(
  frame: Frame,
  session: Session,
  { source, name }: CallKind,
  draw: Draw,
  denied: boolean,
): Json {
  const { account, role, roleId, who } = session;
  return {
    ...base(frame, source, name, account),
    userIdentity: {
      type: "AssumedRole",
      principalId: `${roleId}:${session.name}`,
      arn: `arn:aws:sts::${account}:assumed-role/${role}/${session.name}`,
      accountId: account,
      accessKeyId: session.accessKeyId,
      sessionContext: {
        sessionIssuer: {
          type: "Role",
          principalId: roleId,
          arn: `arn:aws:iam::${account}:role/aws-reserved/sso.amazonaws.com/${REGION}/${role}`,
          accountId: account,
          userName: role,
        },
        attributes: { creationDate: session.issuedAt, mfaAuthenticated: "false" },
      },
      onBehalfOf: { userId: who.userId, identityStoreArn: STORE },
    },
    requestParameters: {
      maxResults: 100,
      filterSet: { items: [{ name: "tag:Name", valueSet: { items: [{ value: draw.hex(8) }] } }] },
    },
    responseElements: null,
    eventType: "AwsApiCall",
    ...(denied
      ? {
          errorCode: "AccessDenied",
          errorMessage: `User: arn:aws:sts::${account}:assumed-role/${role}/${session.name} is not authorized to perform: ${source.split(".")[0]}:${name} because no identity-based policy allows it`,
        }
      : {}),
  };
}
