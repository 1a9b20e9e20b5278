/**
 * The 26 permission sets of the simulated organisation, from view-only to administrator, with every kind of policy a set can
 * carry. The managed policies exist under these names in every partition; inline documents are valid IAM policies.
 */
import type { PermissionSet } from "../model.ts";
import { MANAGED_POLICY_PREFIX, PARTITION } from "../partition.ts";
import { DAY, type Dice } from "../random.ts";

interface Draft {
  name: string;
  description: string;
  hours: number;
  managed: string[];
  customer?: string[];
  inline?: object;
  boundary?: string;
}

const allow = (actions: string[], resource: string | string[] = "*"): object => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: actions, Resource: resource }],
});

const DRAFTS: Draft[] = [
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
    inline: allow(
      ["s3:GetObject", "s3:ListBucket"],
      [`arn:${PARTITION}:s3:::corp-example-lake`, `arn:${PARTITION}:s3:::corp-example-lake/*`],
    ),
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

/** All sets; `instanceId` is the `ssoins-…` part of their ARNs. */
export function buildPermissionSets(
  dice: Dice,
  anchor: number,
  instanceId: string,
): PermissionSet[] {
  return DRAFTS.map((draft) => ({
    arn: `arn:${PARTITION}:sso:::permissionSet/${instanceId}/ps-${dice.hex(16)}`,
    name: draft.name,
    description: draft.description,
    sessionDuration: `PT${draft.hours}H`,
    managedPolicyArns: draft.managed.map((name) => MANAGED_POLICY_PREFIX + name),
    customerManagedPolicies: (draft.customer ?? []).map((name) => ({ name, path: "/" })),
    inlinePolicy: draft.inline === undefined ? null : JSON.stringify(draft.inline),
    boundaryManagedPolicyArn:
      draft.boundary === undefined ? null : MANAGED_POLICY_PREFIX + draft.boundary,
    createdAt: anchor - dice.int(200, 700) * DAY,
  }));
}

/** Seconds of a duration as permission sets state it (`PT1H`..`PT12H`, whole hours or minutes). */
export function durationSeconds(sessionDuration: string): number {
  const match = /^PT(?:(\d+)H)?(?:(\d+)M)?$/.exec(sessionDuration);
  if (match === null)
    throw new Error(
      `"${sessionDuration}" is no session duration; write hours and minutes as in PT8H or PT1H30M.`,
    );
  return Number(match[1] ?? 0) * 3600 + Number(match[2] ?? 0) * 60;
}
