/**
 * Whether policies taken together make an administrator: after denies, `iam:*`, `organizations:*`, `account:*` and every write
 * action outside billing, on every resource. Allows with a condition count for nothing, denies with a condition or on some
 * resources take nothing away: a guard that may not bind must not hide an administrator.
 */
import { parsePolicy, type PatternList } from "./document.ts";
import { managedPolicy, type Statement } from "./managed.ts";
import { covers, disjoint, isEverything, isEveryAction } from "./pattern.ts";

/** What a permission set carries. */
export interface AttachedPolicies {
  readonly managedPolicyArns: readonly string[];
  /** They live in the accounts and are not read. */
  readonly customerManagedPolicies: readonly unknown[];
  readonly inlinePolicy: string | null;
  /** ARN of an AWS managed policy, or path and name of a customer managed one. */
  readonly boundary: string | null;
}

/** Null where a policy that nobody could read decides. */
export function administratorOf(policies: AttachedPolicies): boolean | null {
  const documents = policies.managedPolicyArns.map(managedPolicy);
  documents.push(...policies.customerManagedPolicies.map(() => null));
  if (policies.inlinePolicy !== null) documents.push(statementsOf(policies.inlinePolicy));
  const granted = allowsEverything(documents);
  if (granted === false || policies.boundary === null) return granted;
  const bounded = allowsEverything([managedPolicy(policies.boundary)]);
  return bounded === false ? false : bounded === null ? null : granted;
}

/** The statements of a document as far as this judgement needs them; null for one that cannot be read. */
export function statementsOf(text: string): readonly Statement[] | null {
  const { policy } = parsePolicy(text);
  return (
    policy?.statements.map((one) => ({ ...one, conditional: one.conditions.length > 0 })) ?? null
  );
}

/** The judgement of documents taken together; a null document is one that could not be read. */
export function allowsEverything(
  documents: readonly (readonly Statement[] | null)[],
): boolean | null {
  const statements = documents.flatMap((document) => document ?? []);
  if (statements.some(takesAway)) return false;
  const allows = statements.filter(
    ({ effect, conditional, resources }) =>
      effect === "Allow" && !conditional && onEverything(resources),
  );
  if (coverEverything(allows.map((allow) => allow.actions))) return true;
  return documents.includes(null) ? null : false;
}

function onEverything({ patterns, inverted }: PatternList): boolean {
  return !inverted && patterns.some(isEverything);
}

/** A deny that always binds and forbids something that an administrator must be able to do. */
function takesAway({ effect, conditional, actions, resources }: Statement): boolean {
  if (effect !== "Deny" || conditional) return false;
  // Denied everywhere but on a few resources is not "on every resource" either.
  const wide =
    onEverything(resources) || (resources.inverted && !resources.patterns.some(isEverything));
  if (!wide) return false;
  return actions.inverted
    ? !actions.patterns.some(isEveryAction)
    : actions.patterns.some((pattern) => !isImmaterial(pattern));
}

function coverEverything(lists: readonly PatternList[]): boolean {
  return lists.some(({ patterns, inverted }) =>
    inverted
      ? patterns.every((left) => isImmaterial(left) || lists.some((list) => includes(list, left)))
      : patterns.some(isEveryAction),
  );
}

function includes({ patterns, inverted }: PatternList, wanted: string): boolean {
  return inverted
    ? patterns.every((pattern) => disjoint(pattern, wanted))
    : patterns.some((pattern) => isEveryAction(pattern) || covers(pattern, wanted));
}

/** Service prefixes of paying and costs (AWS: actions of Billing and Cost Management). */
const BILLING = new Set([
  "aws-portal",
  "billing",
  "billingconductor",
  "budgets",
  "ce",
  "consolidatedbilling",
  "cur",
  "freetier",
  "invoicing",
  "payments",
  "pricing",
  "purchase-orders",
  "tax",
]);

/** Services of which an administrator must have every action, the reading ones too. */
const WHOLE = new Set(["iam", "organizations", "account"]);

const READS = /^(get|list|describe|batchget|view|search|lookup|head|query|scan|select)/i;

/** One can lack it and still be an administrator: billing, or actions that by their name only read. */
function isImmaterial(pattern: string): boolean {
  const [service = "", action = ""] = pattern.toLowerCase().split(":");
  if (BILLING.has(service)) return true;
  if (/[*?]/.test(service) || WHOLE.has(service)) return false;
  return READS.test(action);
}
