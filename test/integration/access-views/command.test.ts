/** `curfew access` and `permission-set` as their users run them, over a small directory and the records of one person's day. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import * as records from "#test/support/records";
import { setArn } from "#test/unit/access/directory-facts";
import { START } from "../api/api.ts";
import { CRAWLED, GRANT_EVENT, GRANTED, publishMore, seedDirectory } from "./small-directory.ts";
import { curfew, jsonLines, type Place } from "../views/command.ts";

const NOON = ["--as-of", "2026-03-02T12:00:00Z"];

let database: TestDatabase;
let place: Place;
beforeAll(async () => {
  database = await createTestDatabase();
  place = { directory: mkdtempSync(join(tmpdir(), "curfew-views-")), databaseUrl: database.url };
  await seedDirectory(database, START);
});
afterAll(async () => {
  await database.drop();
  rmSync(place.directory, { recursive: true });
});

async function lines(...args: string[]): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await curfew(place, ...args);
  expect([code, stderr]).toEqual([0, ""]);
  return jsonLines(stdout);
}

const brief = (rows: readonly Record<string, unknown>[]) =>
  rows.map(({ permissionSetName, path }) => `${String(permissionSetName)} ${(path as []).length}`);

describe("access", () => {
  test("is told of a past day with who granted it, and of another day without what came later", async () => {
    const now = await lines("access", "--json", "--user", records.NAME, ...NOON);
    expect(brief(now)).toEqual(["Admin 2", "PowerUser 1", "PowerUser 2"]);
    expect(now[1]).toMatchObject({ grantedAt: GRANTED, grantEventId: GRANT_EVENT, calls: 4 });
    expect(now[2]).toMatchObject({ grantedAt: null, grantedNotAfter: CRAWLED });
    const earlier = ["--as-of", "2026-03-02T08:06:30Z"];
    const then = await lines("access", "--json", "--user", records.USER, ...earlier);
    expect(brief(then)).toEqual(["Admin 2", "PowerUser 2"]);
    expect(then[1]).toMatchObject({ calls: 1, usageSharedByPaths: false });
  });

  test("before the first crawl it is unknown, and no list says that nobody had it", async () => {
    const early = ["access", "--as-of", "2026-03-02T07:00:00Z"];
    const { code, stdout } = await curfew(place, ...early);
    expect([code, stdout.trim()]).toEqual([
      0,
      `Who had access at 2026-03-02T07:00:00.000Z is unknown, because the directory was first read at ${CRAWLED}: choose a later instant.`,
    ]);
    expect(await lines(...early, "--json")).toMatchObject([{ unknown: { firstCrawlAt: CRAWLED } }]);
    const since = ["access", "--changes-since", "2026-03-02T07:00:00Z", ...NOON];
    expect((await curfew(place, ...since)).stdout).toMatch(/is unknown/);
  });

  test("a table shows path, grant with caller and event, and use with its window and what is shared", async () => {
    const { stdout } = await curfew(place, "access", "--user", records.NAME, ...NOON);
    expect(stdout).toMatch(/orders-prod 444455556666 \(production\).*direct/);
    expect(stdout).toContain(`2026-03-02 08:20Z by user/pipeline, asked for and not yet seen done`);
    expect(stdout).toContain(GRANT_EVENT);
    expect(stdout).toContain(
      "last 2026-03-02, 1 session in 30 days, 1 call refused (shared by paths)",
    );
    expect(stdout).toMatch(/Admin +│ administrator +│ group engineers .*unused in 0 observed days/);
  });

  test("what changed is told with the event and the caller", async () => {
    const since = ["access", "--changes-since", "2026-03-02T08:00:00Z", ...NOON];
    expect(await lines(...since, "--json")).toMatchObject([
      {
        change: "gained",
        at: GRANTED,
        eventName: "CreateAccountAssignment",
        eventId: GRANT_EVENT,
        state: "asked-for",
      },
    ]);
    expect((await curfew(place, ...since)).stdout).toMatch(
      /gained \(asked for\).*user\/pipeline.*CreateAccountAssignment/,
    );
    const other = await curfew(place, ...since, "--set", "Admin");
    expect(other.stdout).toMatch(/^Nobody gained or lost/);
  });

  test("CSV and NDJSON have the rows of the list, narrowed as it is", async () => {
    const csv = await curfew(place, "access", "--format", "csv", "--set", "Admin", ...NOON);
    expect(csv.stdout.trimEnd().split("\r\n")).toHaveLength(3);
    const all = await lines("access", "--json", ...NOON);
    expect(all).toHaveLength(6);
    expect(await lines("access", "--format", "ndjson", "--quiet", ...NOON)).toEqual(all);
  });

  test("a reader that has seen enough is no failure, however much was still to come", async () => {
    await publishMore(database, 1_000);
    const command = fileURLToPath(new URL("../../../bin/curfew", import.meta.url));
    const where = ["--data-dir", place.directory, "--database-url", place.databaseUrl];
    const running = spawn(process.execPath, [command, "access", "--json", ...where], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    running.stdout.once("data", () => running.stdout.destroy());
    const told: Buffer[] = [];
    running.stderr.on("data", (piece: Buffer) => told.push(piece));
    const [code] = (await once(running, "close")) as [number];
    expect([code, Buffer.concat(told).toString()]).toEqual([0, ""]);
  });
});

describe("permission-set", () => {
  test("without a name lists every set, one value a line", async () => {
    const sets = await lines("permission-set", "--json", ...NOON);
    expect(sets).toMatchObject([
      { name: "Admin", administrator: true, people: 2, accounts: 1, lastUsedAt: null },
      { name: "Custom", administrator: null, unread: 1 },
      { name: "Empty", accounts: 0, people: 0 },
      { name: "PowerUser", drift: 1, peopleWhoUsed: 1 },
    ]);
    const { stdout } = await curfew(place, "permission-set", ...NOON);
    expect(stdout).toMatch(/Custom +│ not all read/);
    expect(stdout).toMatch(/Empty .*assigned nowhere/);
  });

  test("with a name says in plain words what it can do, who holds it, and what they did", async () => {
    const { stdout } = await curfew(place, "permission-set", "PowerUser", "--propose", ...NOON);
    expect(stdout).toMatch(/Amazon SQS|Simple Queue Service/i);
    expect(stdout).toContain("1 account still with an older definition");
    expect(stdout).toMatch(/group engineers +│ orders-prod +│ 2 +│ 1 +│ 2026-03-02/);
    expect(stdout).toMatch(/1 of 2 holders used it, last 2026-03-02 08:09Z: 4 calls, 1 refused/);
    expect(stdout).toMatch(/Allowed and never called: 1 service \(sqs\)/);
    expect(stdout).toContain("Proposed policy:");
    const unused = await curfew(place, "permission-set", "Admin", "--propose", ...NOON);
    expect(unused.stdout).toContain("None: nobody who holds it used it in 0 observed days");
    const [set] = await lines("permission-set", setArn(3), "--json", ...NOON);
    expect(set).toMatchObject({ name: "Custom", verdicts: [{ administrator: null }] });
    expect(set).not.toHaveProperty("proposal");
  });
});

test.each([
  [["access", "--account", "12"], "12 digits"],
  [["access", "--set", "Nothing"], "There is no permission set"],
  [["access", "--user", "nobody"], "Nobody called"],
  [["access", "--format", "xml"], "must be one of table, csv, ndjson"],
  [["access", "--json", "--format", "csv"], "do not go together"],
  [["access", "--changes-since", "2999-01-01"], "must lie before"],
  [["access", "--changes-since", "yesterday"], "must be an instant"],
  [["access", "--changes-since", "2026-03-02", "--format", "csv"], "leave out --format csv"],
  [["permission-set", "Nothing"], "There is no permission set"],
  [["permission-set", "--propose"], "needs the name"],
])("%j is refused with one sentence", async (args, words) => {
  const { code, stdout, stderr } = await curfew(place, ...args);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(words);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});
