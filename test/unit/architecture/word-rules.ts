/** Judges the words of code and documents: nothing unfinished, nothing switched off, nothing that only makes sense on somebody's machine. */
import { lineAt } from "./code.ts";
import type { Source } from "./tree.ts";

interface Word {
  readonly pattern: RegExp;
  readonly why: string;
}

// Cut in two, so that this file does not hold what it refuses.
const UNFINISHED = ["TO~DO", "FIX~ME", "X~XX", "HA~CK"].join("|").replaceAll("~", "");

const WORDS: readonly Word[] = [
  {
    pattern: new RegExp(`\\b(?:${UNFINISHED})\\b`, "g"),
    why: "is unfinished: finish it or leave it out",
  },
  {
    pattern: /\bnot (?:yet )?imple(?:mented)\b/gi,
    why: "is unfinished: finish it or leave it out",
  },
  {
    pattern: /\b(?:it|test|describe|suite)(?:\.[a-z]+)*\.(?:only|skip|todo)\b/g,
    why: 'switches tests off: mend the test, or skip it where it runs with a reason, context.skip("…")',
  },
  { pattern: /\.skip\(\s*\)/g, why: "skips a test without a reason: give it as the argument" },
  {
    pattern: /(?<![\w.:/-])\/(?:home|Users|root|work|workspace)\/[\w.-]+/g,
    why: "is a path of one machine: name it from the root of the project",
  },
  {
    pattern: /\b[A-Z]:\\Users\\/g,
    why: "is a path of one machine: name it from the root of the project",
  },
  {
    pattern: /\bregistry\.[a-z]+js\.org\b|\bregistry\.yarnpkg\.com\b/g,
    why: "names the host of a package registry",
  },
];

/** Places where a forbidden word stands. */
export const findForbiddenWords = (sources: readonly Source[]): string[] =>
  sources.flatMap(({ path, text }) =>
    WORDS.flatMap(({ pattern, why }) =>
      [...text.matchAll(pattern)].map(
        (match) => `${path}:${lineAt(text, match.index)}: "${match[0]}" ${why}`,
      ),
    ),
  );

/** Lock files that record where a package was downloaded: they would tie every install to one host. */
export const findLockAddresses = (sources: readonly Source[]): string[] =>
  sources
    .filter(({ path }) => /(?:^|\/)package-lock\.json$/.test(path))
    .flatMap(({ path, text }) => {
      const count = text.match(/"resolved":\s*"(?:https?|git\+|git:)/g)?.length ?? 0;
      return count === 0
        ? []
        : [
            `${path}: records ${count} download addresses; write it anew with omit-lockfile-registry-resolved`,
          ];
    });
