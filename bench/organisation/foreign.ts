/**
 * Records of other services, which are most of an organisation's trail: roles of workloads and of AWS's services calling what they usually
 * call. Shapes and sizes (1.2 to 2.5 KB) follow AWS's documented examples. Some hold words that look like Identity Center's where they mean
 * nothing, and some have letters written as escapes; none is anything of a person.
 */
import type { Draw } from "../people/draw.ts";

const ACCOUNTS = 300;
const FIRST = Date.UTC(2026, 9, 1);
const SPREAD = 30 * 86_400_000;
const REGIONS = ["eu-central-1", "eu-west-1", "us-east-1", "ap-southeast-2"];
/** Shares of the records that a reader which only searches for words would take for ours, or has to read letter by letter. */
const MISLEADING = 0.01;
const ESCAPED = 0.02;

type Json = Readonly<Record<string, unknown>>;
type Parameters = (draw: Draw, account: string) => Json;

const key = (draw: Draw, account: string): string =>
  `arn:aws:kms:eu-central-1:${account}:key/${draw.uuid()}`;

const SERVICES: readonly (readonly [string, readonly string[], Parameters])[] = [
  ["s3", ["GetBucketAcl", "PutObject", "ListObjects", "GetBucketPolicy"], bucketParameters],
  ["kms", ["Decrypt", "GenerateDataKey", "DescribeKey"], keyParameters],
  ["ec2", ["DescribeInstances", "DescribeVolumes", "RunInstances"], instanceParameters],
  ["sts", ["AssumeRole"], roleParameters],
  ["logs", ["CreateLogStream", "DescribeLogGroups"], logParameters],
  ["lambda", ["GetFunction20150331v2", "ListTags20170331"], functionParameters],
  ["dynamodb", ["DescribeTable", "GetItem", "ListTables"], tableParameters],
  ["iam", ["GetRole", "ListAttachedRolePolicies"], tableParameters],
  ["ssm", ["UpdateInstanceInformation", "GetParameters"], instanceParameters],
];

function bucketParameters(draw: Draw): Json {
  return {
    bucketName: `example-data-${draw.below(500)}`,
    Host: `example-data-${draw.below(500)}.s3.eu-central-1.amazonaws.com`,
    key: `year=2026/month=10/part-${draw.hex(16)}.parquet`,
    "x-amz-server-side-encryption": "aws:kms",
  };
}

function keyParameters(draw: Draw, account: string): Json {
  return {
    encryptionContext: {
      "aws:s3:arn": `arn:aws:s3:::example-data-${draw.below(500)}/part-${draw.hex(12)}`,
      "aws:ebs:id": `vol-0${draw.hex(16)}`,
    },
    keyId: key(draw, account),
    encryptionAlgorithm: "SYMMETRIC_DEFAULT",
    keySpec: "AES_256",
  };
}

function instanceParameters(draw: Draw): Json {
  const items = Array.from({ length: 1 + draw.below(6) }, () => ({
    instanceId: `i-0${draw.hex(16)}`,
  }));
  return {
    instancesSet: { items },
    filterSet: {
      items: [
        { name: "instance-state-name", valueSet: { items: [{ value: "running" }] } },
        { name: "tag:kubernetes.io/cluster/example", valueSet: { items: [{ value: "owned" }] } },
      ],
    },
  };
}

function roleParameters(draw: Draw, account: string): Json {
  return {
    roleArn: `arn:aws:iam::${account}:role/workload-${draw.below(50)}`,
    roleSessionName: `eks-example-${draw.uuid()}`,
    durationSeconds: 3600,
    tags: [
      { key: "eks-cluster-arn", value: `arn:aws:eks:eu-central-1:${account}:cluster/example` },
      { key: "kubernetes-namespace", value: "default" },
      { key: "kubernetes-pod-uid", value: draw.uuid() },
    ],
  };
}

function logParameters(draw: Draw): Json {
  return {
    logGroupName: `/aws/lambda/example-${draw.below(200)}`,
    logStreamName: `2026/10/12/[$LATEST]${draw.hex(32)}`,
  };
}

