import { afterEach, beforeEach, expect, test } from "vitest";
import { awsClients } from "#core/adapters/aws/clients";
import { awsDirectory } from "#core/adapters/aws/directory";
import { PostgresCrawlStore } from "#core/adapters/postgres/access/crawl-store";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { instant } from "#core/domain/time";
import { takeSnapshot } from "#core/flows/take-snapshot";
import { largeOrganisation } from "#simulator/organisation/large";
import {
  inPartition,
  NOBODY,
  withAccountMoved,
  withClosedAccounts,
  withDanglingIds,
  withDuplicateMembership,
  withEmptyGroup,
  withHugeGroup,
  withManyGroups,
  withOddDurations,
  withOddNames,
  withOddPolicies,
} from "#simulator/organisation/odd-shapes";
import { serveOrganisation, type Mutation, type ServedOrganisation } from "#simulator/wire/serving";
import { size } from "#test/support/sizes";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import { UNLIMITED } from "./aws-office.ts";

const SIZES = { accounts: 12, permissionSets: 8, people: 250, groups: 10, pairs: 30, seed: 3 };

let database: TestDatabase;
let served: ServedOrganisation;
let environment: NodeJS.ProcessEnv;
let now = Date.UTC(2026, 10, 1);
beforeEach(async () => {
  database = await createTestDatabase();
  environment = { ...process.env };
});
afterEach(async () => {
  process.env = environment;
  await served.stop();
  await database.drop();
});

async function serve(...oddities: readonly Mutation[]): Promise<void> {
  const organisation = oddities.reduce((one, mutate) => mutate(one), largeOrganisation(SIZES));
  let ticks = 0;
  served = await serveOrganisation({ organisation, monotonicMs: () => (ticks += 1_000) });
  Object.assign(process.env, served.environment, { AWS_MAX_ATTEMPTS: "1" });
}

async function crawl() {
  const { managementAccountId: accountId, region } = served.organisation();
  const wait = () => Promise.resolve();
  const clients = awsClients({ region, accountId, budget: UNLIMITED, wait });
  try {
    const receipt = await takeSnapshot({
      directory: awsDirectory({ clientsOf: () => clients, regions: [region] }),
      store: new PostgresCrawlStore(database),
      clock: { now: () => (now += 1_000) },
      newId: () => `snp_${now}`,
      progress: () => undefined,
    });
    const snapshot = await new PostgresAccessStore(database).asOf(instant(now));
    if (snapshot === null) throw new Error("nothing was published");
    return { receipt, snapshot };
  } finally {
    clients.close();
  }
}

test("bears every oddity of a directory at once, and drops nothing", async () => {
  await serve(
    withDanglingIds,
    withDuplicateMembership,
    withOddNames,
    withClosedAccounts,
    withEmptyGroup,
    withManyGroups(1_100),
    withOddPolicies,
    withOddDurations,
  );
  const truth = served.organisation();
  const { snapshot, receipt } = await crawl();
  expect(snapshot.users).toHaveLength(truth.people.length);
  expect(snapshot.groups).toHaveLength(truth.groups.length);
  expect(snapshot.permissionSets).toHaveLength(truth.permissionSets.length);
  expect(snapshot.accounts).toHaveLength(truth.accounts.length);
  const pairs = new Set(truth.memberships.map((one) => `${one.groupId}/${one.userId}`));
  expect(snapshot.memberships).toHaveLength(pairs.size);
  expect(receipt.dangling.map((one) => one.id)).toContain(NOBODY);
  expect(snapshot.accounts.some((one) => one.status !== "ACTIVE")).toBe(true);
  const odd = receipt.notes.filter((note) => note.kind === "odd").map((note) => note.problem);
  for (const words of [
    "two memberships",
    "have the name of this one",
    "has no name",
    "PT0S",
    "12h",
  ]) {
    expect(
      odd.some((problem) => problem.includes(words)),
      words,
    ).toBe(true);
  }
  expect(odd.some((problem) => problem.includes("no policy document"))).toBe(true);
});

test("reads a group of a hundred thousand members every night, and one of ten thousand otherwise", async () => {
  const members = size(10_000, 100_000);
  await serve(withHugeGroup(members));
  const { snapshot } = await crawl();
  expect(snapshot.memberships.length).toBeGreaterThanOrEqual(members);
});

test.each(["aws-us-gov", "aws-cn"] as const)("reads an organisation of %s", async (partition) => {
  await serve(inPartition(partition));
  const { snapshot, receipt } = await crawl();
  expect(snapshot.instance.instanceArn).toMatch(new RegExp(`^arn:${partition}:sso`));
  const arns = snapshot.policies.map((one) => one.policyArn);
  expect(arns.length).toBeGreaterThan(0);
  expect(arns.every((arn) => arn.startsWith(`arn:${partition}:iam::`))).toBe(true);
  expect(receipt.notes.filter((note) => note.kind !== "odd")).toEqual([]);
});

test("reads the organisation again that changes while it is read", async () => {
  await serve();
  const before = served.organisation();
  served.mutateAfter("organizations", "ListAccounts", 1, withAccountMoved);
  served.mutateAfter("identitystore", "ListUsers", 1, withEmptyGroup);
  const { snapshot, receipt } = await crawl();
  const after = served.organisation();
  expect(after.groups.length).toBe(before.groups.length + 1);
  expect(snapshot.groups).toHaveLength(after.groups.length);
  expect(receipt.notes.filter((note) => note.kind === "changed")).toEqual([]);
});

test("outlasts empty pages, repeated items and a token that comes back", async () => {
  await serve();
  const sound = await crawl();
  served.faults.directory.add({ kind: "empty-page", operation: "ListUsers" });
  served.faults.directory.add({ kind: "repeated-item", operation: "ListUsers" });
  served.faults.directory.add({ kind: "repeated-token", operation: "ListUsers" });
  const { snapshot, receipt } = await crawl();
  expect(snapshot.users).toEqual(sound.snapshot.users);
  expect(receipt).toMatchObject({ opened: 0, closed: 0 });
});
