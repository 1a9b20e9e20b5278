import { describe, expect, test } from "vitest";
import {
  findBarrels,
  findEmptyNames,
  findFullFolders,
  findIdleExcuses,
  findLongFiles,
  findStrangers,
  findUnopened,
} from "./name-rules.ts";
import { listPaths, readSources, topLevelNames, type Source } from "./tree.ts";
import { findForbiddenWords, findLockAddresses } from "./word-rules.ts";

const paths = listPaths();
const sources = readSources();
const file = (path: string, text: string): Source => ({ path, text });

/** Files that may be longer, each with the reason. */
const LONG_FOR_A_REASON: Readonly<Record<string, string>> = {};

describe("the house as it stands", () => {
  test("has only known names at its root", () => {
    expect(findStrangers(topLevelNames())).toEqual([]);
  });

  test("names every file and folder for what it holds", () => {
    expect(findEmptyNames(paths)).toEqual([]);
  });

  test("has no barrel files", () => {
    expect(findBarrels(paths)).toEqual([]);
  });

  test("keeps files short, and excuses only those that need it", () => {
    expect(findLongFiles(sources, LONG_FOR_A_REASON)).toEqual([]);
    expect(findIdleExcuses(sources, LONG_FOR_A_REASON)).toEqual([]);
  });

  test("keeps folders small", () => {
    expect(findFullFolders(paths)).toEqual([]);
  });

  test("opens every module with what it guarantees", () => {
    expect(findUnopened(sources)).toEqual([]);
  });

  test("has nothing unfinished, switched off or bound to one machine", () => {
    expect(findForbiddenWords(sources)).toEqual([]);
  });

  test("records no download address in a lock file", () => {
    expect(findLockAddresses(sources)).toEqual([]);
  });
});

test("a stray name at the root is found", () => {
  expect(findStrangers(["README.md", "notes.txt", "packages"])).toEqual([
    expect.stringContaining("notes.txt"),
  ]);
});

test.each([
  "packages/core/utils/a.ts",
  "packages/core/helper.ts",
  "services/api/common.test.ts",
  "test/Misc/a.ts",
])("a name that says nothing is found: %s", (path) => {
  expect(findEmptyNames([path, "packages/core/domain/time.ts"])).toEqual([
    expect.stringContaining(path),
  ]);
});

test("a barrel is found", () => {
  expect(findBarrels(["packages/core/domain/index.ts", "a/reindex.ts"])).toHaveLength(1);
});

test("a file of 301 lines is found, one of 300 and a test are not, and an excuse must be needed", () => {
  const long = file("packages/core/domain/a.ts", "x\n".repeat(301));
  const short = file("packages/core/domain/b.ts", "x\n".repeat(300));
  const check = file("test/unit/a.test.ts", "x\n".repeat(900));
  expect(findLongFiles([long, short, check], {})).toEqual([expect.stringContaining("301 lines")]);
  expect(findLongFiles([long], { [long.path]: "one table" })).toEqual([]);
  expect(findIdleExcuses([short], { [short.path]: "one table" })).toEqual([short.path]);
});

test("a folder of 16 files is found, a series of records is not", () => {
  const sixteen = (folder: string): string[] =>
    Array.from({ length: 16 }, (_, at) => `${folder}/${at}.ts`);
  expect(findFullFolders(sixteen("packages/core/domain"))).toHaveLength(1);
  expect(findFullFolders(sixteen("packages/core/domain").slice(1))).toEqual([]);
  expect(findFullFolders(sixteen("docs/decisions"))).toEqual([]);
});

test("a module without an opening comment is found", () => {
  expect(findUnopened([file("services/api/a.ts", "import './b.ts';")])).toHaveLength(1);
  expect(findUnopened([file("services/api/a.ts", "/** Says. */\nimport './b.ts';")])).toEqual([]);
});

test.each([
  "// TO~DO: later",
  "// FIX~ME",
  'throw new Error("not imple~mented")',
  'test.on~ly("a", () => {});',
  'describe.sk~ip("a", () => {});',
  'test.concurrent.on~ly("a", () => {});',
  "context.sk~ip();",
  "cd /home/~somebody/curfew",
  'const path = "/Users/~somebody";',
  "npm install --registry https://registry.~npmjs.org",
])("a forbidden word is found: %s", (cut) => {
  // Cut in two, so that a search for what is unfinished does not stop here.
  const text = cut.replace("~", "");
  expect(findForbiddenWords([file("docs/a.md", `\n${text}\n`)])).toEqual([
    expect.stringMatching(/^docs\/a\.md:2: /),
  ]);
});

test("a skip with a reason, a route and a URL are no forbidden words", () => {
  const text =
    'context.skip("no redis-server here"); only("a"); https://example.com/home/a; a/work/b; packages/root/x';
  expect(findForbiddenWords([file("docs/a.md", text)])).toEqual([]);
});

test("a lock file with a download address is found", () => {
  const lock = '{"packages":{"node_modules/a":{"resolved":"https://packages.example/a.tgz"}}}';
  expect(findLockAddresses([file("bench/package-lock.json", lock)])).toHaveLength(1);
  expect(findLockAddresses([file("bench/package-lock.json", "{}")])).toEqual([]);
});
