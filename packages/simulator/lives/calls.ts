/**
 * Which API calls people make in accounts, by what their permission set is for. Guarantees that each names its IAM action and a
 * resource, so that a refused call can be worded as AWS words it. A choice of common calls, not a model of the services.
 */
import { PARTITION } from "../partition.ts";
import type { Dice } from "../random.ts";

export interface ApiCall {
  source: string;
  name: string;
  /** IAM prefix where it is not the first label of the source. */
  prefix: string;
  readOnly: boolean;
  /** Null: the Region of the session. */
  region: string | null;
  request: Record<string, unknown> | null;
  resource: string;
}

/** Where calls to services without Regions are recorded (AWS: CloudTrail User Guide, global service events). */
export const GLOBAL_REGION = "us-east-1";

type Maker = (accountId: string, region: string, dice: Dice) => ApiCall;

const arn = (service: string, region: string, accountId: string, rest: string): string =>
  `arn:${PARTITION}:${service}:${region}:${accountId}:${rest}`;

/** A call on everything. */
const read =
  (
    service: string,
    name: string,
    request: Record<string, unknown> | null = null,
    prefix = service,
  ): Maker =>
  () => ({
    source: `${service}.amazonaws.com`,
    name,
    prefix,
    readOnly: true,
    region: null,
    request,
    resource: "*",
  });

const whoAmI: Maker = read("sts", "GetCallerIdentity");
const instances = read("ec2", "DescribeInstances", { maxResults: 100 });
const alarms = read("monitoring", "DescribeAlarms", null, "cloudwatch");
const logs = read("logs", "DescribeLogGroups");
const services = read("ecs", "ListServices", { cluster: "main" });
const buckets = read("s3", "ListBuckets");
const functions = read("lambda", "ListFunctions20150331");
const databases = read("rds", "DescribeDBInstances");
const stacks = read("cloudformation", "DescribeStacks");

const roles: Maker = () => ({
  source: "iam.amazonaws.com",
  name: "ListRoles",
  prefix: "iam",
  readOnly: true,
  region: GLOBAL_REGION,
  request: { maxItems: 100 },
  resource: "*",
});

const reboot: Maker = (accountId, region, dice) => {
  const id = `i-0${dice.hex(16)}`;
  return {
    source: "ec2.amazonaws.com",
    name: "RebootInstances",
    prefix: "ec2",
    readOnly: false,
    region: null,
    request: { instancesSet: { items: [{ instanceId: id }] } },
    resource: arn("ec2", region, accountId, `instance/${id}`),
  };
};
const shell: Maker = (accountId, region, dice) => {
  const id = `i-0${dice.hex(16)}`;
  return {
    source: "ssm.amazonaws.com",
    name: "StartSession",
    prefix: "ssm",
    readOnly: false,
    region: null,
    request: { target: id },
    resource: arn("ec2", region, accountId, `instance/${id}`),
  };
};
const deploy: Maker = (accountId, region, dice) => {
  const name = dice.pick(["api", "worker", "edge", "batch"]);
  return {
    source: "ecs.amazonaws.com",
    name: "UpdateService",
    prefix: "ecs",
    readOnly: false,
    region: null,
    request: { cluster: "main", service: name, forceNewDeployment: true },
    resource: arn("ecs", region, accountId, `service/main/${name}`),
  };
};
const code: Maker = (accountId, region, dice) => {
  const name = dice.pick(["thumbnailer", "receipts", "router", "nightly"]);
  return {
    source: "lambda.amazonaws.com",
    name: "UpdateFunctionCode20150331v2",
    prefix: "lambda",
    readOnly: false,
    region: null,
    request: { functionName: name, publish: true },
    resource: arn("lambda", region, accountId, `function:${name}`),
  };
};
const query: Maker = (accountId, region) => ({
  source: "athena.amazonaws.com",
  name: "StartQueryExecution",
  prefix: "athena",
  readOnly: false,
  region: null,
  request: { workGroup: "analysts" },
  resource: arn("athena", region, accountId, "workgroup/analysts"),
});
const secret: Maker = (accountId, region, dice) => {
  const name = dice.pick(["database", "partner-key", "signing"]);
  return {
    source: "secretsmanager.amazonaws.com",
    name: "GetSecretValue",
    prefix: "secretsmanager",
    readOnly: true,
    region: null,
    request: { secretId: name },
    resource: arn("secretsmanager", region, accountId, `secret:${name}`),
  };
};
const policy: Maker = (accountId) => ({
  source: "iam.amazonaws.com",
  name: "GetAccountAuthorizationDetails",
  prefix: "iam",
  readOnly: true,
  region: GLOBAL_REGION,
  request: null,
  resource: arn("iam", "", accountId, "*"),
});
const group: Maker = (accountId, region, dice) => {
  const id = `sg-0${dice.hex(16)}`;
  return {
    source: "ec2.amazonaws.com",
    name: "AuthorizeSecurityGroupIngress",
    prefix: "ec2",
    readOnly: false,
    region: null,
    request: { groupId: id },
    resource: arn("ec2", region, accountId, `security-group/${id}`),
  };
};

const READER: Maker[] = [whoAmI, instances, alarms, logs, buckets, databases, stacks];
const OPERATOR: Maker[] = [instances, alarms, alarms, logs, services, reboot, shell, deploy];
const DEVELOPER: Maker[] = [whoAmI, functions, logs, stacks, services, deploy, code, buckets];
const ADMINISTRATOR: Maker[] = [instances, roles, policy, group, stacks, buckets, logs, deploy];
const ANALYST: Maker[] = [
  query,
  query,
  buckets,
  read("glue", "GetTables", { databaseName: "lake" }),
];
const AUDITOR: Maker[] = [
  roles,
  buckets,
  read("config", "DescribeConfigRules"),
  read("securityhub", "GetFindings"),
  read("cloudtrail", "DescribeTrails"),
];
const IDENTITY: Maker[] = [
  read("sso", "ListPermissionSets"),
  read("sso", "ListInstances"),
  read("sso-directory", "SearchUsers"),
  read("organizations", "ListAccounts"),
];
/** What somebody does who should not be there. */
const THIEF: Maker[] = [whoAmI, buckets, secret, roles, policy, databases, functions];

const BY_SET: Record<string, Maker[]> = {
  AdministratorAccess: ADMINISTRATOR,
  PowerUser: DEVELOPER,
  AccessManager: ADMINISTRATOR,
  Developer: DEVELOPER,
  ProductionDeploy: DEVELOPER,
  OnCallEngineer: OPERATOR,
  OperatorAccess: OPERATOR,
  OperatorExtended: OPERATOR,
  ServerlessDeveloper: DEVELOPER,
  DataAnalyst: ANALYST,
  DataScientist: ANALYST,
  SecurityAudit: AUDITOR,
  Auditor: AUDITOR,
  LogReader: AUDITOR,
  IdentityAdmin: IDENTITY,
};

/** One call that somebody with this permission set makes. */
export function callFor(setName: string, accountId: string, region: string, dice: Dice): ApiCall {
  return dice.pick(BY_SET[setName] ?? READER)(accountId, region, dice);
}

/** One call of a thief: looks around, then takes. */
export function thievishCall(accountId: string, region: string, dice: Dice): ApiCall {
  return dice.pick(THIEF)(accountId, region, dice);
}
