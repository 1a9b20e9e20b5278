/** Whose removal a group's is: its members' at that instant, as events and crawls tell, in doubt where neither does. */
import { describe, expect, test } from "vitest";
import {
  ADA,
  assignment,
  at,
  GROUP,
  groupDeleted,
  left,
  membership,
  session,
  setChange,
  STORE,
  TO_GROUP,
} from "./lives.ts";

const NOON = "12:00:00";

describe("a group's removal is a member's", () => {
  const role = session("role", "r");
  const lost = assignment(NOON, "deleted", TO_GROUP);
  const seen = { identityStoreArn: STORE, groupId: GROUP, userId: ADA.userId };
  const count = (
    events: Parameters<typeof left>[1],
    facts: Parameters<typeof left>[2] = {},
  ): [number, boolean] => {
    const found = left([role], [...events, lost], facts);
    return [found.length, found.every((one) => one.unknown === null)];
  };

  test.each([
    ["who joined before", [membership("09:00:00", "added")], [1, true]],
    [
      "who joined and left before",
      [membership("09:00:00", "added"), membership("10:00:00", "removed")],
      [0, true],
    ],
    [
      "who left afterwards without joining in between",
      [membership("13:00:00", "removed")],
      [1, true],
    ],
    ["who joined only afterwards", [membership("13:00:00", "added")], [0, true]],
  ] as const)("%s", (_who, events, expected) => {
    const found = left([role], [...events, lost]).filter(
      (one) => one.removal.eventId === lost.eventId,
    );
    expect([found.length, found.every((one) => one.unknown === null)]).toEqual(expected);
  });

  test.each([
    ["who a crawl saw in it", { from: at("09:00:00"), to: null }, [1, true]],
    ["who a crawl saw in it until later", { from: at("09:00:00"), to: at("13:00:00") }, [1, true]],
    ["who a crawl saw gone before", { from: at("09:00:00"), to: at("11:00:00") }, [0, true]],
    ["who a crawl saw in it only afterwards", { from: at("13:00:00"), to: null }, [0, true]],
  ] as const)("%s", (_who, period, expected) => {
    const facts = { memberships: [{ ...seen, ...period }], firstCrawlAt: at("09:00:00") };
    expect(count([], facts)).toEqual(expected);
  });

  test.each([
    [
      "who joined in the second of the removal was not in it before",
      [membership(NOON, "added")],
      0,
    ],
    ["who left in the second of the removal was in it", [membership(NOON, "removed")], 1],
  ] as const)("%s", (_who, events, expected) => {
    const found = left([role], [...events, lost]).filter(
      (one) => one.removal.eventId === lost.eventId,
    );
    expect(found).toHaveLength(expected);
  });

  test("who joined by an event and was gone at a crawl is no member, nor who was missing at one", () => {
    const joined = membership("09:00:00", "added");
    const gone = { ...seen, from: at("09:30:00"), to: at("10:30:00") };
    expect(count([joined], { memberships: [gone], firstCrawlAt: at("09:30:00") })).toEqual([
      0,
      true,
    ]);
    const leaves = membership("13:00:00", "removed");
    const found = left([role], [leaves, lost], { firstCrawlAt: at("11:00:00") });
    expect(found.filter((one) => one.removal.eventId === lost.eventId)).toEqual([]);
  });

  test("whom only the first crawl, after the removal, saw in it is in doubt", () => {
    const memberships = [{ ...seen, from: at("13:00:00"), to: null }];
    expect(count([], { memberships, firstCrawlAt: at("13:00:00") })).toEqual([1, false]);
  });

  test("what AWS takes from a group in the second of its deletion still was the group's", () => {
    const events = [
      membership("09:00:00", "added"),
      assignment("09:00:00", "created", TO_GROUP),
      lost,
      groupDeleted(NOON),
    ];
    const whats = left([role], events).map((one) => one.removal.what);
    expect(whats.toSorted()).toEqual(["assignment-deleted", "group-deleted"]);
  });

  test("in doubt where nobody read the directory by then, and only for role sessions of the target", () => {
    expect(count([])).toEqual([1, false]);
    expect(
      left(
        [session("portal", "p"), session("role", "d", { permissionSetName: "Developer" })],
        [lost],
      ),
    ).toEqual([]);
    expect(count([], { firstCrawlAt: at("13:00:00") })).toEqual([1, false]);
    expect(count([], { firstCrawlAt: at("11:00:00") })).toEqual([0, true]);
  });

  test("of one request that names several members", () => {
    const several = membership("09:00:00", "removed", {
      memberUserId: null,
      memberUserIds: ["grace", ADA.userId],
      subjectUserId: null,
    });
    expect(left([session("portal", "p")], [several])).toHaveLength(1);
  });

  test("of the same user id in another identity store is not this person's", () => {
    const elsewhere = membership("09:00:00", "removed", { subjectIdentityStoreId: "d-0000000000" });
    expect(left([session("portal", "p")], [elsewhere])).toEqual([]);
    const instances = [
      {
        instanceArn: "arn:aws:sso:::instance/ssoins-0000000000000001",
        identityStoreArn: "arn:other",
      },
    ];
    expect(left([role], [assignment(NOON, "deleted")], { instances })).toEqual([]);
    expect(left([role], [setChange(NOON, "deleted")], { instances })).toEqual([]);
  });

  test("what the group could take is in doubt where neither a crawl nor an event says so", () => {
    const [found] = left([role], [membership(NOON, "removed")]);
    expect(found!.unknown).toContain("what the group could take is not known");
    const given = assignment("09:00:00", "created", TO_GROUP);
    const taken = assignment("10:00:00", "deleted", TO_GROUP);
    const known = left([role], [given, membership(NOON, "removed")]);
    expect(known.map((one) => one.unknown)).toEqual([null]);
    const before = left(
      [role],
      [given, taken, membership(NOON, "added"), groupDeleted("13:00:00")],
    );
    expect(before.filter((one) => one.removal.what === "group-deleted")).toEqual([]);
  });
});
