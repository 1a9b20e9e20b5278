/**
 * Writing what a permission set is, beside its inline policy. Guarantees that every account with the set is behind it from then on,
 * until ProvisionPermissionSet. Of the writes that AWS has, those are served that a test of a crawl or of drift needs.
 */
import { optionalText, structure, text } from "../http/input.ts";
import { InvalidInput, notFound, WireError } from "../http/wire-error.ts";
import type { Operation } from "../service.ts";
import { requirePermissionSet } from "./permission-sets.ts";

/** AWS: UpdatePermissionSet API reference, SessionDuration; one hour to twelve are taken. */
const DURATION = /^PT(?:[1-9]|1[0-2])H(?:[0-5]?\dM)?$/;

export const SET_WRITES: Readonly<Record<string, Operation>> = {
  UpdatePermissionSet: {
    writes: true,
    handle: (call) => {
      requirePermissionSet(call);
      const duration = optionalText(call.members, "SessionDuration");
      if (duration !== null && !DURATION.test(duration))
        throw new InvalidInput(`SessionDuration must be from PT1H to PT12H; it is ${duration}.`);
      call.write(null);
      return {};
    },
  },
  AttachManagedPolicyToPermissionSet: {
    writes: true,
    handle: (call) => {
      const set = requirePermissionSet(call);
      const arn = text(call.members, "ManagedPolicyArn");
      if (set.managedPolicyArns.includes(arn))
        throw new WireError("ConflictException", `${arn} is attached to the permission set.`);
      call.write(null);
      return {};
    },
  },
  DetachManagedPolicyFromPermissionSet: {
    writes: true,
    handle: (call) => {
      const set = requirePermissionSet(call);
      const arn = text(call.members, "ManagedPolicyArn");
      if (!set.managedPolicyArns.includes(arn))
        throw notFound(`${arn} is not attached to the permission set.`);
      call.write(null);
      return {};
    },
  },
  PutPermissionsBoundaryToPermissionSet: {
    writes: true,
    handle: (call) => {
      requirePermissionSet(call);
      const boundary = structure(call.members, "PermissionsBoundary");
      if (boundary["ManagedPolicyArn"] !== undefined) text(boundary, "ManagedPolicyArn");
      else text(structure(boundary, "CustomerManagedPolicyReference"), "Name");
      call.write(null);
      return {};
    },
  },
  DeletePermissionsBoundaryFromPermissionSet: {
    writes: true,
    handle: (call) => {
      const set = requirePermissionSet(call);
      if (set.boundaryManagedPolicyArn === null && set.boundaryCustomerPolicy === null)
        throw notFound(`Permission set ${set.arn} has no permissions boundary.`);
      call.write(null);
      return {};
    },
  },
};
