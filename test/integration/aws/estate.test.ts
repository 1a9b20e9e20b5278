import { afterEach, beforeEach, expect, test } from "vitest";
import type { Switches } from "#simulator/model";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import { openAwsOffice, type AwsOffice } from "./aws-office.ts";
import { crawlOf } from "./crawled.ts";

let database: TestDatabase;
let office: AwsOffice;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await office.close();
  await database.drop();
});

async function crawl(switches: Partial<Switches> = {}, accountReadRole: string | null = null) {
  office = await openAwsOffice({ switches });
  const crawled = await crawlOf(office, database, { accountReadRole });
  const { estate } = office.world.organisation;
  return { ...crawled, estate };
}

const sorted = (texts: readonly string[]) => texts.toSorted();

test("reads applications with what they may do, who may use them, and whose tokens they take", async () => {
  const { snapshot, estate } = await crawl();
  const truth = estate.applications.map((one) => ({
    applicationArn: one.arn,
    name: one.name,
    status: one.status,
    assignmentRequired: one.assignmentRequired,
    scopes: sorted(one.scopes.map(({ scope }) => scope)),
    grants: sorted([...new Set(one.grants.map(({ type }) => type))]),
    backgroundSessions: one.backgroundSessions.toLowerCase(),
  }));
  const read = snapshot.applications.map((one) => ({
    applicationArn: one.applicationArn,
    name: one.name,
    status: one.status,
    assignmentRequired: one.assignmentRequired,
    scopes: one.scopes.map(({ scope }) => scope),
    grants: one.grants,
    backgroundSessions: one.backgroundSessions,
  }));
  expect(read).toEqual(truth.toSorted((a, b) => (a.applicationArn < b.applicationArn ? -1 : 1)));
  expect(
    sorted(
      snapshot.applicationAssignments.map((one) => `${one.applicationArn} ${one.principalId}`),
    ),
  ).toEqual(
    sorted(
      estate.applications.flatMap((one) => one.principals.map(({ id }) => `${one.arn} ${id}`)),
    ),
  );
  const impersonates = snapshot.applications.find((one) =>
    one.scopes.some(({ scope }) => scope === "sso:account:access"),
  );
  expect(impersonates?.trustedTokenIssuerArns.length).toBeGreaterThan(0);
  for (const arn of impersonates?.trustedTokenIssuerArns ?? []) {
    expect(snapshot.trustedTokenIssuers.map((one) => one.trustedTokenIssuerArn)).toContain(arn);
  }
  expect(snapshot.trustedTokenIssuers.every((one) => one.issuerUrl?.startsWith("https://"))).toBe(
    true,
  );
});

test("reads Regions, tags, and which roles have an older definition of their set", async () => {
  const { snapshot, estate } = await crawl();
  expect(sorted(snapshot.regions.map((one) => one.regionName))).toEqual(
    sorted(estate.regions.map((one) => one.name)),
  );
  expect(snapshot.regions.filter((one) => one.isPrimary)).toHaveLength(1);
  const outdated = snapshot.provisionings.filter((one) => one.isLatest === false);
  expect(sorted(outdated.map((one) => `${one.accountId} ${one.permissionSetArn}`))).toEqual(
    sorted(estate.outdated.map((one) => `${one.accountId} ${one.permissionSetArn}`)),
  );
  for (const set of snapshot.permissionSets) {
    expect(set.tags).toEqual(estate.tags[set.arn] ?? {});
  }
});

test.each([true, false])(
  "reads every entitlement with its role, where an empty filter is taken: %s",
  async (emptyEntitlementFilter) => {
    const { snapshot, estate } = await crawl({ emptyEntitlementFilter }, "curfew-read");
    const now = office.clock.now;
    const truth = estate.entitlements.filter(
      (one) => one.from <= now && (one.to === null || one.to > now),
    );
    expect(
      snapshot.entitlements.map((one) => [one.entitlementId, one.principalId, one.roleArn]),
    ).toEqual(
      truth
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))
        .map((one) => [one.id, one.principal.id, one.roleArn]),
    );
    for (const { roleArn } of truth) {
      const role = snapshot.entitlementRoles.find((one) => one.roleArn === roleArn);
      const known = estate.roles.find((one) => one.arn === roleArn);
      expect(role).toMatchObject({ unread: null, maxSessionSeconds: known?.maxSessionSeconds });
      expect(JSON.parse(role?.trustPolicy ?? "")).toEqual(JSON.parse(known?.trustPolicy ?? "{}"));
    }
  },
);

test.each([
  ["absent", /does not answer in this Region/],
  ["denied", /allow account-access:ListApplications/],
] as const)("says that entitlements are unknown where the service is %s", async (how, sentence) => {
  const { receipt, snapshot } = await crawl({ accountAccess: how });
  expect(snapshot.entitlements).toEqual([]);
  expect(receipt.notes.filter((note) => note.about === "entitlements")).toMatchObject([
    { kind: "unread", problem: expect.stringMatching(sentence) },
  ]);
});

test("reads each policy of AWS once and a customer's in every account where it counts", async () => {
  const { receipt, snapshot, estate } = await crawl({}, "curfew-read");
  const managed = new Set(snapshot.permissionSets.flatMap((set) => set.managedPolicyArns));
  const documents = new Map(snapshot.policies.map((one) => [one.policyArn, one]));
  for (const arn of managed) expect(documents.get(arn)).toMatchObject({ accountId: null });
  const own = snapshot.policies.filter((one) => one.accountId !== null);
  const forgotten = snapshot.accounts.find((one) => one.name === "dns")?.accountId;
  for (const policy of own) {
    const known = estate.policies.find((one) => one.arn === policy.policyArn);
    if (policy.accountId === forgotten) expect(policy.unread).toMatch(/may not take the role/);
    else if (known === undefined) expect(policy.unread).toMatch(/does not exist/);
    else
      expect(JSON.parse(policy.document ?? "")).toEqual(
        JSON.parse(known.versions.at(-1)?.document ?? "{}"),
      );
  }
  expect(own.some((one) => one.document !== null)).toBe(true);
  expect(receipt.apiCalls["iam:GetPolicy"]).toBeLessThanOrEqual(snapshot.policies.length);
});

test("says of every policy of an account that no role is set to read it", async () => {
  const { snapshot } = await crawl();
  const own = snapshot.policies.filter(
    (one) => one.accountId !== null && one.accountId !== office.owner,
  );
  expect(own.length).toBeGreaterThan(3);
  for (const one of own) {
    expect(one).toMatchObject({ document: null });
    expect(one.unread).toContain("CURFEW_ACCOUNT_READ_ROLE");
  }
});

test("notes an instance of one account and reads the organisation's", async () => {
  const { receipt, snapshot, estate } = await crawl({ accountInstanceListed: true });
  expect(snapshot.instance.instanceArn).toBe(office.world.organisation.instanceArn);
  expect(receipt.notes.map((note) => note.about)).toContain(estate.accountInstance.arn);
});
