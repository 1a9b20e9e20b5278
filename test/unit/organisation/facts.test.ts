/** What rules about the organisation read: grants as events made them, verdicts by account, and who is around a person. */
import { describe, expect, test } from "vitest";
import type { AccessSnapshot } from "#core/domain/access";
import { directoryFacts, directoryIndex } from "#core/domain/access/peers";
import { RoleUses, type PersonRoleUse } from "#core/domain/access/proposal/role-use";
import type { TrailEvent } from "#core/domain/event";
import type { Instant } from "#core/domain/time";
import { grantsIn, verdictsOf } from "#core/flows/organisation-facts";
import { matchesArn } from "#core/rules/arn-pattern";
import { accessOf, eventOf, PERSON } from "#core/rules/case-facts";
import { organisationOf, type OrganisationCase } from "#core/rules/case-organisation";
import { catalogue } from "#core/rules/catalogue";
import { EVERYTHING_ALLOWED } from "#test/support/snapshot";
import { catalogue as actionData } from "#test/unit/policy/written";
import { bindsSessionName } from "#core/rules/entitlement-session-name-free/trust-policy";
import { NO_RULE_SETTINGS } from "#core/rules/settings";

const SET = "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef";
const snapshotOf = (said: OrganisationCase): AccessSnapshot =>
  organisationOf(said, NO_RULE_SETTINGS).snapshot;
const event = (said: Record<string, unknown>): TrailEvent =>
  eventOf({ eventId: "e-1", occurredAt: "2026-03-01T00:00:00.000Z", ...said });

describe("grants among events", () => {
  const assignment = {
    kind: "assignment",
    change: "created",
    targetAccountId: "444455556666",
    permissionSetArn: SET,
    principalType: "USER",
    principalId: "u-1",
  };

  test("are named as the snapshot names the fact", () => {
    const grants = grantsIn([
      event({ ...assignment, callerArn: "arn:aws:iam::111122223333:user/ci" }),
      event({ kind: "membership", change: "added", groupId: "g-1", memberUserId: "u-1" }),
      event({ kind: "entitlement", change: "created", entitlementId: "ent-1" }),
    ]);
    expect(grants.map(({ kind, key }) => `${kind} ${key}`)).toEqual([
      `assignment 444455556666/${SET}/u-1`,
      "membership g-1/u-1",
      "entitlement ent-1",
    ]);
    expect(grants[0]).toMatchObject({ callerArn: "arn:aws:iam::111122223333:user/ci" });
  });

  test("of one request of the identity provider are one for each member, and the provider's own", () => {
    const scim = { kind: "membership", change: "added", groupId: "g-1", by: "provisioning" };
    const grants = grantsIn([
      event({ ...scim, memberUserId: null, memberUserIds: ["u-1", "u-2"] }),
    ]);
    expect(grants.map(({ key, isProvisioning }) => [key, isProvisioning])).toEqual([
      ["g-1/u-1", true],
      ["g-1/u-2", true],
    ]);
  });

  test("leave out what was refused, taken back or names no whole grant", () => {
    const events = [
      event({ ...assignment, errorCode: "AccessDeniedException" }),
      event({ ...assignment, change: "deleted" }),
      event({ ...assignment, principalId: null }),
      event({ kind: "membership", change: "added", groupId: null, memberUserId: "u-1" }),
    ];
    expect(grantsIn(events)).toEqual([]);
  });
});

test("of a set whose policies were changed since they were read nothing is said, in any account", () => {
  const snapshot = snapshotOf({
    permissionSets: [{ inlinePolicy: EVERYTHING_ALLOWED }],
    provisionings: [{ accountId: "777788889999" }],
    assignments: [{}, { accountId: "777788889999" }],
  });
  expect(verdictsOf(snapshot, actionData)).toMatchObject([{ administrator: true }]);
  const amendments = { changes: [], askedFor: new Set<string>(), unreadSets: new Set([SET]) };
  expect(verdictsOf({ ...snapshot, amendments }, actionData)).toEqual([
    {
      permissionSetArn: SET,
      accountIds: ["444455556666", "777788889999"],
      administrator: null,
      findings: [],
      services: null,
    },
  ]);
});

