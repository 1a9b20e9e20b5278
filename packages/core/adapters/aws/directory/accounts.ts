/**
 * Accounts of the organisation with their place in its tree. Guarantees every account that ListAccounts answers, closed and
 * suspended ones too; an account that moved while the tree was walked fails the crawl, so that no path is guessed.
 */
import {
  DescribeOrganizationCommand,
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListOrganizationalUnitsForParentCommand,
  ListRootsCommand,
} from "@aws-sdk/client-organizations";
import type { Account } from "../../../domain/access.ts";
import { Fault } from "../../../domain/fault.ts";
import type { AwsClients } from "../clients.ts";
import { collect } from "../paging.ts";

export interface Organisation {
  readonly accounts: readonly Account[];
  readonly managementAccountId: string;
}

export async function readAccounts(clients: AwsClients): Promise<Organisation> {
  const { Organization: organization } = await clients.call("describe the organisation", () =>
    clients.organizations.send(new DescribeOrganizationCommand({})),
  );
  const managementAccountId = organization?.MasterAccountId ?? "";
  const paths = await walkTree(clients);
  const listed = await collect(
    "ListAccounts",
    (token) =>
      clients.call("list the accounts", () =>
        clients.organizations.send(new ListAccountsCommand({ NextToken: token })),
      ),
    (page) => page.Accounts,
    (account) => account.Id ?? "",
  );
  const accounts = listed.map((account): Account => {
    const accountId = account.Id ?? "";
    return {
      accountId,
      name: account.Name || accountId,
      email: account.Email ?? null,
      status: account.State ?? account.Status ?? "UNKNOWN",
      organizationalUnitPath: pathOf(paths, accountId),
      isManagement: accountId === managementAccountId,
    };
  });
  return { accounts, managementAccountId };
}

function pathOf(paths: ReadonlyMap<string, string>, accountId: string): string {
  const path = paths.get(accountId);
  if (path === undefined) {
    throw new Fault(
      "aws.unexpected",
      `Account ${accountId} joined or moved while the organisation was read: take the snapshot again.`,
    );
  }
  return path;
}

/** The path of organisational units of every account; empty directly under the root. */
async function walkTree(clients: AwsClients): Promise<Map<string, string>> {
  const paths = new Map<string, string>();
  const roots = await collect(
    "ListRoots",
    (token) =>
      clients.call("list the roots of the organisation", () =>
        clients.organizations.send(new ListRootsCommand({ NextToken: token })),
      ),
    (page) => page.Roots,
    (root) => root.Id ?? "",
  );
  const open = roots.map((root) => ({ id: root.Id ?? "", path: "" }));
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const { id, path } = node;
    for (const accountId of await accountsUnder(clients, id)) paths.set(accountId, path);
    for (const unit of await unitsUnder(clients, id)) {
      open.push({ id: unit.id, path: path === "" ? unit.name : `${path}/${unit.name}` });
    }
  }
  return paths;
}

async function accountsUnder(clients: AwsClients, parentId: string): Promise<string[]> {
  const accounts = await collect(
    `ListAccountsForParent of ${parentId}`,
    (token) =>
      clients.call(`list the accounts of ${parentId}`, () =>
        clients.organizations.send(
          new ListAccountsForParentCommand({ ParentId: parentId, NextToken: token }),
        ),
      ),
    (page) => page.Accounts,
    (account) => account.Id ?? "",
  );
  return accounts.map((account) => account.Id ?? "");
}

async function unitsUnder(
  clients: AwsClients,
  parentId: string,
): Promise<{ id: string; name: string }[]> {
  const units = await collect(
    `ListOrganizationalUnitsForParent of ${parentId}`,
    (token) =>
      clients.call(`list the organisational units of ${parentId}`, () =>
        clients.organizations.send(
          new ListOrganizationalUnitsForParentCommand({ ParentId: parentId, NextToken: token }),
        ),
      ),
    (page) => page.OrganizationalUnits,
    (unit) => unit.Id ?? "",
  );
  return units.map((unit) => ({ id: unit.Id ?? "", name: unit.Name || (unit.Id ?? "") }));
}
