import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { effectiveAccess, type EffectiveAccessOptions } from "#core/domain/access/effective";
import { assignmentKey, membershipKey, observedKey } from "#core/domain/access/facts";
import { grantEvents } from "#core/domain/access/grants";
import { usageKey } from "#core/domain/access/usage";
import { NO_USE, type AccessSnapshot } from "#core/domain/access";
import type { TrailEvent } from "#core/domain/event";
import { EVERYTHING_ALLOWED } from "#test/support/snapshot";
import {
  account,
  assignment,
  at,
  group,
  membership,
  observed,
  permissionSet,
  setArn,
  snapshot,
  user,
} from "./directory-facts.ts";

const SEEN = at("10T08:00:00");
const NOW = at("20T08:00:00");

const OPTIONS: EffectiveAccessOptions = {
  usage: () => new Map(),
  observedSince: () => null,
  grants: grantEvents([], NOW),
};

const PARTS = {
  users: [user("ann"), user("bob", { status: "disabled" }), user("cleo")],
  groups: [group("ops", "Operators"), group("sre", "")],
  memberships: [membership("ops", "ann"), membership("sre", "ann"), membership("ops", "bob")],
  permissionSets: [permissionSet(1, { inlinePolicy: EVERYTHING_ALLOWED }), permissionSet(2)],
  accounts: [account("444455556666", "production"), account("777788889999", "sandbox")],
  assignments: [
    assignment("444455556666", 1, "GROUP", "ops"),
    assignment("444455556666", 1, "GROUP", "sre"),
    assignment("444455556666", 1, "USER", "ann"),
    assignment("777788889999", 2, "USER", "cleo"),
  ],
} satisfies Partial<AccessSnapshot>;

const accessIn = (parts: Partial<AccessSnapshot>, options: Partial<EffectiveAccessOptions> = {}) =>
  effectiveAccess(observed(snapshot(parts), SEEN), { ...OPTIONS, ...options });

const short = (rows: ReturnType<typeof effectiveAccess>) =>
  rows.map(({ user: who, accountId, permissionSetName, path }) =>
    [who.userId, accountId, permissionSetName, ...path.map((step) => step.kind)].join(" "),
  );

test("keeps every path, direct ones first, and people who are disabled", () => {
  expect(short(accessIn(PARTS))).toEqual([
    "ann 444455556666 Set1 assignment",
    "ann 444455556666 Set1 group assignment",
    "ann 444455556666 Set1 group assignment",
    "bob 444455556666 Set1 group assignment",
    "cleo 777788889999 Set2 assignment",
  ]);
});

test("names group, account and permission set of a path", () => {
  const [, throughOps, throughSre] = accessIn(PARTS);
  expect(throughOps?.path).toEqual([
    { kind: "group", id: "ops", name: "Operators" },
    {
      kind: "assignment",
      id: `444455556666/${setArn(1)}/ops`,
      name: "Set1 in production",
    },
  ]);
  // A group whose name is empty goes by its id.
  expect(throughSre?.path[0]).toEqual({ kind: "group", id: "sre", name: "sre" });
});

test("gives the same rows in the same order whatever the order of the facts, duplicates or not", () => {
  const expected = accessIn(PARTS);
  const turned = <T>(list: readonly T[]) =>
    fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 });
  fc.assert(
    fc.property(
      turned(PARTS.memberships),
      turned(PARTS.assignments),
      fc.shuffledSubarray(PARTS.users, { minLength: PARTS.users.length }),
      (memberships, assignments, users) => {
        expect(accessIn({ ...PARTS, memberships, assignments, users })).toEqual(expected);
      },
    ),
  );
});

test("shows only the users that were asked for", () => {
  const rows = accessIn(PARTS, { users: (one) => one.userId === "cleo" });
  expect(short(rows)).toEqual(["cleo 777788889999 Set2 assignment"]);
});

test("keeps the row of an assignment whose account or permission set is not known, under the id", () => {
  const rows = accessIn({ ...PARTS, permissionSets: [], accounts: [] });
  expect(rows).toHaveLength(5);
  expect(rows[0]).toMatchObject({
    accountName: "444455556666",
    permissionSetName: "ps-0000000000000001",
    administrator: null,
  });
});

test("ignores assignments and memberships of users and groups that are gone", () => {
  const dangling = {
    ...PARTS,
    assignments: [...PARTS.assignments, assignment("444455556666", 2, "USER", "gone")],
    memberships: [...PARTS.memberships, membership("ops", "gone")],
  };
  expect(accessIn(dangling)).toEqual(accessIn(PARTS));
});

