/**
 * Documents for the policies of AWS that the organisation uses. They are our own and short: guaranteed is that each has the effect
 * its name promises (who is an administrator, what is read, what may escalate), not that it lists every action of AWS's.
 */

interface Statement {
  Effect: "Allow" | "Deny";
  Action?: string[];
  NotAction?: string[];
  Resource: string;
  Condition?: object;
}

const allow = (...Action: string[]): Statement => ({ Effect: "Allow", Action, Resource: "*" });

/** Each verb of each service, as in `ec2:Describe*`. */
const verbs = (services: readonly string[], ...names: string[]): string[] =>
  services.flatMap((service) => names.map((name) => `${service}:${name}*`));

const COMPUTE = ["autoscaling", "ec2", "ecs", "eks", "elasticloadbalancing", "lambda"];
const DATA = ["athena", "dynamodb", "elasticache", "glue", "kinesis", "rds", "redshift", "s3"];
const WATCHING = ["cloudtrail", "cloudwatch", "config", "logs"];
const GOVERNING = ["acm", "cloudformation", "iam", "kms", "organizations", "route53", "sns", "sqs"];
const EVERYTHING = [...COMPUTE, ...DATA, ...WATCHING, ...GOVERNING];

/** Roles may be handed to one service only. */
const passRole = (service: string): Statement => ({
  ...allow("iam:PassRole"),
  Condition: { StringEquals: { "iam:PassedToService": service } },
});

/** Handing on any role whose name begins so. */
const passRolesNamed = (pattern: string): Statement => ({
  ...allow("iam:PassRole"),
  Resource: `arn:aws:iam::*:role/${pattern}`,
});

const POWER_USER: Statement[] = [
  { Effect: "Allow", NotAction: ["account:*", "iam:*", "organizations:*"], Resource: "*" },
  allow(
    "account:GetAccountInformation",
    "account:ListRegions",
    "iam:CreateServiceLinkedRole",
    "iam:DeleteServiceLinkedRole",
    "iam:ListRoles",
    "organizations:DescribeOrganization",
  ),
];

const READ_ONLY = [allow(...verbs(EVERYTHING, "Get", "List", "Describe"), "iam:Generate*")];
const VIEW_ONLY = [allow(...verbs(EVERYTHING, "List", "Describe"))];
const AUDIT = [
  allow(
    ...verbs(EVERYTHING, "List", "Describe"),
    ...verbs(["cloudtrail", "config", "iam"], "Get"),
    "iam:GenerateCredentialReport",
    "s3:GetBucket*",
    "s3:GetEncryptionConfiguration",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "lambda:GetPolicy",
  ),
];

