/** Actions that hand out credentials or customers' data. From what each API's reference says it answers; names as AWS's. */
import { path, type Path } from "../paths.ts";

/** What they answer lets somebody act, here or elsewhere, without this permission set. */
export const CREDENTIALS: readonly Path[] = [
  path("reading secrets", "secretsmanager:GetSecretValue | secretsmanager:BatchGetSecretValue"),
  path(
    "reading parameters, which often hold secrets",
    "ssm:GetParameter | ssm:GetParameters | ssm:GetParametersByPath | ssm:GetParameterHistory",
  ),
  path("making access keys", "iam:CreateAccessKey"),
  path("making access keys work again", "iam:UpdateAccessKey"),
  path("making console passwords", "iam:CreateLoginProfile | iam:UpdateLoginProfile"),
  path(
    "making service credentials",
    "iam:CreateServiceSpecificCredential | iam:ResetServiceSpecificCredential",
  ),
  path("taking any role's credentials", "sts:AssumeRole"),
  path("taking a root user's credentials", "sts:AssumeRoot"),
  path("making long-lived federated credentials", "sts:GetFederationToken"),
  path("reading machines' passwords", "ec2:GetPasswordData"),
  path("signing in to databases", "rds-db:connect"),
  path(
    "taking credentials of warehouses",
    "redshift:GetClusterCredentials | redshift:GetClusterCredentialsWithIAM | redshift-serverless:GetCredentials",
  ),
  path("making users of warehouses", "redshift:CreateClusterUser"),
  path("taking the artifacts of pipelines", "codepipeline:PollForJobs"),
  path("taking tokens of package stores", "codeartifact:GetAuthorizationToken"),
  path(
    "taking keys of Lightsail",
    "lightsail:DownloadDefaultKeyPair | lightsail:GetInstanceAccessDetails | lightsail:GetRelationalDatabaseMasterUserPassword | lightsail:GetBucketAccessKeys | lightsail:CreateBucketAccessKey",
  ),
  path(
    "taking tokens of identity pools",
    "cognito-identity:GetOpenIdTokenForDeveloperIdentity | cognito-identity:GetCredentialsForIdentity",
  ),
  path("making keys of interfaces", "appsync:CreateApiKey"),
  path("taking files' upload credentials", "gamelift:RequestUploadCredentials"),
  path("signing in to contact centres", "connect:GetFederationToken"),
  path(
    "taking an agent's tokens",
    "bedrock-agentcore:GetWorkloadAccessTokenForUserId | bedrock-agentcore:GetResourceOauth2Token | bedrock-agentcore:GetResourceApiKey",
  ),
];

/** They answer what is stored, and not what it is called. */
export const DATA: readonly Path[] = [
  path("reading every object", "s3:GetObject | s3:GetObjectVersion"),
  path("reading secrets", "secretsmanager:GetSecretValue | secretsmanager:BatchGetSecretValue"),
  path(
    "reading parameters",
    "ssm:GetParameter | ssm:GetParameters | ssm:GetParametersByPath | ssm:GetParameterHistory",
  ),
  path(
    "reading tables",
    "dynamodb:Scan | dynamodb:Query | dynamodb:GetItem | dynamodb:BatchGetItem | dynamodb:GetRecords",
  ),
  path("exporting tables", "dynamodb:ExportTableToPointInTime"),
  path("reading the blocks of disks", "ebs:GetSnapshotBlock"),
  path("exporting databases", "rds:StartExportTask"),
  path("querying databases", "rds-data:ExecuteStatement | rds-data:BatchExecuteStatement"),
  path(
    "querying warehouses",
    "redshift-data:ExecuteStatement | redshift-data:BatchExecuteStatement",
    "redshift-data:GetStatementResult",
  ),
  path("reading the answers of queries", "athena:GetQueryResults"),
  path("reading messages", "sqs:ReceiveMessage"),
  path("reading streams", "kinesis:GetRecords"),
  path("reading source code", "codecommit:GitPull | codecommit:GetFile | codecommit:GetBlob"),
  path("reading functions' code and settings", "lambda:GetFunction"),
  path("copying objects elsewhere", "s3:PutReplicationConfiguration", "iam:PassRole"),
];
