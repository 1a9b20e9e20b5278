/**
 * The directory of the organisation's IAM Identity Center instance, listing by listing. Guarantees that each is read to its end or
 * fails; facts that point at nothing are kept as AWS answers them. It is no snapshot of one instant: AWS lists what exists while it
 * is asked.
 */
import type { Directory, OpenDirectory } from "../../ports/access/directory.ts";
import type { AwsClients } from "./clients.ts";
import { readAccounts } from "./directory/accounts.ts";
import {
  listApplicationArns,
  readApplication,
  readTrustedTokenIssuers,
} from "./directory/applications.ts";
import {
  readAssignments,
  readAssignmentsOf,
  readProvisioned,
  readProvisionedPairs,
} from "./directory/assignments.ts";
import { listAccessApplications, readEntitlements } from "./directory/entitlements.ts";
import { readGroups, readMemberships, readUsers } from "./directory/identities.ts";
import { findWhole, type ClientsOf, type FoundInstance } from "./directory/instance.ts";
import { listPermissionSetArns, readPermissionSet } from "./directory/permission-sets.ts";
import { readInAccount, readManagedPolicy } from "./directory/policies.ts";

export interface DirectoryOptions {
  /**
   * The same object for the same Region. What else is asked with them of Identity Center and Organizations during a crawl is
   * counted with it; LookupEvents is not.
   */
  readonly clientsOf: ClientsOf;
  /** Where the instance may be. */
  readonly regions: readonly string[];
  /** Name of the role that reads IAM in member accounts; without it their policies are unread. */
  readonly accountReadRole?: string | null;
}

export function awsDirectory({
  clientsOf,
  regions,
  accountReadRole: readRole = null,
}: DirectoryOptions): Directory {
  const used = new Map<string, AwsClients>();
  const remembered: ClientsOf = (region) => {
    const clients = used.get(region) ?? clientsOf(region);
    used.set(region, clients);
    return clients;
  };
  return {
    open: async () => {
      const before = requestsOf(used.values());
      const found = await findWhole(remembered, regions);
      return {
        ...openDirectory(remembered(found.instance.region), found, readRole),
        calls: () => difference(before, requestsOf(used.values())),
      };
    },
  };
}

function openDirectory(
  clients: AwsClients,
  found: FoundInstance,
  readRole: string | null,
): Omit<OpenDirectory, "calls"> {
  const { instance } = found;
  const { instanceArn } = instance;
  const partition = instanceArn.split(":")[1] ?? "";
  return {
    ...found,
    accountId: clients.accountId,
    users: () => readUsers(clients, instance),
    groups: () => readGroups(clients, instance),
    memberships: (groupId) => readMemberships(clients, instance, groupId),
    permissionSetArns: () => listPermissionSetArns(clients, instanceArn),
    permissionSet: (arn) => readPermissionSet(clients, instanceArn, arn),
    accounts: () => readAccounts(clients),
    provisioned: (by) => readProvisioned(clients, instanceArn, by),
    provisionedPairs: (by) => readProvisionedPairs(clients, instanceArn, by),
    assignments: (of) => readAssignments(clients, instanceArn, of),
    assignmentsOf: (principal) => readAssignmentsOf(clients, instanceArn, principal),
    applicationArns: () => listApplicationArns(clients, instanceArn),
    application: (arn) => readApplication(clients, arn),
    trustedTokenIssuers: () => readTrustedTokenIssuers(clients, instanceArn),
    accessApplications: () => listAccessApplications(clients),
    entitlements: (arn, accountId) => readEntitlements(clients, arn, accountId),
    managedPolicy: (arn) => readManagedPolicy(clients, arn),
    inAccount: (accountId, policies, roleArns) =>
      readInAccount(clients, { partition, readRole }, accountId, policies, roleArns),
  };
}

function requestsOf(clients: Iterable<AwsClients>): Map<string, number> {
  const sum = new Map<string, number>();
  for (const { requests } of clients) {
    for (const [operation, count] of requests)
      sum.set(operation, (sum.get(operation) ?? 0) + count);
  }
  return sum;
}

function difference(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): Record<string, number> {
  const calls = [...after]
    .map(([operation, count]) => [operation, count - (before.get(operation) ?? 0)] as const)
    .filter(([operation, count]) => count > 0 && !operation.startsWith("cloudtrail:"))
    .toSorted(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(calls);
}
