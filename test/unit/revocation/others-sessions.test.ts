/** The role session from which an administrator cuts a person is the administrator's: no end of it says anything of the person. */
import { expect, test } from "vitest";
import { MINUTE, plus } from "#core/domain/time";
import { personOf, roleSession, sessionDeleted } from "./records.ts";
import { CREDENTIAL, PERSON, provenByEvents, REQUESTED, stateOf, type World } from "./world.ts";

const ADMINISTRATOR = personOf(2);

/** The deletion, made from a role session that lives on. */
function cutBy(actor: typeof PERSON): World {
  const world = provenByEvents();
  world.events[1] = {
    ...sessionDeleted(PERSON, plus(REQUESTED, 2 * MINUTE), [CREDENTIAL]),
    person: actor,
    callerSession: roleSession(actor, plus(REQUESTED, -MINUTE)),
  };
  return world;
}

test("a person is contained whose sessions an administrator ended from a role session that lives on", () => {
  expect(stateOf(cutBy(ADMINISTRATOR))).toBe("contained");
});

test("a person who ended their sessions from a role session of their own is not", () => {
  expect(stateOf(cutBy(PERSON))).toBe("enforced");
});
