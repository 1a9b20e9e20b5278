/**
 * Who is assigned where, and where permission sets are provisioned.
 * A set is provisioned to an account while it has an assignment there.
 */
import type { AccountAssignment } from "../../model.ts";
import { oneOf, optionalStructure, optionalText, text } from "../http/input.ts";
import { nextToken, page, type Page } from "../http/paging.ts";
import { notFound } from "../http/wire-error.ts";
import type { Call, Operation } from "../service.ts";
import { requireInstance } from "./instances.ts";
import { requirePermissionSet } from "./permission-sets.ts";

/** The account of that id. Throws ResourceNotFoundException. */
export function requireAccount(call: Call, id: string): void {
  if (!call.state().accounts.some((one) => one.id === id))
    throw notFound(`Account ${id} does not exist.`);
}

export const ASSIGNMENT_READS: Readonly<Record<string, Operation>> = {
  ListAccountAssignments: {
    handle: (call) => {
      const { arn } = requirePermissionSet(call);
      const accountId = text(call.members, "AccountId");
      requireAccount(call, accountId);
      return assignmentPage(call, call.state().find.assignmentsOfPair(accountId, arn));
    },
  },
  ListAccountAssignmentsForPrincipal: {
    managementOnly: true,
    handle: (call) => {
      requireInstance(call);
      const principalId = text(call.members, "PrincipalId");
      const type = oneOf(call.members, "PrincipalType", ["USER", "GROUP"]);
      const filter = optionalStructure(call.members, "Filter");
      const accountId = filter === null ? null : optionalText(filter, "AccountId");
      const principals = principalsOf(call, type, principalId);
      const found = [...principals]
        .flatMap((id) => call.state().find.assignmentsOfPrincipal(id))
        .filter((one) => accountId === null || one.accountId === accountId);
      return assignmentPage(call, found);
    },
  },
  ListAccountsForProvisionedPermissionSet: {
    handle: (call) => {
      const { arn } = requirePermissionSet(call);
      const rows = call.state().find.assignmentsOfSet(arn);
      const accounts = provisioned(call, rows, (one) => one.accountId);
      return { AccountIds: accounts.items, ...nextToken(accounts) };
    },
  },
  ListPermissionSetsProvisionedToAccount: {
    handle: (call) => {
      requireInstance(call);
      const accountId = text(call.members, "AccountId");
      requireAccount(call, accountId);
      const rows = call.state().find.assignmentsOfAccount(accountId);
      const sets = provisioned(call, rows, (one) => one.permissionSetArn);
      return { PermissionSets: sets.items, ...nextToken(sets) };
    },
  },
};

/** AWS does not say whether what a user has through groups is answered: `Switches.principalListingIncludesGroups` decides. */
function principalsOf(call: Call, type: "USER" | "GROUP", principalId: string): Set<string> {
  const principals = new Set([principalId]);
  if (type === "USER" && call.world.switches.principalListingIncludesGroups) {
    for (const one of call.state().find.membershipsOfPerson(principalId))
      principals.add(one.groupId);
  }
  return principals;
}

function assignmentPage(call: Call, found: readonly AccountAssignment[]): object {
  const rows = found.map((one) => ({
    AccountId: one.accountId,
    PermissionSetArn: one.permissionSetArn,
    PrincipalType: one.principalType,
    PrincipalId: one.principalId,
  }));
  const keyOf = (row: (typeof rows)[number]) =>
    [row.AccountId, row.PermissionSetArn, row.PrincipalType, row.PrincipalId].join(" ");
  const paged = page(rows, keyOf, { scope: call.operation, members: call.members, most: 100 });
  return { AccountAssignments: paged.items, ...nextToken(paged) };
}

/** A set is outdated in an account from the writing of it until that is provisioned there. */
function provisioned(
  call: Call,
  rows: readonly AccountAssignment[],
  idOf: (row: AccountAssignment) => string,
): Page<string> {
  const latest = "LATEST_PERMISSION_SET_PROVISIONED";
  const wanted =
    optionalText(call.members, "ProvisioningStatus") === null
      ? null
      : oneOf(call.members, "ProvisioningStatus", [
          latest,
          "LATEST_PERMISSION_SET_NOT_PROVISIONED",
        ]);
  const state = call.state();
  const ids = rows
    .filter(
      (one) =>
        wanted === null ||
        state.isProvisioned(one.accountId, one.permissionSetArn) === (wanted === latest),
    )
    .map(idOf);
  return page([...new Set(ids)], (id) => id, {
    scope: call.operation,
    members: call.members,
    most: 100,
  });
}
