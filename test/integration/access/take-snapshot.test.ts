import { afterAll, beforeAll, expect, test } from "vitest";
import { awsDirectory } from "#core/adapters/aws/directory";
import { PostgresCrawlStore } from "#core/adapters/postgres/access/crawl-store";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { PostgresRateBudget } from "#core/adapters/postgres/rate-budget";
import { effectiveAccess } from "#core/domain/access/effective";
import { grantEvents } from "#core/domain/access/grants";
import { NO_USAGE } from "#core/domain/access/usage";
import { createdId } from "#core/domain/ids";
import { instant } from "#core/domain/time";
import { takeSnapshot, type SnapshotReceipt } from "#core/flows/take-snapshot";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import { openAwsOffice, type AwsOffice } from "#test/integration/aws/aws-office";

let database: TestDatabase;
let office: AwsOffice;
let receipt: SnapshotReceipt;
let store: PostgresAccessStore;
let seconds: number;

const SSO_ADMIN_PER_SECOND = 20;

beforeAll(async () => {
  database = await createTestDatabase();
  office = await openAwsOffice();
  store = new PostgresAccessStore(database);
  const began = performance.now();
  receipt = await take(new PostgresRateBudget(database));
  seconds = (performance.now() - began) / 1_000;
});
afterAll(async () => {
  await office.close();
  await database.drop();
});

const take = (budget: PostgresRateBudget): Promise<SnapshotReceipt> =>
  takeSnapshot({
    directory: awsDirectory({
      clientsOf: (region) =>
        office.clientsOf(region, { budget, ssoAdminPerSecond: SSO_ADMIN_PER_SECOND }),
      regions: [office.home],
    }),
    store: new PostgresCrawlStore(database),
    clock: { now: () => office.clock.now },
    newId: (now) => createdId("snp", now, new Uint8Array(10)),
    progress: () => undefined,
  });

test("stays at the rate it was given, for all operations of Identity Center together", () => {
  const calls = Object.entries(receipt.apiCalls)
    .filter(([operation]) => operation.startsWith("sso:"))
    .reduce((sum, [, count]) => sum + count, 0);
  expect(seconds).toBeGreaterThanOrEqual((calls - 1) / SSO_ADMIN_PER_SECOND);
  // The slots are used, not only kept: walking the tree of accounts twice, at its own slower rate, is all that comes on top.
  expect(seconds).toBeLessThan((calls - 1) / SSO_ADMIN_PER_SECOND + 30);
});

test("counts every kind, and names what points at nothing", () => {
  const state = office.world.at(office.clock.now);
  expect(receipt.counts).toMatchObject({
    instance: 1,
    user: state.people.length,
    group: state.groups.length,
    membership: state.memberships.length,
    "permission-set": state.permissionSets.length,
    account: state.accounts.length,
    assignment: state.assignments.length,
  });
  const groups = new Set(state.groups.map((one) => one.groupId));
  const people = new Set(state.people.map((one) => one.userId));
  const left = state.assignments.filter(
    ({ principalId }) => !groups.has(principalId) && !people.has(principalId),
  );
  expect(receipt.dangling.map((one) => one.id)).toEqual(left.map((one) => one.principalId));
  const odd = receipt.notes.filter((note) => note.kind === "odd").map((note) => note.about);
  for (const { key } of receipt.dangling) expect(odd).toContain(key);
});

test("shows every path by which anybody can become anything", async () => {
  const now = instant(office.clock.now);
  const state = office.world.at(office.clock.now);
  const snapshot = await store.asOf(now);
  if (snapshot === null) throw new Error("no snapshot was stored");
  const rows = effectiveAccess(snapshot, {
    usage: () => NO_USAGE,
    observedSince: () => null,
    grants: grantEvents([], now),
  });
  const expected = state.assignments.flatMap((one) => {
    const members = state.memberships.filter((member) => member.groupId === one.principalId);
    const users = one.principalType === "USER" ? [one.principalId] : members.map((m) => m.userId);
    const via = one.principalType === "USER" ? "direct" : one.principalId;
    return users.map((id) => `${id} ${one.accountId} ${one.permissionSetArn} ${via}`);
  });
  // Entitlements are roles without a permission set.
  const assigned = rows.filter((row) => row.permissionSetArn !== null);
  const shown = assigned.map((row) => {
    const via = row.path.length === 1 ? "direct" : row.path[0]?.id;
    return `${row.user.userId} ${row.accountId} ${row.permissionSetArn} ${via}`;
  });
  expect(shown.toSorted()).toEqual(expected.toSorted());
  expect(assigned.every((row) => row.grantedNotAfter === receipt.completedAt)).toBe(true);
});
