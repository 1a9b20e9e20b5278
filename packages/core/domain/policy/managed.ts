/**
 * What Curfew knows of policies that AWS manages, by their names: they are the same in every partition. Guarantees nothing about
 * a name that is not here. The few that can add up to an administrator are spelled out as far as that judgement needs; the
 * others are known to add nothing to it.
 */
import type { PatternList } from "./document.ts";

/** A statement as far as the judgement by names needs it. */
export interface Statement {
  readonly effect: "Allow" | "Deny";
  readonly actions: PatternList;
  readonly resources: PatternList;
  /** It holds only under some condition. */
  readonly conditional: boolean;
}

const allow = (actions: readonly string[], inverted = false): Statement => ({
  effect: "Allow",
  actions: { patterns: actions, inverted },
  resources: { patterns: ["*"], inverted: false },
  conditional: false,
});

const DECISIVE: ReadonlyMap<string, readonly Statement[]> = new Map([
  ["AdministratorAccess", [allow(["*"])]],
  ["PowerUserAccess", [allow(["iam:*", "organizations:*", "account:*"], true)]],
  ["IAMFullAccess", [allow(["iam:*"])]],
  ["AWSOrganizationsFullAccess", [allow(["organizations:*"])]],
  ["AWSAccountManagementFullAccess", [allow(["account:*"])]],
]);

/** None of them allows all of iam, organizations or account, or everything but a few actions. */
const LIMITED: ReadonlySet<string> = new Set([
  "AmazonAthenaFullAccess",
  "AmazonDynamoDBFullAccess",
  "AmazonDynamoDBReadOnlyAccess",
  "AmazonEC2ContainerRegistryReadOnly",
  "AmazonEC2FullAccess",
  "AmazonEC2ReadOnlyAccess",
  "AmazonECS_FullAccess",
  "AmazonRDSFullAccess",
  "AmazonRDSReadOnlyAccess",
  "AmazonRedshiftFullAccess",
  "AmazonRoute53FullAccess",
  "AmazonRoute53ReadOnlyAccess",
  "AmazonS3FullAccess",
  "AmazonS3ReadOnlyAccess",
  "AmazonSNSFullAccess",
  "AmazonSQSFullAccess",
  "AmazonSSMFullAccess",
  "AmazonSSMReadOnlyAccess",
  "AmazonSageMakerFullAccess",
  "AmazonVPCFullAccess",
  "AmazonVPCReadOnlyAccess",
  "AWSBackupFullAccess",
  "AWSBillingReadOnlyAccess",
  "AWSCloudFormationFullAccess",
  "AWSCloudFormationReadOnlyAccess",
  "AWSCloudTrail_FullAccess",
  "AWSCloudTrail_ReadOnlyAccess",
  "AWSConfigUserAccess",
  "AWSLambda_FullAccess",
  "AWSLambda_ReadOnlyAccess",
  "AWSOrganizationsReadOnlyAccess",
  "AWSSSODirectoryAdministrator",
  "AWSSSODirectoryReadOnly",
  "AWSSSOMasterAccountAdministrator",
  "AWSSSOMemberAccountAdministrator",
  "AWSSSOReadOnly",
  "AWSSecurityHubFullAccess",
  "AWSSecurityHubReadOnlyAccess",
  "AWSSupportAccess",
  "AWSXrayReadOnlyAccess",
  "Billing",
  "CloudWatchFullAccess",
  "CloudWatchLogsFullAccess",
  "CloudWatchLogsReadOnlyAccess",
  "CloudWatchReadOnlyAccess",
  "DataScientist",
  "DatabaseAdministrator",
  "IAMReadOnlyAccess",
  "IAMUserChangePassword",
  "NetworkAdministrator",
  "ReadOnlyAccess",
  "SecretsManagerReadWrite",
  "SecurityAudit",
  "SupportUser",
  "SystemAdministrator",
  "ViewOnlyAccess",
]);

/** `arn:<partition>:iam::aws:policy/[<path>/]<name>`: the account field tells AWS's own policies. */
const MANAGED_ARN = /^arn:[^:]+:iam::aws:policy\/(?:[^/]+\/)*([^/]+)$/;

/** The names in the catalogue, for its test. */
export const MANAGED_POLICY_NAMES: readonly string[] = [...DECISIVE.keys(), ...LIMITED];

/** The statements that matter of an AWS managed policy; null for any other ARN and for names that are not known here. */
export function managedPolicy(arn: string): readonly Statement[] | null {
  const name = MANAGED_ARN.exec(arn)?.[1];
  if (name === undefined) return null;
  return DECISIVE.get(name) ?? (LIMITED.has(name) ? [] : null);
}
