/**
 * Accounts of the organisation with their place in its tree. Guarantees every account that ListAccounts answers, closed and
 * suspended ones too; where one moved while the tree was walked, it is walked again, and no path is guessed.
 */
import {
  DescribeOrganizationCommand,
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListOrganizationalUnitsForParentCommand,
  ListRootsCommand,
} from "@aws-sdk/client-organizations";
import type { Account, CrawlNote } from "../../../domain/access.ts";
import type { Listing } from "../../../ports/access/directory.ts";
import type { AwsClients } from "../clients.ts";
import { collect } from "../paging.ts";
import { whole } from "./listings.ts";

/** How often an account may move while the tree is walked before its place is said to be unknown. */
const WALKS = 3;

/** The account that the organisation belongs to; null where AWS names none. */
export async function managementAccountOf(clients: AwsClients): Promise<string | null> {
  const { Organization: organization } = await clients.call("describe the organisation", () =>
    clients.organizations.send(new DescribeOrganizationCommand({})),
  );
  return organization?.MasterAccountId || null;
}

export async function readAccounts(clients: AwsClients): Promise<Listing<Account>> {
  const managementAccountId = await managementAccountOf(clients);
  for (let walk = 1; ; walk += 1) {
    const paths = await walkTree(clients);
    const listed = await listAccounts(clients);
    const lost = listed.filter(({ Id: id = "" }) => !paths.has(id));
    if (lost.length > 0 && walk < WALKS) continue;
    const accounts = listed.map((account): Account => {
      const accountId = account.Id ?? "";
      return {
        accountId,
        name: account.Name || accountId,
        email: account.Email ?? null,
        status: account.State ?? account.Status ?? "UNKNOWN",
        organizationalUnitPath: paths.get(accountId) ?? "",
        isManagement: accountId === managementAccountId,
      };
    });
    return whole(
      accounts,
      lost.map(({ Id: id = "" }) => movedNote(id)),
    );
  }
}

const movedNote = (accountId: string): CrawlNote => ({
  kind: "changed",
  about: accountId,
  problem: `Account ${accountId} joined or moved again and again while the organisation was read, so its place in the tree is unknown: take the snapshot again.`,
});

function listAccounts(clients: AwsClients) {
  return collect(
    "ListAccounts",
    (token) =>
      clients.call("list the accounts", () =>
        clients.organizations.send(new ListAccountsCommand({ NextToken: token })),
      ),
    (page) => page.Accounts,
    (account) => account.Id ?? "",
  );
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
  // An account that moves while the tree is walked may be met twice: the later place counts.
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
