/** After any change of access the findings that stand are those a rebuild gives: whom it concerns without naming them is judged too. */
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { PostgresOrganisationStore } from "#core/adapters/postgres/people/organisation-store";
import { PostgresPersonHistory } from "#core/adapters/postgres/people/person-history";
import { PostgresSweepStore } from "#core/adapters/postgres/people/sweep-store";
import { settingsOf } from "#core/domain/sessions/durations";
import { findingId } from "#core/domain/reconcile-findings";
import { HOUR, instant } from "#core/domain/time";
import { judgeEverybody, type JudgePorts } from "#core/flows/judge-people";
import { sweepDue } from "#core/flows/sweep-due";
import { catalogue } from "#core/rules/catalogue";
import { actions } from "#test/support/actions";
import { EVERYTHING_ALLOWED } from "#test/support/snapshot";
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

const PEOPLE = [
  USER,
  "d4e8f4a8-20d1-70ab-9f00-0a1b2c3d4e5f",
  "e4e8f4a8-30d1-70ab-9f00-0a1b2c3d4e5f",
];
const GROUPS = ["a4e8f4a8-40d1-70ab-9f00-0a1b2c3d4e5f", "b4e8f4a8-50d1-70ab-9f00-0a1b2c3d4e5f"];
const ROLE = `arn:aws:iam::${MEMBER}:role/team/Deployer`;
const APPLICATION =
  "arn:aws:sso::111122223333:application/ssoins-0000000000000001/apl-0000000000000001";

let stand: Stand;
let ports: JudgePorts;
beforeAll(async () => {
  stand = await openStand();
  ports = {
    history: new PostgresPersonHistory(stand.database),
    access: new PostgresAccessStore(stand.database),
    observations: new PostgresObservationStore(stand.database),
    catalogue,
    settings: settingsOf(null),
    actions,
  };
});
beforeEach(begin);
afterAll(() => stand.drop());

/** Two groups, of which one is an administrator of production, and three people of whom one is in it; everybody is judged. */
async function begin(): Promise<void> {
  await stand.clear();
  await stand.database.pool.query("truncate access_snapshots, residuals, organisations cascade");
  const store = { identityStoreArn: STORE };
  const directory = snapshot({
    users: PEOPLE.map((userId) => user(userId, store)),
    groups: GROUPS.map((groupId) => ({ ...group(groupId), ...store })),
    memberships: [{ ...membership(GROUPS[0]!, PEOPLE[0]!), ...store }],
    permissionSets: [
      permissionSet(1, { inlinePolicy: EVERYTHING_ALLOWED }),
      permissionSet(2, { inlinePolicy: EVERYTHING_ALLOWED }),
    ],
    accounts: [account(MEMBER, "production")],
    assignments: [assignment(MEMBER, 1, "GROUP", GROUPS[0]!)],
    entitlements: [
      {
        entitlementId: "ent-00000000000000001",
        applicationArn: APPLICATION,
        principalType: "USER",
        principalId: PEOPLE[2]!,
        accountId: MEMBER,
        roleArn: ROLE,
        createdAt: null,
      },
    ],
    entitlementRoles: [
      {
        roleArn: ROLE,
        accountId: MEMBER,
        trustPolicy: "{}",
        maxSessionSeconds: 3600,
        managedPolicyArns: [],
        inlinePolicies: [EVERYTHING_ALLOWED],
        boundaryArn: null,
        unread: null,
      },
    ],
  });
  const crawled = { ...directory, instance: { ...directory.instance, ...store } };
  const at = instant(NOW - 4 * HOUR);
  await new PostgresAccessStore(stand.database).publish("snp_events", crawled, {}, at, at);
  await stand.ingest(trailFile(signIn("2026-11-09T05:00:00Z"), assumeRole("2026-11-09T05:10:00Z")));
  await stand.ingest(trailFile(call("2026-11-09T05:20:00Z", "2026-11-09T05:10:00Z")));
  await sweep();
}

async function sweep(): Promise<void> {
  const clock = { now: () => NOW };
  const people = { ...ports, sweep: new PostgresSweepStore(stand.database), channels: [], clock };
  const organisations = new PostgresOrganisationStore(stand.database);
  const organisation = { ...ports, organisations, channels: [], clock };
  await sweepDue({ people, organisation }, "none");
}

async function standing(): Promise<string[]> {
  const { rows } = await stand.database.pool.query<{ line: string }>(
    "select concat_ws(' ', rule_id, id, severity) as line from findings where state <> 'resolved' and user_id is not null",
  );
  return rows.map(({ line }) => line).toSorted();
}

