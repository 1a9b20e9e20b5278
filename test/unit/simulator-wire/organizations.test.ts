import {
  DescribeAccountCommand,
  DescribeOrganizationCommand,
  DescribePolicyCommand,
  ListAccountsCommand,
  ListParentsCommand,
  ListPoliciesForTargetCommand,
  ListRootsCommand,
  ListTargetsForPolicyCommand,
  paginateListAccounts,
  paginateListAccountsForParent,
  paginateListOrganizationalUnitsForParent,
  paginateListPolicies,
  UpdatePolicyCommand,
} from "@aws-sdk/client-organizations";
import { afterAll, beforeAll, expect, test } from "vitest";
import { first, openOffice, sorted, walk, type Clients, type Office } from "./office.ts";

let office: Office;
let clients: Clients;
let PolicyId: string;
beforeAll(async () => {
  office = await openOffice();
  clients = office.clients();
  PolicyId = first(office.world.organisation.denyPolicyIds);
});
afterAll(() => office.close());

const paging = () => ({ client: clients.organizations, pageSize: 2 });

function deny(ids: readonly string[]): string {
  const condition = { StringEquals: { "identitystore:userId": ids } };
  const statement = { Effect: "Deny", Action: "*", Resource: "*", Condition: condition };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}

test("the organization and its management account are described", async () => {
  const { organizationId, managementAccountId } = office.world.organisation;
  const { Organization } = await clients.organizations.send(new DescribeOrganizationCommand({}));
  expect(Organization).toMatchObject({
    Id: organizationId,
    FeatureSet: "ALL",
    MasterAccountId: managementAccountId,
  });
});

test("walking the tree from its root finds every account that the flat list has", async () => {
  const { Roots } = await clients.organizations.send(new ListRootsCommand({}));
  const found: (string | undefined)[] = [];
  const waiting = [first(Roots).Id];
  for (let ParentId = waiting.pop(); ParentId !== undefined; ParentId = waiting.pop()) {
    const asked = { ParentId };
    const units = await walk(
      paginateListOrganizationalUnitsForParent(paging(), { ...asked }),
      (page) => page.OrganizationalUnits,
    );
    waiting.push(...units.rows.map((one) => one.Id));
    const accounts = await walk(
      paginateListAccountsForParent(paging(), { ...asked }),
      (page) => page.Accounts,
    );
    found.push(...accounts.rows.map((one) => one.Id));
  }
  const flat = await walk(paginateListAccounts(paging(), {}), (page) => page.Accounts);
  expect(flat.pages).toBe(Math.ceil(flat.rows.length / 2));
  expect(sorted(found)).toEqual(sorted(flat.rows.map((one) => one.Id)));
  expect(found).toHaveLength(office.world.at(office.clock.now).accounts.length);
});

test("an account names itself and its parent", async () => {
  const account = first(office.world.organisation.accounts.filter((one) => !one.isManagement));
  const { Account } = await clients.organizations.send(
    new DescribeAccountCommand({ AccountId: account.id }),
  );
  expect(Account).toMatchObject({ Name: account.name, Email: account.email, Status: "ACTIVE" });
  const { Parents } = await clients.organizations.send(
    new ListParentsCommand({ ChildId: account.id }),
  );
  expect(Parents).toEqual([{ Id: account.parentId, Type: "ORGANIZATIONAL_UNIT" }]);
  await expect(
    clients.organizations.send(new DescribeAccountCommand({ AccountId: "999999999999" })),
  ).rejects.toMatchObject({ name: "AccountNotFoundException" });
});

test("the waiting policy is listed, attached to the root and described", async () => {
  const { rows } = await walk(
    paginateListPolicies(paging(), { Filter: "SERVICE_CONTROL_POLICY" }),
    (page) => page.Policies,
  );
  expect(sorted(rows.map((one) => one.Id))).toEqual(
    sorted(office.world.organisation.policies.map((one) => one.id)),
  );
  const TargetId = office.world.organisation.rootId;
  const { Targets } = await clients.organizations.send(
    new ListTargetsForPolicyCommand({ PolicyId }),
  );
  expect(Targets).toMatchObject([{ TargetId, Type: "ROOT" }]);
  const { Policies } = await clients.organizations.send(
    new ListPoliciesForTargetCommand({ TargetId, Filter: "SERVICE_CONTROL_POLICY" }),
  );
  expect(Policies?.map((one) => one.Id)).toContain(PolicyId);
});

test("an updated policy is read back as it was written and logged in us-east-1", async () => {
  const Content = deny([first(office.world.organisation.people).userId]);
  const updated = await clients.organizations.send(new UpdatePolicyCommand({ PolicyId, Content }));
  expect(updated.Policy?.Content).toBe(Content);
  const { Policy } = await clients.organizations.send(new DescribePolicyCommand({ PolicyId }));
  expect(Policy?.Content).toBe(Content);
  expect(office.changes.splice(0)).toMatchObject([
    {
      eventName: "UpdatePolicy",
      eventSource: "organizations.amazonaws.com",
      region: "us-east-1",
      parameters: { PolicyId, Content },
      response: { policy: { policySummary: { id: PolicyId }, content: Content } },
    },
  ]);
});

test.each([
  ["too long", deny(["x".repeat(10_240)]), "ConstraintViolationException"],
  ["no JSON", "{", "MalformedPolicyDocumentException"],
  ["no list of statements", '{"Version":"2012-10-17"}', "MalformedPolicyDocumentException"],
  ["of another version", '{"Version":"2008-10-17"}', "MalformedPolicyDocumentException"],
])("a policy that is %s is refused and changes nothing", async (_why, Content, name) => {
  const command = new UpdatePolicyCommand({ PolicyId, Content });
  await expect(clients.organizations.send(command)).rejects.toMatchObject({ name });
  expect(office.changes).toEqual([]);
});

test("a policy of exactly 10,240 characters is taken", async () => {
  const empty = deny([""]).length;
  const Content = deny(["x".repeat(10_240 - empty)]);
  expect(Content).toHaveLength(10_240);
  await clients.organizations.send(new UpdatePolicyCommand({ PolicyId, Content }));
  office.changes.length = 0;
});

test("a policy that AWS manages, or that does not exist, cannot be updated", async () => {
  const update = (id: string) =>
    clients.organizations.send(new UpdatePolicyCommand({ PolicyId: id, Content: deny(["x"]) }));
  await expect(update("p-FullAWSAccess")).rejects.toMatchObject({
    name: "ConstraintViolationException",
  });
  await expect(update("p-00000000")).rejects.toMatchObject({ name: "PolicyNotFoundException" });
});

test("a page token of one list is refused by another", async () => {
  const { NextToken } = await clients.organizations.send(
    new ListAccountsCommand({ MaxResults: 1 }),
  );
  const misuse = paginateListAccountsForParent(
    { client: clients.organizations, startingToken: NextToken },
    { ParentId: office.world.organisation.rootId },
  );
  await expect(walk(misuse, () => [])).rejects.toMatchObject({ name: "InvalidInputException" });
});

test("policies are updated twice a second, after a burst of three", async () => {
  const limited = await openOffice();
  const { organizations } = limited.clients();
  limited.stopwatch.runs = false;
  const update = () =>
    organizations.send(new UpdatePolicyCommand({ PolicyId, Content: deny(["x"]) }));
  for (let n = 0; n < 3; n += 1) await update();
  await expect(update()).rejects.toMatchObject({ name: "TooManyRequestsException" });
  expect(limited.changes).toHaveLength(3);
  limited.stopwatch.ms += 500;
  await update();
  await limited.close();
});
