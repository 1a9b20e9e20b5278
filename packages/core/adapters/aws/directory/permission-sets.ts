/**
 * Permission sets with everything that decides what they allow: managed, customer managed and inline policies, and the boundary.
 * Guarantees the texts as AWS holds them. What a managed policy says is not read: Curfew has no permission for it.
 */
import {
  DescribePermissionSetCommand,
  GetInlinePolicyForPermissionSetCommand,
  GetPermissionsBoundaryForPermissionSetCommand,
  ListCustomerManagedPolicyReferencesInPermissionSetCommand,
  ListManagedPoliciesInPermissionSetCommand,
  ListPermissionSetsCommand,
  type PermissionsBoundary,
} from "@aws-sdk/client-sso-admin";
import type { PermissionSet } from "../../../domain/access.ts";
import { Fault } from "../../../domain/fault.ts";
import { administratorOf } from "../../../domain/policy/administrator.ts";
import { instant } from "../../../domain/time.ts";
import { eachBounded } from "../bounded.ts";
import type { AwsClients } from "../clients.ts";
import { awsErrorName, awsFault } from "../faults.ts";
import { collect } from "../paging.ts";

const AT_ONCE = 4;

export function listPermissionSetArns(clients: AwsClients, instanceArn: string): Promise<string[]> {
  return collect(
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
}

/** `done` is told after each set. */
export function readPermissionSets(
  clients: AwsClients,
  instanceArn: string,
  arns: readonly string[],
  done: () => void,
): Promise<PermissionSet[]> {
  return eachBounded(arns, AT_ONCE, async (arn) => {
    const set = await readPermissionSet(clients, {
      InstanceArn: instanceArn,
      PermissionSetArn: arn,
    });
    done();
    return set;
  });
}

interface SetRef {
  readonly InstanceArn: string;
  readonly PermissionSetArn: string;
}

async function readPermissionSet(clients: AwsClients, ref: SetRef): Promise<PermissionSet> {
  const arn = ref.PermissionSetArn;
  const managedPolicyArns = await managedPolicies(clients, ref);
  const customerManagedPolicies = await customerManagedPoliciesOf(clients, ref);
  const inline = await clients.call(`read the inline policy of ${arn}`, () =>
    clients.ssoAdmin.send(new GetInlinePolicyForPermissionSetCommand(ref)),
  );
  const boundary = await boundaryOf(clients, ref);
  // Last, so that a set which was deleted meanwhile fails the crawl instead of looking as if it had no boundary.
  const { PermissionSet: described } = await clients.call(
    `describe the permission set ${arn}`,
    () => clients.ssoAdmin.send(new DescribePermissionSetCommand(ref)),
  );
  const policies = {
    managedPolicyArns,
    customerManagedPolicies,
    inlinePolicy: inline.InlinePolicy || null,
    boundary,
  };
  return {
    arn,
    name: described?.Name || (arn.split("/").at(-1) ?? arn),
    description: described?.Description || null,
    sessionDuration: described?.SessionDuration ?? "",
    ...policies,
    relayState: described?.RelayState || null,
    createdAt:
      described?.CreatedDate === undefined ? null : instant(described.CreatedDate.getTime()),
    tags: {},
    administrator: administratorOf(policies),
  };
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
