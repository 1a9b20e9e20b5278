/** `curfew sessions`, `session` and `durations` as their users run them, over the records of one person's day. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import * as records from "#test/support/records";
import { curfew, jsonLines, type Place } from "./command.ts";

let database: TestDatabase;
let place: Place;
beforeAll(async () => {
  database = await createTestDatabase();
  place = { directory: mkdtempSync(join(tmpdir(), "curfew-views-")), databaseUrl: database.url };
  const file = join(place.directory, "day.json");
  const day = [
    records.signIn("2026-03-02T08:00:00Z"),
    records.portal("2026-03-02T08:00:02Z", "Authenticate"),
    records.vend("2026-03-02T08:05:00Z", "Federate", records.PORTAL),
    records.assumeRole("2026-03-02T08:05:01Z"),
    records.call("2026-03-02T08:06:00Z", "2026-03-02T08:05:01Z"),
    records.call("2026-03-02T08:07:00Z", "2026-03-02T08:05:01Z", {
      userAgent: "evil\u001b[31m\u202eagent",
    }),
    records.call("2026-03-02T08:08:00Z", "2026-03-02T08:05:01Z", { errorCode: "AccessDenied" }),
    records.portal("2026-03-02T10:00:00Z", "Logout"),
  ];
  writeFileSync(file, JSON.stringify({ Records: day }));
  const read = await curfew(place, "ingest", file, "--json");
  if (read.code !== 0) throw new Error(read.stderr);
});
afterAll(async () => {
  await database.drop();
  rmSync(place.directory, { recursive: true });
});

const list = async (...args: string[]) =>
  jsonLines((await curfew(place, "sessions", "--json", ...args)).stdout);

async function theOne(kind: string): Promise<Record<string, unknown>> {
  const [first] = await list("--kind", kind);
  return first!;
}

test("who was active at an instant is told with the state of then, judged now or as of then", async () => {
  const kinds = async (...args: string[]) =>
    (await list(...args)).map(({ kind, state }) => `${String(kind)} ${String(state)}`);
  expect(await kinds("--active-at", "2026-03-02T08:30:00Z")).toEqual([
    "role active",
    "portal active",
  ]);
  expect(await kinds("--active-at", "2026-03-02T10:00:00Z")).toEqual([]);
  expect(await kinds("--active-at", "2026-03-02T07:00:00Z")).toEqual([]);
  const asOf = ["--as-of", "2026-03-02T08:10:00Z"];
  expect(await kinds(...asOf, "--active-at", "2026-03-02T08:10:00Z")).toEqual([
    "role active",
    "portal active",
  ]);
  expect(await kinds("--account", records.MEMBER)).toEqual(["role expired"]);
  const table = await curfew(place, "sessions", "--active-at", "2026-03-02T08:30:00Z");
  expect(table.stdout).toMatch(/state.*kind.*user.*started.*session/);
});

test.each([
  [["sessions", "--active-at", "2999-01-01"], "up to which the sessions are judged"],
  [["sessions", "--account", "123"], "the 12 digits of an account id"],
  [["session", "ses_x"], "is no session's id"],
  [["session", `ses_${"0".repeat(32)}`], "There is no session"],
])("%j is refused with one sentence", async (args, words) => {
  const { code, stdout, stderr } = await curfew(place, ...args);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(words);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});

test("a session's story says what happened, from where, linked to what and why, in the reader's zone with UTC at hand", async () => {
  const role = await theOne("role");
  const { code, stdout } = await curfew(
    { ...place, zone: "Asia/Kolkata" },
    "session",
    String(role["id"]),
  );
  expect(code).toBe(0);
  expect(stdout).toContain("2026-03-02 13:35:01+05:30 (08:05:01Z)");
  expect(stdout).toMatch(/hard end.*limited by/);
  expect(stdout).toMatch(/comes from portal.*(?:inferred, \d+ %|exact)/);
  expect(stdout).toMatch(/called s3:ListBuckets in 444455556666 \(2 times until /);
  expect(stdout).toMatch(/ListBuckets in 444455556666: refused \(AccessDenied\)/);
  expect(stdout).toContain(records.HOME);
  // oxlint-disable-next-line no-control-regex -- what a record says must not reach a terminal as it is
  expect(stdout).not.toMatch(/[\u001b\u202e]/);
});

test("--utc shows one zone, and --json one object with the whole timeline", async () => {
  const portal = await theOne("portal");
  const id = String(portal["id"]);
  const utc = await curfew({ ...place, zone: "Asia/Kolkata" }, "session", id, "--utc");
  expect(utc.stdout).toContain("2026-03-02 10:00:00Z by Logout");
  expect(utc.stdout).not.toContain("+05:30");
  expect(utc.stdout).toMatch(/led to role.*ses_[0-9a-f]{32}/);
  const json = jsonLines((await curfew(place, "session", id, "--json")).stdout);
  expect(json).toHaveLength(1);
  expect(json[0]).toMatchObject({
    id,
    linked: [{ direction: "to" }],
    residuals: expect.any(Array),
  });
  const timeline = json[0]!["timeline"] as { type: string; at: string; eventId: string | null }[];
  expect(timeline.map(({ at }) => at)).toEqual(timeline.map(({ at }) => at).toSorted());
  expect(timeline.map(({ type }) => type)).toEqual(
    expect.arrayContaining(["session-began", "event", "session-ended"]),
  );
});

test("a duration that is entered gives the sessions of its store their end, whoever entered it", async () => {
  const before = await theOne("portal");
  expect(before["endsAt"]).toMatchObject({ at: null });
  const set = await curfew(
    place,
    "durations",
    "set",
    "portal",
    "480",
    "--from",
    "2026-03-01T00:00:00Z",
    "--json",
  );
  expect([set.code, set.stderr]).toEqual([0, ""]);
  expect(jsonLines(set.stdout)).toMatchObject([{ kind: "portal", minutes: 480 }]);
  expect((await theOne("portal"))["endsAt"]).toMatchObject({ at: "2026-03-02T16:00:02.000Z" });
  const { stdout } = await curfew({ ...place, portalMinutes: 60 }, "durations");
  expect(stdout).toMatch(/portal.*480.*2026-03-01T00:00:00.000Z.*cli:/);
  expect(stdout).toMatch(/portal.*60.*always.*every one.*configuration/);
});
