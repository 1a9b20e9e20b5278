/**
 * Permission sets with everything that decides what they allow: managed, customer managed and inline policies, and the boundary.
 * Guarantees the texts as AWS holds them, malformed ones too. What a managed policy says is read apart: many sets share one.
 */
import {
  DescribePermissionSetCommand,
  GetInlinePolicyForPermissionSetCommand,
  GetPermissionsBoundaryForPermissionSetCommand,
  ListCustomerManagedPolicyReferencesInPermissionSetCommand,
  ListManagedPoliciesInPermissionSetCommand,
  ListPermissionSetsCommand,
  ListTagsForResourceCommand,
  type PermissionsBoundary,
} from "@aws-sdk/client-sso-admin";
import type { CrawlNote, PermissionSet } from "../../../domain/access.ts";
import { Fault } from "../../../domain/fault.ts";
import { instant } from "../../../domain/time.ts";
import type { Listing } from "../../../ports/access/directory.ts";
import type { AwsClients } from "../clients.ts";
import { awsErrorName, awsFault, isAbsent } from "../faults.ts";
import { collect } from "../paging.ts";
import { list, unlessDenied, unread, vanished, whole } from "./listings.ts";

export async function listPermissionSetArns(
  clients: AwsClients,
  instanceArn: string,
): Promise<Listing<string>> {
  const arns = await collect(
    "ListPermissionSets",
    (token) =>
      clients.call(`list the permission sets of ${instanceArn}`, () =>
        clients.ssoAdmin.send(
          new ListPermissionSetsCommand({
            InstanceArn: instanceArn,
            MaxResults: 100,
            NextToken: token,
          }),
        ),
      ),
    (page) => page.PermissionSets,
    (arn) => arn,
  );
  return whole(arns);
}

interface SetRef {
  readonly InstanceArn: string;
  readonly PermissionSetArn: string;
}

/** None, with a note, where it was deleted meanwhile. */
export function readPermissionSet(
  clients: AwsClients,
  instanceArn: string,
  arn: string,
): Promise<Listing<PermissionSet>> {
  const ref = { InstanceArn: instanceArn, PermissionSetArn: arn };
  return readWith(arn, (notes) => readSet(clients, ref, notes));
}

async function readWith(
  arn: string,
  read: (notes: CrawlNote[]) => Promise<PermissionSet>,
): Promise<Listing<PermissionSet>> {
  const notes: CrawlNote[] = [];
  try {
    return whole([await read(notes)], notes);
  } catch (error) {
    if (!isAbsent(error)) throw error;
    return whole([], [vanished("permission set", arn)]);
  }
}

async function readSet(
  clients: AwsClients,
  ref: SetRef,
  notes: CrawlNote[],
): Promise<PermissionSet> {
  const arn = ref.PermissionSetArn;
  const managedPolicyArns = await managedPolicies(clients, ref);
  const customerManagedPolicies = await customerManagedPoliciesOf(clients, ref);
  const inline = await clients.call(`read the inline policy of ${arn}`, () =>
    clients.ssoAdmin.send(new GetInlinePolicyForPermissionSetCommand(ref)),
  );
  const boundary = await boundaryOf(clients, ref);
  const tags = await tagsOf(clients, ref, notes);
  // Last, so that a set which was deleted meanwhile is told instead of looking as if it had no boundary.
  const { PermissionSet: described } = await clients.call(
    `describe the permission set ${arn}`,
    () => clients.ssoAdmin.send(new DescribePermissionSetCommand(ref)),
  );
  return {
    arn,
    name: described?.Name || (arn.split("/").at(-1) ?? arn),
    description: described?.Description || null,
    sessionDuration: described?.SessionDuration ?? "",
    managedPolicyArns,
    customerManagedPolicies,
    inlinePolicy: inline.InlinePolicy || null,
    boundary,
    relayState: described?.RelayState || null,
    createdAt:
      described?.CreatedDate === undefined ? null : instant(described.CreatedDate.getTime()),
    tags,
  };
}

/** Sorted by key, so that the same tags are the same fact. */
async function tagsOf(
  clients: AwsClients,
  ref: SetRef,
  notes: CrawlNote[],
): Promise<Record<string, string>> {
  const arn = ref.PermissionSetArn;
  const tags = await unlessDenied(
    () =>
      list(
        clients,
        `list the tags of ${arn}`,
        (token) =>
          clients.ssoAdmin.send(
            new ListTagsForResourceCommand({
              InstanceArn: ref.InstanceArn,
              ResourceArn: arn,
              NextToken: token,
            }),
          ),
        (page) => page.Tags,
        (tag) => tag.Key ?? "",
      ),
    [],
    () =>
      unread(
        arn,
        "AWS does not let Curfew read its tags: allow sso:ListTagsForResource to its role.",
      ),
    notes,
  );
  // Without a prototype: a tag may be called `__proto__`.
  const named = Object.create(null) as Record<string, string>;
  for (const { Key: key = "", Value: value = "" } of tags) named[key] = value;
  return Object.fromEntries(Object.entries(named).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

async function managedPolicies(clients: AwsClients, ref: SetRef): Promise<string[]> {
  const attached = await collect(
    `ListManagedPoliciesInPermissionSet of ${ref.PermissionSetArn}`,
    (token) =>
      clients.call(`list the managed policies of ${ref.PermissionSetArn}`, () =>
        clients.ssoAdmin.send(
          new ListManagedPoliciesInPermissionSetCommand({ ...ref, NextToken: token }),
        ),
      ),
    (page) => page.AttachedManagedPolicies,
    (policy) => policy.Arn ?? "",
  );
  return attached.map((policy) => policy.Arn ?? "").toSorted();
}

async function customerManagedPoliciesOf(
  clients: AwsClients,
  ref: SetRef,
): Promise<PermissionSet["customerManagedPolicies"]> {
  const references = await collect(
    `ListCustomerManagedPolicyReferencesInPermissionSet of ${ref.PermissionSetArn}`,
    (token) =>
      clients.call(`list the customer managed policies of ${ref.PermissionSetArn}`, () =>
        clients.ssoAdmin.send(
          new ListCustomerManagedPolicyReferencesInPermissionSetCommand({
            ...ref,
            NextToken: token,
          }),
        ),
      ),
    (page) => page.CustomerManagedPolicyReferences,
    (policy) => `${policy.Path ?? "/"}${policy.Name ?? ""}`,
  );
  return references.map((policy) => ({ name: policy.Name ?? "", path: policy.Path ?? "/" }));
}

/** The boundary's ARN, or path and name of a customer managed one; null where there is none. */
async function boundaryOf(clients: AwsClients, ref: SetRef): Promise<string | null> {
  const doing = `read the permissions boundary of ${ref.PermissionSetArn}`;
  try {
    const answer = await clients.call(doing, () =>
      clients.ssoAdmin.send(new GetPermissionsBoundaryForPermissionSetCommand(ref)),
    );
    return boundaryName(answer.PermissionsBoundary);
  } catch (error) {
    // AWS answers a set without a boundary with this error, not with an empty one.
    const cause = error instanceof Fault ? error.cause : error;
    if (awsErrorName(cause) === "ResourceNotFoundException") return null;
    throw awsFault(error, doing);
  }
}

function boundaryName(boundary: PermissionsBoundary | undefined): string | null {
  if (boundary?.ManagedPolicyArn !== undefined) return boundary.ManagedPolicyArn;
  const customer = boundary?.CustomerManagedPolicyReference;
  return customer === undefined ? null : `${customer.Path ?? "/"}${customer.Name ?? ""}`;
}
