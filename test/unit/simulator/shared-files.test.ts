import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ChangeLog } from "#simulator/changes";
import { SimulatedClock } from "#simulator/clock";
import { anchorFor, buildOrganisation } from "#simulator/organisation";
import { change, OPENING } from "./demo.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "simulator-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe("the log of changes", () => {
  const organisation = buildOrganisation(7, anchorFor(OPENING));
  const made = (n: number) =>
    change(organisation, OPENING + n, "UpdatePolicy", { Content: "x".repeat(9000), n });

  it("shows each process what any other appended, in the order of appending", () => {
    const [one, two] = [new ChangeLog(dir), new ChangeLog(dir)];
    expect(one.all()).toEqual([]);
    for (let n = 0; n < 20; n++) (n % 2 === 0 ? one : two).append(made(n));
    expect(one.all().map((each) => each.parameters["n"])).toEqual(
      Array.from({ length: 20 }, (_, n) => n),
    );
    expect(two.all()).toEqual(one.all());
    expect(one.all()).toBe(one.all());
  });

  it("skips what a killed process left unfinished and keeps what follows", () => {
    const log = new ChangeLog(dir);
    log.append(made(1));
    appendFileSync(join(dir, "changes.ndjson"), '{"at":12,"eff');
    expect(log.all()).toHaveLength(1);
    log.append(made(2));
    expect(log.all().map((each) => each.parameters["n"])).toEqual([1, 2]);
    expect(new ChangeLog(dir).all()).toHaveLength(2);
  });
});

describe("the simulated clock", () => {
  it("is real time until told otherwise, and the same for every process of a directory", () => {
    let real = OPENING;
    const realNow = (): number => real;
    const clock = SimulatedClock.open(dir, { realNow });
    expect([clock.now(), clock.rate]).toEqual([OPENING, 1]);
    real += 5000;
    expect(SimulatedClock.open(dir, { realNow }).now()).toBe(OPENING + 5000);
  });

  it("goes on from where it stands when its rate changes, in other processes too", () => {
    let real = OPENING;
    const realNow = (): number => real;
    const first = SimulatedClock.open(dir, { realNow });
    real += 1000;
    const second = SimulatedClock.open(dir, { realNow, rate: 60 });
    expect([first.now(), second.now()]).toEqual([OPENING + 1000, OPENING + 1000]);
    real += 1000;
    expect([first.now(), second.now()]).toEqual([OPENING + 61_000, OPENING + 61_000]);
    expect(first.rate).toBe(60);
  });

  it("refuses a rate at which time would stand still", () => {
    const clock = SimulatedClock.open(dir);
    expect(() => clock.setRate(0)).toThrow(/above 0/);
  });
});
