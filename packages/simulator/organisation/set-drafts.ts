/**
 * What the permission sets of the simulated organisation say, from view-only to administrator, with every kind of policy a set can
 * carry. The managed policies exist under these names in every partition; inline documents are valid IAM policies.
 */
import { PARTITION } from "../partition.ts";

/** A set as it is written down: names of policies, hours, documents as values. */
export interface SetDraft {
  name: string;
  description: string;
  hours: number;
  managed: string[];
  customer?: string[];
  inline?: object;
  boundary?: string;
  /** Name of a policy below `/boundaries/` in each account. */
  customerBoundary?: string;
  relayState?: string;
  neverUsed?: true;
}

const allow = (actions: string[], resource: string | string[] = "*"): object => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: actions, Resource: resource }],
});

export const SET_DRAFTS: SetDraft[] = [
  {
    name: "ViewOnly",
    description: "Lists resources without their contents",
    hours: 8,
    managed: ["job-function/ViewOnlyAccess"],
  },
  { name: "ReadOnly", description: "Reads everything", hours: 8, managed: ["ReadOnlyAccess"] },
  {
    name: "BillingReadOnly",
    description: "Reads costs and invoices",
    hours: 4,
    managed: ["AWSBillingReadOnlyAccess"],
  },
  {
    name: "Billing",
    description: "Manages payment and budgets",
    hours: 2,
    managed: ["job-function/Billing"],
    relayState: "https://console.aws.amazon.com/costmanagement/home",
  },
  {
    name: "Auditor",
    description: "Reads configuration for audits",
    hours: 8,
    managed: ["SecurityAudit", "job-function/ViewOnlyAccess"],
  },
  {
    name: "SecurityAudit",
    description: "Reads security configuration",
    hours: 8,
    managed: ["SecurityAudit"],
  },
  {
    name: "IncidentResponder",
    description: "Isolates workloads during an incident",
    hours: 4,
    managed: ["SecurityAudit", "AmazonEC2ReadOnlyAccess"],
    inline: allow([
      "ec2:ModifyInstanceAttribute",
      "ec2:RevokeSecurityGroupIngress",
      "lambda:PutFunctionConcurrency",
    ]),
  },
  {
    name: "SupportUser",
    description: "Opens and follows support cases",
    hours: 8,
    managed: ["job-function/SupportUser"],
  },
  {
    name: "Developer",
    description: "Builds in development accounts",
    hours: 8,
    managed: ["PowerUserAccess"],
    boundary: "PowerUserAccess",
  },
  {
    name: "LimitedDeveloper",
    description: "Contractors in sandboxes",
    hours: 4,
    managed: ["AmazonEC2ReadOnlyAccess", "AmazonS3ReadOnlyAccess"],
    inline: allow(["lambda:InvokeFunction", "logs:FilterLogEvents"]),
    boundary: "ReadOnlyAccess",
  },
  {
    name: "ProductionDeploy",
    description: "Releases by hand when the pipeline cannot",
    hours: 2,
    managed: ["PowerUserAccess"],
    customer: ["release-guard"],
  },
  {
    name: "OnCallEngineer",
    description: "Mends production at night",
    hours: 4,
    managed: ["PowerUserAccess"],
  },
  {
    name: "OperatorAccess",
    description: "Runs production around the clock",
    hours: 8,
    managed: ["CloudWatchReadOnlyAccess", "AmazonEC2ReadOnlyAccess"],
    inline: allow([
      "ec2:RebootInstances",
      "ssm:StartSession",
      "ecs:UpdateService",
      "sts:AssumeRole",
    ]),
  },
  {
    name: "OperatorExtended",
    description: "Long maintenance windows",
    hours: 12,
    managed: ["job-function/SystemAdministrator"],
  },
  {
    name: "DatabaseAdministrator",
    description: "Runs databases",
    hours: 4,
    managed: ["job-function/DatabaseAdministrator"],
  },
  {
    name: "NetworkAdministrator",
    description: "Runs networks",
    hours: 4,
    managed: ["job-function/NetworkAdministrator"],
  },
  {
    name: "DataAnalyst",
    description: "Queries the lake",
    hours: 8,
    managed: ["AmazonAthenaFullAccess"],
    // Nobody has used Redshift or SageMaker for as long as anybody can see.
    inline: {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Lake",
          Effect: "Allow",
          Action: ["s3:GetObject", "s3:ListBucket"],
          Resource: [
            `arn:${PARTITION}:s3:::corp-example-lake`,
            `arn:${PARTITION}:s3:::corp-example-lake/*`,
          ],
        },
        {
          Sid: "BeforeTheLake",
          Effect: "Allow",
          Action: ["redshift:*", "sagemaker:*"],
          Resource: "*",
        },
      ],
    },
  },
  {
    name: "DataScientist",
    description: "Trains models",
    hours: 12,
    managed: ["job-function/DataScientist"],
  },
  {
    name: "LogReader",
    description: "Reads trails and logs",
    hours: 8,
    managed: ["AWSCloudTrail_ReadOnlyAccess", "CloudWatchReadOnlyAccess"],
    customer: ["log-archive-read"],
  },
  {
    name: "BackupOperator",
    description: "Restores backups",
    hours: 4,
    managed: [],
    inline: allow(["backup:*", "rds:RestoreDBInstanceFromDBSnapshot"]),
  },
  {
    name: "ServerlessDeveloper",
    description: "Functions and queues",
    hours: 8,
    managed: ["AWSLambda_FullAccess"],
  },
  {
    name: "StorageAdministrator",
    description: "Runs buckets",
    hours: 4,
    managed: ["AmazonS3FullAccess"],
  },
  {
    name: "AccessManager",
    description: "Manages roles of workloads",
    hours: 2,
    managed: ["IAMFullAccess"],
    customer: ["role-naming-guard"],
  },
  {
    name: "IdentityAdmin",
    description: "Manages Identity Center and its directory",
    hours: 12,
    managed: ["AWSSSOMasterAccountAdministrator", "AWSSSODirectoryAdministrator"],
  },
  {
    name: "PowerUser",
    description: "Everything except identity",
    hours: 12,
    managed: ["PowerUserAccess"],
  },
  {
    name: "AdministratorAccess",
    description: "Everything",
    hours: 4,
    managed: ["AdministratorAccess"],
  },
];

/** Sets that came later, with dice of their own: the ids of everything else stay what they are. */
export const LATER_SET_DRAFTS: SetDraft[] = [
  {
    name: "WorkshopAdmin",
    description: "For the summer workshop, everybody in one sandbox",
    hours: 8,
    managed: ["AdministratorAccess"],
    neverUsed: true,
  },
  {
    name: "MigrationFactory",
    description: "Moves servers and databases; the move is over",
    hours: 4,
    managed: [],
    inline: allow(["mgn:*", "dms:*", "ec2:RunInstances", "ec2:CreateTags"]),
    neverUsed: true,
  },
  {
    // Neither policy escalates by itself: one makes functions, the other hands them any role.
    name: "BuildOperator",
    description: "Runs the build functions",
    hours: 4,
    managed: ["CloudWatchReadOnlyAccess"],
    customer: ["function-builder"],
    inline: allow(["iam:PassRole", "iam:ListRoles"]),
  },
  {
    name: "PartnerIntegration",
    description: "Partners look at what they exchange with us",
    hours: 2,
    managed: ["AmazonS3ReadOnlyAccess"],
    customerBoundary: "partner-boundary",
    relayState: "https://console.aws.amazon.com/s3/home",
  },
];
