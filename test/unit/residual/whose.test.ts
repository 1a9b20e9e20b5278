/** Which sessions a removal touches: of parallel portal sessions, of a chain, and where a record leaves it open. */
import { describe, expect, test } from "vitest";
import {
  assignment,
  at,
  ended,
  endedBy,
  entitlementDeleted,
  left,
  session,
  SET,
  setChange,
  signOut,
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
