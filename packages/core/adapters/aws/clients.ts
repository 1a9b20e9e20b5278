/**
 * The official SDK clients of one Region. Endpoint, credentials and number of attempts come from the SDK's own settings
 * (`AWS_ENDPOINT_URL`, profiles, `AWS_MAX_ATTEMPTS`), untouched. Guarantees that every attempt, retries included, takes a slot of
 * the shared budget before it leaves and is counted by operation.
 */
import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { IAMClient } from "@aws-sdk/client-iam";
import { IdentitystoreClient } from "@aws-sdk/client-identitystore";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { STSClient } from "@aws-sdk/client-sts";
import { openAccountAccess, type AccountAccess } from "./account-access.ts";
import { patientCalls, type PatientCall, type Wait } from "./patience.ts";

/** The rate that all processes share. Resolves when the request may leave; rejects with the signal's reason. */
export interface RateBudget {
  slot(scope: string, perSecond: number, signal?: AbortSignal): Promise<void>;
}

export interface AwsClientOptions {
  readonly region: string;
  /** The account whose quotas are spent. */
  readonly accountId: string;
  readonly budget: RateBudget;
  /** Requests a second to IAM Identity Center, all operations together; AWS allows 20 to everybody together. */
  readonly ssoAdminPerSecond?: number;
  /** Ends waits for slots and after throttles. */
  readonly signal?: AbortSignal;
  readonly wait?: Wait;
}

/** Of a role session in a member account. */
export interface MemberCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface AwsClients {
  readonly region: string;
  readonly accountId: string;
  readonly accountAccess: AccountAccess;
  readonly cloudTrail: CloudTrailClient;
  /** With the credentials that everything else uses. */
  readonly iam: IAMClient;
  readonly identityStore: IdentitystoreClient;
  readonly organizations: OrganizationsClient;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly ssoAdmin: SSOAdminClient;
  readonly sts: STSClient;
  /** Requests that left, by `<service>:<Operation>`. */
  readonly requests: ReadonlyMap<string, number>;
  readonly call: PatientCall;
  /** IAM of another account; whoever asks for it destroys it. */
  iamAs(credentials: MemberCredentials, accountId: string): IAMClient;
  close(): void;
}

/** Half of what AWS allows, because administrators and their pipelines share the quota. */
export const SSO_ADMIN_PER_SECOND = 10;

/**
 * A little under the 2 requests a second of the quota, so that the network's unevenness never squeezes three into one second
 * (AWS: LookupEvents API reference).
 */
export const LOOKUPS_PER_SECOND = 1.92;

/** Half of the 20 a second that Identity Store allows for each operation (AWS: IAM Identity Center quotas). */
const IDENTITY_STORE_PER_SECOND = 10;
/** Half of the 8 a second of ListAccounts (AWS: Organizations quotas). */
const ORGANIZATIONS_PER_SECOND = 4;
/** Half of the 5 a second of what lists children and parents (AWS: Organizations quotas). */
const ORGANIZATIONS_TREE_PER_SECOND = 2.5;
/** IAM's quotas are not published: slower than the SDK's own tools go. */
const IAM_PER_SECOND = 5;
/** Neither are those of account access manager, which is new. */
const ACCOUNT_ACCESS_PER_SECOND = 2;
/** AssumeRole allows hundreds a second; nobody needs more of them than of what follows. */
const STS_PER_SECOND = 5;
/** UpdatePolicy and DescribePolicy allow 2 (AWS: Organizations quotas). */
const ORGANIZATIONS_POLICY_PER_SECOND = 2;

interface Pace {
  readonly scope: string;
  readonly perSecond: number;
}

type Handler = (args: unknown) => Promise<unknown>;

/** What all clients have alike, without the types of their own inputs and outputs. */
interface Paceable {
  readonly middlewareStack: {
    addRelativeTo(
      middleware: (next: Handler, context: Readonly<Record<string, unknown>>) => Handler,
      place: { name: string; relation: "after"; toMiddleware: string },
    ): void;
  };
}