describe("the people around a person", () => {
  const members = (groupId: string, ids: readonly string[]) =>
    ids.map((userId) => ({ groupId, userId }));
  const around = (said: OrganisationCase, access = [accessOf({})]) =>
    directoryFacts(
      PERSON.userId,
      access,
      directoryIndex({ ...snapshotOf(said), observedFrom: new Map<string, Instant>() }),
    );
  const team = ["u-1", "u-2", "u-3", "u-4", PERSON.userId];
  const direct = (principalId: string) => ({ principalType: "USER", principalId });

  test("are counted where they hold the same, directly or through any group, each once", () => {
    const facts = around({
      users: [{}],
      groups: [{ groupId: "g-team", displayName: "Team" }, { groupId: "g-other" }],
      memberships: [...members("g-team", team), ...members("g-other", ["u-1", "u-9"])],
      assignments: [direct(PERSON.userId), direct("u-1"), { principalId: "g-other" }],
    });
    expect(facts?.peers).toEqual([
      {
        group: { groupId: "g-team", displayName: "Team", members: 5 },
        accountId: "444455556666",
        heldArn: SET,
        holders: 2,
      },
    ]);
  });

  test("are counted alike when everybody who holds it is more than the group", () => {
    const many = Array.from({ length: 40 }, (_, index) => `m-${index}`);
    const facts = around({
      users: [{}],
      groups: [{ groupId: "g-team" }, { groupId: "g-many" }],
      memberships: [...members("g-team", team), ...members("g-many", [...many, "u-2"])],
      assignments: [direct(PERSON.userId), { principalId: "g-many" }],
    });
    expect(facts?.peers[0]?.holders).toBe(2);
  });

  test("are not asked about what a group of some size gives, nor in a group too small to say", () => {
    const viaTeam = accessOf({
      path: [
        { kind: "group", id: "g-team", name: "Team" },
        { kind: "assignment", id: "a", name: "x" },
      ],
    });
    const said = {
      users: [{}],
      groups: [{ groupId: "g-team" }, { groupId: "g-pair" }],
      memberships: [...members("g-team", team), ...members("g-pair", ["u-1", PERSON.userId])],
      assignments: [{ principalId: "g-team" }],
    };
    expect(around(said, [viaTeam])?.peers).toEqual([]);
    const small = { ...said, memberships: members("g-pair", ["u-1", PERSON.userId]) };
    expect(around(small)?.peers).toEqual([]);
  });

  test("are unknown of somebody whom the snapshot does not have", () => {
    expect(around({})).toBeNull();
  });

  test("name the smaller of two groups that give the same first, never one that was deleted, and say whether the person is in it", () => {
    const facts = around({
      users: [{}],
      groups: [{ groupId: "g-team" }, { groupId: "g-pair" }],
      memberships: [
        ...members("g-team", ["u-1", "u-2", "u-3"]),
        ...members("g-pair", [PERSON.userId]),
      ],
      assignments: [
        direct(PERSON.userId),
        { principalId: "g-team" },
        { principalId: "g-pair" },
        { principalId: "g-deleted" },
      ],
    });
    expect(facts?.groupsWithSame.map(({ group, isMember }) => [group.groupId, isMember])).toEqual([
      ["g-pair", true],
      ["g-team", false],
    ]);
  });
});

