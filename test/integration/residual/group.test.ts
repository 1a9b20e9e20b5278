/** What a change of access takes from people whom it does not name is judged as soon as it is stored, whatever the order. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { PostgresResidualStore } from "#core/adapters/postgres/people/residual-store";
import type { Residual } from "#core/domain/sessions/residual/removal";
import { HOUR, instant, type Instant } from "#core/domain/time";
import { DigestOfSessions, type ReplayDigest } from "#core/flows/replay";
import { assumeRole, call, MEMBER, record, signIn, STORE, USER } from "#test/support/records";
import {
  account,
  assignment,
  group,
  membership,
  permissionSet,
  setArn,
  snapshot,
  user,
} from "#test/unit/access/directory-facts";
import { NOW, openStand, trailFile, type Stand } from "../ingest/stand.ts";

let stand: Stand;
let residuals: PostgresResidualStore;
beforeAll(async () => {
  stand = await openStand({ portalSessionMinutes: 480 });
  residuals = new PostgresResidualStore(stand.database);
});
beforeEach(async () => {
  await stand.clear();
  await stand.database.pool.query("truncate access_snapshots, residuals cascade");
});
afterAll(() => stand.drop());

const GROUP = "90670abc12-group";

function administration(time: string, source: string, name: string, parameters: object): object {
  return record(time, source, name, {
    userIdentity: { type: "AWSService" },
    requestParameters: parameters,
  });
}

const assignments = (time: string, name: string, principal: object): object =>
  administration(time, "sso.amazonaws.com", name, {
    targetId: MEMBER,
    targetType: "AWS_ACCOUNT",
    permissionSetArn: setArn(1),
    ...principal,
  });

const ofGroup = { principalType: "GROUP", principalId: GROUP };

const joined = (time: string, userId = USER): object =>
  administration(time, "identitystore.amazonaws.com", "CreateGroupMembership", {
    groupId: GROUP,
    memberId: { userId },
  });

/** A directory with one group that holds the members and can take the permission set. */
async function crawl(at: Instant, members: readonly string[]): Promise<void> {
  const store = { identityStoreArn: STORE };
  const users = members.map((userId) => user(userId, store));
  const directory = snapshot({
    users,
    groups: [{ ...group(GROUP), ...store }],
    memberships: members.map((userId) => ({ ...membership(GROUP, userId), ...store })),
    permissionSets: [permissionSet(1, { name: "PowerUser" })],
    accounts: [account(MEMBER)],
    assignments: [assignment(MEMBER, 1, "GROUP", GROUP)],
  });
  const instance = { ...directory.instance, ...store };
  await new PostgresAccessStore(stand.database).publish(
    `snp_${at}`,
    { ...directory, instance },
    {},
    at,
    at,
  );
}

async function stored(): Promise<Residual[]> {
  const found: Residual[] = [];
  for await (const one of residuals.everything()) found.push(one);
  return found;
}

/** What stands in the database, as the replay sums it up. */
async function kept(): Promise<ReplayDigest> {
  const digest = new DigestOfSessions();
  for (const session of await stand.sessions()) digest.add(session);
  for (const residual of await stored()) digest.addResidual(residual);
  return digest.finish();
}

const signedIn = (): object[] => [
  signIn("2026-11-09T08:00:00Z"),
  assumeRole("2026-11-09T08:10:00Z", 3600 * 4),
  call("2026-11-09T08:20:00Z", "2026-11-09T08:10:00Z"),
];

