/**
 * The documents behind a permission set or a role, judged together. Guarantees that one which is missing, was not read or cannot be parsed
 * is named in `unread`, and that equal documents are judged once, whatever they stand behind.
 */
import type { PolicyDocument } from "../access.ts";
import { sha256 } from "../ids.ts";
import type { NamedPolicy } from "./access/statements.ts";
import type { ActionCatalogue } from "./catalogue.ts";
import { parsePolicy, type ParsedPolicy } from "./document.ts";
import { judgePolicies, type UnreadPolicy } from "./judge.ts";
import type { PolicyVerdict } from "./verdict.ts";

/** Documents by ARN, as a crawl publishes them. */
export type Documents = ReadonlyMap<string, PolicyDocument>;

/** One and the same verdict for equal documents. */
export function verdictOfSources(
  unordered: readonly Source[],
  catalogue: ActionCatalogue,
): PolicyVerdict {
  const sources = unordered.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  const verdicts = verdictsOf(catalogue);
  const key = sources.map(({ name, of, text }) => `${of} ${name} ${text.digest}`).join("\n");
  const known = verdicts.get(key);
  if (known !== undefined) return known;
  const verdict = judge(sources, catalogue);
  // Bounded, because a long-lived process sees every version of every policy.
  if (verdicts.size >= MOST_KEPT) verdicts.clear();
  verdicts.set(key, verdict);
  return verdict;
}

const MOST_KEPT = 10_000;

/** Only savings: what is let go takes its entry along. */
const VERDICTS = new WeakMap<ActionCatalogue, Map<string, PolicyVerdict>>();
const DOCUMENTS = new WeakMap<PolicyDocument, ReadText>();
const INLINES = new WeakMap<object, Map<string, ReadText>>();

function verdictsOf(catalogue: ActionCatalogue): Map<string, PolicyVerdict> {
  const known = VERDICTS.get(catalogue);
  if (known !== undefined) return known;
  const made = new Map<string, PolicyVerdict>();
  VERDICTS.set(catalogue, made);
  return made;
}

export interface ReadText {
  /** Of the text, or of why there is none. */
  readonly digest: string;
  readonly parsed: ParsedPolicy;
}

/** A document, or why there is none. */
export interface Source {
  readonly of: UnreadPolicy["of"];
  readonly name: string;
  readonly text: ReadText;
}

/** AWS's own by their name; a customer's by path and name, the same in every account. */
const nameOf = (arn: string): string =>
  /^arn:[^:]*:iam::aws:policy\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1] ?? arn;

function textOf(document: PolicyDocument | undefined): ReadText {
  if (document === undefined) return missing("it has not been read");
  const known = DOCUMENTS.get(document);
  if (known !== undefined) return known;
  const read =
    document.document === null
      ? missing(document.unread ?? "it could not be read")
      : readText(document.document);
  DOCUMENTS.set(document, read);
  return read;
}

/** The document behind an ARN. */
export function sourceByArn(of: Source["of"], arn: string, documents: Documents): Source {
  return { of, name: nameOf(arn), text: textOf(documents.get(arn)) };
}

/** What stands in a permission set or role itself. */
export function inlineText(owner: object, text: string): ReadText {
  const texts = INLINES.get(owner) ?? new Map<string, ReadText>();
  INLINES.set(owner, texts);
  const known = texts.get(text);
  if (known !== undefined) return known;
  const read = readText(text);
  texts.set(text, read);
  return read;
}

/** For a document that nobody can look for: `why` is said of it. */
export const missing = (why: string): ReadText => ({
  digest: why,
  parsed: { policy: null, problem: /[.!?]$/.test(why) ? why : `${why}.` },
});

function readText(text: string): ReadText {
  return { digest: sha256(text), parsed: ofIdentity(parsePolicy(text)) };
}

/** A policy of an identity names no principal; AWS refuses one that does. */
function ofIdentity(parsed: ParsedPolicy): ParsedPolicy {
  const odd = parsed.policy?.statements.find(({ principal }) => principal !== null);
  if (odd === undefined) return parsed;
  const problem = `Statement ${odd.number} has a Principal, which only the policy of a resource may have.`;
  return { policy: null, problem };
}

function judge(sources: readonly Source[], catalogue: ActionCatalogue): PolicyVerdict {
  const documents: NamedPolicy[] = [];
  const unread: UnreadPolicy[] = [];
  let boundary: NamedPolicy | null = null;
  for (const { of, name, text } of sources) {
    const { policy, problem } = text.parsed;
    if (policy === null) {
      unread.push({
        of,
        problem: `${of === "policy" ? "Policy" : "Boundary"} ${name}: ${problem}`,
      });
    } else if (of === "policy") documents.push({ name, policy });
    else boundary = { name, policy };
  }
  return judgePolicies({ documents, boundary, unread }, catalogue);
}
