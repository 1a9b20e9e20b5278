/**
 * Row 3: the suite has to fail on a product that is broken on purpose, and for the reason that was broken. Each mutant is a copy of the
 * tree with one change, and one run of the test that guards it. It does not show that every fault would be found.
 */
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tried } from "#test/support/sizes";
import { MUTANTS, type Mutant } from "./mutants.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const COPIED = [
  "package.json",
  "tsconfig.json",
  "vitest.config.ts",
  "packages",
  "services",
  "migrations",
  "test",
  "bin",
];

let tree: string;

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), "curfew-mutants-"));
  for (const name of COPIED) cpSync(join(ROOT, name), join(tree, name), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(tree, "node_modules"));
});
afterAll(() => rmSync(tree, { recursive: true }));

/** Puts the mutant's text into the copy, and gives back what puts it right again. */
function broken({ edits }: Mutant): () => void {
  const kept = new Map(edits.map(({ file }) => [file, readFileSync(join(tree, file), "utf8")]));
  for (const { file, find, replacement } of edits) {
    const text = readFileSync(join(tree, file), "utf8");
    if (text.split(find).length !== 2) {
      throw new Error(`${file} does not hold once what the mutant replaces: ${find}`);
    }
    writeFileSync(
      join(tree, file),
      text.replace(find, () => replacement),
    );
  }
  return () => kept.forEach((text, file) => writeFileSync(join(tree, file), text));
}

/** One test of the copy, at the size of every change; what vitest said, with how it ended. */
function judged({
  project,
  test: file,
  named,
}: Mutant): Promise<{ failed: boolean; said: string }> {
  const { CURFEW_NIGHTLY: _nightly, VITEST: _vitest, ...env } = process.env;
  const args = ["run", "--project", project, file, "-t", named, "--bail", "1", "--no-color"];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(ROOT, "node_modules/vitest/vitest.mjs"), ...args],
      { cwd: tree, env: { ...env, CI: "true" }, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => resolve({ failed: error !== null, said: `${stdout}\n${stderr}` }),
    );
  });
}

for (const mutant of MUTANTS) {
  test(`it is found when ${mutant.name}`, async (context) => {
    tried(context, 3, `mutant: ${mutant.name}`, 1);
    const mend = broken(mutant);
    try {
      const { failed, said } = await judged(mutant);
      expect({ failed, said }).toEqual({ failed: true, said: expect.stringMatching(mutant.says) });
      expect(said).toMatch(/Tests +\d+ failed/);
    } finally {
      mend();
    }
  });
}
