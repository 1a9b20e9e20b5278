import {
  CreateGroupMembershipCommand,
  DeleteGroupMembershipCommand,
  DescribeGroupCommand,
  DescribeGroupMembershipCommand,
  DescribeUserCommand,
  GetGroupIdCommand,
  GetGroupMembershipIdCommand,
  GetUserIdCommand,
  IsMemberInGroupsCommand,
  ListGroupsCommand,
  ListUsersCommand,
  paginateListGroupMemberships,
  paginateListGroupMembershipsForMember,
  paginateListGroups,
  paginateListUsers,
} from "@aws-sdk/client-identitystore";
import { afterAll, beforeAll, expect, test } from "vitest";
import { first, openOffice, sorted, walk, type Clients, type Office } from "./office.ts";

let office: Office;
let clients: Clients;
let IdentityStoreId: string;
beforeAll(async () => {
  office = await openOffice();
  clients = office.clients();
  IdentityStoreId = office.world.organisation.identityStoreId;
});
afterAll(() => office.close());

const now = () => office.world.at(office.clock.now);
const paging = () => ({ client: clients.identityStore, pageSize: 7 });

test("users are paged to the end, each once, with the state of the instant", async () => {
  const { rows, pages } = await walk(
    paginateListUsers(paging(), { IdentityStoreId }),
    (page) => page.Users,
  );
  const people = now().people;
  expect(sorted(rows.map((one) => one.UserId))).toEqual(sorted(people.map((one) => one.userId)));
  expect(pages).toBe(Math.ceil(people.length / 7));
  for (const person of people) {
    const user = rows.find((one) => one.UserId === person.userId);
    expect(user?.UserStatus).toBe(now().userStatus(person.userId));
    expect(user?.ExternalIds?.length ?? 0).toBe(person.externalId === null ? 0 : 1);
  }
});

test("a user is described, and found by user name, by e-mail and by external id", async () => {
  const person = first(now().people.filter((one) => one.externalId !== null));
  const user = await clients.identityStore.send(
    new DescribeUserCommand({ IdentityStoreId, UserId: person.userId }),
  );
  expect(user).toMatchObject({ UserName: person.userName, DisplayName: person.displayName });
  const external = first(user.ExternalIds);
  const byAttribute = (AttributePath: string, AttributeValue: string) =>
    new GetUserIdCommand({
      IdentityStoreId,
      AlternateIdentifier: { UniqueAttribute: { AttributePath, AttributeValue } },
    });
  const commands = [
    byAttribute("userName", person.userName),
    byAttribute("emails.value", person.email),
    new GetUserIdCommand({ IdentityStoreId, AlternateIdentifier: { ExternalId: external } }),
  ];
  for (const command of commands) {
    expect((await clients.identityStore.send(command)).UserId).toBe(person.userId);
  }
  await expect(
    clients.identityStore.send(byAttribute("userName", "nobody@example.com")),
  ).rejects.toMatchObject({ name: "ResourceNotFoundException", ResourceType: "USER" });
});

test("whether a user is enabled is not answered where the switch says so", async () => {
  const silent = await openOffice({ switches: { userStatusReadable: false } });
  const { Users } = await silent
    .clients()
    .identityStore.send(new ListUsersCommand({ IdentityStoreId }));
  expect(Users?.filter((one) => one.UserStatus !== undefined)).toEqual([]);
  await silent.close();
});

test("groups are paged to the end, described and found by name", async () => {
  const { rows } = await walk(
    paginateListGroups(paging(), { IdentityStoreId }),
    (page) => page.Groups,
  );
  expect(sorted(rows.map((one) => one.GroupId))).toEqual(
    sorted(now().groups.map((one) => one.groupId)),
  );
  const { groupId, displayName } = first(now().groups);
  const described = await clients.identityStore.send(
    new DescribeGroupCommand({ IdentityStoreId, GroupId: groupId }),
  );
  expect(described.DisplayName).toBe(displayName);
  const found = await clients.identityStore.send(
    new GetGroupIdCommand({
      IdentityStoreId,
      AlternateIdentifier: {
        UniqueAttribute: { AttributePath: "displayName", AttributeValue: displayName },
      },
    }),
  );
  expect(found.GroupId).toBe(groupId);
});

