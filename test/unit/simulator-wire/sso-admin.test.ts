import {
  DescribeInstanceCommand,
  DescribePermissionSetCommand,
  GetInlinePolicyForPermissionSetCommand,
  GetPermissionsBoundaryForPermissionSetCommand,
  ListAccountAssignmentsForPrincipalCommand,
  ListInstancesCommand,
  ListPermissionSetsCommand,
  ListTagsForResourceCommand,
  paginateListAccountAssignments,
  paginateListAccountAssignmentsForPrincipal,
  paginateListAccountsForProvisionedPermissionSet,
  paginateListCustomerManagedPolicyReferencesInPermissionSet,
  paginateListManagedPoliciesInPermissionSet,
  paginateListPermissionSets,
  paginateListPermissionSetsProvisionedToAccount,
} from "@aws-sdk/client-sso-admin";
import { afterAll, beforeAll, expect, test } from "vitest";
import { first, openOffice, sorted, walk, type Clients, type Office } from "./office.ts";

let office: Office;
let clients: Clients;
let InstanceArn: string;
beforeAll(async () => {
  office = await openOffice();
  clients = office.clients();
  InstanceArn = office.world.organisation.instanceArn;
});
afterAll(() => office.close());

const now = () => office.world.at(office.clock.now);
const paging = () => ({ client: clients.ssoAdmin, pageSize: 3 });

test("the one instance is listed and described in its Region", async () => {
  const { organisation } = office.world;
  const { Instances } = await clients.ssoAdmin.send(new ListInstancesCommand({}));
  expect(Instances).toMatchObject([{ InstanceArn, Status: "ACTIVE" }]);
  const described = await clients.ssoAdmin.send(new DescribeInstanceCommand({ InstanceArn }));
  expect(described).toMatchObject({
    IdentityStoreId: organisation.identityStoreId,
    IdentityStoreArn: organisation.identityStoreArn,
    OwnerAccountId: organisation.managementAccountId,
    PrimaryRegion: organisation.region,
    PermissionSetsEnabled: true,
  });
  expect(described.CreatedDate).toBeInstanceOf(Date);
});

