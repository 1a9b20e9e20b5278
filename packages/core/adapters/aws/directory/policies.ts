/**
 * Policy documents, and the roles that entitlements name, from IAM. Guarantees an answer for each that is asked: its text as AWS
 * holds it, or one sentence that says why it could not be read, because what is unread must never look harmless. Documents of a
 * member account are read by a role in it.
 */
import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  type IAMClient,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import type { EntitlementRole, PolicyDocument } from "../../../domain/access.ts";
import { Fault } from "../../../domain/fault.ts";
import type { AccountPolicies } from "../../../ports/access/directory.ts";
import type { AwsClients } from "../clients.ts";
import { isAbsent, isDenied } from "../faults.ts";
import { list, refusalOf } from "./listings.ts";

/** A role of a member account, and who may read in it. */
export interface AccountReading {
  /** `aws`, `aws-us-gov`, `aws-cn`: as the instance's ARN has it. */
  readonly partition: string;
  /** Name of the role in member accounts that reads IAM there; null where there is none. */
  readonly readRole: string | null;
}

/** A policy that AWS manages: any account may read it. */
export function readManagedPolicy(clients: AwsClients, arn: string): Promise<PolicyDocument> {
  return documentOf(clients, clients.iam, arn, null);
}

async function documentOf(
  clients: AwsClients,
  iam: IAMClient,
  policyArn: string,
  accountId: string | null,
): Promise<PolicyDocument> {
  try {
    const { Policy: policy } = await clients.call(`read the policy ${policyArn}`, () =>
      iam.send(new GetPolicyCommand({ PolicyArn: policyArn })),
    );
    const versionId = policy?.DefaultVersionId;
    const { PolicyVersion: version } = await clients.call(`read the document of ${policyArn}`, () =>
      iam.send(new GetPolicyVersionCommand({ PolicyArn: policyArn, VersionId: versionId })),
    );
    const document = plainText(version?.Document);
    return {
      policyArn,
      accountId,
      versionId: versionId ?? null,
      document,
      unread: document === null ? "AWS answered no document for its default version." : null,
    };
  } catch (error) {
    return { policyArn, accountId, versionId: null, document: null, unread: whyUnread(error) };
  }
}

/** Throws again what another try may mend. */
function whyUnread(error: unknown): string {
  if (isAbsent(error)) return "It does not exist in this account: create it there, or take it out.";
  if (isDenied(error)) {
    return `AWS does not let Curfew read it (${refusalOf(error)}): allow iam:GetPolicy, iam:GetPolicyVersion and iam:GetRole with what it lists to the role that reads the account.`;
  }
  throw error;
}

/** IAM writes documents percent-encoded (RFC 3986); what is not so is kept as it is. */
function plainText(document: string | undefined): string | null {
  if (document === undefined || document === "") return null;
  try {
    return decodeURIComponent(document);
  } catch {
    return document;
  }
}

/** Customer managed policies by path and name, and roles by ARN, of one account. */
export async function readInAccount(
  clients: AwsClients,
  { partition, readRole }: AccountReading,
  accountId: string,
  policies: readonly string[],
  roleArns: readonly string[],
): Promise<AccountPolicies> {
  const arns = policies.map((path) => `arn:${partition}:iam::${accountId}:policy${path}`);
  const own = accountId === clients.accountId;
  if (!own && readRole === null) {
    const why =
      "No role that may read this account is set: name one that every member account has in CURFEW_ACCOUNT_READ_ROLE.";
    return nothingRead(accountId, arns, roleArns, why);
  }
  const opened = own
    ? clients.iam
    : await openAccount(clients, `arn:${partition}:iam::${accountId}:role/${readRole}`, accountId);
  if (typeof opened === "string") return nothingRead(accountId, arns, roleArns, opened);
  try {
    const documents = new Map<string, PolicyDocument>();
    const read = async (arn: string) => {
      if (documents.has(arn)) return;
      documents.set(arn, await documentOf(clients, opened, arn, accountId));
    };
    for (const arn of arns) await read(arn);
    const roles: EntitlementRole[] = [];
    for (const arn of roleArns) {
      const role = await readRoleWhole(clients, opened, arn, accountId);
      roles.push(role);
      for (const attached of [...role.managedPolicyArns, role.boundaryArn]) {
        // AWS's own are in no account and are read once for everybody.
        if (attached !== null && attached.split(":")[4] === accountId) await read(attached);
      }
    }
    return { policies: [...documents.values()], roles };
  } finally {
    if (!own) opened.destroy();
  }
}

