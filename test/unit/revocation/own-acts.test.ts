/** The role session from which an administrator cuts a person is the administrator's. */
import { expect, test } from "vitest";
import type { TrailEvent } from "#core/domain/event";
import { withoutOthersSessions } from "#core/domain/revocation/own-acts";
import { MINUTE, plus } from "#core/domain/time";
import { base, personOf, roleCall, roleSession, sessionDeleted } from "./records.ts";
import { CREDENTIAL, PERSON, provenByEvents, REQUESTED, stateOf, type World } from "./world.ts";

const ADMINISTRATOR = personOf(2);
const SESSION = roleSession(ADMINISTRATOR, plus(REQUESTED, -MINUTE));

/** The deletion, made by an administrator in a role session; who it names as the actor is up to the test. */
function deletion(actor: TrailEvent["person"]): TrailEvent {
  const made = sessionDeleted(PERSON, plus(REQUESTED, 2 * MINUTE), [CREDENTIAL]);
  return { ...made, person: actor, callerSession: SESSION };
}

function stateWith(actor: TrailEvent["person"]): string {
  const world: World = provenByEvents();
  world.events[1] = deletion(actor);
  return stateOf({ ...world, events: withoutOthersSessions(PERSON, world.events) });
}

test("a person is contained whose session an administrator ended from a role session that lives on", () => {
  expect(stateWith(ADMINISTRATOR)).toBe("contained");
});

test("a session that may be the person's own keeps them from contained", () => {
  expect(stateWith(PERSON)).toBe("enforced");
  expect(stateWith(null)).toBe("enforced");
});

test("everything else about every event stays as it was", () => {
  const events = [
    deletion(ADMINISTRATOR),
    roleCall(PERSON, REQUESTED, REQUESTED),
    { ...base(PERSON, REQUESTED, "Example"), kind: "unknown" as const, callerSession: SESSION },
  ];
  const { callerSession: _session, ...cut } = deletion(ADMINISTRATOR);
  const [first, ...others] = withoutOthersSessions(PERSON, events);
  expect({ ...first, eventId: "" }).toEqual({ ...cut, eventId: "" });
  expect(others).toEqual(events.slice(1));
});