test("another Region has no instance", async () => {
  const { ssoAdmin } = office.clients({ region: "ap-southeast-2" });
  expect((await ssoAdmin.send(new ListInstancesCommand({}))).Instances).toEqual([]);
  await expect(ssoAdmin.send(new DescribeInstanceCommand({ InstanceArn }))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
});

test("permission sets are paged to the end, each once", async () => {
  const { rows, pages } = await walk(
    paginateListPermissionSets(paging(), { InstanceArn }),
    (page) => page.PermissionSets,
  );
  expect(sorted(rows)).toEqual(sorted(now().permissionSets.map((one) => one.arn)));
  expect(pages).toBe(Math.ceil(rows.length / 3));
});

test("what a permission set has is read member by member", async () => {
  for (const set of now().permissionSets) {
    const asked = { InstanceArn, PermissionSetArn: set.arn };
    const { PermissionSet: described } = await clients.ssoAdmin.send(
      new DescribePermissionSetCommand(asked),
    );
    expect(described).toMatchObject({ Name: set.name, SessionDuration: set.sessionDuration });
    expect(described?.CreatedDate?.getTime()).toBe(set.createdAt);
    const managed = await walk(
      paginateListManagedPoliciesInPermissionSet({ ...paging(), pageSize: 1 }, { ...asked }),
      (page) => page.AttachedManagedPolicies,
    );
    expect(sorted(managed.rows.map((one) => one.Arn))).toEqual(sorted(set.managedPolicyArns));
    const customer = await walk(
      paginateListCustomerManagedPolicyReferencesInPermissionSet(paging(), { ...asked }),
      (page) => page.CustomerManagedPolicyReferences,
    );
    expect(customer.rows).toHaveLength(set.customerManagedPolicies.length);
    const inline = await clients.ssoAdmin.send(new GetInlinePolicyForPermissionSetCommand(asked));
    expect(inline.InlinePolicy).toBe(set.inlinePolicy ?? "");
  }
});

test("a boundary is answered where there is one, and missed where there is none", async () => {
  const boundary = (PermissionSetArn: string) =>
    clients.ssoAdmin.send(
      new GetPermissionsBoundaryForPermissionSetCommand({ InstanceArn, PermissionSetArn }),
    );
  const having = first(now().permissionSets.filter((one) => one.boundaryManagedPolicyArn !== null));
  const lacking = first(
    now().permissionSets.filter((one) => one.boundaryManagedPolicyArn === null),
  );
  expect((await boundary(having.arn)).PermissionsBoundary?.ManagedPolicyArn).toBe(
    having.boundaryManagedPolicyArn,
  );
  await expect(boundary(lacking.arn)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});

test("tags are answered for what exists, an empty page where there are none", async () => {
  const tagsOf = (ResourceArn: string) =>
    clients.ssoAdmin.send(new ListTagsForResourceCommand({ InstanceArn, ResourceArn }));
  const pipeline = [{ Key: "managed-by", Value: "identity-pipeline" }];
  expect((await tagsOf(InstanceArn)).Tags).toEqual(pipeline);
  const workshop = first(now().permissionSets.filter((one) => one.name === "WorkshopAdmin"));
  expect((await tagsOf(workshop.arn)).Tags).toEqual([]);
  await expect(tagsOf(`${InstanceArn}x`)).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
});

test("both ways of crawling assignments find every one once", async () => {
  const byPair: string[] = [];
  for (const { arn } of now().permissionSets) {
    const asked = { InstanceArn, PermissionSetArn: arn };
    const accounts = await walk(
      paginateListAccountsForProvisionedPermissionSet(paging(), { ...asked }),
      (page) => page.AccountIds,
    );
    for (const AccountId of accounts.rows) {
      const found = await walk(
        paginateListAccountAssignments(paging(), { ...asked, AccountId }),
        (page) => page.AccountAssignments,
      );
      byPair.push(...found.rows.map((one) => [AccountId, arn, one.PrincipalId].join(" ")));
    }
  }
  const expected = now().assignments.map((one) =>
    [one.accountId, one.permissionSetArn, one.principalId].join(" "),
  );
  expect(sorted(byPair)).toEqual(sorted(expected));
  const byPrincipal: string[] = [];
  const principals = new Map(now().assignments.map((one) => [one.principalId, one.principalType]));
  for (const [PrincipalId, PrincipalType] of principals) {
    const found = await walk(
      paginateListAccountAssignmentsForPrincipal(paging(), {
        InstanceArn,
        PrincipalId,
        PrincipalType,
      }),
      (page) => page.AccountAssignments,
    );
    byPrincipal.push(
      ...found.rows.map((one) => [one.AccountId, one.PermissionSetArn, one.PrincipalId].join(" ")),
    );
  }
  expect(sorted(byPrincipal)).toEqual(sorted(expected));
});

test("permission sets of an account are those that are assigned there", async () => {
  const { accountId } = first(now().assignments);
  const { rows } = await walk(
    paginateListPermissionSetsProvisionedToAccount(paging(), { InstanceArn, AccountId: accountId }),
    (page) => page.PermissionSets,
  );
  const expected = now()
    .assignments.filter((one) => one.accountId === accountId)
    .map((one) => one.permissionSetArn);
  expect(sorted(rows)).toEqual(sorted([...new Set(expected)]));
});

test("what a user has through groups is answered only where the switch says so", async () => {
  const groups = new Set(
    now()
      .assignments.filter((one) => one.principalType === "GROUP")
      .map((one) => one.principalId),
  );
  const membership = first(now().memberships.filter((one) => groups.has(one.groupId)));
  const command = new ListAccountAssignmentsForPrincipalCommand({
    InstanceArn,
    PrincipalId: membership.userId,
    PrincipalType: "USER",
  });
  const without = await clients.ssoAdmin.send(command);
  expect(without.AccountAssignments?.map((one) => one.PrincipalType)).not.toContain("GROUP");
  const inclusive = await openOffice({ switches: { principalListingIncludesGroups: true } });
  const withGroups = await inclusive.clients().ssoAdmin.send(command);
  expect(withGroups.AccountAssignments).toContainEqual(
    expect.objectContaining({ PrincipalType: "GROUP", PrincipalId: membership.groupId }),
  );
  await inclusive.close();
});

test("a page token works for its own parameters only", async () => {
  const asked = { InstanceArn, MaxResults: 1 };
  const { NextToken } = await clients.ssoAdmin.send(new ListPermissionSetsCommand(asked));
  const { accountId, permissionSetArn } = first(now().assignments);
  const misuse = paginateListAccountAssignments(
    { client: clients.ssoAdmin, startingToken: NextToken },
    { InstanceArn, AccountId: accountId, PermissionSetArn: permissionSetArn },
  );
  await expect(walk(misuse, () => [])).rejects.toMatchObject({ name: "ValidationException" });
  const damaged = new ListPermissionSetsCommand({ ...asked, NextToken: `${NextToken}AA` });
  await expect(clients.ssoAdmin.send(damaged)).rejects.toMatchObject({
    name: "ValidationException",
  });
});

test("a page size out of range is refused with the range", async () => {
  const command = new ListPermissionSetsCommand({ InstanceArn, MaxResults: 101 });
  await expect(clients.ssoAdmin.send(command)).rejects.toMatchObject({
    name: "ValidationException",
    message: expect.stringContaining("1 to 100"),
  });
});

test("20 requests a second are taken for all operations together, after a burst", async () => {
  const limited = await openOffice();
  const { ssoAdmin } = limited.clients();
  limited.stopwatch.runs = false;
  const ask = () => ssoAdmin.send(new ListInstancesCommand({}));
  const describe = () => ssoAdmin.send(new DescribeInstanceCommand({ InstanceArn }));
  for (let n = 0; n < 40; n += 1) await (n % 2 === 0 ? ask() : describe());
  const throttled = { name: "ThrottlingException", $metadata: { httpStatusCode: 400 } };
  await expect(ask()).rejects.toMatchObject(throttled);
  limited.stopwatch.ms += 50;
  await ask();
  await expect(describe()).rejects.toMatchObject(throttled);
  await limited.close();
});