test("use adds up over people, whatever their order", () => {
  const use = (lastUsedAt: string, calls: number): PersonRoleUse => ({
    accountId: "444455556666",
    roleName: "Developer",
    firstUsedAt: "2026-01-01T00:00:00.000Z" as Instant,
    lastUsedAt: lastUsedAt as Instant,
    calls,
    deniedCalls: 1,
    services: { ec2: calls },
    actions: { "ec2:RunInstances": calls },
    otherActionCalls: 0,
  });
  const people = [[use("2026-03-01T00:00:00.000Z", 2)], [use("2026-02-01T00:00:00.000Z", 3)]];
  const sum = (order: typeof people) => {
    const uses = new RoleUses();
    for (const one of order) uses.add(one);
    return uses.all();
  };
  expect(sum(people)).toEqual([
    expect.objectContaining({
      people: 2,
      lastUsedAt: "2026-03-01T00:00:00.000Z",
      calls: 5,
      deniedCalls: 2,
      services: { ec2: 5 },
      actions: { "ec2:RunInstances": 5 },
    }),
  ]);
  expect(sum(people.toReversed())).toEqual(sum(people));
  expect(people[0]![0]!.services).toEqual({ ec2: 2 });
});

describe("a pattern of callers", () => {
  const session = "arn:aws:sts::111122223333:assumed-role/access-pipeline/run-7";
  test.each([
    ["arn:aws:iam::111122223333:role/access-pipeline", true],
    ["arn:aws:iam::*:role/access-*", true],
    ["arn:aws:sts::111122223333:assumed-role/access-pipeline/*", true],
    ["arn:aws:iam::111122223333:role/access", false],
    ["arn:aws:iam::444455556666:role/access-pipeline", false],
    ["arn:aws:iam::111122223333:role/*-pipe", false],
  ])("%s names the session of the role: %s", (pattern, named) => {
    expect(matchesArn(session, pattern)).toBe(named);
  });

  test("names a user by the whole ARN", () => {
    expect(matchesArn("arn:aws-cn:iam::111122223333:user/ci", "arn:aws-cn:iam::*:user/ci")).toBe(
      true,
    );
    expect(matchesArn("arn:aws:iam::111122223333:user/ci2", "arn:aws:iam::*:user/ci")).toBe(false);
  });

  test("takes no long time over many stars", () => {
    expect(
      matchesArn(`arn:aws:iam::111122223333:user/${"a".repeat(20_000)}`, `${"a*".repeat(500)}b`),
    ).toBe(false);
  });
});

describe("a trust policy", () => {
  const allow = (more: object) =>
    JSON.stringify({ Statement: { Effect: "Allow", Action: "sts:AssumeRole", ...more } });
  test.each([
    ["without a condition leaves the name free", allow({}), false],
    [
      "that holds it to a text binds it",
      allow({ Condition: { StringEquals: { "sts:RoleSessionName": "ada" } } }),
      true,
    ],
    [
      "that allows any of several, one of them anything, leaves it free",
      allow({ Condition: { StringLike: { "sts:RoleSessionName": ["team-*", "*"] } } }),
      false,
    ],
    [
      "that forbids a name without naming one leaves it free",
      allow({ Condition: { StringNotEquals: { "sts:RoleSessionName": "root" } } }),
      false,
    ],
    [
      "that lets no session begin leaves nothing free",
      JSON.stringify({ Statement: [{ Effect: "Allow", Action: "sts:TagSession" }] }),
      true,
    ],
    ["that is no JSON is not judged", "nonsense", null],
  ])("%s", (_what, text, bound) => {
    expect(bindsSessionName(text)).toBe(bound);
  });
});

test("rules that leave something to another one leave exactly what that one speaks of", () => {
  const parameter = (id: string, name: string) =>
    catalogue.find(({ metadata }) => metadata.id === id)?.parameters[name];
  expect(parameter("administrator-access-on-critical-accounts", "largeGroupMembers")).toBe(
    parameter("large-group-on-privileged-set", "membersAtLeast"),
  );
  expect(parameter("peer-outlier", "unusedDays")).toBe(
    parameter("unused-assignment", "unusedDays"),
  );
  expect(parameter("peer-outlier", "unusedAdministratorDays")).toBe(
    parameter("unused-administrator-permission-set", "unusedDays"),
  );
});
