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
import { eachBounded } from "../bounded.ts";
import type { AwsClients } from "../clients.ts";
import { collect } from "../paging.ts";

/** Enough to keep the paced rate busy at a usual latency. */
const AT_ONCE = 6;

export async function readUsers(
  clients: AwsClients,
  instance: IdentityCenterInstance,
): Promise<DirectoryUser[]> {
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
  return users.map((user) => directoryUser(user, identityStoreArn));
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
): Promise<DirectoryGroup[]> {
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
  return groups.map((group: Group) => ({
    identityStoreArn,
    groupId: group.GroupId ?? "",
    displayName: group.DisplayName ?? "",
    externalId: externalIdOf(group.ExternalIds),
  }));
}

/** `done` is told after each group. */
export async function readMemberships(
  clients: AwsClients,
  instance: IdentityCenterInstance,
  groups: readonly DirectoryGroup[],
  done: () => void,
): Promise<GroupMembership[]> {
  const lists = await eachBounded(groups, AT_ONCE, async ({ groupId }) => {
    const members = await membersOf(clients, instance, groupId);
    done();
    return members;
  });
  return lists.flat();
}

async function membersOf(
  clients: AwsClients,
  { identityStoreId, identityStoreArn }: IdentityCenterInstance,
  groupId: string,
): Promise<GroupMembership[]> {
  const input = { IdentityStoreId: identityStoreId, GroupId: groupId };
  const members = await collect(
    `ListGroupMemberships of ${groupId}`,
    (token) =>
      clients.call(`list the members of group ${groupId}`, () =>
        clients.identityStore.send(new ListGroupMembershipsCommand({ ...input, NextToken: token })),
      ),
    (page) => page.GroupMemberships,
    // A member may be listed twice under one id; a member of a kind that the model does not know keeps its membership id.
    (membership) => membership.MemberId?.UserId ?? membership.MembershipId ?? "",
  );
  return members.map((membership) => ({
    identityStoreArn,
    membershipId: membership.MembershipId ?? "",
    groupId,
    userId: membership.MemberId?.UserId ?? `unknown:${membership.MembershipId ?? ""}`,
  }));
}
