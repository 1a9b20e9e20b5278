import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, deny, text } from "./written.ts";

const CURFEW = fileURLToPath(new URL("../../../bin/curfew", import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "curfew-policy-"));
  const files = {
    "pass.json": text({ ...allow("iam:PassRole"), Sid: "Pass" }),
    "run.json": JSON.stringify({
      PolicyVersion: { Document: encodeURIComponent(text(allow("ec2:RunInstances"))) },
    }),
    "admin.json": JSON.stringify({ PolicyVersion: { Document: JSON.parse(text(allow("*"))) } }),
    "guard.json": text(allow("*"), deny("iam:*")),
    "bad.json": text(allow("*", { Effect: "allow" })),
    "set.json": JSON.stringify({ InlinePolicy: text(allow("s3:ListBucket")) }),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (words: readonly string[], input = "") =>
  spawnSync(CURFEW, ["policy", ...words], {
    cwd: folder,
    encoding: "utf8",
    input,
    // Neither a database nor AWS: a setting that would stop any other command does not matter here.
    env: { PATH: process.env["PATH"], CURFEW_AWS: "nonsense" },
  });

describe("curfew policy", () => {
  test("judges files together and answers the contract's keys, one compact value", () => {
    const { stdout, stderr, status } = run(["pass.json", "run.json", "--json"]);
    expect([stderr, status]).toEqual(["", 0]);
    expect(stdout.trim().split("\n")).toHaveLength(1);
    const verdict = JSON.parse(stdout) as { administrator: boolean; findings: object[] };
    expect(Object.keys(verdict)).toEqual(["administrator", "findings"]);
    expect(verdict.administrator).toBe(false);
    for (const finding of verdict.findings) {
      expect(Object.keys(finding)).toEqual([
        "id",
        "severity",
        "explanation",
        "statements",
        "actions",
      ]);
    }
    expect(verdict.findings[0]).toMatchObject({
      id: "privilege-escalation",
      statements: [
        { document: "pass.json", statement: 1, sid: "Pass" },
        { document: "run.json", statement: 1, sid: null },
      ],
    });
  });

  test("takes a boundary off, reads standard input, and speaks to people", () => {
    const { stdout, status } = run(["-", "--boundary", "guard.json"], text(allow("*")));
    expect(status).toBe(0);
    expect(stdout).toMatch(/^This makes no administrator\.\n/);
    expect(stdout).toMatch(
      /\n\nHIGH privilege-escalation\n {2}Holders can .*\n {2}By statement 1 of standard input\.\n/,
    );
  });

  test("fails where it was asked to, and only then", () => {
    expect(run(["admin.json", "--json"]).status).toBe(0);
    expect(run(["admin.json", "--fail-on", "critical"]).status).toBe(1);
    expect(run(["set.json", "--fail-on", "low"]).status).toBe(0);
  });

  test.each<[string, readonly string[], RegExp]>([
    [
      "policy.unreadable",
      ["admin.json", "bad.json"],
      /^bad\.json: Statement 1 has the Effect "allow"; it must be/,
    ],
    ["policy.unreadable", ["-"], /^standard input: The document is empty/],
    ["input.no-such-file", ["none.json"], /^none\.json does not exist/],
    ["input.unreadable-file", ["."], /^\. cannot be read \(it is a folder\)/],
    ["input.invalid", ["-", "-"], /^Standard input can be one document only/],
    ["input.invalid", ["admin.json", "--fail-on", "worst"], /^--fail-on must be one of/],
    ["input.invalid", [], /missing required argument/i],
  ])("refuses with one sentence: %s %j", (code, words, sentence) => {
    const { stdout, stderr, status } = run([...words, "--json"]);
    expect([stdout, status]).toEqual(["", 2]);
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code, message: expect.stringMatching(sentence) },
    });
  });
});
