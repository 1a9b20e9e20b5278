/** A chain of grants is over only when a deletion names the credential of its newest grant. */
import { expect, test } from "vitest";
import type { TrailEvent } from "#core/domain/event";
import { HOUR, MINUTE, plus } from "#core/domain/time";
import { portal, sessionDeleted, tokenGrant } from "./records.ts";
import { PERSON, provenByEvents, REQUESTED, stateOf, type World } from "./world.ts";

const FIRST = "sha256:11";
const RENEWED = "sha256:22";
const ACCESS_TOKEN = "sha256:33";
const ENDED = plus(REQUESTED, 2 * MINUTE);

/** The world of events, with a command line that signed in and renewed its token, and what a test adds. */
function withChain(...more: TrailEvent[]): World {
  const world = provenByEvents();
  world.events.push(
    tokenGrant(PERSON, plus(REQUESTED, -HOUR), FIRST),
    tokenGrant(PERSON, plus(REQUESTED, -5 * MINUTE), RENEWED, { grant: "refresh" }),
    portal(PERSON, plus(REQUESTED, -4 * MINUTE), ACCESS_TOKEN, { action: "list" }),
    ...more,
  );
  world.portalMinutes = 10_080;
  return world;
}

test("a deletion that names the newest grant's credential ends the chain, whatever else it names", () => {
  expect(stateOf(withChain(sessionDeleted(PERSON, ENDED, [FIRST, RENEWED])))).toBe("contained");
});

test.each([
  ["nothing names it", []],
  ["the deletion names a credential that was renewed since", [sessionDeleted(PERSON, ENDED, [FIRST])]],
  ["the deletion names only a call that was joined by inference", [sessionDeleted(PERSON, ENDED, [ACCESS_TOKEN])]],
  ["the deletion was refused", [{ ...sessionDeleted(PERSON, ENDED, [RENEWED]), errorCode: "AccessDenied" }]],
  ["it was renewed again", [sessionDeleted(PERSON, ENDED, [RENEWED]), tokenGrant(PERSON, plus(ENDED, MINUTE), RENEWED, { grant: "refresh" })]],
  ["its token was used again", [sessionDeleted(PERSON, ENDED, [RENEWED]), portal(PERSON, plus(ENDED, MINUTE), ACCESS_TOKEN, { action: "list" })]],
  ["its newest grant shows no credential", [tokenGrant(PERSON, plus(REQUESTED, -MINUTE), null, { grant: "refresh" }), sessionDeleted(PERSON, ENDED, [FIRST, RENEWED])]],
] as [string, TrailEvent[]][])("a chain stays open where %s", (_where, events) => {
  expect(stateOf(withChain(...events))).toBe("enforced");
}); // prettier-ignore
