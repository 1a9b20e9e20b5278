/** Twelve days of a simulated organisation through the real ingest and sweep, against what the simulator says really happened. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fileFolder } from "#core/adapters/files/folder";
import type { Session } from "#core/domain/session";
import { followFolder } from "#core/flows/ingest/follow-folder";
import { Lives } from "#simulator/lives";
import { anchorFor, buildOrganisation } from "#simulator/organisation";
import { DEFAULT_SWITCHES } from "#simulator/switches";
import { TrailWriter } from "#simulator/trail/writer";
import { groundTruth, type GroundTruth } from "#simulator/truth";
import { expectSum, openStand, type Stand } from "#test/integration/ingest/stand";
import {
  JUDGED_KINDS,
  kindFigures,
  linkFigures,
  pairsOf,
  type KindFigures,
  type LinkFigures,
  type Pair,
} from "./judged.ts";

const UNTIL = Date.parse("2026-11-02T10:00:00Z");
const DAYS = 12;

let stand: Stand;
let truth: GroundTruth;
let sessions: Session[];
let pairs: Pair[];

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "curfew-truth-"));
  const anchor = anchorFor(UNTIL, DAYS);
  const organisation = buildOrganisation(11, anchor, DAYS);
  const lives = new Lives(organisation, DEFAULT_SWITCHES, () => []);
  stand = await openStand({
    now: UNTIL,
    portalSessionMinutes: organisation.portalSessionMinutes,
  });
  try {
    await new TrailWriter(lives, join(folder, "trail")).catchUp(UNTIL);
    const clock = { now: () => UNTIL };
    const receipt = await followFolder(join(folder, "trail"), fileFolder, stand.trail, clock);
    expectSum(receipt);
    expect(receipt).toMatchObject({ refused: [], undecodable: 0 });
  } finally {
    rmSync(folder, { recursive: true });
  }
  await stand.sweep();
  sessions = await stand.sessions();
  truth = groundTruth(lives, anchor, UNTIL, UNTIL);
  pairs = pairsOf(truth, sessions);
}, 300_000);
afterAll(() => stand.drop());

/** Measured, minus a margin for other seeds. */
const FLOORS: Record<string, { recall: number; precision: number; sameEvidence: number }> = {
  portal: { recall: 0.9, precision: 0.9, sameEvidence: 0.9 },
  token: { recall: 0.9, precision: 0.9, sameEvidence: 0.9 },
  role: { recall: 0.9, precision: 0.9, sameEvidence: 0.9 },
};

function say(what: string, figures: KindFigures | LinkFigures): void {
  process.stderr.write(`${what}: ${JSON.stringify(figures)}\n`);
}

describe.each(JUDGED_KINDS)("%s sessions", (kind) => {
  test("are found, and hardly one is made up", () => {
    const figures = kindFigures(kind, truth, sessions, pairs);
    say(`${kind} sessions`, figures);
    const floor = FLOORS[kind]!;
    expect(figures.real).toBeGreaterThan(100);
    expect(figures.recall).toBeGreaterThanOrEqual(floor.recall);
    expect(figures.precision).toBeGreaterThanOrEqual(floor.precision);
    expect(figures.sameEvidence).toBeGreaterThanOrEqual(floor.sameEvidence);
  });

  test("end exactly when an end is called exact, and never after a bound", () => {
    const figures = kindFigures(kind, truth, sessions, pairs);
    expect(figures.wrongExactEnds).toBe(0);
    expect(figures.boundsTooEarly).toBe(0);
  });
});

test("links that are called sure are true, and what can be decided is found", () => {
  const figures = linkFigures(truth, pairs);
  say("links", figures);
  expect(figures.precision).toBeGreaterThanOrEqual(0.9);
  expect(figures.found).toBeGreaterThanOrEqual(0.9);
});

test("what is rebuilt from the stored events is what the sweep stored", async () => {
  expect((await stand.replay()).sessions).toBe(sessions.length);
});
