import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AccessSnapshot, Entitlement } from "#core/domain/access";
import { effectiveAccess } from "#core/domain/access/effective";
import { grantEvents } from "#core/domain/access/grants";
import { AccessModel, largest } from "#core/domain/access/model";
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

const roleArn = (accountId: string, name: string) => `arn:aws:iam::${accountId}:role/team/${name}`;

const entitlement = (
  entitlementId: string,
  accountId: string,
  principalType: "USER" | "GROUP",
  principalId: string,
): Entitlement => ({
  entitlementId,
  applicationArn: "arn:aws:sso::111122223333:application/ssoins-0000000000000001/apl-1",
  principalType,
  principalId,
  accountId,
  roleArn: roleArn(accountId, "Deployer"),
  createdAt: null,
});

/** The join as it is told: one text a path. */
function naive({ users, memberships, assignments, entitlements }: AccessSnapshot): string[] {
  const grants = [
    ...assignments.map((one) => ({ ...one, held: one.permissionSetArn, id: "" })),
    ...entitlements.map((one) => ({ ...one, held: one.roleArn, id: one.entitlementId })),
  ];
  const paths = users.flatMap(({ userId }) => {
    const groups = memberships.filter((one) => one.userId === userId).map((one) => one.groupId);
    return grants.flatMap(({ accountId, held, id, principalType, principalId }) => {
      const has = principalType === "USER" ? userId === principalId : groups.includes(principalId);
      const way = principalType === "USER" ? "" : principalId;
      return has ? [[userId, accountId, held, id, way].join(" ")] : [];
    });
  });
  return [...new Set(paths)].toSorted();
}

const ACCOUNTS = ["444455556666", "777788889999", "222233334444"];
const USERS = ["ann", "bob", "cleo", "dan"];
const GROUPS = ["ops", "sre", "gone"];

const principals = fc.oneof(
  fc.tuple(fc.constant("USER" as const), fc.constantFrom(...USERS, "nobody")),
  fc.tuple(fc.constant("GROUP" as const), fc.constantFrom(...GROUPS, "empty")),
);
const directories = fc
  .record({
    users: fc.shuffledSubarray(USERS),
    members: fc.array(fc.tuple(fc.constantFrom(...GROUPS), fc.constantFrom(...USERS, "nobody")), {
      maxLength: 10,
    }),
    assignments: fc.array(
      fc.tuple(fc.constantFrom(...ACCOUNTS), fc.integer({ min: 1, max: 3 }), principals),
      { maxLength: 12 },
    ),
    entitlements: fc.array(fc.tuple(fc.constantFrom(...ACCOUNTS), principals), { maxLength: 5 }),
  })
  .map((drawn) =>
    snapshot({
      users: drawn.users.map((id) => user(id)),
      groups: [group("ops"), group("sre")],
      memberships: drawn.members.map(([groupId, userId]) => membership(groupId, userId)),
      permissionSets: [permissionSet(1), permissionSet(2)],
      accounts: [account(ACCOUNTS[0]!), account(ACCOUNTS[1]!)],
      assignments: drawn.assignments.map(([id, set, [type, principal]]) =>
        assignment(id, set, type, principal),
      ),
      entitlements: drawn.entitlements.map(([id, [type, principal]], place) =>
        entitlement(`ent-${place}`, id, type, principal),
      ),
    }),
  );

const OPTIONS = {
  usage: () => new Map(),
  observedSince: () => null,
  grants: grantEvents([], at("20T08:00:00")),
};

