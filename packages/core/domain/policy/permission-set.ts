/**
 * The verdict on a permission set as it stands in an account: AWS managed and customer managed policies, inline policy and boundary
 * together. Guarantees that a document which is missing, was not read or cannot be parsed is named in `unread`, and that equal documents
 * are judged once, however many sets and accounts share them.
 */
import type { PermissionSet, PolicyDocument } from "../access.ts";
import { sha256 } from "../ids.ts";
import type { NamedPolicy } from "./access/statements.ts";
import type { ActionCatalogue } from "./catalogue.ts";
import { parsePolicy, type ParsedPolicy } from "./document.ts";
import { judgePolicies, type UnreadPolicy } from "./judge.ts";
import type { PolicyVerdict } from "./verdict.ts";

/** What of a permission set decides. */
export type JudgedSet = Pick<
  PermissionSet,
  "arn" | "managedPolicyArns" | "customerManagedPolicies" | "inlinePolicy" | "boundary"
>;

/**
 * `accountId` null asks for the set without an account: its customer managed policies are then unread. `policies` are keyed by ARN, as a
 * crawl publishes them.
 */
export function verdictOfSet(
  set: JudgedSet,
  accountId: string | null,
  policies: ReadonlyMap<string, PolicyDocument>,
  catalogue: ActionCatalogue,
): PolicyVerdict {
  const sources = sourcesOf(set, accountId, policies);
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
const INLINES = new WeakMap<JudgedSet, ReadText>();

function verdictsOf(catalogue: ActionCatalogue): Map<string, PolicyVerdict> {
  const known = VERDICTS.get(catalogue);
  if (known !== undefined) return known;
  const made = new Map<string, PolicyVerdict>();
  VERDICTS.set(catalogue, made);
  return made;
}

interface ReadText {
  /** Of the text, or of why there is none. */
  readonly digest: string;
  readonly parsed: ParsedPolicy;
}

interface Source {
  readonly of: UnreadPolicy["of"];
  readonly name: string;
  readonly text: ReadText;
}

function sourcesOf(
  set: JudgedSet,
  accountId: string | null,
  policies: ReadonlyMap<string, PolicyDocument>,
): readonly Source[] {
  const partition = set.arn.split(":")[1] ?? "aws";
  const byArn = (of: Source["of"], arn: string): Source => ({
    of,
    name: nameOf(arn),
    text: textOf(policies.get(arn)),
  });
  const byName = (of: Source["of"], path: string): Source => {
    const name = path.startsWith("/") ? path : `/${path}`;
    if (accountId === null) return { of, name, text: missing("its account is not named") };
    return {
      of,
      name,
      text: textOf(policies.get(`arn:${partition}:iam::${accountId}:policy${name}`)),
    };
  };
  const sources = [
    ...set.managedPolicyArns.map((arn) => byArn("policy", arn)),
    ...set.customerManagedPolicies.map(({ path, name }) => byName("policy", `${path}${name}`)),
    ...(set.inlinePolicy === null
      ? []
      : [{ of: "policy" as const, name: "inline policy", text: inlineOf(set, set.inlinePolicy) }]),
    ...(set.boundary === null
      ? []
      : [
          set.boundary.startsWith("arn:")
            ? byArn("boundary", set.boundary)
            : byName("boundary", set.boundary),
        ]),
  ];
  return sources.toSorted((left, right) => (left.name < right.name ? -1 : 1));
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

function inlineOf(set: JudgedSet, text: string): ReadText {
  const known = INLINES.get(set);
  if (known !== undefined) return known;
  const read = readText(text);
  INLINES.set(set, read);
  return read;
}

const missing = (why: string): ReadText => ({
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
