/**
 * What is unusual about facts as AWS answers them: nothing is mended or left out, it is named. Pure. Guarantees at most fifty
 * sentences a listing; beyond that, one that says how many more.
 */
import type {
  CrawlNote,
  DirectoryGroup,
  DirectoryUser,
  PermissionSet,
} from "../../domain/access.ts";
import { parsePolicy } from "../../domain/policy/document.ts";
import { parseDuration } from "../../domain/time.ts";
import type { CrawlFact } from "../../ports/access/crawl-store.ts";

const MOST = 50;

export function oddities(facts: readonly CrawlFact[]): CrawlNote[] {
  const notes = [...facts.flatMap(oddOf), ...sameNames(facts)];
  if (notes.length <= MOST) return notes;
  const more = notes.length - MOST;
  const about = notes[MOST]?.about ?? "";
  const problem = `${more} further entries of this listing are as unusual: mend them in the directory.`;
  return [...notes.slice(0, MOST), { kind: "odd", about, problem }];
}

const odd = (about: string, problem: string): CrawlNote => ({ kind: "odd", about, problem });

/** The bodies are those of their kind: they come from the directory's own answers. */
function oddOf({ kind, key, body }: CrawlFact): CrawlNote[] {
  if (kind === "user") return oddUser(key, body as DirectoryUser);
  if (kind === "group") return oddGroup(key, body as DirectoryGroup);
  if (kind === "permission-set") return oddSet(key, body as PermissionSet);
  return [];
}

function oddUser(key: string, { userName, userId }: DirectoryUser): CrawlNote[] {
  return userName === userId
    ? [odd(key, "This user has no user name and is shown under the id: give a name.")]
    : [];
}

function oddGroup(key: string, { displayName }: DirectoryGroup): CrawlNote[] {
  return displayName.trim() === ""
    ? [odd(key, "This group has no name and is shown under its id: give it one.")]
    : [];
}

function oddSet(key: string, set: PermissionSet): CrawlNote[] {
  const notes: CrawlNote[] = [];
  if (parseDuration(set.sessionDuration) === null) {
    const problem = `The session duration of this permission set is ${JSON.stringify(set.sessionDuration)}, not one such as PT8H: how long its sessions last is unknown.`;
    notes.push(odd(key, problem));
  }
  const problem = set.inlinePolicy === null ? null : parsePolicy(set.inlinePolicy).problem;
  if (problem !== null) {
    const sentence = `The inline policy of this permission set is no policy document and is kept as text (${problem}): what it allows is unknown.`;
    notes.push(odd(key, sentence));
  }
  return notes;
}

/** Two groups of one name are two groups; whoever reads a name cannot tell which is meant. */
function sameNames(facts: readonly CrawlFact[]): CrawlNote[] {
  const ids = new Map<string, string[]>();
  for (const { kind, key, body } of facts) {
    if (kind !== "group") continue;
    const { displayName } = body as DirectoryGroup;
    if (displayName.trim() === "") continue;
    ids.set(displayName, [...(ids.get(displayName) ?? []), key]);
  }
  return [...ids].flatMap(([, [first = "", ...others]]) =>
    others.length === 0
      ? []
      : [
          odd(
            first,
            `${others.length + 1} groups have the name of this one (${[first, ...others].slice(0, 5).join(", ")}): give them different names.`,
          ),
        ],
  );
}
