/**
 * One complete crawl of IAM Identity Center and Organizations. Guarantees everything or a fault, never a part; facts that point
 * at nothing are kept as AWS answers them, so that they can be named. It is no snapshot of one instant: AWS lists what exists
 * while it is asked.
 */
import type { IdentityCenterInstance } from "../../domain/access.ts";
import type { CrawlProgress, CrawlResult, Directory } from "../../ports/directory.ts";
import type { AwsClients } from "./clients.ts";
import { readAccounts } from "./directory/accounts.ts";
import { readAssignments } from "./directory/assignments.ts";
import { readGroups, readMemberships, readUsers } from "./directory/identities.ts";
import { findInstance, type ClientsOf } from "./directory/instance.ts";
import { listPermissionSetArns, readPermissionSets } from "./directory/permission-sets.ts";

export interface DirectoryOptions {
  /**
   * The same object for the same Region. What else is asked with them of Identity Center and Organizations during a crawl is
   * counted with it; LookupEvents is not.
   */
  readonly clientsOf: ClientsOf;
  /** Where the instance may be. */
  readonly regions: readonly string[];
}

export function awsDirectory({ clientsOf, regions }: DirectoryOptions): Directory {
  const used = new Map<string, AwsClients>();
  const remembered: ClientsOf = (region) => {
    const clients = used.get(region) ?? clientsOf(region);
    used.set(region, clients);
    return clients;
  };
  return {
    crawl: async (progress) => {
      const before = requestsOf(used.values());
      const instance = await findInstance(remembered, regions);
      const snapshot = await crawlInstance(remembered(instance.region), instance, progress);
      return { snapshot, apiCalls: difference(before, requestsOf(used.values())) };
    },
  };
}

type Tell = (progress: CrawlProgress) => void;

/** People, permission sets and accounts have separate quotas and are read side by side; assignments need all three. */
async function crawlInstance(
  clients: AwsClients,
  instance: IdentityCenterInstance,
  tell: Tell,
): Promise<CrawlResult["snapshot"]> {
  const { instanceArn } = instance;
  const [people, permissionSets, organisation] = await allOrNothing([
    readPeople(clients, instance, tell),
    readSets(clients, instanceArn, tell),
    readAccounts(clients),
  ]);
  const { accounts, managementAccountId } = organisation;
  tell({ phase: "accounts", done: accounts.length, total: accounts.length });
  const assignments = await readAssignments(
    clients,
    {
      instanceArn,
      accountIds: accounts.map((account) => account.accountId),
      permissionSetArns: permissionSets.map((set) => set.arn),
      userIds: people.users.map((user) => user.userId),
      groupIds: people.groups.map((group) => group.groupId),
      mayListByPrincipal: clients.accountId === managementAccountId,
    },
    (done, total) => tell({ phase: "assignments", done, total }),
  );
  return {
    instance,
    ...people,
    permissionSets,
    accounts,
    assignments,
    regions: [],
    provisionings: [],
    applications: [],
    applicationAssignments: [],
    trustedTokenIssuers: [],
    entitlements: [],
    entitlementRoles: [],
    policies: [],
    notes: [],
  };
}

async function readPeople(clients: AwsClients, instance: IdentityCenterInstance, tell: Tell) {
  const users = await readUsers(clients, instance);
  tell({ phase: "users", done: users.length, total: users.length });
  const groups = await readGroups(clients, instance);
  let done = 0;
  const memberships = await readMemberships(clients, instance, groups, () =>
    tell({ phase: "groups", done: (done += 1), total: groups.length }),
  );
  return { users, groups, memberships };
}

async function readSets(clients: AwsClients, instanceArn: string, tell: Tell) {
  const arns = await listPermissionSetArns(clients, instanceArn);
  let done = 0;
  return readPermissionSets(clients, instanceArn, arns, () =>
    tell({ phase: "permission sets", done: (done += 1), total: arns.length }),
  );
}

/** Waits for all, so that nothing goes on after a failure was told; then throws the first failure. */
async function allOrNothing<T extends readonly unknown[]>(work: {
  readonly [K in keyof T]: Promise<T[K]>;
}): Promise<T> {
  await Promise.allSettled(work);
  return Promise.all(work) as Promise<unknown> as Promise<T>;
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
