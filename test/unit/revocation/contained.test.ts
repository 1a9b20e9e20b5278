/** "Contained" is said only when everything holds at once: flipping any one assumption takes the word away. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { ANYWHERE, BY_EVENTS, BY_TIME } from "./assumptions.ts";
import { BY_BOUND } from "./bounds.ts";
import { roleCall } from "./records.ts";
import {
  DENIED_AT,
  ISSUED,
  PERSON,
  provenByBound,
  provenByEvents,
  provenByTime,
  stateOf,
} from "./world.ts";

const WORLDS = [
  { name: "events", make: provenByEvents, flips: [...ANYWHERE, ...BY_EVENTS] },
  { name: "hard ends", make: provenByTime, flips: [...ANYWHERE, ...BY_TIME] },
  { name: "the latest ends", make: provenByBound, flips: [...ANYWHERE, ...BY_BOUND] },
] as const;

test.each(WORLDS)(
  "a person whose sessions are proven over by $name, with no access left, is contained",
  ({ make }) => {
    expect(stateOf(make())).toBe("contained");
  },
);

for (const { name, make, flips } of WORLDS) {
  test.each(flips)(`proven by ${name}, but %s: not contained`, (_what, flip) => {
    const world = make();
    flip(world);
    expect(stateOf(world)).not.toBe("contained");
  });

  test(`proven by ${name}: no combination of untrue assumptions is contained`, () => {
    fc.assert(
      fc.property(fc.subarray([...flips], { minLength: 1 }), (chosen) => {
        const world = make();
        for (const [, flip] of chosen) flip(world);
        expect(stateOf(world)).not.toBe("contained");
      }),
      { numRuns: 500 },
    );
  });
}

test("a denial without a policy's name proves where it is known that no other policy could deny", () => {
  const world = provenByEvents();
  world.events[3] = roleCall(PERSON, ISSUED, DENIED_AT, {
    errorCode: "AccessDenied",
    errorMessage: "not authorized with an explicit deny in a service control policy",
  });
  world.otherPolicyCouldDeny = false;
  expect(stateOf(world)).toBe("contained");
});
