/**
 * Twelve days of a simulated organisation through the real ingest and sweep, against what the simulator says really happened.
 * The first day is left out of the judgement: what began before the history did is only half known to either side.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fileFolder } from "#core/adapters/files/folder";
import type { Session } from "#core/domain/session";
import { DAY, instant, SECOND } from "#core/domain/time";
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
  originsOf,
  pairsOf,
  type JudgedKind,
  type KindFigures,
  type LinkFigures,
  type Pair,
} from "./judged.ts";

const UNTIL = Date.parse("2026-11-02T10:00:00Z");
const DAYS = 12;

interface Floor {
  readonly recall: number;
  readonly precision: number;
}
interface Organisation {
  readonly what: string;
  readonly shape: "new" | "mixed";
  readonly seed: number;
  /** Measured, minus a margin for what another day's plans do. */
  readonly floors: Readonly<Record<JudgedKind, Floor>>;
  /** Of the decidable links, the share that is found. */
  readonly found: number;
}

const ORGANISATIONS: Organisation[] = [
  {
    what: "records of the present shape",
    shape: "new",
    seed: 11,
    floors: {
      portal: { recall: 0.99, precision: 0.99 },
      token: { recall: 0.98, precision: 0.96 },
      role: { recall: 0.99, precision: 0.995 },
    },
    found: 0.98,
  },
  {
    // Its first days name people by a principalId alone, which tells the identity store only in one of its two forms.
    what: "records of both shapes",
    shape: "mixed",
    seed: 7,
    floors: {
      portal: { recall: 0.93, precision: 0.97 },
      token: { recall: 0.93, precision: 0.96 },
      role: { recall: 0.99, precision: 0.995 },
    },
    found: 0.92,
  },
];

/** A portal session begins with its sign-in; the first event with its credential comes this much later at most. */
const FIRST_PORTAL_EVENT = 5 * SECOND;

describe.each(ORGANISATIONS)("$what", ({ what, shape, seed, floors, found }) => {
  let stand: Stand;
  let truth: GroundTruth;
  let sessions: Session[];
  let pairs: Pair[];
  let origins: ReadonlyMap<string, string>;
  let everySession: number;

  beforeAll(async () => {
    const anchor = anchorFor(UNTIL, DAYS);
    const organisation = buildOrganisation(seed, anchor, DAYS);
    const lives = new Lives(organisation, { ...DEFAULT_SWITCHES, shape }, () => []);
    const { portalSessionMinutes } = organisation;
    stand = await openStand({ now: UNTIL, portalSessionMinutes });
    await ingestHistory(lives, stand);
    await stand.sweep();
    const stored = await stand.sessions();
    everySession = stored.length;
    const whole = groundTruth(lives, anchor, UNTIL, UNTIL);
    const from = anchor + DAY;
    truth = { ...whole, sessions: whole.sessions.filter((one) => one.startAt >= from) };
    const judged = new Set(truth.sessions.map((one) => one.key));
    truth = { ...truth, links: whole.links.filter((link) => judged.has(link.session)) };
    sessions = stored.filter((session) => session.startedAt >= instant(from));
    pairs = pairsOf(truth, sessions);
    origins = originsOf(whole, stored);
  }, 300_000);
  afterAll(() => stand.drop());

  function say(about: string, figures: KindFigures | LinkFigures): void {
    process.stderr.write(`${what}, ${about}: ${JSON.stringify(figures)}\n`);
  }

  describe.each(JUDGED_KINDS)("%s sessions", (kind) => {
    test("are found, hardly one is made up, and none holds another's events", () => {
      const figures = kindFigures(kind, truth, sessions, pairs);
      say(`${kind} sessions`, figures);
      expect(figures.real).toBeGreaterThan(100);
      expect(figures.recall).toBeGreaterThanOrEqual(floors[kind].recall);
      expect(figures.precision).toBeGreaterThanOrEqual(floors[kind].precision);
      expect(figures.sameEvidence).toBeGreaterThanOrEqual(0.99);
    });

    test("are never said to end before they do, and at the very instant where the record says so", () => {
      const { boundsTooEarly, exactEndsLateBy } = kindFigures(kind, truth, sessions, pairs);
      expect(boundsTooEarly).toBe(0);
      expect(exactEndsLateBy).toBeLessThanOrEqual(kind === "portal" ? FIRST_PORTAL_EVENT : 0);
    });
  });

  test("links that are called sure are true, and what can be decided is found", () => {
    const figures = linkFigures(truth, origins, pairs);
    say("links", figures);
    expect(figures.precision).toBeGreaterThanOrEqual(0.995);
    expect(figures.found).toBeGreaterThanOrEqual(found);
  });

  test("a person's sessions hold no event of somebody else", () => {
    const owner = new Map(
      truth.sessions.flatMap((one) => one.eventIds.map((id) => [id, one.userId])),
    );
    const foreign = sessions.filter((session) =>
      session.eventIds.some((id) => (owner.get(id) ?? session.user.userId) !== session.user.userId),
    );
    expect(foreign.map(({ id, kind, user }) => ({ id, kind, user }))).toEqual([]);
  });

  test("what is rebuilt from the stored events is what the sweep stored", async () => {
    expect((await stand.replay()).sessions).toBe(everySession);
  });
});

async function ingestHistory(lives: Lives, stand: Stand): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "curfew-truth-"));
  try {
    await new TrailWriter(lives, join(folder, "trail")).catchUp(UNTIL);
    const clock = { now: () => UNTIL };
    const receipt = await followFolder(join(folder, "trail"), fileFolder, stand.trail, clock);
    expectSum(receipt);
    expect(receipt).toMatchObject({ refused: [], undecodable: 0 });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
