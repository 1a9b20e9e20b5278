/** `curfew coverage` as its users run it, over a database that holds a gap. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BLIND_SPOTS } from "#core/domain/coverage/blind-spots";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import { addObject, addPlace, at, MEMBER, OWNER } from "./tables.ts";

const COMMAND = fileURLToPath(new URL("../../../bin/curfew", import.meta.url));

let database: TestDatabase;
let directory: string;
beforeAll(async () => {
  database = await createTestDatabase();
  directory = mkdtempSync(join(tmpdir(), "curfew-coverage-"));
  await addPlace(database, [
    ["00:00", "02:00"],
    ["08:00", "12:00"],
  ]);
  await addPlace(database, [["00:00", "12:00"]], { accountId: MEMBER });
  await addObject(database, "09:20", "failing", "Access was denied.");
});
afterAll(async () => {
  await database.drop();
  rmSync(directory, { recursive: true });
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function coverage(...args: string[]): Promise<Ended> {
  const { PATH = "", HOME = "/" } = process.env;
  const words = [COMMAND, "coverage", "--data-dir", directory, "--database-url", database.url];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...words, ...args],
      { env: { PATH, HOME }, cwd: tmpdir() },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

const NOON = ["--as-of", at("12:00")];

test("shows a table, a picture, what is wrong and what nobody can see, without colour", async () => {
  const { code, stdout, stderr } = await coverage(...NOON);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/source.*account.*Region.*from.*to.*gaps.*lag.*digests/);
  expect(stdout).toMatch(/7 h in 2, 1 object/);
  expect(stdout).toContain(`|${" ".repeat(12)}▇▇××××××▇×▇▇| s3 ${OWNER} eu-west-1`);
  expect(stdout).toContain(`! s3 ${OWNER} eu-west-1: 7 hours are not covered, in 2 gaps`);
  expect(stdout).toContain("One of them: Access was denied.");
  expect(stdout).toContain(BLIND_SPOTS[0]!.what);
  expect(stdout).not.toContain("\u001b");
});

test("gives one value a line with --json, and nothing else", async () => {
  const { code, stdout } = await coverage(...NOON, "--json");
  expect(code).toBe(0);
  const values = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(values.map(({ type }) => type)).toEqual([
    "place",
    "place",
    "problem",
    "problem",
    ...BLIND_SPOTS.map(() => "blind-spot"),
  ]);
  expect(values[0]).toMatchObject({ accountId: OWNER, gapHours: 7, objects: { failing: 1 } });
});

test("exits 1 for a gap when told to, and 0 where what was asked for has none", async () => {
  expect((await coverage(...NOON, "--fail-on-gaps", "--quiet")).code).toBe(1);
  const member = await coverage(...NOON, "--fail-on-gaps", "--account", MEMBER);
  expect(member.code).toBe(0);
  expect(member.stdout).toContain("No gap is known, and no source fails.");
  expect((await coverage("--as-of", at("02:00"), "--fail-on-gaps")).code).toBe(0);
});

test("says what to do when nothing matches, and refuses a wrong instant", async () => {
  const nothing = await coverage("--region", "ap-south-1", "--account", MEMBER);
  expect(nothing.stdout).toContain("Nothing was read that matches.");
  const wrong = await coverage("--as-of", "yesterday");
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toMatch(/^curfew: --as-of must be an instant/);
});
