/**
 * Any order, duplication and batch split of the same events gives byte-identical sessions and links and the same digest: twenty
 * lives of a person with every kind of session, each read in many ways. Sizes by `size`: 10,000 seeds, a million every night.
 */
import { describe, expect, test } from "vitest";
import type { TrailEvent } from "#core/domain/event";
import { canonicalJson, sha256 } from "#core/domain/ids";
import type { Session } from "#core/domain/session";
import { reconstruct, sessionDigest } from "#core/domain/sessions/reconstruct";
import { dice, shuffled, size } from "#test/support/sizes";
import { assumeRole, call, portal, signIn, token, TOKEN, vend } from "../../support/records.ts";
import {
  ADA,
  byAdmin,
  chain,
  childCall,
  decoded,
  EIGHT_HOURS,
  endSession,
  entitle,
  login,
  rebuilt,
  withIam,
  type Json,
} from "./made.ts";

const SEEDS = size(10_000, 1_000_000);
const LIVES = 20;
/** Milliseconds: several for each seed, on a machine that does other things too. */
const TIME = Math.max(120_000, SEEDS * 10);

function time(minute: number, second = 0): string {
  return new Date(Date.UTC(2026, 10, 2, 8, minute, second)).toISOString().replace(".000Z", "Z");
}

function portalId(number: number): string {
  return `6a1f2c3d-1111-4222-8333-${String(number).padStart(12, "0")}`;
}

/** One step of a life, at a minute that the dice give; several steps may fall into one second. */
type Step = (minute: number, random: () => number) => Json[];

const STEPS: readonly Step[] = [
  (minute) => [signIn(time(minute)), portal(time(minute, 3), "Authenticate", portalId(minute % 3))],
  (minute) => [portal(time(minute), "ListApplications", portalId(minute % 3))],
  (minute) => [portal(time(minute), "Logout", portalId(minute % 3))],
  (minute) => [token(time(minute), "code"), token(time(minute + 60), "refresh")],
  (minute) => [token(time(minute), "device"), portal(time(minute, 9), "ListAccounts", TOKEN)],
  (minute) => [vend(time(minute), "GetRoleCredentials", TOKEN), assumeRole(time(minute, 1))],
  (minute) => [vend(time(minute), "Federate", portalId(minute % 3))],
  (minute) => [call(time(minute, 30), time(minute, 1)), call(time(minute + 9), time(minute, 1))],
  (minute) => [
    chain(time(minute, 40), time(minute, 1)),
    childCall(time(minute, 50), time(minute, 40)),
  ],
  (minute) => [entitle(time(minute)), childCall(time(minute + 2), time(minute))],
  (minute) => [
    login(time(minute, 10), "AuthorizeOAuth2Access", time(minute, 1)),
    login(time(minute, 15), "CreateOAuth2Token", time(minute, 1)),
  ],
  (minute) => [withIam(time(minute), `AAAAAG${minute}`)],
  (minute) => [withIam(time(minute), `AAAAAGjob${minute}`, { resource: "arn:aws:emr:::job" })],
  (minute) => [byAdmin(time(minute), "DisableUser"), byAdmin(time(minute + 1), "EnableUser")],
  (minute) => [endSession(time(minute), portalId(minute % 3))],
  (minute, random) => {
    const original = portal(time(minute), "ListApplications", portalId(minute % 3));
    const addendum = { reason: "UPDATED_DATA", originalEventID: original["eventID"] };
    const sourceIPAddress = `192.0.2.${Math.floor(random() * 250)}`;
    return [
      original,
      portal(time(minute), "ListApplications", portalId(minute % 3), { addendum, sourceIPAddress }),
    ];
  },
  // One event that two accounts received, and one record that came from two Regions.
  (minute) => {
    const sharedEventID = `00000000-1111-4222-8333-${String(minute).padStart(12, "0")}`;
    return [
      token(time(minute), "code", { sharedEventID }),
      token(time(minute), "code", { sharedEventID }),
    ];
  },
  (minute) => {
    const one = portal(time(minute), "Authenticate", portalId(minute % 3));
    return [one, { ...one, awsRegion: "us-east-1" }];
  },
];

