/** Policies written short, for tests: statements of one form, documents of statements, and a verdict on them. */
import { readActionCatalogue } from "#core/adapters/iam-data/catalogue";
import type { NamedPolicy } from "#core/domain/policy/access/statements";
import { parsePolicy } from "#core/domain/policy/document";
import { judgePolicies } from "#core/domain/policy/judge";
import type { PolicyFinding, PolicyVerdict } from "#core/domain/policy/verdict";

export type Written = Readonly<Record<string, unknown>>;

export const catalogue = await readActionCatalogue();

export const allow = (Action: string | readonly string[], more: Written = {}): Written => ({
  Effect: "Allow",
  Action,
  Resource: "*",
  ...more,
});

export const deny = (Action: string | readonly string[], more: Written = {}): Written => ({
  ...allow(Action, more),
  Effect: "Deny",
});

export const allBut = (NotAction: string | readonly string[], more: Written = {}): Written => ({
  Effect: "Allow",
  NotAction,
  Resource: "*",
  ...more,
});

export const when = (operator: string, key: string, value: unknown): Written => ({
  Condition: { [operator]: { [key]: value } },
});

export const text = (...Statement: readonly Written[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement });

export function document(name: string, ...statements: readonly Written[]): NamedPolicy {
  const { policy, problem } = parsePolicy(text(...statements));
  if (policy === null) throw new Error(problem);
  return { name, policy };
}

/** One document for each list of statements. */
export const judge = (...documents: readonly (readonly Written[])[]): PolicyVerdict =>
  judgePolicies(
    { documents: documents.map((statements, at) => document(`policy ${at}`, ...statements)) },
    catalogue,
  );

export const within = (boundary: readonly Written[], ...statements: readonly Written[]) =>
  judgePolicies(
    { documents: [document("policy", ...statements)], boundary: document("boundary", ...boundary) },
    catalogue,
  );

export const ids = ({ findings }: PolicyVerdict): string[] =>
  [...new Set(findings.map(({ id }) => id))].toSorted();

export const found = (
  { findings }: PolicyVerdict,
  id: PolicyFinding["id"],
): readonly PolicyFinding[] => findings.filter((finding) => finding.id === id);