describe("the model of a directory", () => {
  test("has exactly the paths of the plain join, and every row names person, account and what is taken", () => {
    fc.assert(
      fc.property(directories, (facts) => {
        const rows = effectiveAccess(observed(facts, at("10T08:00:00")), OPTIONS);
        const shown = rows.map((row) => {
          const last = row.path.at(-1)!;
          const way = row.path.length === 2 ? row.path[0]!.id : "";
          const id = last.kind === "entitlement" ? last.id : "";
          const held = row.permissionSetArn ?? row.roleArn;
          return [row.user.userId, row.accountId, held, id, way].join(" ");
        });
        expect(shown.toSorted()).toEqual(naive(facts));
        for (const row of rows) {
          expect((row.permissionSetArn === null) !== (row.roleArn === null)).toBe(true);
          expect(row.accountName).not.toBe("");
          expect(row.permissionSetArn === null).toBe(row.permissionSetName === null);
        }
      }),
    );
  });

  test("counts people, pairs and paths as the plain join does, and finds who has a pair", () => {
    fc.assert(
      fc.property(directories, (facts) => {
        const model = new AccessModel(facts);
        const paths = naive(facts);
        expect(model.pathCount()).toBe(paths.length);
        const triples = new Set(paths.map((path) => path.split(" ").slice(0, 3).join(" ")));
        const people = model.peopleByPair();
        expect(people.reduce((sum, one) => sum + one, 0)).toBe(triples.size);
        const each = model.pairsByPerson(() => true);
        const accounts = model.accountsByPerson(() => true);
        for (const [number, { userId }] of model.users.entries()) {
          const own = [...triples].filter((triple) => triple.startsWith(`${userId} `));
          expect(each[number]).toBe(own.length);
          expect(accounts[number]).toBe(new Set(own.map((triple) => triple.split(" ")[1])).size);
        }
        for (const { accountId, heldArn } of model.pairs) {
          const holders = model.whoHas(accountId, heldArn).map((one) => one.userId);
          const expected = [...triples].filter((one) => one.endsWith(` ${accountId} ${heldArn}`));
          expect(holders).toEqual(expected.map((one) => one.split(" ")[0]!).toSorted());
        }
      }),
    );
  });

  test("holds a person with a thousand groups and a group with a hundred thousand members", () => {
    const members = Array.from({ length: 100_000 }, (_, n) => `u${String(n).padStart(6, "0")}`);
    const groups = Array.from({ length: 1_000 }, (_, n) => `g${String(n).padStart(4, "0")}`);
    const facts = snapshot({
      users: [user("ann"), ...members.map((id) => user(id))],
      memberships: [
        ...members.map((id) => membership("everybody", id)),
        ...groups.map((id) => membership(id, "ann")),
      ],
      assignments: [
        assignment(ACCOUNTS[0]!, 1, "GROUP", "everybody"),
        ...groups.map((id) => assignment(ACCOUNTS[1]!, 2, "GROUP", id)),
      ],
    });
    const model = new AccessModel(facts);
    expect(model.legsOf(model.numberOf("ann")!)).toHaveLength(1_000);
    expect([...model.peopleByPair()]).toEqual([100_000, 1]);
    expect(model.whoHas(ACCOUNTS[0]!, setArn(1))).toHaveLength(100_000);
    expect(model.pathCount()).toBe(101_000);
  });

  test("answers nobody and nothing for what was never granted", () => {
    const model = new AccessModel(snapshot({ users: [user("ann")] }));
    expect(model.whoHas("444455556666", setArn(1))).toEqual([]);
    expect(model.numberOf("nobody")).toBeNull();
    expect(model.legsOf(0)).toEqual([]);
    expect(model.peopleByPair()).toHaveLength(0);
  });
});

test("lists the largest counts first and leaves out zeros", () => {
  expect(largest(Int32Array.from([3, 0, 7, 3]), 10)).toEqual([2, 0, 3]);
  expect(largest(Int32Array.from([3, 0, 7, 3]), 1)).toEqual([2]);
});

describe("an entitlement of the account access manager", () => {
  const facts = (more: Partial<AccessSnapshot>) =>
    observed(
      snapshot({
        users: [user("ann")],
        groups: [group("ops", "Operators")],
        memberships: [membership("ops", "ann")],
        accounts: [account("444455556666", "production")],
        ...more,
      }),
      at("10T08:00:00"),
    );

  test("is a row of its own with the role's ARN and no permission set, direct or through a group", () => {
    const rows = effectiveAccess(
      facts({
        entitlements: [
          entitlement("ent-1", "444455556666", "USER", "ann"),
          entitlement("ent-2", "444455556666", "GROUP", "ops"),
        ],
      }),
      OPTIONS,
    );
    expect(rows.map((row) => row.path)).toEqual([
      [{ kind: "entitlement", id: "ent-1", name: "Deployer in production" }],
      [
        { kind: "group", id: "ops", name: "Operators" },
        { kind: "entitlement", id: "ent-2", name: "Deployer in production" },
      ],
    ]);
    for (const row of rows) {
      expect(row).toMatchObject({
        permissionSetArn: null,
        permissionSetName: null,
        roleArn: roleArn("444455556666", "Deployer"),
        accountTier: "production",
        administrator: null,
        usageSharedByPaths: true,
      });
    }
  });

  test("was granted when AWS says it was made, where no event tells more", () => {
    const made = {
      ...entitlement("ent-1", "444455556666", "USER", "ann"),
      createdAt: at("03T00:00:00"),
    };
    const [row] = effectiveAccess(facts({ entitlements: [made] }), OPTIONS);
    expect(row).toMatchObject({
      grantedAt: at("03T00:00:00"),
      grantedBy: null,
      grantEventId: null,
    });
  });
});
