import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claimDataDirectory, type Claim } from "#core/platform/data-directory";

let folder: string;
let directory: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "curfew-data-"));
  directory = join(folder, "deep", "data");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const DEMO: Claim = { kind: "demo" };
const LOCAL: Claim = { kind: "local" };
const READ: Claim = { kind: "read" };
const ONE: Claim = { kind: "organisation", accountId: "111122223333" };
const TWO: Claim = { kind: "organisation", accountId: "444455556666" };

async function after(...claims: Claim[]): Promise<unknown> {
  let holds: unknown;
  for (const claim of claims) ({ holds } = await claimDataDirectory(directory, claim));
  return holds;
}

describe("a data directory", () => {
  it.each<[string, Claim[], unknown]>([
    ["the demo, again and again", [DEMO, DEMO], { kind: "demo" }],
    ["nothing while it is only read", [READ, READ], null],
    ["the demo after it was only read", [READ, DEMO], { kind: "demo" }],
    ["the demo while it is read", [DEMO, READ], { kind: "demo" }],
    ["trail files without an account", [LOCAL, READ], { kind: "organisation", accountId: null }],
    [
      "the account that was claimed",
      [ONE, ONE],
      { kind: "organisation", accountId: "111122223333" },
    ],
    [
      "the account claimed after files",
      [LOCAL, ONE],
      { kind: "organisation", accountId: "111122223333" },
    ],
    [
      "its account when files come later",
      [ONE, LOCAL],
      { kind: "organisation", accountId: "111122223333" },
    ],
  ])("holds %s", async (_what, claims, holds) => {
    expect(await after(...claims)).toEqual(holds);
  });

  it.each<[string, Claim[], RegExp]>([
    [
      "the demo where files were imported",
      [LOCAL, DEMO],
      /holds an organisation's trail files and cannot take the demo as well/,
    ],
    [
      "the demo where an organisation is",
      [ONE, DEMO],
      /holds the organisation of account 111122223333 and cannot take the demo/,
    ],
    [
      "an organisation where the demo is",
      [DEMO, ONE],
      /holds the demo and cannot take the organisation of account 111122223333/,
    ],
    [
      "files where the demo is",
      [DEMO, LOCAL],
      /holds the demo and cannot take an organisation's trail files/,
    ],
    [
      "a second organisation",
      [ONE, TWO],
      /holds the organisation of account 111122223333 and cannot take the organisation of account 444455556666/,
    ],
    [
      "a second organisation after files",
      [LOCAL, ONE, TWO],
      /account 444455556666 as well: choose another one with --data-dir/,
    ],
  ])("refuses %s, and holds what it held", async (_what, claims, message) => {
    const before = await after(...claims.slice(0, -1));
    await expect(after(claims.at(-1)!)).rejects.toMatchObject({
      code: "data-directory.other-kind",
      message: expect.stringMatching(message),
    });
    expect(await after(READ)).toEqual(before);
  });

  it("is for its owner alone", async () => {
    await after(LOCAL);
    expect(statSync(directory).mode & 0o067).toBe(0);
    expect(statSync(join(directory, "holds.json")).mode & 0o777).toBe(0o600);
  });

  it("belongs to one of many that claim it at once, and all others are refused", async () => {
    const claims = Array.from({ length: 10 }, (_, index) => [DEMO, ONE, TWO][index % 3]!);
    const results = await Promise.allSettled(
      claims.map((claim) => claimDataDirectory(directory, claim)),
    );
    const granted = new Set(
      results.map((result) =>
        result.status === "fulfilled" ? JSON.stringify(result.value.holds) : "",
      ),
    );
    granted.delete("");
    expect([...granted]).toEqual([JSON.stringify(await after(READ))]);
    expect(readdirSync(directory).filter((name) => name.includes("draft"))).toEqual([]);
  });

  it.each(["", "{", "[]", '{"kind":"both"}', '{"kind":"organisation"}', "null"])(
    "refuses a marker it cannot read: %j",
    async (text) => {
      await after(LOCAL);
      writeFileSync(join(directory, "holds.json"), text);
      await expect(after(READ)).rejects.toMatchObject({ code: "data-directory.unsound" });
    },
  );

  it("cannot be a file", async () => {
    directory = join(folder, "file");
    writeFileSync(directory, "");
    await expect(after(READ)).rejects.toMatchObject({
      code: "data-directory.no-permission",
      message: expect.stringMatching(/^The data directory .* cannot be read and written/),
    });
  });
});