function functionParameters(draw: Draw, account: string): Json {
  return {
    functionName: `arn:aws:lambda:eu-central-1:${account}:function:example-${draw.below(200)}`,
  };
}

function tableParameters(draw: Draw): Json {
  return { tableName: `example-${draw.below(100)}`, key: { id: draw.uuid() }, limit: 100 };
}

/** The role of a workload, or of a service that acts for itself. */
function identityOf(draw: Draw, account: string, time: string): Json {
  const role = draw.next() < 0.3 ? "aws-service-role-example" : `workload-${draw.below(50)}`;
  const roleId = `AROA${draw.hex(17).toUpperCase()}`;
  const name = draw.next() < 0.5 ? `i-0${draw.hex(16)}` : `eks-example-${draw.hex(20)}`;
  return {
    type: "AssumedRole",
    principalId: `${roleId}:${name}`,
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${name}`,
    accountId: account,
    accessKeyId: `ASIAEXAMPLE${draw.hex(9).toUpperCase()}`,
    sessionContext: {
      sessionIssuer: {
        type: "Role",
        principalId: roleId,
        arn: `arn:aws:iam::${account}:role/${role}`,
        accountId: account,
        userName: role,
      },
      attributes: { creationDate: time, mfaAuthenticated: "false" },
      ec2RoleDelivery: "2.0",
    },
    ...(draw.next() < 0.1 ? { invokedBy: "autoscaling.amazonaws.com" } : {}),
  };
}

/** Record number `at` of `of`: CloudTrail delivers some minutes of one account and Region together, `perFile` records. */
export function foreignRecord(draw: Draw, at: number, of: number, perFile: number): string {
  const file = Math.floor(at / perFile);
  const account = String(200_000_000_000 + (file % ACCOUNTS));
  const [service, names, parametersOf] = SERVICES[draw.below(SERVICES.length)]!;
  const begin = FIRST + Math.floor((SPREAD / of) * file * perFile);
  const time = `${new Date(begin + draw.below(300_000)).toISOString().slice(0, 19)}Z`;
  const region = REGIONS[file % REGIONS.length]!;
  const parameters = parametersOf(draw, account);
  const misleading = draw.next() < MISLEADING ? { note: "granted onBehalfOf team-7" } : {};
  const text = JSON.stringify({
    eventVersion: "1.11",
    userIdentity: identityOf(draw, account, time),
    eventTime: time,
    eventSource: `${service}.amazonaws.com`,
    eventName: names[draw.below(names.length)],
    awsRegion: region,
    sourceIPAddress: `198.51.100.${draw.below(250)}`,
    userAgent:
      "aws-sdk-java/2.25.11 Linux/6.1.84 OpenJDK_64-Bit_Server_VM/17.0.11 Java/17.0.11 vendor/Example exec-env/EXAMPLE_EC2 io/sync http/Apache cfg/retry-mode/standard",
    requestParameters: { ...parameters, ...misleading },
    responseElements: draw.next() < 0.2 ? { ...parameters, requestId: draw.uuid() } : null,
    additionalEventData: {
      SignatureVersion: "SigV4",
      CipherSuite: "ECDHE-RSA-AES128-GCM-SHA256",
      bytesTransferredIn: draw.below(10_000),
      "x-amz-id-2": draw.hex(96),
    },
    requestID: draw.uuid(),
    eventID: draw.uuid(),
    readOnly: true,
    resources: [
      { accountId: account, type: "AWS::KMS::Key", ARN: key(draw, account) },
      { accountId: account, type: "AWS::S3::Object", ARNPrefix: "arn:aws:s3:::example-data/" },
    ],
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: account,
    sharedEventID: draw.uuid(),
    eventCategory: "Management",
    tlsDetails: {
      tlsVersion: "TLSv1.3",
      cipherSuite: "TLS_AES_128_GCM_SHA256",
      clientProvidedHostHeader: `${service}.${region}.amazonaws.com`,
    },
  });
  return draw.next() < ESCAPED ? text.replaceAll("Java/", "Java\\u002f") : text;
}
