/** Holds the documents to what the code says. It finds what is missing or gone, not what is badly said. */
import { posix } from "node:path";
import type { Source } from "./tree.ts";

const isMarkdown = ({ path }: Source): boolean => path.endsWith(".md");

/** Links to files of the project that are not there. */
export const findDeadLinks = (sources: readonly Source[], paths: readonly string[]): string[] => {
  const known = new Set(
    paths.flatMap((path) =>
      path.split("/").map((_, at, parts) => parts.slice(0, at + 1).join("/")),
    ),
  );
  return sources.filter(isMarkdown).flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g)].flatMap((match) => {
      const target = posix.join(posix.dirname(path), match[1] ?? "");
      return known.has(target) ? [] : [`${path}: links to ${target}, which does not exist`];
    }),
  );
};

const decisions = (sources: readonly Source[]): Source[] =>
  sources.filter(({ path }) => /^docs\/decisions\/.*\.md$/.test(path));

/** Decisions that are not numbered one by one, or lack a part. */
export function findLooseDecisions(sources: readonly Source[]): string[] {
  return decisions(sources).flatMap(({ path, text }, at) => {
    const number = /^docs\/decisions\/(\d{4})-[a-z0-9-]+\.md$/.exec(path)?.[1];
    return [
      ...(Number(number) === at + 1 ? [] : [`${path}: is not number ${at + 1}`]),
      ...["# ", "## Context", "## Decision", "## Consequences"]
        .filter((heading) => !text.startsWith(heading) && !text.includes(`\n${heading}\n`))
        .map((heading) => `${path}: has no "${heading.trim()}"`),
    ];
  });
}

/** Names of the code that no decision mentions, in backticks. */
export function findUndecided(sources: readonly Source[], names: readonly string[]): string[] {
  const text = decisions(sources)
    .map((decision) => decision.text)
    .join("\n");
  return names.filter(
    (name) => !text.includes(`\`${name}\``) && !text.includes(`\`${name.split("/")[0] ?? ""}/*\``),
  );
}

/** Settings that the README does not explain, and settings that documents mention and nothing reads. */
export function findSettingGaps(sources: readonly Source[], settings: readonly string[]): string[] {
  const readme = sources.find(({ path }) => path === "README.md")?.text ?? "";
  const known = new Set([...settings, "CURFEW_NIGHTLY"]);
  return [
    ...settings
      .filter((name) => !readme.includes(`\`${name}\``))
      .map((name) => `README.md: does not explain ${name}`),
    ...sources
      .filter(isMarkdown)
      .flatMap(({ path, text }) =>
        [...new Set(text.match(/\bCURFEW_[A-Z_]+\b/g))]
          .filter((name) => !known.has(name))
          .map((name) => `${path}: mentions ${name}, which is no setting`),
      ),
  ];
}

/** Codes of faults that documents mention in backticks and the code does not know. */
export function findUnknownFaults(sources: readonly Source[], codes: readonly string[]): string[] {
  const areas = new Set(codes.map((code) => code.split(".")[0]));
  return sources.filter(isMarkdown).flatMap(({ path, text }) =>
    [...text.matchAll(/`([a-z-]+)\.([a-z-]+)(?=[`:])/g)]
      .filter(([, area, problem]) => areas.has(area) && !codes.includes(`${area}.${problem}`))
      .filter(([, , problem]) => !/^(?:ts|md|sql|json|test)$/.test(problem ?? ""))
      .map(
        ([, area, problem]) =>
          `${path}: mentions the fault ${area}.${problem}, which does not exist`,
      ),
  );
}

/** Terms that the glossary defines twice. */
export function findTwiceDefined(glossary: string): string[] {
  const terms = [...glossary.matchAll(/^\| \*\*([^*]+)\*\* \|/gm)].flatMap((match) =>
    (match[1] ?? "").split(", "),
  );
  return terms.filter((term, at) => terms.indexOf(term) !== at);
}
