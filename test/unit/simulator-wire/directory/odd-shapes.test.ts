import {
  DescribeUserCommand,
  ListUsersCommand,
  paginateListGroupMembershipsForMember,
  paginateListGroupMemberships,
  paginateListGroups,
} from "@aws-sdk/client-identitystore";
import { ListParentsCommand, paginateListAccounts } from "@aws-sdk/client-organizations";
import {
  DescribePermissionSetCommand,
  GetInlinePolicyForPermissionSetCommand,
  ListAccountAssignmentsCommand,
  ListInstancesCommand,
  ListPermissionSetsProvisionedToAccountCommand,
} from "@aws-sdk/client-sso-admin";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  inPartition, NOBODY, withAccountMoved, withClosedAccounts, withDanglingIds, withDuplicateMembership,
  withEmptyGroup, withHugeGroup, withManyGroups, withOddDurations, withOddNames, withOddPolicies,
} from "#simulator/organisation/odd-shapes"; // prettier-ignore
import { first, walk } from "../office.ts";
import { serve, SMALL, type Served } from "./served.ts";

let to: Served;
beforeAll(async () => void (to = await serve(SMALL)));
afterAll(() => to.stop());
beforeEach(() => to.served.mutate(() => SMALL));

const { instanceArn: InstanceArn, identityStoreId: IdentityStoreId } = SMALL;
const group = first(SMALL.groups);
const membersOf = async (GroupId: string) =>
  (
    await walk(
      paginateListGroupMemberships({ client: to.identityStore }, { IdentityStoreId, GroupId }),
      (page) => page.GroupMemberships,
    )
  ).rows;
const held = first(SMALL.assignments);

