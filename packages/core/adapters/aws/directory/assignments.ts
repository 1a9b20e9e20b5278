/**
 * Where permission sets are provisioned and who is assigned to them. Guarantees every row of a listing; a set or an account that is
 * gone when it is asked for has none, and a note says so.
 */
import {
  ListAccountAssignmentsCommand,
  ListAccountAssignmentsForPrincipalCommand,
  ListAccountsForProvisionedPermissionSetCommand,
  ListPermissionSetsProvisionedToAccountCommand,
  type PrincipalType,
  type ProvisioningStatus,
} from "@aws-sdk/client-sso-admin";
import type { AccountAssignment, Provisioning } from "../../../domain/access.ts";
import type { Listing, ProvisioningListing } from "../../../ports/access/directory.ts";
import type { AwsClients } from "../clients.ts";
import { collect } from "../paging.ts";
import { unlessGone } from "./listings.ts";

type Pair = Pick<Provisioning, "accountId" | "permissionSetArn">;

/** Everything that is provisioned, with null for whether it is the newest definition. */
export function readProvisionedPairs(
  clients: AwsClients,
  instanceArn: string,
  by: ProvisioningListing,
): Promise<Listing<Provisioning>> {
  return unlessGone(
    async () =>
      (await pairsOf(clients, instanceArn, by)).map((pair) => ({ ...pair, isLatest: null })),
    ...named(by),
  );
}

/**
 * Everything that is provisioned, by two listings: all of it, and what has an older definition. What was provisioned anew in
 * between is the newest.
 */
export function readProvisioned(
  clients: AwsClients,
  instanceArn: string,
  by: ProvisioningListing,
): Promise<Listing<Provisioning>> {
  return unlessGone(
    async () => {
      const all = await pairsOf(clients, instanceArn, by);
      const status = "LATEST_PERMISSION_SET_NOT_PROVISIONED";
      const older = new Set((await pairsOf(clients, instanceArn, by, status)).map(pairKey));
      return all.map((pair) => ({ ...pair, isLatest: !older.has(pairKey(pair)) }));
    },
    ...named(by),
  );
}

const pairKey = ({ accountId, permissionSetArn }: Pair): string =>
  `${accountId} ${permissionSetArn}`;

const named = (by: ProvisioningListing): [string, string] =>
  "accountId" in by ? ["account", by.accountId] : ["permission set", by.permissionSetArn];

async function pairsOf(
  clients: AwsClients,
  instanceArn: string,
  by: ProvisioningListing,
  status?: ProvisioningStatus,
): Promise<Pair[]> {
  const input = {
    InstanceArn: instanceArn,
    MaxResults: 100,
    ...(status === undefined ? {} : { ProvisioningStatus: status }),
  };
  if ("accountId" in by) {
    const { accountId } = by;
    const sets = await setsOf(clients, { ...input, AccountId: accountId });
    return sets.map((permissionSetArn) => ({ accountId, permissionSetArn }));
  }
  const { permissionSetArn } = by;
  const accounts = await accountsOf(clients, { ...input, PermissionSetArn: permissionSetArn });
  return accounts.map((accountId) => ({ accountId, permissionSetArn }));
}

type AccountsInput = ConstructorParameters<
  typeof ListAccountsForProvisionedPermissionSetCommand
>[0];
type SetsInput = ConstructorParameters<typeof ListPermissionSetsProvisionedToAccountCommand>[0];

function accountsOf(clients: AwsClients, input: AccountsInput): Promise<string[]> {
  const arn = input.PermissionSetArn;
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

function setsOf(clients: AwsClients, input: SetsInput): Promise<string[]> {
  const accountId = input.AccountId;
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

/** Who has a permission set in an account. */
export function readAssignments(
  clients: AwsClients,
  instanceArn: string,
  { accountId, permissionSetArn }: Pair,
): Promise<Listing<AccountAssignment>> {
  const input = {
    InstanceArn: instanceArn,
    AccountId: accountId,
    PermissionSetArn: permissionSetArn,
    MaxResults: 100,
  };
  const read = () =>
    collect(
      `ListAccountAssignments of ${permissionSetArn} in ${accountId}`,
      (token) =>
        clients.call(`list the assignments of ${permissionSetArn} in ${accountId}`, () =>
          clients.ssoAdmin.send(new ListAccountAssignmentsCommand({ ...input, NextToken: token })),
        ),
      (page) =>
        page.AccountAssignments?.map((row) => assignment(row, { accountId, permissionSetArn })),
      keyOf,
    );
  return unlessGone(read, "assignment", `${permissionSetArn} in ${accountId}`);
}

/** What a user or group has; a user's answer may hold what comes through groups: the row says whose it is. */
export function readAssignmentsOf(
  clients: AwsClients,
  instanceArn: string,
  principal: Pick<AccountAssignment, "principalType" | "principalId">,
): Promise<Listing<AccountAssignment>> {
  const { principalId: id, principalType: type } = principal;
  const input = {
    InstanceArn: instanceArn,
    PrincipalId: id,
    PrincipalType: type,
    MaxResults: 100,
  };
  const read = () =>
    collect(
      `ListAccountAssignmentsForPrincipal of ${id}`,
      (token) =>
        clients.call(`list the assignments of ${id}`, () =>
          clients.ssoAdmin.send(
            new ListAccountAssignmentsForPrincipalCommand({ ...input, NextToken: token }),
          ),
        ),
      (page) => page.AccountAssignments?.map((row) => assignment(row, principal)),
      keyOf,
    );
  return unlessGone(read, type === "USER" ? "user" : "group", id);
}

interface Row {
  AccountId?: string | undefined;
  PermissionSetArn?: string | undefined;
  PrincipalType?: PrincipalType | undefined;
  PrincipalId?: string | undefined;
}

function assignment(row: Row, asked: Partial<AccountAssignment>): AccountAssignment {
  return {
    accountId: row.AccountId ?? asked.accountId ?? "",
    permissionSetArn: row.PermissionSetArn ?? asked.permissionSetArn ?? "",
    principalType: row.PrincipalType ?? asked.principalType ?? "USER",
    principalId: row.PrincipalId ?? asked.principalId ?? "",
  };
}

function keyOf(row: AccountAssignment): string {
  return [row.accountId, row.permissionSetArn, row.principalType, row.principalId].join(" ");
}