test("a member by an event learns what a group's lost assignment leaves, though nothing names them", async () => {
  await stand.ingest(trailFile(joined("2026-11-09T07:00:00Z"), ...signedIn()));
  await crawl(instant(NOW - 3 * HOUR), [USER]);
  await stand.sweep();
  expect(await stored()).toEqual([]);
  await stand.ingest(
    trailFile(assignments("2026-11-09T09:00:00Z", "DeleteAccountAssignment", ofGroup)),
  );
  expect(await stand.sweep()).toMatchObject({ judged: 1 });
  const found = await stored();
  expect(found.map((one) => `${one.kind} ${one.removal.what}`).toSorted()).toEqual([
    "portal assignment-deleted",
    "role assignment-deleted",
  ]);
  expect(found.find((one) => one.kind === "role")).toMatchObject({
    until: "2026-11-09T12:10:00.000Z",
    certainty: "exact",
    closedAt: null,
  });
  expect(await kept()).toEqual(await stand.replay());
});

test("a removal in a group that nobody ever read leaves the role session in doubt", async () => {
  await stand.ingest(trailFile(...signedIn()));
  await stand.sweep();
  await stand.ingest(
    trailFile(assignments("2026-11-09T09:00:00Z", "DeleteAccountAssignment", ofGroup)),
  );
  await stand.sweep();
  const found = await stored();
  expect(found.map((one) => one.kind)).toEqual(["role"]);
  expect(found[0]!.unknown).toContain("whether the person was in group");
  expect(await kept()).toEqual(await stand.replay());
});

test("events that come late, one by one and in any order amend what is stored to what a rebuild gives", async () => {
  const all = [
    ...signedIn(),
    joined("2026-11-09T07:00:00Z"),
    assignments("2026-11-09T07:10:00Z", "CreateAccountAssignment", ofGroup),
    administration("2026-11-09T07:05:00Z", "sso.amazonaws.com", "CreatePermissionSet", {
      name: "PowerUser",
      permissionSetArn: setArn(1),
    }),
    administration("2026-11-09T09:00:00Z", "identitystore.amazonaws.com", "DeleteGroup", {
      groupId: GROUP,
    }),
    assignments("2026-11-09T09:30:00Z", "DeleteAccountAssignment", ofGroup),
    administration("2026-11-09T09:40:00Z", "sso-directory.amazonaws.com", "DisableUser", {
      userId: USER,
    }),
  ];
  const digests = new Set<string>();
  for (const order of [all, all.toReversed(), [...all.slice(5), ...all.slice(0, 5)]]) {
    await stand.clear();
    await stand.database.pool.query("truncate residuals");
    for (const one of order) {
      await stand.ingest(trailFile(one, one));
      await stand.sweep();
      expect(await kept()).toEqual(await stand.replay());
    }
    digests.add((await kept()).digest);
  }
  expect(digests.size).toBe(1);
});

test("a group of 1,000 members that is deleted makes every one of them due, and touches no row twice", async () => {
  const ids = Array.from(
    { length: 1_000 },
    (_, index) => `00000000-0000-4000-8000-${index.toString(16).padStart(12, "0")}`,
  );
  const of = (userId: string) => ({
    type: "IdentityCenterUser",
    accountId: "111122223333",
    onBehalfOf: { userId, identityStoreArn: STORE },
  });
  const records = ids.map((userId, index) =>
    signIn("2026-11-09T08:00:00Z", {
      userIdentity: of(userId),
      additionalEventData: { AuthWorkflowID: userId, UserName: `person${index}@corp.example` },
    }),
  );
  await crawl(instant(NOW - 4 * HOUR), ids);
  await stand.ingest(trailFile(...records));
  await stand.sweep();
  const deleted = administration(
    "2026-11-09T09:00:00Z",
    "identitystore.amazonaws.com",
    "DeleteGroup",
    {
      groupId: GROUP,
    },
  );
  await stand.ingest(trailFile(deleted));
  expect(await stand.sweep()).toMatchObject({ judged: 1_000 });
  const found = await residuals.list({ openAt: instant(NOW) }, 2_000);
  expect(new Set(found.map((one) => one.user.userId)).size).toBe(1_000);
  expect(found.every((one) => one.kind === "portal" && one.removal.what === "group-deleted")).toBe(
    true,
  );
});
