/**
 * Account assignments by the listing that costs the fewest calls in this organisation. Guarantees every assignment whichever
 * listing is chosen: either all provisioned pairs of account and permission set are asked, or all users and groups.
 */
import {
  ListAccountAssignmentsCommand,
  ListAccountAssignmentsForPrincipalCommand,
  ListAccountsForProvisionedPermissionSetCommand,
  ListPermissionSetsProvisionedToAccountCommand,
  type PrincipalType,
} from "@aws-sdk/client-sso-admin";
import type { AccountAssignment } from "../../../domain/access.ts";
import { eachBounded } from "../bounded.ts";
import type { AwsClients } from "../clients.ts";
import { collect } from "../paging.ts";

const AT_ONCE = 6;

export interface AssignmentScope {
  readonly instanceArn: string;
  readonly accountIds: readonly string[];
  readonly permissionSetArns: readonly string[];
  readonly userIds: readonly string[];
  readonly groupIds: readonly string[];
  /** ListAccountAssignmentsForPrincipal is answered to the management account only (AWS: API reference). */
  readonly mayListByPrincipal: boolean;
}

/** `pairs` costs one call a provisioned pair, `principals` one a user and group; pages of more than 100 come on top. */
export type AssignmentListing = "pairs" | "principals";

export function cheapestListing(pairs: number, scope: AssignmentScope): AssignmentListing {
  const principals = scope.userIds.length + scope.groupIds.length;
  return scope.mayListByPrincipal && principals < pairs ? "principals" : "pairs";
}

/** `progress` is told calls done and calls planned. */
export async function readAssignments(
  clients: AwsClients,
  scope: AssignmentScope,
  progress: (done: number, total: number) => void,
): Promise<AccountAssignment[]> {
  const pairs = await provisionedPairs(clients, scope);
  const rows =
    cheapestListing(pairs.length, scope) === "pairs"
      ? await byPair(clients, scope, pairs, progress)
      : await byPrincipal(clients, scope, progress);
  return [...new Map(rows.map((row) => [keyOf(row), row])).values()];
}

interface Pair {
  readonly accountId: string;
  readonly permissionSetArn: string;
}

/** Asked by permission set or by account, whichever are fewer. */
async function provisionedPairs(clients: AwsClients, scope: AssignmentScope): Promise<Pair[]> {
  const { instanceArn, accountIds, permissionSetArns } = scope;
  if (permissionSetArns.length <= accountIds.length) {
    const lists = await eachBounded(permissionSetArns, AT_ONCE, async (permissionSetArn) => {
      const accounts = await accountsOf(clients, instanceArn, permissionSetArn);
      return accounts.map((accountId) => ({ accountId, permissionSetArn }));
    });
    return lists.flat();
  }
  const lists = await eachBounded(accountIds, AT_ONCE, async (accountId) => {
    const sets = await setsOf(clients, instanceArn, accountId);
    return sets.map((permissionSetArn) => ({ accountId, permissionSetArn }));
  });
  return lists.flat();
}

function accountsOf(clients: AwsClients, instanceArn: string, arn: string): Promise<string[]> {
  const input = { InstanceArn: instanceArn, PermissionSetArn: arn, MaxResults: 100 };
  return collect(
    `ListAccountsForProvisionedPermissionSet of ${arn}`,
    (token) =>
      clients.call(`list the accounts of permission set ${arn}`, () =>
        clients.ssoAdmin.send(
          new ListAccountsForProvisionedPermissionSetCommand({ ...input, NextToken: token }),
        ),
      ),
    (page) => page.AccountIds,
    (accountId) => accountId,
  );
}

function setsOf(clients: AwsClients, instanceArn: string, accountId: string): Promise<string[]> {
  const input = { InstanceArn: instanceArn, AccountId: accountId, MaxResults: 100 };
  return collect(
    `ListPermissionSetsProvisionedToAccount of ${accountId}`,
    (token) =>
      clients.call(`list the permission sets of account ${accountId}`, () =>
        clients.ssoAdmin.send(
          new ListPermissionSetsProvisionedToAccountCommand({ ...input, NextToken: token }),
        ),
      ),
    (page) => page.PermissionSets,
    (arn) => arn,
  );
}

async function byPair(
  clients: AwsClients,
  { instanceArn }: AssignmentScope,
  pairs: readonly Pair[],
  progress: (done: number, total: number) => void,
): Promise<AccountAssignment[]> {
  let done = 0;
  const lists = await eachBounded(pairs, AT_ONCE, async ({ accountId, permissionSetArn }) => {
    const rows = await collect(
      `ListAccountAssignments of ${permissionSetArn} in ${accountId}`,
      (token) =>
        clients.call(`list the assignments of ${permissionSetArn} in ${accountId}`, () =>
          clients.ssoAdmin.send(
            new ListAccountAssignmentsCommand({
              InstanceArn: instanceArn,
              AccountId: accountId,
              PermissionSetArn: permissionSetArn,
              MaxResults: 100,
              NextToken: token,
            }),
          ),
        ),
      (page) => page.AccountAssignments?.map((row) => assignment(row)),
      keyOf,
    );
    progress((done += 1), pairs.length);
    return rows;
  });
  return lists.flat();
}

async function byPrincipal(
  clients: AwsClients,
  scope: AssignmentScope,
  progress: (done: number, total: number) => void,
): Promise<AccountAssignment[]> {
  const principals = [
    ...scope.groupIds.map((id) => ({ id, type: "GROUP" as const })),
    ...scope.userIds.map((id) => ({ id, type: "USER" as const })),
  ];
  let done = 0;
  const lists = await eachBounded(principals, AT_ONCE, async ({ id, type }) => {
    const rows = await collect(
      `ListAccountAssignmentsForPrincipal of ${id}`,
      (token) =>
        clients.call(`list the assignments of ${id}`, () =>
          clients.ssoAdmin.send(
            new ListAccountAssignmentsForPrincipalCommand({
              InstanceArn: scope.instanceArn,
              PrincipalId: id,
              PrincipalType: type,
              MaxResults: 100,
              NextToken: token,
            }),
          ),
        ),
      // A user's answer may hold what comes through groups: the row says whose it is.
      (page) => page.AccountAssignments?.map((row) => assignment(row, { id, type })),
      keyOf,
    );
    progress((done += 1), principals.length);
    return rows;
  });
  return lists.flat();
}

interface Row {
  AccountId?: string | undefined;
  PermissionSetArn?: string | undefined;
  PrincipalType?: PrincipalType | undefined;
  PrincipalId?: string | undefined;
}

function assignment(row: Row, asked?: { id: string; type: "USER" | "GROUP" }): AccountAssignment {
  return {
    accountId: row.AccountId ?? "",
    permissionSetArn: row.PermissionSetArn ?? "",
    principalType: row.PrincipalType ?? asked?.type ?? "USER",
    principalId: row.PrincipalId ?? asked?.id ?? "",
  };
}

function keyOf(row: AccountAssignment): string {
  return [row.accountId, row.permissionSetArn, row.principalType, row.principalId].join(" ");
}
