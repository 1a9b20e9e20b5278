/**
 * Users, groups and memberships of the identity store. Memberships are listed by group, because organisations have far fewer
 * groups than users. Guarantees that names which AWS leaves out are empty or fall back to the id, never that an entry is skipped.
 */
import {
  ListGroupMembershipsCommand,
  ListGroupsCommand,
  ListUsersCommand,
  type ExternalId,
  type Group,
  type User,
} from "@aws-sdk/client-identitystore";
import type {
  DirectoryGroup,
  DirectoryUser,
  GroupMembership,
  IdentityCenterInstance,
} from "../../../domain/access.ts";
import type { Listing } from "../../../ports/access/directory.ts";
import type { AwsClients } from "../clients.ts";
import { collect } from "../paging.ts";
import { odd, unlessGone, whole } from "./listings.ts";

export async function readUsers(
  clients: AwsClients,
  instance: IdentityCenterInstance,
): Promise<Listing<DirectoryUser>> {
  const { identityStoreId, identityStoreArn } = instance;
  const users = await collect(
    "ListUsers",
    (token) =>
      clients.call(`list the users of ${identityStoreId}`, () =>
        clients.identityStore.send(
          new ListUsersCommand({ IdentityStoreId: identityStoreId, NextToken: token }),
        ),
      ),
    (page) => page.Users,
    (user) => user.UserId ?? "",
  );
  return whole(users.map((user) => directoryUser(user, identityStoreArn)));
}

function directoryUser(user: User, identityStoreArn: string): DirectoryUser {
  const userId = user.UserId ?? "";
  const emails = user.Emails ?? [];
  return {
    identityStoreArn,
    userId,
    userName: user.UserName || userId,
    displayName: user.DisplayName || null,
    email: (emails.find((email) => email.Primary === true) ?? emails[0])?.Value || null,
    status: STATUSES.get(user.UserStatus ?? "") ?? "unknown",
    externalId: externalIdOf(user.ExternalIds),
  };
}

const STATUSES: ReadonlyMap<string, DirectoryUser["status"]> = new Map([
  ["ENABLED", "enabled"],
  ["DISABLED", "disabled"],
]);

function externalIdOf(ids: readonly ExternalId[] | undefined): string | null {
  return ids?.find((one) => one.Id !== undefined && one.Id !== "")?.Id ?? null;
}

export async function readGroups(
  clients: AwsClients,
  instance: IdentityCenterInstance,
): Promise<Listing<DirectoryGroup>> {
  const { identityStoreId, identityStoreArn } = instance;
  const groups = await collect(
    "ListGroups",
    (token) =>
      clients.call(`list the groups of ${identityStoreId}`, () =>
        clients.identityStore.send(
          new ListGroupsCommand({ IdentityStoreId: identityStoreId, NextToken: token }),
        ),
      ),
    (page) => page.Groups,
    (group) => group.GroupId ?? "",
  );
  return whole(
    groups.map((group: Group) => ({
      identityStoreArn,
      groupId: group.GroupId ?? "",
      displayName: group.DisplayName ?? "",
      externalId: externalIdOf(group.ExternalIds),
    })),
  );
}

/** Who is in a group; nobody, with a note, where it was deleted meanwhile. */
export async function readMemberships(
  clients: AwsClients,
  instance: IdentityCenterInstance,
  groupId: string,
): Promise<Listing<GroupMembership>> {
  let twice: readonly string[] = [];
  const read = async () => {
    const members = await membersOf(clients, instance, groupId);
    ({ twice } = members);
    return members.memberships;
  };
  const { items, notes } = await unlessGone(read, "group", groupId);
  const repeated = twice.map((userId) =>
    odd(groupId, `AWS lists user ${userId} in this group under two memberships: remove one.`),
  );
  return { items, notes: [...notes, ...repeated] };
}

async function membersOf(
  clients: AwsClients,
  { identityStoreId, identityStoreArn }: IdentityCenterInstance,
  groupId: string,
): Promise<{ memberships: GroupMembership[]; twice: string[] }> {
  const input = { IdentityStoreId: identityStoreId, GroupId: groupId };
  const members = await collect(
    `ListGroupMemberships of ${groupId}`,
    (token) =>
      clients.call(`list the members of group ${groupId}`, () =>
        clients.identityStore.send(new ListGroupMembershipsCommand({ ...input, NextToken: token })),
      ),
    (page) => page.GroupMemberships,
    // Under its own id, so that a user who is listed under two is seen; a repeated page repeats the id.
    (membership) => membership.MembershipId ?? membership.MemberId?.UserId ?? "",
  );
  const byUser = new Map<string, GroupMembership>();
  const twice = new Set<string>();
  for (const { MembershipId: membershipId = "", MemberId: member } of members) {
    // A member of a kind that the model does not know keeps its membership id.
    const userId = member?.UserId ?? `unknown:${membershipId}`;
    if (byUser.has(userId)) twice.add(userId);
    byUser.set(userId, { identityStoreArn, membershipId, groupId, userId });
  }
  return { memberships: [...byUser.values()], twice: [...twice] };
}
