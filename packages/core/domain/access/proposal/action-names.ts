/**
 * How CloudTrail's names of services and calls are written in IAM policies. The two agree for most; the table holds those that are
 * known to differ (AWS: Service Authorization Reference, and each service's CloudTrail page). What it does not know is taken as it is.
 */

/** By event source without `.amazonaws.com`. */
const SERVICES: Readonly<Record<string, string>> = {
  "api.pricing": "pricing",
  "api.sagemaker": "sagemaker",
  "runtime.sagemaker": "sagemaker",
  "application-insights": "applicationinsights",
  "data.iot": "iot",
  email: "ses",
  "entitlement.marketplace": "aws-marketplace",
  marketplace: "aws-marketplace",
  metering: "aws-marketplace",
  monitoring: "cloudwatch",
  "streams.dynamodb": "dynamodb",
  tagging: "tag",
};

/** Calls whose action has another name, by `service:Call` as IAM writes the service. */
const ACTIONS: Readonly<Record<string, string>> = {
  "lambda:Invoke": "lambda:InvokeFunction",
  "s3:CompleteMultipartUpload": "s3:PutObject",
  "s3:CopyObject": "s3:PutObject",
  "s3:CreateMultipartUpload": "s3:PutObject",
  "s3:DeleteObjects": "s3:DeleteObject",
  "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
  "s3:GetBucketLifecycle": "s3:GetLifecycleConfiguration",
  "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
  "s3:HeadBucket": "s3:ListBucket",
  "s3:HeadObject": "s3:GetObject",
  "s3:ListBuckets": "s3:ListAllMyBuckets",
  "s3:ListObjects": "s3:ListBucket",
  "s3:ListObjectsV2": "s3:ListBucket",
  "s3:ListObjectVersions": "s3:ListBucketVersions",
  "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
  "s3:PutBucketLifecycle": "s3:PutLifecycleConfiguration",
  "s3:PutBucketReplication": "s3:PutReplicationConfiguration",
  "s3:UploadPart": "s3:PutObject",
};

/** The prefix of a service in policies, by its event source with or without `.amazonaws.com`. */
export function iamService(eventSource: string): string {
  const source = eventSource.replace(/\.amazonaws\.com$/, "");
  return SERVICES[source] ?? source;
}

/** `s3:ListBuckets` as CloudTrail names it is `s3:ListAllMyBuckets` in a policy; a version in a call's name is left out. */
export function iamAction(recorded: string): string {
  const [source = "", call = ""] = recorded.split(":");
  // AWS Lambda and CloudFront write the API's date behind the name (AWS: Logging Lambda API calls).
  const name = `${iamService(source)}:${call.replace(/20\d{2}_?\d{2}_?\d{2}(?:v\d)?$/, "")}`;
  return ACTIONS[name] ?? name;
}

/**
 * Whether a policy decides about it: nobody is kept from signing in to the console or from asking who they are (AWS: Actions, resources,
 * and condition keys for AWS STS).
 */
export function needsPermission(action: string): boolean {
  return !action.startsWith("signin:") && action !== "sts:GetCallerIdentity";
}

/** Services whose calls upon data are events that CloudTrail logs only when told to (AWS: CloudTrail User Guide, "Logging data events"). */
const DATA_SERVICES: ReadonlySet<string> = new Set([
  "bedrock",
  "cloudwatch",
  "cognito-idp",
  "dynamodb",
  "ebs",
  "execute-api",
  "firehose",
  "glacier",
  "iot",
  "kinesis",
  "kinesisvideo",
  "lambda",
  "neptune-db",
  "qldb",
  "rds-data",
  "redshift-data",
  "s3",
  "s3-object-lambda",
  "s3express",
  "sagemaker",
  "sns",
  "sqs",
  "ssmmessages",
  "states",
  "timestream",
  "xray",
]);

/** `service` is the prefix in policies. */
export function isDataService(service: string): boolean {
  return DATA_SERVICES.has(service);
}
