/**
 * Trail files of an organisation as they are: most records are other services', a few are Identity Center's or calls of its roles. A
 * function of its seed. Foreign records have the sizes and shapes of AWS's documented examples; everybody in them is synthetic.
 */
import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { makeTrailFiles } from "./trail.ts";

export interface Shares {
  /** Of the records: Identity Center's own. */
  readonly own: number;
  /** Of the records: calls of its roles. */
  readonly roles: number;
}

/** The share that an organisation's trail has. */
export const ORGANISATION: Shares = { own: 0.02, roles: 0.05 };

const SERVICES: readonly (readonly [string, readonly string[]])[] = [
  ["ec2", ["DescribeInstances", "DescribeVolumes", "DescribeNetworkInterfaces", "RunInstances"]],
  ["s3", ["GetBucketAcl", "GetBucketPolicy", "ListBuckets", "PutObject"]],
  ["kms", ["Decrypt", "GenerateDataKey", "DescribeKey"]],
  ["sts", ["AssumeRole", "GetCallerIdentity"]],
  ["logs", ["CreateLogStream", "DescribeLogGroups"]],
  ["dynamodb", ["DescribeTable", "ListTables"]],
  ["lambda", ["GetFunction20150331v2", "ListFunctions20150331"]],
  ["iam", ["GetRole", "ListAttachedRolePolicies", "GetPolicyVersion"]],
  ["ssm", ["UpdateInstanceInformation", "GetParameters"]],
  ["autoscaling", ["DescribeAutoScalingGroups"]],
];
const REGIONS = ["eu-central-1", "eu-west-1", "us-east-1", "ap-southeast-2"];
const ACCOUNTS = 300;
const FIRST = Date.UTC(2026, 9, 1);
const SPREAD = 30 * 86_400_000;

type Json = Readonly<Record<string, unknown>>;

const hex = (key: string): string => createHash("sha256").update(key).digest("hex");

/** The role of an instance. */
function workload(key: string, account: string, role: string, time: string): Json {
  const roleId = `AROA${key.slice(20, 37).toUpperCase()}`;
  return {
    type: "AssumedRole",
    principalId: `${roleId}:i-0${key.slice(0, 16)}`,
    arn: `arn:aws:sts::${account}:assumed-role/${role}/i-0${key.slice(0, 16)}`,
    accountId: account,
    accessKeyId: `ASIAEXAMPLE${key.slice(0, 9).toUpperCase()}`,
    sessionContext: {
      sessionIssuer: {
        type: "Role",
        principalId: roleId,
        arn: `arn:aws:iam::${account}:role/${role}`,
        accountId: account,
        userName: role,
      },
      attributes: { creationDate: `${time}Z`, mfaAuthenticated: "false" },
      ec2RoleDelivery: "2.0",
    },
  };
}

function parametersOf(key: string, account: string): Json {
  return {
    filterSet: {
      items: [{ name: "instance-state-name", valueSet: { items: [{ value: key.slice(40, 48) }] } }],
    },
    encryptionContext: { "aws:example:arn": `arn:aws:example:${account}:${key.slice(30, 50)}` },
  };
}

/** A file holds some minutes of one account in one Region, as CloudTrail delivers it. */
function foreign(seed: string, at: number, of: number, perFile: number): Json {
  const file = Math.floor(at / perFile);
  const key = hex(`${seed} foreign ${at}`);
  const number = (from: number): number => Number.parseInt(key.slice(from, from + 6), 16);
  const [service, names] = SERVICES[number(0) % SERVICES.length]!;
  const account = String(200_000_000_000 + (file % ACCOUNTS));
  const time = new Date(FIRST + Math.floor((SPREAD / of) * file * perFile) + (number(36) % 300_000))
    .toISOString()
    .slice(0, 19);
  return {
    eventVersion: "1.10",
    userIdentity: workload(key, account, `workload-${number(12) % 50}`, time),
    eventTime: `${time}Z`,
    eventSource: `${service}.amazonaws.com`,
    eventName: names[number(18) % names.length],
    awsRegion: REGIONS[file % REGIONS.length],
    sourceIPAddress: `192.0.2.${number(30) % 250}`,
    userAgent:
      "aws-sdk-java/2.25.11 Linux/6.1.84 OpenJDK_64-Bit_Server_VM/17.0.11 Java/17.0.11 vendor/Example exec-env/EXAMPLE_EC2 io/sync http/Apache cfg/retry-mode/standard",
    requestParameters: parametersOf(key, account),
    responseElements: null,
    requestID: key.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5"),
    eventID: hex(key).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5"),
    readOnly: true,
    resources: [
      {
        accountId: account,
        type: "AWS::Example::Thing",
        ARN: `arn:aws:example:${account}:thing/${key.slice(8, 24)}`,
      },
    ],
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: "Management",
    tlsDetails: {
      tlsVersion: "TLSv1.3",
      cipherSuite: "TLS_AES_128_GCM_SHA256",
      clientProvidedHostHeader: `${service}.eu-central-1.amazonaws.com`,
    },
  };
}

/** Gzipped files that hold `records` records together, `perFile` each, of which `shares` are ours. */
export function makeOrganisationFiles(
  seed: string,
  records: number,
  perFile: number,
  shares: Shares = ORGANISATION,
): Buffer[] {
  const wanted = {
    own: Math.round(records * shares.own),
    roles: Math.round(records * shares.roles),
  };
  const ours = oursOf(seed, wanted);
  const every = records / ours.length;
  const texts = Array.from({ length: records }, (_, at) => {
    const index = Math.floor(at / every);
    return at === Math.ceil(index * every) && ours[index] !== undefined
      ? ours[index]
      : JSON.stringify(foreign(seed, at, records, perFile));
  });
  const files: Buffer[] = [];
  for (let from = 0; from < records; from += perFile) {
    files.push(gzipSync(`{"Records":[${texts.slice(from, from + perFile).join(",")}]}`));
  }
  return files;
}

/** So many records of each kind, in the order of their times. */
function oursOf(seed: string, wanted: { own: number; roles: number }): string[] {
  const made = Math.ceil(Math.max(wanted.own / 0.5, wanted.roles / 0.4)) + 100;
  const [file] = makeTrailFiles(seed, made, made);
  const { Records } = JSON.parse(gunzipSync(file!).toString()) as { Records: Json[] };
  const left = { ...wanted };
  return Records.filter((record) => {
    const kind = String(record["eventSource"]).startsWith("sso") ? "own" : "roles";
    left[kind] -= 1;
    return left[kind] >= 0;
  }).map((record) => JSON.stringify(record));
}