test("ids that name nothing stand in memberships and assignments", async () => {
  to.served.mutate(withDanglingIds);
  const members = await membersOf(group.groupId);
  expect(members.filter((one) => one.MemberId?.UserId === NOBODY)).toHaveLength(1);
  await expect(
    to.identityStore.send(new DescribeUserCommand({ IdentityStoreId, UserId: NOBODY })),
  ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  const { AccountAssignments } = await to.ssoAdmin.send(
    new ListAccountAssignmentsCommand({
      InstanceArn,
      AccountId: held.accountId,
      PermissionSetArn: held.permissionSetArn,
    }),
  );
  expect(AccountAssignments?.filter((one) => one.PrincipalId === NOBODY)).toHaveLength(2);
  const { PermissionSets } = await to.ssoAdmin.send(
    new ListPermissionSetsProvisionedToAccountCommand({ InstanceArn, AccountId: held.accountId }),
  );
  const known = new Set(SMALL.permissionSets.map((one) => one.arn));
  expect(PermissionSets?.filter((arn) => !known.has(arn))).toHaveLength(1);
});

test("a person is twice in a group", async () => {
  const { groupId, userId } = first(SMALL.memberships);
  const count = async () =>
    (await membersOf(groupId)).filter((one) => one.MemberId?.UserId === userId).length;
  expect(await count()).toBe(1);
  to.served.mutate(withDuplicateMembership);
  expect(await count()).toBe(2);
});

test("names are as long as may be, empty, alike and the same", async () => {
  to.served.mutate(withOddNames);
  const { Users } = await to.identityStore.send(new ListUsersCommand({ IdentityStoreId }));
  const names = Users?.map((one) => one.DisplayName?.length) ?? [];
  expect(names).toContain(1024);
  expect(names).toContain(0);
  const groups = await walk(
    paginateListGroups({ client: to.identityStore }, { IdentityStoreId }),
    (page) => page.Groups,
  );
  const alike = groups.rows.filter((one) => one.DisplayName?.endsWith("dministrators"));
  expect(new Set(alike.map((one) => one.DisplayName)).size).toBe(2);
  expect(groups.rows.filter((one) => one.DisplayName === group.displayName)).toHaveLength(2);
});

test("accounts are suspended, on their way out and closed", async () => {
  to.served.mutate(withClosedAccounts);
  const { rows } = await walk(
    paginateListAccounts({ client: to.organizations }, {}),
    (page) => page.Accounts,
  );
  const states = rows.map((one) => one.State).filter((state) => state !== "ACTIVE");
  expect(new Set(states)).toEqual(new Set(["SUSPENDED", "PENDING_CLOSURE", "CLOSED"]));
});

test("an account moves between two calls", async () => {
  const moved = first(SMALL.accounts.filter((one) => !one.isManagement));
  const parent = async () =>
    (await to.organizations.send(new ListParentsCommand({ ChildId: moved.id }))).Parents?.[0]?.Id;
  const n = (to.served.requests().get("organizations ListParents") ?? 0) + 1;
  to.served.mutateAfter("organizations", "ListParents", n, withAccountMoved);
  const before = await parent();
  expect(before).toBe(moved.parentId);
  expect(await parent()).not.toBe(before);
});

test("a group without members holds an assignment", async () => {
  to.served.mutate(withEmptyGroup);
  const empty = to.served.organisation().assignments.at(-1);
  expect(await membersOf(empty?.principalId ?? "")).toEqual([]);
});

test("one person is in more than a thousand groups", async () => {
  to.served.mutate(withManyGroups());
  const { userId: UserId } = first(SMALL.people);
  const { rows } = await walk(
    paginateListGroupMembershipsForMember(
      { client: to.identityStore },
      { IdentityStoreId, MemberId: { UserId } },
    ),
    (page) => page.GroupMemberships,
  );
  expect(new Set(rows.map((one) => one.GroupId)).size).toBe(1_103);
});

test("a group has thousands of members, all of whom exist", async () => {
  const before = (await membersOf(group.groupId)).length;
  to.served.mutate(withHugeGroup(3_000));
  const members = await membersOf(group.groupId);
  expect(members).toHaveLength(before + 3_000);
  const UserId = members.find((one) => one.MembershipId?.startsWith("huge-"))?.MemberId?.UserId;
  await expect(
    to.identityStore.send(new DescribeUserCommand({ IdentityStoreId, UserId })),
  ).resolves.toBeDefined();
});

test("inline policies are malformed, and as long as may be", async () => {
  to.served.mutate(withOddPolicies);
  const texts: string[] = [];
  for (const { arn: PermissionSetArn } of SMALL.permissionSets.slice(0, 4)) {
    const asked = { InstanceArn, PermissionSetArn };
    const answer = await to.ssoAdmin.send(new GetInlinePolicyForPermissionSetCommand(asked));
    texts.push(answer.InlinePolicy ?? "");
  }
  expect(() => void JSON.parse(texts[0] ?? "")).toThrow("JSON");
  expect(texts[2]).toContain("NotPrincipal");
  expect(texts[3]).toHaveLength(32_768);
  expect(JSON.parse(texts[3] ?? "")).toMatchObject({ Version: "2012-10-17" });
});

test("durations are of no length and of no known form", async () => {
  to.served.mutate(withOddDurations);
  const durations: unknown[] = [];
  for (const { arn: PermissionSetArn } of SMALL.permissionSets.slice(0, 2)) {
    const asked = { InstanceArn, PermissionSetArn };
    const { PermissionSet } = await to.ssoAdmin.send(new DescribePermissionSetCommand(asked));
    durations.push(PermissionSet?.SessionDuration);
  }
  expect(durations).toEqual(["PT0S", "12h"]);
});

test.each(["aws-us-gov", "aws-cn"] as const)(
  "everything is of the partition %s",
  async (partition) => {
    const other = await serve(inPartition(partition)(SMALL));
    try {
      const { Instances } = await other.ssoAdmin.send(new ListInstancesCommand({}));
      const { Arn } = await other.sts.send(new GetCallerIdentityCommand({}));
      const { rows } = await walk(
        paginateListAccounts({ client: other.organizations }, {}),
        (page) => page.Accounts,
      );
      const arns = [
        Instances?.[0]?.InstanceArn,
        Instances?.[0]?.IdentityStoreArn,
        Arn,
        rows[0]?.Arn,
      ];
      expect(arns.map((arn) => arn?.split(":")[1])).toEqual(arns.map(() => partition));
      expect(other.served.environment.AWS_REGION).not.toBe("eu-central-1");
    } finally {
      await other.stop();
    }
  },
);
