/** When a residual is over: by the event that ends its session, by its time, and never before. */
import { describe, expect, test } from "vitest";
import { overAt, residualState } from "#core/domain/sessions/residual/removal";
import { assignment, at, ended, endedBy, left, session, signOut, userChange } from "./lives.ts";

const FIRST = "11111111-1111-4111-8111-111111111111";
const NOON = "12:00:00";

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
