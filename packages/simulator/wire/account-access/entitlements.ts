/**
 * Entitlements: who may take which role in which account. They are immutable; a filter is required, and whether an empty one answers
 * all is a switch, because AWS does not say. Writes are logged as CloudTrail would show them.
 */
import type { Entitlement } from "../../access.ts";
import { principalRoleOf, type PrincipalRole } from "../../state/entitlement.ts";
import { isMembers, structure, text } from "../http/input.ts";
import { seconds } from "../http/json.ts";
import { nextToken, page } from "../http/paging.ts";
import { InvalidInput, notFound, WireError } from "../http/wire-error.ts";
import type { Call, Operation } from "../service.ts";
import { pagingOf } from "./paging.ts";

export const ENTITLEMENTS: Readonly<Record<string, Operation>> = {
  ListEntitlements: { handle: list },
  GetEntitlement: { handle: (call) => entitlementOf(call, requireEntitlement(call)) },
  CreateEntitlement: { writes: true, handle: create },
  DeleteEntitlement: {
    writes: true,
    handle: (call) => {
      requireEntitlement(call);
      call.write(null);
      return {};
    },
  },
};

function list(call: Call): object {
  const arn = requireApplication(call);
  const filter = structure(call.members, "filter");
  if (!isMembers(filter["principalRole"]))
    throw new InvalidInput("filter must have principalRole.");
  const wanted = principalRoleOf(filter);
  const isEmpty = wanted.principal === null && wanted.accountId === null && wanted.roleArn === null;
  if (isEmpty && !call.world.switches.emptyEntitlementFilter)
    throw new InvalidInput("principalRole must name a principal, a role or an account.");
  const found = call
    .state()
    .entitlements.filter((one) => one.applicationArn === arn && fits(one, wanted));
  const paged = page(found, (one) => one.id, {
    scope: call.operation,
    members: pagingOf(call.members),
    most: 100,
  });
  return {
    entitlements: paged.items.map((one) => entitlementOf(call, one)),
    nextToken: nextToken(paged).NextToken,
  };
}

function create(call: Call): object {
  const arn = requireApplication(call);
  const { principal, accountId, roleArn } = principalRoleOf({
    principalRole: structure(structure(call.members, "entitlement"), "principalRole"),
  });
  if (principal === null || accountId === null || roleArn === null)
    throw new InvalidInput("principalRole must name a principal, a role and an account.");
  requirePrincipal(call, principal);
  const asked = { principal, accountId, roleArn };
  const { entitlements } = call.state();
  if (entitlements.some((one) => one.applicationArn === arn && fits(one, asked)))
    throw new WireError("AlreadyCreatedException", "The entitlement exists already.");
  const entitlementId = `ent-${call.requestId.replaceAll("-", "").slice(0, 16)}`;
  call.write({ entitlementId });
  return { entitlementId };
}

function requireApplication(call: Call): string {
  const arn = text(call.members, "applicationArn");
  const known = call.world.organisation.estate.entitlementApplications;
  if (!known.some((one) => one.arn === arn)) throw notFound(`Application ${arn} does not exist.`);
  return arn;
}

function requireEntitlement(call: Call): Entitlement {
  const id = text(call.members, "entitlementId");
  const found = call.state().entitlements.find((one) => one.id === id);
  if (found === undefined) throw notFound(`Entitlement ${id} does not exist.`);
  return found;
}

function requirePrincipal(call: Call, { type, id }: Entitlement["principal"]): void {
  const { people, groups } = call.state();
  const exists =
    type === "USER"
      ? people.some((one) => one.userId === id)
      : groups.some((one) => one.groupId === id);
  if (!exists) throw notFound(`The principal ${id} does not exist.`);
}

function fits(one: Entitlement, wanted: PrincipalRole): boolean {
  const { principal, accountId, roleArn } = wanted;
  return (
    (principal === null ||
      (principal.id === one.principal.id && principal.type === one.principal.type)) &&
    (accountId === null || accountId === one.accountId) &&
    (roleArn === null || roleArn === one.roleArn)
  );
}

function entitlementOf(call: Call, one: Entitlement): object {
  const account = call.state().accounts.find((known) => known.id === one.accountId);
  const { type, id } = one.principal;
  return {
    entitlementId: one.id,
    entitlement: {
      principalRole: {
        principal: { identityCenter: type === "USER" ? { userId: id } : { groupId: id } },
        roleArn: one.roleArn,
        account: one.accountId,
        accountName: account?.name,
      },
    },
    createdAt: seconds(one.from),
  };
}