function lifeOf(seed: number): TrailEvent[] {
  const random = dice(seed * 7_919 + 17);
  const records: Json[] = [];
  for (let step = 0; step < 10; step += 1) {
    const minute = Math.floor(random() * 700);
    records.push(...STEPS[Math.floor(random() * STEPS.length)]!(minute, random));
  }
  return decoded(...records);
}

function read(events: readonly TrailEvent[]): Session[] {
  return reconstruct(ADA, events, EIGHT_HOURS);
}

function text(sessions: readonly Session[]): string {
  return canonicalJson(sessions);
}

describe(`${SEEDS} orders`, () => {
  test(
    "give byte-identical sessions and links and the same digest, duplicates and all",
    () => {
      const lives = Array.from({ length: LIVES }, (_, seed) => {
        const events = lifeOf(seed + 1);
        const sessions = read(events);
        return { events, expected: text(sessions), digest: digestOf(sessions) };
      });
      const differing: number[] = [];
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        const { events, expected, digest } = lives[seed % LIVES]!;
        const random = dice(seed);
        const again = events.filter(() => random() < 0.3);
        const sessions = read(shuffled([...events, ...again], random));
        if (text(sessions) !== expected) differing.push(seed);
        if (seed <= LIVES) expect(digestOf(sessions)).toBe(digest);
      }
      expect(differing).toEqual([]);
    },
    TIME,
  );

  test(
    "arriving batch by batch give at every step what a rebuild of the same events gives",
    () => {
      const differing: number[] = [];
      for (let seed = 1; seed <= SEEDS / 100; seed += 1) {
        const random = dice(seed);
        const arriving = shuffled(lifeOf((seed % LIVES) + 1), random);
        const stored: TrailEvent[] = [];
        for (let from = 0; from < arriving.length;) {
          const batch = arriving.slice(from, from + 1 + Math.floor(random() * 5));
          from += batch.length;
          stored.push(...batch);
          const incremental = text(read(stored));
          if (incremental !== text(read(shuffled(stored, random)))) {
            differing.push(seed);
          }
        }
      }
      expect(differing).toEqual([]);
    },
    TIME,
  );
});

function digestOf(sessions: readonly Session[]): string {
  return sha256(sessions.map(sessionDigest).join(" "));
}

test("no two sessions share an id", () => {
  for (let seed = 1; seed <= LIVES; seed += 1) {
    const ids = read(lifeOf(seed)).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  }
});

test("records of one event that two accounts received are one grant, whichever was read first or alone", () => {
  const sharedEventID = "00000000-1111-4222-8333-000000000001";
  const both = [1, 2].map(() => token(time(0), "code", { sharedEventID }));
  const [session, ...more] = rebuilt(both);
  expect(more).toEqual([]);
  expect(session!.eventIds).toHaveLength(2);
  expect(both.map((one) => rebuilt([one])[0]!.id)).toEqual([session!.id, session!.id]);
});

test("one record from two Regions is one event, the same in either order", () => {
  const one = portal(time(0), "Authenticate");
  const other = { ...one, awsRegion: "us-east-1" };
  expect(text(rebuilt([one, other]))).toBe(text(rebuilt([other, one])));
  expect(rebuilt([one, other])[0]!.eventIds).toHaveLength(1);
});

test("a session used in two Regions is one session", () => {
  const [session, ...more] = rebuilt([
    portal(time(0), "Authenticate"),
    portal(time(5), "ListApplications", undefined, { awsRegion: "us-east-1" }),
  ]);
  expect(more).toEqual([]);
  expect(session).toMatchObject({ region: "eu-central-1", lastSeenAt: "2026-11-02T08:05:00.000Z" });
});

test("another person's events are not taken for the person's, whatever they are", () => {
  const events = lifeOf(3);
  const others = { ...ADA, userId: "d5f9a4b8-21e2-41bc-8a11-1b2c3d4e5f60" };
  const theirs = events.filter((event) => event.person !== null);
  expect(reconstruct(others, theirs, EIGHT_HOURS)).toEqual([]);
});