test("repeats the use of a pair on each of its paths and says so", () => {
  const key = usageKey("444455556666", "Set1");
  const used = { ...NO_USE, lastUsedAt: at("19T07:00:00"), uses30d: 3, calls: 7 };
  const rows = accessIn(PARTS, {
    usage: ({ userId }) => new Map(userId === "ann" ? [[key, used]] : []),
    observedSince: (accountId) => (accountId === "444455556666" ? at("02T00:00:00") : null),
  });
  for (const row of rows.slice(0, 3))
    expect(row).toMatchObject({ ...used, usageSharedByPaths: true });
  expect(rows[3]).toMatchObject({ lastUsedAt: null, uses30d: 0, usageSharedByPaths: false });
  expect(rows.map((row) => row.observedSince)).toEqual([
    ...Array.from({ length: 4 }, () => at("02T00:00:00")),
    null,
  ]);
});

let eventNumber = 0;
const base = (occurredAt: string) => ({
  eventId: `00000000-0000-4000-8000-${String((eventNumber += 1)).padStart(12, "0")}`,
  eventName: "example",
  eventSource: "sso.amazonaws.com",
  occurredAt: at(occurredAt),
  region: "eu-central-1",
  accountId: "111122223333",
  person: null,
  subjectUserId: null,
  credentialId: null,
  sourceIp: null,
  userAgent: null,
  errorCode: null,
  callerArn: null,
});

const assigned = (when: string, principalId: string, change: "created" | "deleted" = "created") =>
  ({
    ...base(when),
    kind: "assignment",
    change,
    targetAccountId: "444455556666",
    permissionSetArn: setArn(1),
    principalType: "GROUP",
    principalId,
  }) satisfies TrailEvent;

const joined = (when: string, userId: string, change: "added" | "removed" = "added") =>
  ({
    ...base(when),
    kind: "membership",
    change,
    groupId: "ops",
    memberUserId: userId,
    membershipId: null,
  }) satisfies TrailEvent;

describe("a grant's date", () => {
  const parts = {
    ...PARTS,
    memberships: [membership("ops", "ann")],
    assignments: [assignment("444455556666", 1, "GROUP", "ops")],
  };
  const grantOf = (events: TrailEvent[], later = new Map<string, ReturnType<typeof at>>()) => {
    const grants = grantEvents(events, NOW);
    const [row] = effectiveAccess(observed(snapshot(parts), SEEN, later), { ...OPTIONS, grants });
    return [row?.grantedAt, row?.grantedNotAfter];
  };

  test("is unknown without events, and not after the crawl that first saw the whole path", () => {
    expect(grantOf([])).toEqual([null, SEEN]);
    const key = observedKey("membership", membershipKey({ groupId: "ops", userId: "ann" }));
    expect(grantOf([], new Map([[key, at("12T08:00:00")]]))).toEqual([null, at("12T08:00:00")]);
  });

  test("is when the last leg was made, where events show both", () => {
    const events = [assigned("02T00:00:00", "ops"), joined("04T00:00:00", "ann")];
    expect(grantOf(events)).toEqual([at("04T00:00:00"), null]);
    expect(grantOf(events.toReversed())).toEqual([at("04T00:00:00"), null]);
  });

  test("stays unknown while one leg may be younger than the event of the other", () => {
    expect(grantOf([joined("04T00:00:00", "ann")])).toEqual([null, SEEN]);
  });

  test("is the event of the one leg where the other was already seen then", () => {
    const key = observedKey("membership", membershipKey({ groupId: "ops", userId: "ann" }));
    const events = [joined("11T00:00:00", "ann")];
    const later = new Map([[key, at("12T08:00:00")]]);
    expect(grantOf(events, later)).toEqual([at("11T00:00:00"), null]);
  });

  test("is the newest grant after the newest removal", () => {
    const events = [
      assigned("02T00:00:00", "ops"),
      joined("03T00:00:00", "ann"),
      joined("05T00:00:00", "ann", "removed"),
      joined("06T00:00:00", "ann"),
    ];
    expect(grantOf(events)).toEqual([at("06T00:00:00"), null]);
  });

  test("is not taken from a request that repeated what a crawl had seen, that failed or that is to come", () => {
    const key = observedKey(
      "assignment",
      assignmentKey({ accountId: "444455556666", permissionSetArn: setArn(1), principalId: "ops" }),
    );
    const seenLate = new Map([[key, at("12T08:00:00")]]);
    expect(grantOf([assigned("15T00:00:00", "ops")], seenLate)[0]).toBeNull();
    const failed = { ...assigned("02T00:00:00", "ops"), errorCode: "ConflictException" };
    expect(grantOf([failed, joined("04T00:00:00", "ann")])[0]).toBeNull();
    expect(grantOf([assigned("21T00:00:00", "ops"), joined("22T00:00:00", "ann")])[0]).toBeNull();
  });
});