export function awsClients(options: AwsClientOptions): AwsClients {
  const { region, accountId, signal } = options;
  const requests = new Map<string, number>();
  const clients = sdkClients(region);
  const paces = pacesOf(options);
  /** Waits for the slot of a request where it has one, and counts it. */
  const leave = async (service: keyof typeof paces, operation: string, pace?: Pace) => {
    const slot = pace ?? paces[service](operation);
    if (slot !== null) await options.budget.slot(slot.scope, slot.perSecond, signal);
    const key = `${service}:${operation}`;
    requests.set(key, (requests.get(key) ?? 0) + 1);
  };
  paceClient(clients.cloudTrail, (operation) => leave("cloudtrail", operation));
  paceClient(clients.iam, (operation) => leave("iam", operation));
  paceClient(clients.identityStore, (operation) => leave("identitystore", operation));
  paceClient(clients.organizations, (operation) => leave("organizations", operation));
  paceClient(clients.s3, (operation) => leave("s3", operation));
  paceClient(clients.sqs, (operation) => leave("sqs", operation));
  paceClient(clients.ssoAdmin, (operation) => leave("sso", operation));
  paceClient(clients.sts, (operation) => leave("sts", operation));
  return {
    region,
    accountId,
    ...clients,
    accountAccess: openAccountAccess({
      region,
      credentials: () => clients.ssoAdmin.config.credentials(),
      before: (operation) => leave("account-access", operation),
      ...(signal === undefined ? {} : { signal }),
    }),
    iamAs: (credentials, memberAccountId) => {
      const client = new IAMClient({ ...settingsIn(region), credentials });
      const pace = { scope: `iam/${memberAccountId}`, perSecond: IAM_PER_SECOND };
      paceClient(client, (operation) => leave("iam", operation, pace));
      return client;
    },
    requests,
    call: patientCalls({
      ...(signal === undefined ? {} : { signal }),
      ...(options.wait === undefined ? {} : { wait: options.wait }),
    }),
    close: () => Object.values(clients).forEach((client) => client.destroy()),
  };
}

const settingsIn = (region: string) => ({ region, retryMode: "adaptive" });

function sdkClients(region: string) {
  const settings = settingsIn(region);
  return {
    cloudTrail: new CloudTrailClient(settings),
    iam: new IAMClient(settings),
    identityStore: new IdentitystoreClient(settings),
    organizations: new OrganizationsClient(settings),
    // Each object is tried again by itself: an adaptive client would slow every request down for one that was refused.
    s3: new S3Client({ region }),
    sqs: new SQSClient({ region }),
    ssoAdmin: new SSOAdminClient(settings),
    sts: new STSClient(settings),
  };
}

/** Which slots a request takes; null: it is counted and not paced. Organizations is global: its quota belongs to the account, not to a Region. */
function pacesOf({
  region,
  accountId,
  ssoAdminPerSecond = SSO_ADMIN_PER_SECOND,
}: AwsClientOptions) {
  const here = `${accountId}/${region}`;
  return {
    cloudtrail: (operation: string): Pace => ({
      scope: `cloudtrail:${operation}/${here}`,
      perSecond: LOOKUPS_PER_SECOND,
    }),
    identitystore: (operation: string): Pace => ({
      scope: `identitystore:${operation}/${here}`,
      perSecond: IDENTITY_STORE_PER_SECOND,
    }),
    organizations: (operation: string): Pace => ({
      scope: `organizations:${operation}/${accountId}`,
      perSecond: operation.endsWith("Policy")
        ? ORGANIZATIONS_POLICY_PER_SECOND
        : operation.endsWith("ForParent")
          ? ORGANIZATIONS_TREE_PER_SECOND
          : ORGANIZATIONS_PER_SECOND,
    }),
    iam: (): Pace => ({ scope: `iam/${accountId}`, perSecond: IAM_PER_SECOND }),
    // S3 and SQS allow thousands of requests a second.
    s3: () => null,
    sqs: () => null,
    sts: (operation: string): Pace | null =>
      operation === "AssumeRole"
        ? { scope: `sts:AssumeRole/${accountId}`, perSecond: STS_PER_SECOND }
        : null,
    "account-access": (): Pace => ({
      scope: `account-access/${here}`,
      perSecond: ACCOUNT_ACCESS_PER_SECOND,
    }),
    sso: (): Pace => ({ scope: `sso-admin/${here}`, perSecond: ssoAdminPerSecond }),
  };
}

/** Runs `before` ahead of every attempt: inside the SDK's retries, so that a retry waits for its own slot. */
function paceClient(client: unknown, before: (operation: string) => Promise<void>): void {
  (client as Paceable).middlewareStack.addRelativeTo(
    (next, context) => async (args) => {
      await before(String(context["commandName"]).replace(/Command$/, ""));
      return next(args);
    },
    { name: "curfewPace", relation: "after", toMiddleware: "retryMiddleware" },
  );
}
