/** Ways to change what rules the accounts of an organisation, and to make the records of what was done go away. Names as AWS's. */
import { path, type Path } from "../paths.ts";

export const ORGANISATION: readonly Path[] = [
  path(
    "taking service control policies off",
    "organizations:DetachPolicy | organizations:DisablePolicyType | organizations:DeletePolicy",
  ),
  path(
    "changing service control policies",
    "organizations:UpdatePolicy | organizations:AttachPolicy",
  ),
  path("moving accounts out of a policy's reach", "organizations:MoveAccount"),
  path(
    "taking accounts out of the organisation",
    "organizations:LeaveOrganization | organizations:RemoveAccountFromOrganization | organizations:DeleteOrganization",
  ),
  path(
    "making accounts they own",
    "organizations:CreateAccount | organizations:CreateGovCloudAccount",
  ),
  path("bringing accounts in", "organizations:InviteAccountToOrganization"),
  path("closing accounts", "organizations:CloseAccount | account:CloseAccount"),
  path(
    "letting another account administer a service",
    "organizations:RegisterDelegatedAdministrator | organizations:EnableAWSServiceAccess | organizations:PutResourcePolicy",
  ),
  path(
    "taking over an account's root user",
    "account:StartPrimaryEmailUpdate",
    "account:AcceptPrimaryEmailUpdate",
  ),
  path(
    "managing root users from outside",
    "iam:EnableOrganizationsRootCredentialsManagement | iam:EnableOrganizationsRootSessions",
  ),
];

export const LOGS: readonly Path[] = [
  path("stopping the trail", "cloudtrail:StopLogging"),
  path("deleting the trail", "cloudtrail:DeleteTrail"),
  path("sending the trail elsewhere", "cloudtrail:UpdateTrail"),
  path("leaving events out of the trail", "cloudtrail:PutEventSelectors"),
  path(
    "deleting event data stores",
    "cloudtrail:DeleteEventDataStore | cloudtrail:StopEventDataStoreIngestion",
  ),
  path("deleting logs", "logs:DeleteLogGroup | logs:DeleteLogStream"),
  path("deleting flow logs", "ec2:DeleteFlowLogs"),
  path(
    "stopping the recorder of configurations",
    "config:StopConfigurationRecorder | config:DeleteConfigurationRecorder | config:DeleteDeliveryChannel",
  ),
  path("switching GuardDuty off", "guardduty:DeleteDetector | guardduty:UpdateDetector"),
  path(
    "hiding what GuardDuty finds",
    "guardduty:CreateFilter | guardduty:CreateIPSet | guardduty:UpdateIPSet | guardduty:ArchiveFindings",
  ),
  path(
    "leaving GuardDuty's administrator",
    "guardduty:DisassociateFromAdministratorAccount | guardduty:DisassociateMembers | guardduty:StopMonitoringMembers",
  ),
  path("switching Security Hub off", "securityhub:DisableSecurityHub"),
  path("switching Macie off", "macie2:DisableMacie"),
  path("switching Detective off", "detective:DeleteGraph"),
  path("switching Inspector off", "inspector2:Disable"),
  path("deleting access analyzers", "access-analyzer:DeleteAnalyzer"),
  path("deleting alarms", "cloudwatch:DeleteAlarms | cloudwatch:DisableAlarmActions"),
  path("stopping the log of name queries", "route53resolver:DeleteResolverQueryLogConfig"),
  path("stopping a firewall's log", "wafv2:DeleteLoggingConfiguration"),
];