const DOCUMENTS: Readonly<Record<string, readonly Statement[]>> = {
  AdministratorAccess: [allow("*")],
  PowerUserAccess: POWER_USER,
  IAMFullAccess: [
    allow("iam:*", "organizations:DescribeAccount", "organizations:DescribeOrganization", "organizations:ListPolicies"),
  ], // prettier-ignore
  ReadOnlyAccess: READ_ONLY,
  "job-function/ViewOnlyAccess": VIEW_ONLY,
  SecurityAudit: AUDIT,
  AWSBillingReadOnlyAccess: [
    allow("billing:Get*", "billing:List*", "budgets:Describe*", "budgets:View*", "ce:Get*", "cur:Describe*", "account:GetAccountInformation"),
  ], // prettier-ignore
  "job-function/Billing": [
    allow("billing:*", "budgets:*", "ce:*", "cur:*", "invoicing:*", "payments:*", "tax:*", "account:GetAccountInformation"),
  ], // prettier-ignore
  "job-function/SupportUser": [
    allow("support:*", ...verbs(EVERYTHING, "List", "Describe"), "trustedadvisor:Describe*"),
  ],
  "job-function/SystemAdministrator": [
    allow("autoscaling:*", "cloudformation:*", "cloudtrail:*", "cloudwatch:*", "config:*", "ec2:*", "logs:*", "rds:*", "s3:*", "sns:*", "sqs:*"),
    allow("iam:GetRole", "iam:ListRoles", "iam:ListInstanceProfiles"),
    passRolesNamed("rds-monitoring-role"),
    passRolesNamed("ec2-sysadmin-*"),
  ], // prettier-ignore
  "job-function/DatabaseAdministrator": [
    allow("dynamodb:*", "elasticache:*", "rds:*", "redshift:*", "cloudwatch:Get*", "cloudwatch:PutMetricAlarm", "ec2:Describe*", "s3:ListBucket", "iam:ListRoles"),
    passRolesNamed("rds-monitoring-role"),
    passRolesNamed("rdbms-lambda-access"),
  ], // prettier-ignore
  "job-function/NetworkAdministrator": [
    allow("directconnect:*", "elasticloadbalancing:*", "route53:*", "route53domains:*", "ec2:*Vpc*", "ec2:*Subnet*", "ec2:*Route*", "ec2:*SecurityGroup*", "ec2:Describe*"),
    passRolesNamed("flow-logs-*"),
  ], // prettier-ignore
  "job-function/DataScientist": [
    allow("athena:*", "glue:Get*", "elasticmapreduce:*", "machinelearning:*", "s3:CreateBucket", "s3:Get*", "s3:List*", "s3:PutObject", "sagemaker:*"),
    allow("iam:GetRole", "iam:ListRoles"),
    passRole("sagemaker.amazonaws.com"),
    passRolesNamed("EMR_*"),
  ], // prettier-ignore
  AmazonEC2ReadOnlyAccess: [
    allow(...verbs(["autoscaling", "ec2", "elasticloadbalancing"], "Describe"), "cloudwatch:ListMetrics"),
  ], // prettier-ignore
  AmazonS3ReadOnlyAccess: [allow("s3:Get*", "s3:List*", "s3:Describe*")],
  AmazonS3FullAccess: [allow("s3:*", "s3-object-lambda:*")],
  AmazonAthenaFullAccess: [
    allow("athena:*", "glue:CreateTable", "glue:DeleteTable", "glue:Get*", "glue:UpdateTable", "s3:GetBucketLocation", "s3:ListBucket"),
    { ...allow("s3:GetObject", "s3:PutObject"), Resource: "arn:aws:s3:::aws-athena-query-results-*" },
  ], // prettier-ignore
  AWSLambda_FullAccess: [
    allow("lambda:*", "cloudformation:Describe*", "iam:GetRole", "iam:ListRoles", "logs:Describe*", "s3:ListAllMyBuckets"),
    passRole("lambda.amazonaws.com"),
  ], // prettier-ignore
  CloudWatchReadOnlyAccess: [
    allow(...verbs(["cloudwatch", "logs"], "Get", "List", "Describe"), "logs:FilterLogEvents", "logs:StartQuery", "autoscaling:Describe*"),
  ], // prettier-ignore
  AWSCloudTrail_ReadOnlyAccess: [
    allow(...verbs(["cloudtrail"], "Get", "List", "Describe"), "cloudtrail:LookupEvents", "s3:ListAllMyBuckets", "kms:ListAliases"),
  ], // prettier-ignore
  AWSSSOMasterAccountAdministrator: [
    allow("sso:*", "sso-directory:*", "identitystore:*", "identitystore-auth:*", "organizations:Describe*", "organizations:List*", "iam:ListPolicies"),
    { ...allow("iam:CreateServiceLinkedRole"), Resource: "arn:aws:iam::*:role/aws-service-role/sso.amazonaws.com/*" },
  ], // prettier-ignore
  AWSSSODirectoryAdministrator: [
    allow(
      "sso-directory:*",
      "identitystore:*",
      "identitystore-auth:*",
      "sso:ListDirectoryAssociations",
    ),
  ],
};

/** The document behind what follows `policy/` in an ARN of AWS's own; null where the organisation uses none of that name. */
export function managedDocument(pathAndName: string): string | null {
  const statements = DOCUMENTS[pathAndName];
  if (statements === undefined) return null;
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
