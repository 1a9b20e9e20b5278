/**
 * Permission sets and their policies, as they are at the instant of the call.
 * Lists answer ARNs only, as AWS does; what a set has is read one member at a time.
 */
import type { PermissionSet } from "../../model.ts";
import { seconds } from "../http/json.ts";
import { text } from "../http/input.ts";
import { nextToken, page } from "../http/paging.ts";
import { notFound } from "../http/wire-error.ts";
import type { Call, Operation } from "../service.ts";
import { requireInstance } from "./instances.ts";

/** The permission set that the call names. Throws ResourceNotFoundException. */
export function requirePermissionSet(call: Call): PermissionSet {
  requireInstance(call);
  const arn = text(call.members, "PermissionSetArn");
  const found = call.state().permissionSets.find((one) => one.arn === arn);
  if (found === undefined) throw notFound(`Permission set ${arn} does not exist.`);
  return found;
}

export const PERMISSION_SETS: Readonly<Record<string, Operation>> = {
  ListPermissionSets: {
    handle: (call) => {
      requireInstance(call);
      const arns = call.state().permissionSets.map((one) => one.arn);
      const sets = page(arns, (arn) => arn, {
        scope: "ListPermissionSets",
        members: call.members,
        most: 100,
      });
      return { PermissionSets: sets.items, ...nextToken(sets) };
    },
  },
  DescribePermissionSet: {
    handle: (call) => {
      const set = requirePermissionSet(call);
      return {
        PermissionSet: {
          Name: set.name,
          PermissionSetArn: set.arn,
          ...(set.description === "" ? {} : { Description: set.description }),
          CreatedDate: seconds(set.createdAt),
          SessionDuration: set.sessionDuration,
          ...(set.relayState === null ? {} : { RelayState: set.relayState }),
        },
      };
    },
  },
  ListManagedPoliciesInPermissionSet: {
    handle: (call) => {
      const policies = requirePermissionSet(call).managedPolicyArns.map((arn) => ({
        Name: arn.split("/").at(-1),
        Arn: arn,
      }));
      const paged = page(policies, (one) => one.Arn, {
        scope: "ListManagedPolicies",
        members: call.members,
        most: 100,
      });
      return { AttachedManagedPolicies: paged.items, ...nextToken(paged) };
    },
  },
  ListCustomerManagedPolicyReferencesInPermissionSet: {
    handle: (call) => {
      const references = requirePermissionSet(call).customerManagedPolicies.map((one) => ({
        Name: one.name,
        Path: one.path,
      }));
      const request = { scope: "ListCustomerManagedPolicies", members: call.members, most: 100 };
      const paged = page(references, (one) => `${one.Path}${one.Name}`, request);
      return { CustomerManagedPolicyReferences: paged.items, ...nextToken(paged) };
    },
  },
  // Without an inline policy AWS answers an empty text, not an error.
  GetInlinePolicyForPermissionSet: {
    handle: (call) => ({ InlinePolicy: requirePermissionSet(call).inlinePolicy ?? "" }),
  },
  GetPermissionsBoundaryForPermissionSet: {
    handle: (call) => {
      const set = requirePermissionSet(call);
      if (set.boundaryManagedPolicyArn !== null)
        return { PermissionsBoundary: { ManagedPolicyArn: set.boundaryManagedPolicyArn } };
      if (set.boundaryCustomerPolicy === null)
        throw notFound(`Permission set ${set.arn} has no permissions boundary.`);
      const { name: Name, path: Path } = set.boundaryCustomerPolicy;
      return { PermissionsBoundary: { CustomerManagedPolicyReference: { Name, Path } } };
    },
  },
};
