import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  paginateListPolicyVersions,
  paginateListRoles,
  type IAMClient,
} from "@aws-sdk/client-iam";
import { afterAll, beforeAll, expect, test } from "vitest";
import { first, openOffice, walk, type Office } from "../office.ts";

let office: Office;
beforeAll(async () => void (office = await openOffice()));
afterAll(() => office.close());

const accountId = (name: string): string =>
  first(office.world.organisation.accounts.filter((one) => one.name === name)).id;
const reading = async (account: string): Promise<IAMClient> =>
  (await office.as("curfew-read", accountId(account))).iam;

/** The default version's document, as a reader gets it. */
async function documentOf(iam: IAMClient, PolicyArn: string): Promise<string> {
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  const { PolicyVersion } = await iam.send(
    new GetPolicyVersionCommand({ PolicyArn, VersionId: Policy?.DefaultVersionId }),
  );
  return decodeURIComponent(PolicyVersion?.Document ?? "");
}

test("every managed policy that a set or a role names has a document", async () => {
  const { permissionSets, estate } = office.world.organisation;
  const named = new Set([
    ...permissionSets.flatMap((one) => one.managedPolicyArns),
    ...permissionSets.flatMap((one) => one.boundaryManagedPolicyArn ?? []),
    ...estate.roles.flatMap((one) => one.managedPolicyArns),
  ]);
  const { iam } = office.clients();
  for (const arn of named)
    expect(JSON.parse(await documentOf(iam, arn)), arn).toMatchObject({ Version: "2012-10-17" });
  expect(named.size).toBeGreaterThan(20);
});

test("a managed policy says what its name says", async () => {
  const { iam } = office.clients();
  const statements = async (name: string) =>
    JSON.parse(await documentOf(iam, `arn:aws:iam::aws:policy/${name}`)).Statement;
  expect(await statements("AdministratorAccess")).toEqual([
    { Effect: "Allow", Action: ["*"], Resource: "*" },
  ]);
  expect((await statements("PowerUserAccess"))[0].NotAction).toContain("iam:*");
  expect(JSON.stringify(await statements("ReadOnlyAccess"))).not.toMatch(
    /Put|Create|Delete|PassRole/,
  );
});

test("the same customer-managed policy is narrow in one account, broad in another and missing in a third", async () => {
  const guard = (account: string): string =>
    `arn:aws:iam::${accountId(account)}:policy/release-guard`;
  expect(await documentOf(await reading("web-prod"), guard("web-prod"))).not.toContain("iam:");
  expect(await documentOf(await reading("ledger-prod"), guard("ledger-prod"))).toContain(
    "iam:PassRole",
  );
  await expect(
    documentOf(await reading("search-prod"), guard("search-prod")),
  ).rejects.toMatchObject({
    name: "NoSuchEntityException",
  });
});

test("an older version can be read, and versions are paged", async () => {
  const iam = await reading("ledger-prod");
  const PolicyArn = `arn:aws:iam::${accountId("ledger-prod")}:policy/release-guard`;
  const { rows, pages } = await walk(
    paginateListPolicyVersions({ client: iam, pageSize: 1 }, { PolicyArn }),
    (page) => page.Versions,
  );
  expect(rows.map((one) => [one.VersionId, one.IsDefaultVersion])).toEqual([
    ["v1", false],
    ["v2", true],
  ]);
  expect(pages).toBe(2);
  const older = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: "v1" }));
  expect(decodeURIComponent(older.PolicyVersion?.Document ?? "")).toContain(
    "cloudtrail:StopLogging",
  );
});

test("a policy of another account is refused", async () => {
  const iam = await reading("web-prod");
  const PolicyArn = `arn:aws:iam::${accountId("ledger-prod")}:policy/release-guard`;
  await expect(iam.send(new GetPolicyCommand({ PolicyArn }))).rejects.toMatchObject({
    name: "AccessDenied",
  });
});

test("a role that entitlements name is read whole", async () => {
  const role = first(
    office.world.organisation.estate.roles.filter((one) => one.name === "data-steward"),
  );
  const iam = await reading("data-prod");
  const RoleName = role.name;
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  expect(Role).toMatchObject({
    Arn: role.arn,
    RoleId: role.roleId,
    MaxSessionDuration: 14_400,
    CreateDate: new Date(role.createdAt),
  });
  expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "")).toBe(role.trustPolicy);
  const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  expect(attached.AttachedPolicies?.map((one) => one.PolicyArn)).toEqual(role.managedPolicyArns);
  const { PolicyNames } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  const [PolicyName] = PolicyNames ?? [];
  const inline = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
  expect(decodeURIComponent(inline.PolicyDocument ?? "")).toBe(role.inlinePolicies[0]?.document);
  const listed = await walk(
    paginateListRoles({ client: iam }, { PathPrefix: "/people/" }),
    (page) => page.Roles,
  );
  expect(listed.rows.map((one) => one.RoleName)).toEqual([RoleName]);
  await expect(iam.send(new GetRoleCommand({ RoleName: "nobody" }))).rejects.toMatchObject({
    name: "NoSuchEntityException",
  });
});

test("the reader's role cannot be assumed where it was forgotten, nor in a suspended account", async () => {
  await expect(reading("dns")).rejects.toMatchObject({ name: "AccessDenied" });
  await expect(reading("retired-portal")).rejects.toMatchObject({ name: "AccessDenied" });
  await expect(office.as("curfew-worker", accountId("dns"))).resolves.toBeDefined();
});
