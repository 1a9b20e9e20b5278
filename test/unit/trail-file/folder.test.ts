/** Names of files as a command line gives them: files, folders, patterns. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { fileFolder, trailFilesAt } from "#core/adapters/files/folder";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "curfew-names-"));
  mkdirSync(join(root, "eu/2026/11"), { recursive: true });
  mkdirSync(join(root, "eu/CloudTrail-Digest"), { recursive: true });
  for (const name of ["a.json", "b.json.gz", "c.txt", "odd[1].json", "eu/2026/11/d.json.gz"]) {
    writeFileSync(join(root, name), name);
  }
  writeFileSync(join(root, "eu/CloudTrail-Digest/x.json.gz"), "x");
  symlinkSync(join(root, "a.json"), join(root, "link.json"));
  return () => rmSync(root, { recursive: true });
});

test.each([
  ["*.json", ["a.json", "odd[1].json"]],
  ["?.json", ["a.json"]],
  ["*", ["a.json", "b.json.gz", "c.txt", "odd[1].json"]],
  ["**/*.gz", ["b.json.gz", "eu/2026/11/d.json.gz"]],
  ["eu/**/11/*", ["eu/2026/11/d.json.gz"]],
  ["eu/**", ["eu/2026/11/d.json.gz"]],
  ["e?/*/*/d.*", ["eu/2026/11/d.json.gz"]],
  ["odd[1].json", ["odd[1].json"]],
  ["eu", ["eu/2026/11/d.json.gz"]],
])(
  "%s stands for its files, without links, digests and what lies deeper",
  async (pattern, names) => {
    expect(await trailFilesAt(join(root, pattern))).toEqual(names.map((name) => join(root, name)));
  },
);

test.each(["*.csv", "none/*.json", "none.json"])(
  "%s that stands for nothing is refused",
  async (pattern) => {
    await expect(trailFilesAt(join(root, pattern))).rejects.toMatchObject({
      code: "input.no-such-file",
    });
  },
);

test("a file is read from its beginning as often as wanted", async () => {
  const path = join(root, "large.json");
  const bytes = Buffer.alloc(2 * 1024 * 1024 + 17, "x");
  writeFileSync(path, bytes);
  const stored = await fileFolder.open(path);
  expect(stored.bytes).toBe(bytes.length);
  for (const _time of [1, 2]) {
    const pieces: Uint8Array[] = [];
    for await (const piece of stored.chunks()) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
  }
});
