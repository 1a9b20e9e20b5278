/** Residuals are a function of what is read, whatever the order and however often it comes. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { residualDigest, residuals } from "#core/domain/sessions/residual/residuals";
import { AccessHistory } from "#core/domain/sessions/residual/access-history";
import {
  ADA,
  assignment,
  ended,
  endedBy,
  groupDeleted,
  membership,
  NAMED,
  session,
  setChange,
  signOut,
  TO_GROUP,
  under,
  userChange,
} from "./lives.ts";

const FIRST = "11111111-1111-4111-8111-111111111111";
const SECOND = "22222222-2222-4222-8222-222222222222";
const NOON = "12:00:00";

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