/** A client on the account's IAM, or the sentence why there is none. */
async function openAccount(
  clients: AwsClients,
  roleArn: string,
  accountId: string,
): Promise<IAMClient | string> {
  try {
    const { Credentials: given } = await clients.call(`let Curfew take the role ${roleArn}`, () =>
      clients.sts.send(
        new AssumeRoleCommand({
          RoleArn: roleArn,
          RoleSessionName: "curfew",
          DurationSeconds: 900,
        }),
      ),
    );
    const credentials = {
      accessKeyId: given?.AccessKeyId ?? "",
      secretAccessKey: given?.SecretAccessKey ?? "",
      ...(given?.SessionToken === undefined ? {} : { sessionToken: given.SessionToken }),
    };
    return clients.iamAs(credentials, accountId);
  } catch (error) {
    if (!isDenied(error) && !isAbsent(error)) throw error;
    return `Curfew may not take the role ${roleArn} (${refusalOf(error)}): make the role in this account and let it trust Curfew's.`;
  }
}

function nothingRead(
  accountId: string,
  policyArns: readonly string[],
  roleArns: readonly string[],
  unread: string,
): AccountPolicies {
  return {
    policies: policyArns.map((policyArn) => ({
      policyArn,
      accountId,
      versionId: null,
      document: null,
      unread,
    })),
    roles: roleArns.map((roleArn) => unreadRole(roleArn, accountId, unread)),
  };
}

const unreadRole = (roleArn: string, accountId: string, unread: string): EntitlementRole => ({
  roleArn,
  accountId,
  trustPolicy: null,
  maxSessionSeconds: null,
  managedPolicyArns: [],
  inlinePolicies: [],
  boundaryArn: null,
  unread,
});

async function readRoleWhole(
  clients: AwsClients,
  iam: IAMClient,
  roleArn: string,
  accountId: string,
): Promise<EntitlementRole> {
  const of = { RoleName: roleArn.split("/").at(-1) ?? roleArn };
  try {
    const { Role: role } = await clients.call(`read the role ${roleArn}`, () =>
      iam.send(new GetRoleCommand(of)),
    );
    const attached = await list(
      clients,
      `list the policies of the role ${roleArn}`,
      (token) =>
        iam.send(new ListAttachedRolePoliciesCommand({ ...of, Marker: token })).then(markedPage),
      (page) => page.AttachedPolicies?.map((policy) => policy.PolicyArn ?? ""),
      (arn) => arn,
    );
    const names = await list(
      clients,
      `list the inline policies of the role ${roleArn}`,
      (token) => iam.send(new ListRolePoliciesCommand({ ...of, Marker: token })).then(markedPage),
      (page) => page.PolicyNames,
      (name) => name,
    );
    const inlinePolicies: string[] = [];
    for (const name of names.toSorted()) {
      const answer = await clients.call(`read the policy ${name} of the role ${roleArn}`, () =>
        iam.send(new GetRolePolicyCommand({ ...of, PolicyName: name })),
      );
      inlinePolicies.push(plainText(answer.PolicyDocument) ?? "");
    }
    return {
      roleArn,
      accountId,
      trustPolicy: plainText(role?.AssumeRolePolicyDocument),
      maxSessionSeconds: role?.MaxSessionDuration ?? null,
      managedPolicyArns: attached.toSorted(),
      inlinePolicies,
      boundaryArn: role?.PermissionsBoundary?.PermissionsBoundaryArn ?? null,
      unread: null,
    };
  } catch (error) {
    if (error instanceof Fault) return unreadRole(roleArn, accountId, whyUnread(error));
    throw error;
  }
}

/** IAM pages by `Marker` where everything else pages by `NextToken`. */
function markedPage<P extends { IsTruncated?: boolean | undefined; Marker?: string | undefined }>(
  page: P,
): P & { NextToken: string | undefined } {
  return { ...page, NextToken: page.IsTruncated === true ? page.Marker : undefined };
}