test("memberships are the same by group and by member", async () => {
  const byGroup: (string | undefined)[] = [];
  for (const { groupId } of now().groups) {
    const { rows } = await walk(
      paginateListGroupMemberships(paging(), { IdentityStoreId, GroupId: groupId }),
      (page) => page.GroupMemberships,
    );
    byGroup.push(...rows.map((one) => one.MembershipId));
  }
  const byMember: (string | undefined)[] = [];
  for (const { userId } of now().people) {
    const { rows } = await walk(
      paginateListGroupMembershipsForMember(paging(), {
        IdentityStoreId,
        MemberId: { UserId: userId },
      }),
      (page) => page.GroupMemberships,
    );
    byMember.push(...rows.map((one) => one.MembershipId));
  }
  const joined = new Set(now().people.map((one) => one.userId));
  const expected = now()
    .memberships.filter((one) => joined.has(one.userId))
    .map((one) => one.membershipId);
  expect(sorted(byMember)).toEqual(sorted(expected));
  expect(sorted(byGroup)).toEqual(sorted(byMember));
});

test("a membership that is deleted is gone at once, and one that is created is there", async () => {
  const { membershipId, groupId, userId } = first(now().memberships);
  const MemberId = { UserId: userId };
  const exists = async () => {
    const command = new IsMemberInGroupsCommand({
      IdentityStoreId,
      MemberId,
      GroupIds: [groupId],
    });
    return (await clients.identityStore.send(command)).Results?.[0]?.MembershipExists;
  };
  const create = new CreateGroupMembershipCommand({ IdentityStoreId, GroupId: groupId, MemberId });
  const remove = new DeleteGroupMembershipCommand({ IdentityStoreId, MembershipId: membershipId });
  expect(await exists()).toBe(true);
  await expect(clients.identityStore.send(create)).rejects.toMatchObject({
    name: "ConflictException",
    Reason: "UNIQUENESS_CONSTRAINT_VIOLATION",
  });
  await clients.identityStore.send(remove);
  expect(await exists()).toBe(false);
  await expect(clients.identityStore.send(remove)).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    ResourceType: "GROUP_MEMBERSHIP",
  });
  const created = await clients.identityStore.send(create);
  const found = await clients.identityStore.send(
    new GetGroupMembershipIdCommand({ IdentityStoreId, GroupId: groupId, MemberId }),
  );
  expect(found.MembershipId).toBe(created.MembershipId);
  const described = await clients.identityStore.send(
    new DescribeGroupMembershipCommand({ IdentityStoreId, MembershipId: created.MembershipId }),
  );
  expect(described).toMatchObject({ GroupId: groupId, MemberId });
  expect(office.changes.map((one) => one.eventName)).toEqual([
    "DeleteGroupMembership",
    "CreateGroupMembership",
  ]);
});

test("each operation has its own 20 requests a second and says when to come back", async () => {
  const limited = await openOffice();
  const { identityStore } = limited.clients();
  limited.stopwatch.runs = false;
  const users = () => identityStore.send(new ListUsersCommand({ IdentityStoreId, MaxResults: 1 }));
  for (let n = 0; n < 20; n += 1) await users();
  await expect(users()).rejects.toMatchObject({
    name: "ThrottlingException",
    RetryAfterSeconds: 1,
    $metadata: { httpStatusCode: 400 },
  });
  await identityStore.send(new ListGroupsCommand({ IdentityStoreId, MaxResults: 1 }));
  limited.stopwatch.ms += 50;
  await users();
  await limited.close();
});

test("another identity store is not found", async () => {
  const command = new ListUsersCommand({ IdentityStoreId: "d-0000000000" });
  await expect(clients.identityStore.send(command)).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    ResourceType: "IDENTITY_STORE",
  });
});
