/**
 * Trail files as an organisation's trail delivers them: gzipped, some thousand records each, a few repeated, not in order.
 * A function of its seed and the number of records. Shapes follow AWS's documented examples; people and addresses are synthetic.
 */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

const STORE = "arn:aws:identitystore::111122223333:identitystore/d-1234567890";
const OWNER = "111122223333";
const PEOPLE = 5_000;
const ACCOUNTS = 300;
const FIRST = Date.UTC(2026, 9, 1);
const DAYS = 30;
/** A share of records that CloudTrail delivers twice. */
const REPEATED = 0.02;

type Json = Readonly<Record<string, unknown>>;

/** Numbers in [0, 1) that depend on their key alone. */
function drawer(seed: string): (key: string) => number {
  return (key) => createHash("sha256").update(`${seed}/${key}`).digest().readUInt32BE(0) / 2 ** 32;
}

const uuid = (key: string): string =>
  createHash("sha256")
    .update(key)
    .digest("hex")
    .slice(0, 32)
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

interface Moment {
  readonly at: number;
  readonly person: number;
  readonly account: string;
  readonly key: string;
}

const timeOf = (moment: Moment): string => `${new Date(moment.at).toISOString().slice(0, 19)}Z`;

function base(moment: Moment, eventSource: string, eventName: string): Json {
  return {
    eventVersion: "1.11",
    eventTime: timeOf(moment),
    eventSource,
    eventName,
    awsRegion: "eu-central-1",
    sourceIPAddress: `203.0.113.${moment.person % 250}`,
    userAgent:
      "aws-cli/2.22.0 md/awscrt#0.23.4 ua/2.0 os/linux#6.8.0 md/arch#x86_64 lang/python#3.12.6 cfg/retry-mode#standard",
    requestID: uuid(`request ${moment.key}`),
    eventID: uuid(`event ${moment.key}`),
    readOnly: true,
    managementEvent: true,
    eventCategory: "Management",
  };
}

function portalIdentity(moment: Moment): Json {
  return {
    type: "IdentityCenterUser",
    accountId: OWNER,
    onBehalfOf: { userId: uuid(`person ${moment.person}`), identityStoreArn: STORE },
    credentialId: uuid(`credential ${moment.person} ${Math.floor(moment.at / 28_800_000)}`),
  };
}

function roleCall(moment: Moment): Json {
  const roleId = `AROA${createHash("sha256").update(moment.account).digest("hex").slice(0, 17).toUpperCase()}`;
  const role = `AWSReservedSSO_Operator_${createHash("sha256").update(moment.account).digest("hex").slice(0, 16)}`;
  const name = `person-${moment.person}@example.com`;
  return {
    ...base(moment, "ec2.amazonaws.com", "DescribeInstances"),
    recipientAccountId: moment.account,
    userIdentity: {
      type: "AssumedRole",
      principalId: `${roleId}:${name}`,
      arn: `arn:aws:sts::${moment.account}:assumed-role/${role}/${name}`,
      accountId: moment.account,
      accessKeyId: `ASIAEXAMPLE${String(moment.person).padStart(9, "0")}`,
      sessionContext: {
        sessionIssuer: {
          type: "Role",
          principalId: roleId,
          arn: `arn:aws:iam::${moment.account}:role/aws-reserved/sso.amazonaws.com/eu-central-1/${role}`,
          accountId: moment.account,
          userName: role,
        },
        attributes: {
          creationDate: timeOf({ ...moment, at: moment.at - (moment.at % 3_600_000) }),
          mfaAuthenticated: "false",
        },
      },
      onBehalfOf: { userId: uuid(`person ${moment.person}`), identityStoreArn: STORE },
    },
    requestParameters: { maxResults: 100, filterSet: {}, instancesSet: {} },
    responseElements: null,
    eventType: "AwsApiCall",
  };
}

function portalCall(moment: Moment, eventName: string): Json {
  return {
    ...base(moment, "sso.amazonaws.com", eventName),
    recipientAccountId: OWNER,
    userIdentity: portalIdentity(moment),
    requestParameters: null,
    responseElements: null,
    eventType: "AwsServiceEvent",
    serviceEventDetails:
      eventName === "Federate"
        ? { role_name: "Operator", account_id: moment.account }
        : { account_id: moment.account },
  };
}

function tokenCall(moment: Moment): Json {
  return {
    ...base(moment, "sso-oauth.amazonaws.com", "CreateToken"),
    recipientAccountId: OWNER,
    userIdentity: portalIdentity(moment),
    requestParameters: {
      clientId: `arn:aws:sso::${OWNER}:client/${uuid(`client ${moment.person}`)}`,
      clientSecret: "HIDDEN_DUE_TO_SECURITY_REASONS",
      grantType: "refresh_token",
      refreshToken: "HIDDEN_DUE_TO_SECURITY_REASONS",
    },
    responseElements: {
      accessToken: "HIDDEN_DUE_TO_SECURITY_REASONS",
      refreshToken: "HIDDEN_DUE_TO_SECURITY_REASONS",
      tokenType: "Bearer",
      expiresIn: 3600,
    },
    eventType: "AwsApiCall",
  };
}

function recordOf(moment: Moment, kind: number): Json {
  if (kind < 0.45) return roleCall(moment);
  if (kind < 0.6) return portalCall(moment, "GetRoleCredentials");
  if (kind < 0.7) return portalCall(moment, "ListAccountRoles");
  if (kind < 0.8) return portalCall(moment, "Federate");
  return kind < 0.9 ? portalCall(moment, "Authenticate") : tokenCall(moment);
}

/** Gzipped files that hold `records` records together, `perFile` each. */
export function makeTrailFiles(seed: string, records: number, perFile: number): Buffer[] {
  const draw = drawer(seed);
  const texts: string[] = [];
  for (let at = 0; texts.length < records; at++) {
    const key = `${seed} ${at}`;
    const moment = {
      key,
      // Delivered up to 16 minutes out of order.
      at:
        FIRST +
        Math.floor(((DAYS * 86_400_000) / records) * at) +
        Math.floor(draw(`late ${at}`) * 960_000),
      person: Math.floor(draw(`person ${at}`) * PEOPLE),
      account: String(200_000_000_000 + Math.floor(draw(`account ${at}`) * ACCOUNTS)),
    };
    const text = JSON.stringify(recordOf(moment, draw(`kind ${at}`)));
    texts.push(text);
    if (draw(`repeat ${at}`) < REPEATED) texts.push(text);
  }
  const files: Buffer[] = [];
  for (let from = 0; from < records; from += perFile) {
    const part = texts.slice(from, Math.min(from + perFile, records));
    files.push(gzipSync(`{"Records":[${part.join(",")}]}`));
  }
  return files;
}
