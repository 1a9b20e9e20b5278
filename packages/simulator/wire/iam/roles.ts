/**
 * Roles of the caller's account that are no permission set's: those which account access manager gives to people. Their trust
 * policies tell who else may take them.
 */
import type { AccountRole } from "../../access.ts";
import { text } from "../http/input.ts";
import type { Call, Operation } from "../service.ts";
import { inAddress, instant, markedPage, noSuchEntity } from "./answers.ts";

function rolesOf(call: Call): AccountRole[] {
  return call.world.organisation.estate.roles.filter(
    (one) => one.accountId === call.caller.accountId,
  );
}

function requireRole(call: Call): AccountRole {
  const name = text(call.members, "RoleName");
  const found = rolesOf(call).find((one) => one.name === name);
  if (found === undefined) throw noSuchEntity(`The role with name ${name} cannot be found.`);
  return found;
}

export const ROLES: Readonly<Record<string, Operation>> = {
  GetRole: { handle: (call) => ({ Role: roleOf(requireRole(call)) }) },
  ListRoles: {
    handle: (call) => {
      const prefix = call.members["PathPrefix"];
      const found = rolesOf(call).filter(
        (one) => typeof prefix !== "string" || one.path.startsWith(prefix),
      );
      const paged = markedPage(call, found, (one) => one.name);
      return { Roles: paged.items.map(roleOf), ...paged.more };
    },
  },
  ListAttachedRolePolicies: {
    handle: (call) => {
      const paged = markedPage(call, requireRole(call).managedPolicyArns, (arn) => arn);
      const attached = paged.items.map((arn) => ({
        PolicyName: arn.split("/").at(-1),
        PolicyArn: arn,
      }));
      return { AttachedPolicies: attached, ...paged.more };
    },
  },
  ListRolePolicies: {
    handle: (call) => {
      const names = requireRole(call).inlinePolicies.map((one) => one.name);
      const paged = markedPage(call, names, (name) => name);
      return { PolicyNames: paged.items, ...paged.more };
    },
  },
  GetRolePolicy: {
    handle: (call) => {
      const role = requireRole(call);
      const name = text(call.members, "PolicyName");
      const found = role.inlinePolicies.find((one) => one.name === name);
      if (found === undefined)
        throw noSuchEntity(`The role policy with name ${name} cannot be found.`);
      return {
        RoleName: role.name,
        PolicyName: name,
        PolicyDocument: inAddress(found.document),
      };
    },
  },
};

function roleOf(role: AccountRole): object {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.roleId,
    Arn: role.arn,
    CreateDate: instant(role.createdAt),
    AssumeRolePolicyDocument: inAddress(role.trustPolicy),
    Description: role.description,
    MaxSessionDuration: role.maxSessionSeconds,
    PermissionsBoundary:
      role.boundaryArn === null
        ? undefined
        : { PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: role.boundaryArn },
  };
}
