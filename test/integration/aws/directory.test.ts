import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyAccount } from "#core/adapters/aws/identity";
import { factsOf } from "#core/domain/access/facts";
import { verdictOfSet } from "#core/domain/policy/permission-set";
import type { CrawlProgress } from "#core/ports/access/directory";
import { actions } from "#test/support/actions";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import { openAwsOffice, type AwsOffice } from "./aws-office.ts";
import { crawlOf, type Crawled } from "./crawled.ts";

let office: AwsOffice;
let database: TestDatabase;
let crawled: Crawled;
const progress: CrawlProgress[] = [];

beforeAll(async () => {
  office = await openAwsOffice();
  database = await createTestDatabase();
  const regions = ["us-east-1", office.home];
  crawled = await crawlOf(office, database, { regions, progress: (step) => progress.push(step) });
});
afterAll(async () => {
  await office.close();
  await database.drop();
});

const sorted = (texts: readonly string[]) => texts.toSorted();

test("reads every user, group, membership, account, permission set and assignment", () => {
  const state = office.world.at(office.clock.now);
  const { snapshot } = crawled;
  expect(sorted(snapshot.users.map((one) => one.userId))).toEqual(
    sorted(state.people.map((one) => one.userId)),
  );
  expect(sorted(snapshot.groups.map((one) => one.groupId))).toEqual(
    sorted(state.groups.map((one) => one.groupId)),
  );
  expect(sorted(snapshot.memberships.map((one) => one.membershipId))).toEqual(
    sorted(state.memberships.map((one) => one.membershipId)),
  );
  expect(sorted(snapshot.accounts.map((one) => one.accountId))).toEqual(
    sorted(state.accounts.map((one) => one.id)),
  );
  expect(sorted(snapshot.permissionSets.map((one) => one.arn))).toEqual(
    sorted(state.permissionSets.map((one) => one.arn)),
  );
  const keyOf = (one: { accountId: string; permissionSetArn: string; principalId: string }) =>
    `${one.accountId} ${one.permissionSetArn} ${one.principalId}`;
  expect(sorted(snapshot.assignments.map(keyOf))).toEqual(sorted(state.assignments.map(keyOf)));
});

test("reads the policies of a permission set and whether they make an administrator", async () => {
  const catalogue = await actions();
  const set = (name: string) => crawled.snapshot.permissionSets.find((one) => one.name === name);
  const sets = crawled.snapshot.permissionSets;
  const documents = new Map(crawled.snapshot.policies.map((one) => [one.policyArn, one]));
  const administrators = sets.map((one): [string, boolean | null] => [
    one.name,
    verdictOfSet(one, null, documents, catalogue).administrator,
  ]);
  const is = new Map(administrators);
  expect(set("AdministratorAccess")?.boundary).toBeNull();
  expect(is.get("AdministratorAccess")).toBe(true);
  expect(is.get("Developer")).toBe(false);
  expect(set("Developer")?.boundary).toMatch(/PowerUserAccess$/);
  expect(set("IncidentResponder")?.inlinePolicy).toContain("ec2:ModifyInstanceAttribute");
  expect(is.get("ViewOnly")).toBe(false);
  expect(set("ProductionDeploy")).toMatchObject({
    customerManagedPolicies: [{ name: "release-guard", path: "/" }],
  });
});

test("places every account in the tree and marks the management account", () => {
  const { accounts } = crawled.snapshot;
  expect(accounts.filter((one) => one.isManagement).map((one) => one.accountId)).toEqual([
    office.owner,
  ]);
  const { units, accounts: truth } = office.world.organisation;
  const pathOf = (id: string): string => {
    const unit = units.find((one) => one.id === id);
    if (unit === undefined) return "";
    return [pathOf(unit.parentId), unit.name].filter((part) => part !== "").join("/");
  };
  expect(sorted(accounts.map((one) => `${one.accountId} ${one.organizationalUnitPath}`))).toEqual(
    sorted(truth.map((one) => `${one.id} ${pathOf(one.parentId)}`)),
  );
});

test("tells users that are disabled and users that SCIM owns", () => {
  const truth = office.world.at(office.clock.now).people;
  for (const user of crawled.snapshot.users) {
    const person = truth.find((one) => one.userId === user.userId);
    const disabled = person?.disabledAt !== null && (person?.disabledAt ?? 0) <= office.clock.now;
    expect(user.status).toBe(disabled ? "disabled" : "enabled");
    expect(user.externalId).toBe(person?.externalId);
  }
});

test("counts the requests by operation and tells how far it is", () => {
  const { snapshot, receipt } = crawled;
  const { apiCalls } = receipt;
  expect(apiCalls["sso:DescribePermissionSet"]).toBe(snapshot.permissionSets.length);
  // A group of more than a hundred members takes more than one.
  const lists = apiCalls["identitystore:ListGroupMemberships"] ?? 0;
  expect(lists).toBeGreaterThanOrEqual(snapshot.groups.length);
  expect(Object.values(apiCalls).reduce((sum, one) => sum + one, 0)).toBeLessThan(1_000);
  const last = progress.findLast((step) => step.phase === "assignments");
  expect(last).toMatchObject({ total: snapshot.provisionings.length });
  expect(last?.done).toBe(last?.total);
});

test("refuses credentials of another account with a sentence that names both", async () => {
  const clients = office.clientsOf(office.home);
  await expect(verifyAccount(clients, office.owner)).resolves.toMatchObject({
    accountId: office.owner,
  });
  await expect(verifyAccount(clients, "111122223333")).rejects.toMatchObject({
    code: "aws.account-mismatch",
    message: expect.stringContaining("111122223333"),
  });
});

test("says that no instance is in the Regions that were named", async () => {
  const crawl = crawlOf(office, database, { regions: ["us-east-1"] });
  await expect(crawl).rejects.toMatchObject({ code: "aws.not-configured" });
});

test("publishes nothing when any listing fails, and goes on with the rest when it is asked again", async () => {
  const fresh = await createTestDatabase();
  let fails = true;
  const broken = await openAwsOffice({
    faults: (_service, operation, n) =>
      fails && operation === "ListGroupMemberships" && n === 20 ? "internal" : undefined,
  });
  try {
    const failed = crawlOf(broken, fresh);
    await expect(failed).rejects.toMatchObject({ code: "aws.unexpected", retry: "later" });
    const { rows } = await fresh.pool.query("select from access_facts");
    expect(rows).toHaveLength(0);
    fails = false;
    broken.clock.now += 1;
    const again = await crawlOf(broken, fresh);
    expect(again.receipt.resumed).toBe(true);
    expect(factsOf(again.snapshot)).toEqual(factsOf(crawled.snapshot));
  } finally {
    await broken.close();
    await fresh.drop();
  }
});
