/** Which sessions a removal touches, and whose removal it is: parallel sessions, groups, doubts, late and repeated events. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { residualDigest, residuals } from "#core/domain/sessions/residual/residuals";
import { AccessHistory } from "#core/domain/sessions/residual/access-history";
import { overAt, residualState } from "#core/domain/sessions/residual/removal";
import {
  ADA,
  assignment,
  at,
  ended,
  endedBy,
  entitlementDeleted,
  GROUP,
  groupDeleted,
  left,
  membership,
  NAMED,
  session,
  SET,
  setChange,
  signOut,
  STORE,
  TO_GROUP,
  under,
  userChange,
} from "./lives.ts";

const FIRST = "11111111-1111-4111-8111-111111111111";
const SECOND = "22222222-2222-4222-8222-222222222222";
const NOON = "12:00:00";

describe("of two parallel portal sessions", () => {
  const logout = signOut(NOON, FIRST);
  const one = session("portal", "one", { keys: [FIRST], ...endedBy(logout) });
  const two = session("portal", "two", { keys: [SECOND] });

  test("a sign-out of one leaves what hangs on it for a while, and does not touch the other's", () => {
    const tokens = [
      session("token", "token-one", under(one)),
      session("token", "token-two", under(two)),
    ];
    const roles = [
      session("role", "role-one", under(tokens[0]!)),
      session("role", "role-two", under(tokens[1]!)),
    ];
    const found = left([one, two, ...tokens, ...roles], [logout]);
    expect(found.map((residual) => residual.sessionId)).toEqual(["role-one", "token-one"]);
  });

  test("what hangs on neither by any link stays in doubt until its own end", () => {
    const [found] = left([one, two, session("application", "loose")], [logout]);
    expect(found).toMatchObject({ sessionId: "loose", until: at("16:00:00") });
    expect(found!.unknown).toContain("which session it hangs on is not known");
  });

  test.each([
    [
      "an application begun just before it within the skew of two clocks",
      "07:59:55",
      "application",
      1,
    ],
    ["an application begun before it", "07:59:54", "application", 0],
    ["a token begun before it", "07:00:00", "token", 0],
    ["a role session begun before it", "07:00:00", "role", 0],
    ["a background session, which depends on none", "07:59:55", "background", 1],
  ] as const)("a sign-out leaves, of %s: rows", (_what, start, kind, count) => {
    const loose = session(kind, "loose", { startedAt: at(start) });
    expect(left([one, loose], [logout])).toHaveLength(count);
  });

  test("a sign-out of the command line's token touches no other token, and not the portal", () => {
    const token = session("token", "t", { keys: [FIRST], ...endedBy(logout) });
    const others = [session("token", "u"), session("portal", "p")];
    expect(left([token, ...others], [logout])).toEqual([]);
  });

  test("an administrator's end that names no session leaves every one of them in doubt", () => {
    const alive = [session("portal", "a"), session("portal", "b"), session("role", "r")];
    const found = left(alive, [ended(NOON)]);
    expect(found.map((residual) => [residual.sessionId, residual.unknown === null])).toEqual([
      ["a", false],
      ["b", false],
      ["r", true],
    ]);
  });
});

describe("a residual closes itself", () => {
  const removed = assignment("10:00:00", "deleted");
  const logout = signOut(NOON, FIRST);

  test("by the event that ends the session, at its instant and not before", () => {
    const portal = session("portal", "p", { keys: [FIRST], ...endedBy(logout) });
    const [found] = left([portal], [removed, logout]);
    expect(found).toMatchObject({ closedAt: at(NOON), closedBy: { eventName: "Logout" } });
    expect(residualState(found!, at("11:59:59"))).toBe("open");
    expect(residualState(found!, at(NOON))).toBe("closed");
  });

  test("by its time, at the very instant", () => {
    const [found] = left([session("role", "r")], [removed]);
    expect(residualState(found!, at("15:59:59"))).toBe("open");
    expect(residualState(found!, at("16:00:00"))).toBe("expired");
  });

  test("where no end is known after the longest life of any session", () => {
    const endless = { at: null, limitedBy: "nothing that was read", certainty: "unknown" } as const;
    const [found] = left([session("portal", "p", { endsAt: endless })], [removed]);
    expect(found).toMatchObject({ until: null, certainty: "unknown" });
    expect(found!.unknown).toContain("nothing that was read");
    expect(overAt(found!)).toBe("2027-01-31T10:00:00.000Z");
  });

  test("never by what leaves an application half an hour", () => {
    const disabled = userChange("10:10:00", "disabled");
    const application = session("application", "a", endedBy(disabled));
    const found = left([application], [removed, disabled]);
    expect(found.map((residual) => [residual.until, residual.closedAt])).toEqual([
      [at("16:00:00"), null],
      [at("10:40:00"), null],
    ]);
  });

  test("not by the removal itself, which leaves a named application half an hour", () => {
    const batch = ended(NOON, FIRST);
    const application = session("application", "a", { keys: [FIRST], ...endedBy(batch) });
    const [found] = left([application], [batch]);
    expect(found).toMatchObject({ until: at("12:30:00"), closedAt: null, closedBy: null });
  });

  test("a session that was over before the removal leaves nothing", () => {
    const gone = session("portal", "p", { keys: [FIRST], ...endedBy(signOut("09:00:00", FIRST)) });
    expect(left([gone], [removed])).toEqual([]);
  });
});

describe("a chained session", () => {
  const parent = session("role", "parent", {
    endsAt: { at: at("11:00:00"), limitedBy: "durationSeconds", certainty: "exact" },
  });
  const child = session("role", "child", {
    ...under(parent),
    accountId: "555566667777",
    permissionSetName: null,
  });

  test("outlives the removal of what it was taken from, to its own end and by its own rule", () => {
    const found = left([parent, child], [assignment("10:00:00", "deleted")]);
    expect(found.map(({ sessionId, until }) => [sessionId, until])).toEqual([
      ["child", at("16:00:00")],
      ["parent", at("11:00:00")],
    ]);
    expect(found[0]!.rule).toContain("chain");
  });

  test("of another permission set is not touched", () => {
    const other = session("role", "other", { permissionSetName: "Developer" });
    const chained = session("role", "chained", { ...under(other), permissionSetName: null });
    expect(left([other, chained], [assignment("10:00:00", "deleted")])).toEqual([]);
  });
});

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

describe("what a record leaves open stays open", () => {
  test("a masked change of `active` may have disabled the user", () => {
    const masked = userChange(NOON, "updated", { attributes: ["active"] });
    const found = left([session("portal", "p"), session("role", "r")], [masked]);
    expect(found.map((one) => [one.kind, one.certainty])).toEqual([
      ["portal", "unknown"],
      ["role", "exact"],
    ]);
    expect(found.every((one) => one.unknown?.includes("masks"))).toBe(true);
  });

  test("a change of other attributes takes nothing", () => {
    expect(
      left([session("portal", "p")], [userChange(NOON, "updated", { attributes: ["emails"] })]),
    ).toEqual([]);
  });

  test("a permission set whose name is not known may be the session's", () => {
    const [found] = left([session("role", "r")], [assignment(NOON, "deleted")], {
      permissionSets: [],
    });
    expect(found!.unknown).toContain("name of the permission set");
  });

  test("an entitlement whose role no record of the session names may be another", () => {
    const [found] = left([session("entitlement-role", "e")], [entitlementDeleted(NOON)]);
    expect(found!.unknown).toContain("of this entitlement");
  });

  test("a refused change takes nothing", () => {
    const alive = [session("portal", "p", { keys: [FIRST] }), session("role", "r")];
    const refused = [userChange(NOON, "disabled"), signOut(NOON, FIRST), ended(NOON, FIRST)];
    for (const event of refused)
      expect(left(alive, [{ ...event, errorCode: "AccessDenied" }])).toEqual([]);
  });

  test("a change that two accounts received took away once", () => {
    const twice = ["111122223333", "555566667777"].map((accountId) => ({
      ...assignment(NOON, "deleted"),
      accountId,
      sharedEventId: "one",
    }));
    expect(left([session("role", "r")], twice)).toHaveLength(1);
  });

  test("a name that comes with a later event is known", () => {
    const named = setChange("13:00:00", "created", { permissionSetName: "ReadOnly" });
    const [found] = left([session("role", "r")], [assignment(NOON, "deleted"), named], {
      permissionSets: [],
    });
    expect(found!.unknown).toBeNull();
    expect(named.permissionSetArn).toBe(SET);
  });
});

test("any order and any duplication of events and sessions give identical residuals", () => {
  const logout = signOut(NOON, FIRST);
  const disabled = userChange("14:00:00", "disabled");
  const portal = session("portal", "p", { keys: [FIRST], ...endedBy(logout) });
  const sessions = [
    portal,
    session("portal", "q", { keys: [SECOND], ...endedBy(disabled) }),
    session("token", "t", under(portal)),
    session("role", "r", under(portal)),
    session("application", "a"),
    session("background", "b"),
  ];
  const events = [
    membership("08:30:00", "added"),
    assignment("08:40:00", "created", TO_GROUP),
    assignment("09:00:00", "deleted"),
    assignment("09:00:00", "deleted", TO_GROUP),
    { ...assignment("09:00:01", "deleted"), sharedEventId: "one" },
    { ...assignment("09:00:01", "deleted"), sharedEventId: "one" },
    membership("10:00:00", "removed"),
    groupDeleted("11:00:00"),
    setChange("11:30:00", "policy-detached"),
    logout,
    ended("13:00:00"),
    disabled,
  ];
  const judged = (lives: typeof sessions, some: typeof events) => {
    const history = new AccessHistory({ ...NAMED, events: some });
    return residuals(ADA, lives, some, history).map(residualDigest);
  };
  const expected = judged(sessions, events);
  expect(new Set(expected).size).toBe(expected.length);
  fc.assert(
    fc.property(
      fc.shuffledSubarray([...events, ...events], { minLength: 2 * events.length }),
      fc.shuffledSubarray(sessions, { minLength: sessions.length }),
      (some, lives) => {
        expect(judged(lives, some)).toEqual(expected);
      },
    ),
    { numRuns: 500 },
  );
});