async function rebuilt(): Promise<string[]> {
  const lines: string[] = [];
  for await (const { person, rules } of judgeEverybody(ports, stand.now)) {
    for (const { ruleId, severity, key } of rules.detections)
      lines.push(`${ruleId} ${findingId(ruleId, person, key)} ${severity}`);
  }
  return lines.toSorted();
}

type Change = (time: string) => object;

const by =
  (source: string, name: string, requestParameters: object): Change =>
  (time) =>
    record(time, source, name, { userIdentity: { type: "AWSService" }, requestParameters });

const grant = (name: string, principalType: string, principalId: string, set = 1): Change =>
  by("sso.amazonaws.com", name, {
    targetId: MEMBER,
    targetType: "AWS_ACCOUNT",
    permissionSetArn: setArn(set),
    principalType,
    principalId,
  });

const member = (name: string, groupId: string, memberId: string): Change =>
  by("sso-directory.amazonaws.com", name, { groupId, memberId, userId: memberId });

const redefine = (name: string, set = 1): Change =>
  by("sso.amazonaws.com", name, { permissionSetArn: setArn(set) });

const entitle = (name: string, more: object): Change =>
  by("account-access.amazonaws.com", name, { applicationArn: APPLICATION, ...more });

const [ANN, BOB] = PEOPLE as [string, string];
const [OPS, SRE] = GROUPS as [string, string];

const CHANGES: readonly (readonly [string, readonly Change[]])[] = [
  ["a user's assignment", [grant("CreateAccountAssignment", "USER", BOB)]],
  [
    "a group's assignment",
    [member("AddMemberToGroup", SRE, BOB), grant("CreateAccountAssignment", "GROUP", SRE)],
  ],
  ["a membership", [member("AddMemberToGroup", OPS, BOB)]],
  ["the end of a membership", [member("RemoveMemberFromGroup", OPS, ANN)]],
  ["the end of a group's assignment", [grant("DeleteAccountAssignment", "GROUP", OPS)]],
  ["a policy of a set that a group holds", [redefine("PutInlinePolicyToPermissionSet")]],
  ["the end of a set that a group holds", [redefine("DeletePermissionSet")]],
  [
    "a policy of a set that only events gave",
    [
      grant("CreateAccountAssignment", "USER", BOB, 2),
      redefine("AttachManagedPolicyToPermissionSet", 2),
    ],
  ],
  [
    "a policy of a set that only events gave to a group",
    [
      member("AddMemberToGroup", SRE, BOB),
      grant("CreateAccountAssignment", "GROUP", SRE, 2),
      redefine("DeletePermissionsBoundaryFromPermissionSet", 2),
    ],
  ],
  ["the end of a group", [by("sso-directory.amazonaws.com", "DeleteGroup", { groupId: OPS })]],
  ["a user who is disabled", [by("sso-directory.amazonaws.com", "DisableUser", { userId: ANN })]],
  [
    "the end of an entitlement that names nobody",
    [entitle("DeleteEntitlement", { entitlementId: "ent-00000000000000001" })],
  ],
  [
    "an entitlement",
    [entitle("CreateEntitlement", { userId: BOB, accountId: MEMBER, roleArn: ROLE })],
  ],
  [
    "the end of the application that entitles",
    [by("sso.amazonaws.com", "DeleteApplication", { applicationArn: APPLICATION })],
  ],
];

test("everybody is judged before anything happens", async () => {
  const found = await standing();
  expect(found).toEqual(await rebuilt());
  expect(found.filter((line) => line.startsWith("administrator-access"))).toHaveLength(2);
});

test.each(CHANGES)("%s leaves the findings that a rebuild gives", async (_what, changes) => {
  const seen = new Set([JSON.stringify(await standing())]);
  for (const [at, change] of changes.entries()) {
    await stand.ingest(trailFile(change(`2026-11-09T07:0${at}:00Z`)));
    await sweep();
    const found = await standing();
    expect(found).toEqual(await rebuilt());
    seen.add(JSON.stringify(found));
  }
  expect(seen.size).toBeGreaterThan(1);
});

test("any changes in any order of arrival leave the findings that a rebuild gives", async () => {
  const several = fc.array(
    fc.record({
      change: fc.constantFrom(...CHANGES.flatMap(([, all]) => all)),
      at: fc.nat(170),
    }),
    { minLength: 1, maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(several, async (changes) => {
      await begin();
      for (const { change, at } of changes) {
        await stand.ingest(trailFile(change(instant(NOW - 3 * HOUR + at * 60_000))));
        await sweep();
      }
      expect(await standing()).toEqual(await rebuilt());
    }),
    { numRuns: 12 },
  );
});
