/** `curfew residual` as its users run it: what a removal left of a session, until when and by which rule, now and as of an instant. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import { assumeRole, MEMBER, NAME, portal, signIn, USER } from "#test/support/records";
import { byAdmin } from "#test/unit/sessions/made";
import { curfew, jsonLines, type Place } from "../views/command.ts";

let database: TestDatabase;
let place: Place;
beforeAll(async () => {
  database = await createTestDatabase();
  place = {
    directory: mkdtempSync(join(tmpdir(), "curfew-residual-")),
    databaseUrl: database.url,
    portalMinutes: 480,
  };
  const file = join(place.directory, "day.json");
  const day = [
    signIn("2026-03-02T08:00:00Z"),
    portal("2026-03-02T08:00:02Z", "Authenticate"),
    assumeRole("2026-03-02T08:05:01Z", 4 * 3_600),
    byAdmin("2026-03-02T10:00:00Z", "DisableUser"),
  ];
  writeFileSync(file, JSON.stringify({ Records: day }));
  const read = await curfew(place, "ingest", file, "--json");
  if (read.code !== 0) throw new Error(read.stderr);
});
afterAll(async () => {
  await database.drop();
  rmSync(place.directory, { recursive: true });
});

const residual = async (...args: string[]) => {
  const { code, stdout, stderr } = await curfew(place, "residual", ...args);
  expect([code, stderr]).toEqual([0, ""]);
  return stdout;
};

test("a disabled user's role session stands with its end, how sure that is and AWS's rule, one value a line", async () => {
  const rows = jsonLines(await residual("--json"));
  expect(rows.filter(({ kind }) => kind === "role")).toMatchObject([
    {
      user: { userId: USER },
      removal: { eventName: "DisableUser", what: "user-disabled", at: "2026-03-02T10:00:00.000Z" },
      until: "2026-03-02T12:05:01.000Z",
      certainty: "exact",
      state: "expired",
      rule: expect.stringContaining("no action of Identity Center shortens it"),
    },
  ]);
  expect(rows.every((row) => typeof row["sessionId"] === "string")).toBe(true);
});

test("as of an instant it is told from the events before it, and --open leaves out what is over by then", async () => {
  const open = async (asOf: string) =>
    jsonLines(await residual("--json", "--open", "--as-of", asOf)).map(({ kind }) => kind);
  expect(await open("2026-03-02T10:00:00Z")).toEqual([]);
  expect(await open("2026-03-02T10:00:01Z")).toContain("role");
  expect(await open("2026-03-02T12:05:01Z")).toEqual([]);
  expect(jsonLines(await residual("--json", "--open"))).toEqual([]);
});

test("the table names who, what and until when, and a person narrows it", async () => {
  const table = await residual("--user", NAME);
  expect(table).toMatch(/state.*user.*removed.*what.*until/);
  expect(table).toContain("user-disabled");
  expect(table).toContain("2026-03-02T12:05:01.000Z (exact)");
  expect(table).not.toContain(MEMBER);
  const { code, stderr } = await curfew(place, "residual", "--user", "nobody");
  expect(code).toBe(2);
  expect(stderr).toContain('Nobody called "nobody" is known');
});

test("what nothing outlived is said in a sentence", async () => {
  expect(await residual("--as-of", "2026-03-02T09:00:00Z")).toContain(
    "Nothing is known to outlive a removal.",
  );
});
