/** "Expired, unproven" is said only when no record that is still on its way could prove anything. */
import { expect, test } from "vitest";
import { DAY, HOUR, MINUTE, plus } from "#core/domain/time";
import { roleIssued } from "./records.ts";
import { ISSUED, PERSON, provenByEvents, reread, stateOf, type World } from "./world.ts";

const END = plus(ISSUED, HOUR);

/** A role session that nobody used, judged so long after its end; the trail was read up to its end. */
function after(milliseconds: number): World {
  const world = provenByEvents();
  world.events.splice(2, 2, roleIssued(PERSON, ISSUED, 3_600));
  reread(world, plus(ISSUED, -DAY), END);
  world.now = plus(END, milliseconds);
  return world;
}

test("a session that ran out is unproven only after the time that the next record of a quiet account may take", () => {
  expect(stateOf(after(-MINUTE))).toBe("enforced");
  expect(stateOf(after(119 * MINUTE))).toBe("enforced");
  expect(stateOf(after(2 * HOUR))).toBe("expired-unproven");
});

test("the trail, read past that time, takes the word back", () => {
  const world = after(2 * HOUR);
  reread(world, plus(ISSUED, -DAY), world.now);
  expect(stateOf(world)).toBe("contained");
});
