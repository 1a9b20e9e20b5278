/** Judges names, sizes and places of files. Every rule answers all offenders, each as one sentence that starts with the file or folder. */
import { posix } from "node:path";
import { isCode, isGenerated, isTest, type Source } from "./tree.ts";

/** Every name that may stand at the root, so that a stray file is noticed. */
const TOP_LEVEL = new Set(
  [
    ".ci .dockerignore .gitattributes .github .gitignore .npmrc .oxfmtrc.json .oxlintrc.json",
    "CHANGELOG.md LICENSE README.md SECURITY.md bench bin docs drizzle.config.ts infra migrations",
    "package-lock.json package.json packages services test tools tsconfig.json vitest.config.ts",
  ].flatMap((line) => line.split(" ")),
);

export const findStrangers = (names: readonly string[]): string[] =>
  names
    .filter((name) => !TOP_LEVEL.has(name))
    .map((name) => `${name}: is no name of the root; put it where its kind lives`);

const EMPTY_NAME = /^(?:utils?|helpers?|commons?|misc|shared|stuff)$/i;

/** Files and folders whose name says nothing. */
export const findEmptyNames = (paths: readonly string[]): string[] =>
  paths
    .filter((path) => path.split("/").some((part) => EMPTY_NAME.test(part.replace(/\..*$/, ""))))
    .map((path) => `${path}: is named after nothing; name it for what it holds`);

/** Modules that only pass on what others export, by their name. */
export const findBarrels = (paths: readonly string[]): string[] =>
  paths
    .filter((path) => /(?:^|\/)index\.(?:ts|tsx|js|mjs)$/.test(path))
    .map((path) => `${path}: is a barrel; import the module that has it`);

export const FILE_LINES = 300;
export const FOLDER_FILES = 15;

/** Code files that are longer than they should be; a reason in `excused` lets one stand. */
export const findLongFiles = (
  sources: readonly Source[],
  excused: Readonly<Record<string, string>>,
): string[] =>
  sources
    .filter(({ path }) => isCode(path) && !isTest(path) && !isGenerated(path))
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split("\n").length }))
    .filter(({ path, lines }) => lines > FILE_LINES && excused[path] === undefined)
    .map(
      ({ path, lines }) =>
        `${path}: has ${lines} lines, at most ${FILE_LINES} are allowed; split it by meaning`,
    );

/** Excuses that nothing needs any more. */
export const findIdleExcuses = (
  sources: readonly Source[],
  excused: Readonly<Record<string, string>>,
): string[] => {
  const needed = new Set(findLongFiles(sources, {}).map((line) => line.split(": ")[0]));
  return Object.keys(excused).filter((path) => !needed.has(path));
};

const isSeries = (folder: string): boolean =>
  /^(?:migrations|docs|test\/(?:fixtures|golden))(?:\/|$)/.test(folder);

/** Folders that hold more files than a reader takes in; numbered records and fixtures are series, not choices. */
export function findFullFolders(paths: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const folder = posix.dirname(path);
    if (folder !== "." && !isSeries(folder)) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > FOLDER_FILES)
    .map(
      ([folder, count]) =>
        `${folder}: holds ${count} files, at most ${FOLDER_FILES} are allowed; split it by meaning`,
    );
}

/** Modules that do not open by saying what they guarantee. */
export const findUnopened = (sources: readonly Source[]): string[] =>
  sources
    .filter(
      ({ path }) =>
        isCode(path) &&
        !isTest(path) &&
        !isGenerated(path) &&
        /^(?:packages|services)\//.test(path),
    )
    .filter(({ text }) => !/^(?:#!.*\n)?\s*\/[/*]/.test(text))
    .map(({ path }) => `${path}: opens without a comment that says what it guarantees`);
