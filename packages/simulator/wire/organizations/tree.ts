/**
 * The organisation, its root, units and accounts. Answers the tree of the instant of the call: an account that joins later is not
 * in it yet. Pages hold 20 entries at most, as with AWS.
 */
import type { Account, OrganizationalUnit } from "../../model.ts";
import { partitionOf } from "../../partition.ts";
import { seconds } from "../http/json.ts";
import { text } from "../http/input.ts";
import { nextToken, page } from "../http/paging.ts";
import { WireError } from "../http/wire-error.ts";
import type { Call, Operation } from "../service.ts";

/** AWS: Organizations API reference, MaxResults. */
export const PAGE_MOST = 20;

const SCP_ENABLED = [{ Type: "SERVICE_CONTROL_POLICY", Status: "ENABLED" }];

/** The ARN of something of the organisation, `rest` as in `account/o-…/123456789012`. */
export function organizationArn(call: Call, rest: string): string {
  const { instanceArn, managementAccountId } = call.world.organisation;
  return `arn:${partitionOf(instanceArn)}:organizations::${managementAccountId}:${rest}`;
}

export function rootOf(call: Call) {
  const { organizationId, rootId } = call.world.organisation;
  return {
    Id: rootId,
    Arn: organizationArn(call, `root/${organizationId}/${rootId}`),
    Name: "Root",
    PolicyTypes: SCP_ENABLED,
  };
}

export function unitOf(call: Call, unit: OrganizationalUnit) {
  return {
    Id: unit.id,
    Arn: organizationArn(call, `ou/${call.world.organisation.organizationId}/${unit.id}`),
    Name: unit.name,
  };
}

export function accountOf(call: Call, account: Account) {
  return {
    Id: account.id,
    Arn: organizationArn(call, `account/${call.world.organisation.organizationId}/${account.id}`),
    Email: account.email,
    Name: account.name,
    // The older member knows no closed accounts. AWS: Organizations API reference, Account.
    Status: account.status === "CLOSED" ? "SUSPENDED" : account.status,
    State: account.status,
    JoinedMethod: account.isManagement ? "INVITED" : "CREATED",
    JoinedTimestamp: seconds(account.joinedAt),
  };
}

export const TREE: Readonly<Record<string, Operation>> = {
  DescribeOrganization: { managementOnly: true, handle: describeOrganization },
  ListRoots: {
    managementOnly: true,
    handle: (call) => {
      const roots = page([rootOf(call)], (one) => one.Id, {
        scope: "ListRoots",
        members: call.members,
        most: PAGE_MOST,
      });
      return { Roots: roots.items, ...nextToken(roots) };
    },
  },
  ListOrganizationalUnitsForParent: {
    managementOnly: true,
    handle: (call) => {
      const parentId = requireParent(call);
      const all = call.state().units.filter((one) => one.parentId === parentId);
      const units = page(all, (one) => one.id, {
        scope: call.operation,
        members: call.members,
        most: PAGE_MOST,
      });
      return {
        OrganizationalUnits: units.items.map((one) => unitOf(call, one)),
        ...nextToken(units),
      };
    },
  },
  ListAccountsForParent: {
    managementOnly: true,
    handle: (call) => {
      const parentId = requireParent(call);
      return accountPage(
        call,
        call.state().accounts.filter((one) => one.parentId === parentId),
      );
    },
  },
  ListAccounts: {
    managementOnly: true,
    handle: (call) => accountPage(call, call.state().accounts),
  },
  ListParents: { managementOnly: true, handle: listParents },
  DescribeAccount: {
    managementOnly: true,
    handle: (call) => {
      const id = text(call.members, "AccountId");
      const found = call.state().accounts.find((one) => one.id === id);
      if (found === undefined)
        throw new WireError(
          "AccountNotFoundException",
          `Account ${id} is not in the organization.`,
        );
      return { Account: accountOf(call, found) };
    },
  },
};

function describeOrganization(call: Call): object {
  const { organizationId, managementAccountId } = call.world.organisation;
  const management = call.state().accounts.find((one) => one.id === managementAccountId);
  return {
    Organization: {
      Id: organizationId,
      Arn: organizationArn(call, `organization/${organizationId}`),
      FeatureSet: "ALL",
      MasterAccountArn: organizationArn(call, `account/${organizationId}/${managementAccountId}`),
      MasterAccountId: managementAccountId,
      MasterAccountEmail: management?.email,
      AvailablePolicyTypes: SCP_ENABLED,
    },
  };
}

function listParents(call: Call): object {
  const id = text(call.members, "ChildId");
  const { units, accounts } = call.state();
  const child = units.find((one) => one.id === id) ?? accounts.find((one) => one.id === id);
  if (child === undefined)
    throw new WireError(
      "ChildNotFoundException",
      `${id} is not a unit or an account of the organization.`,
    );
  const isRoot = child.parentId === call.world.organisation.rootId;
  const parent = { Id: child.parentId, Type: isRoot ? "ROOT" : "ORGANIZATIONAL_UNIT" };
  const parents = page([parent], (one) => one.Id, {
    scope: "ListParents",
    members: call.members,
    most: PAGE_MOST,
  });
  return { Parents: parents.items, ...nextToken(parents) };
}

function requireParent(call: Call): string {
  const id = text(call.members, "ParentId");
  if (id !== call.world.organisation.rootId && !call.state().units.some((one) => one.id === id)) {
    throw new WireError(
      "ParentNotFoundException",
      `${id} is not the root or a unit of the organization.`,
    );
  }
  return id;
}

function accountPage(call: Call, all: readonly Account[]): object {
  const accounts = page(all, (one) => one.id, {
    scope: call.operation,
    members: call.members,
    most: PAGE_MOST,
  });
  return { Accounts: accounts.items.map((one) => accountOf(call, one)), ...nextToken(accounts) };
}
