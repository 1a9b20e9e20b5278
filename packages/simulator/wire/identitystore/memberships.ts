/**
 * Who is in which group, and the two writes that change it.
 * AWS lets a membership of a SCIM-owned group be deleted (the next synchronisation undoes it), so it is not refused here either.
 */
import { createHash } from "node:crypto";
import type { Membership } from "../../model.ts";
import { structure, text, texts, type Members } from "../http/input.ts";
import { nextToken, page } from "../http/paging.ts";
import { WireError } from "../http/wire-error.ts";
import type { Call, Operation } from "../service.ts";
import { requireGroup } from "./groups.ts";
import { common, requireStore, storeNotFound } from "./store.ts";
import { requireUser } from "./users.ts";

export const MEMBERSHIPS: Readonly<Record<string, Operation>> = {
  ListGroupMemberships: {
    handle: (call) => {
      requireStore(call);
      const { groupId } = requireGroup(call, text(call.members, "GroupId"));
      return membershipPage(call, call.state().find.membershipsOfGroup(groupId));
    },
  },
  ListGroupMembershipsForMember: {
    handle: (call) => {
      requireStore(call);
      const { userId } = requireUser(call, memberOf(call.members));
      return membershipPage(call, call.state().find.membershipsOfPerson(userId));
    },
  },
  DescribeGroupMembership: {
    handle: (call) => {
      requireStore(call);
      return membershipOf(call, requireMembership(call, text(call.members, "MembershipId")));
    },
  },
  GetGroupMembershipId: {
    handle: (call) => {
      requireStore(call);
      const found = between(call, text(call.members, "GroupId"), memberOf(call.members));
      if (found === undefined)
        throw storeNotFound("GROUP_MEMBERSHIP", "", "The user is not a member of the group.");
      return {
        IdentityStoreId: call.world.organisation.identityStoreId,
        MembershipId: found.membershipId,
      };
    },
  },
  IsMemberInGroups: {
    handle: (call) => {
      requireStore(call);
      const userId = memberOf(call.members);
      requireUser(call, userId);
      const results = texts(call.members, "GroupIds", 100).map((groupId) => ({
        GroupId: groupId,
        MemberId: { UserId: userId },
        MembershipExists: between(call, groupId, userId) !== undefined,
      }));
      return { Results: results };
    },
  },
  CreateGroupMembership: { writes: true, handle: createMembership },
  DeleteGroupMembership: {
    writes: true,
    handle: (call) => {
      requireStore(call);
      requireMembership(call, text(call.members, "MembershipId"));
      call.write(null);
      return {};
    },
  },
};

function createMembership(call: Call): object {
  requireStore(call);
  const { groupId } = requireGroup(call, text(call.members, "GroupId"));
  const { userId } = requireUser(call, memberOf(call.members));
  if (between(call, groupId, userId) !== undefined) {
    throw new WireError("ConflictException", "The user is a member of the group already.", {
      Reason: "UNIQUENESS_CONSTRAINT_VIOLATION",
    });
  }
  const identityStoreId = call.world.organisation.identityStoreId;
  const membershipId = membershipIdOf(call.requestId);
  call.write({ membershipId, identityStoreId });
  return { MembershipId: membershipId, IdentityStoreId: identityStoreId };
}

function requireMembership(call: Call, membershipId: string): Membership {
  const found = call.state().memberships.find((one) => one.membershipId === membershipId);
  if (found === undefined)
    throw storeNotFound(
      "GROUP_MEMBERSHIP",
      membershipId,
      `Membership ${membershipId} does not exist.`,
    );
  return found;
}

function memberOf(members: Members): string {
  return text(structure(members, "MemberId"), "UserId");
}

function between(call: Call, groupId: string, userId: string): Membership | undefined {
  return call
    .state()
    .find.membershipsOfPerson(userId)
    .find((one) => one.groupId === groupId);
}

function membershipPage(call: Call, found: readonly Membership[]): object {
  const paged = page(found, (one) => one.membershipId, {
    scope: call.operation,
    members: call.members,
    most: 100,
  });
  return {
    GroupMemberships: paged.items.map((one) => membershipOf(call, one)),
    ...nextToken(paged),
  };
}

function membershipOf(call: Call, one: Membership): object {
  return {
    ...common(call, one.from),
    MembershipId: one.membershipId,
    GroupId: one.groupId,
    MemberId: { UserId: one.userId },
  };
}

/** The id of a new membership follows from its request, in the shape of the others: ten hex digits and a UUID. */
function membershipIdOf(requestId: string): string {
  const digest = createHash("sha256").update(requestId).digest("hex");
  return `${digest.slice(0, 10)}-${requestId}`;
}
