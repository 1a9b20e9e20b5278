/**
 * The verdict on a permission set as it stands in an account: AWS managed and customer managed policies, inline policy and boundary
 * together. Guarantees that a document which is missing, was not read or cannot be parsed is named in `unread`, and that equal documents
 * are judged once, however many sets and accounts share them.
 */
import type { PermissionSet } from "../access.ts";
import type { ActionCatalogue } from "./catalogue.ts";
import {
  inlineText,
  missing,
  sourceByArn,
  verdictOfSources,
  type Documents,
  type Source,
} from "./sources.ts";
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
  policies: Documents,
  catalogue: ActionCatalogue,
): PolicyVerdict {
  return verdictOfSources(sourcesOf(set, accountId, policies), catalogue);
}

/** Customer managed policies and boundaries are named by path and exist once an account. */
export function differsByAccount({
  customerManagedPolicies,
  boundary,
}: Pick<JudgedSet, "customerManagedPolicies" | "boundary">): boolean {
  return customerManagedPolicies.length > 0 || (boundary !== null && !boundary.startsWith("arn:"));
}

function sourcesOf(set: JudgedSet, accountId: string | null, policies: Documents): Source[] {
  const partition = set.arn.split(":")[1] ?? "aws";
  const byName = (of: Source["of"], path: string): Source => {
    const name = path.startsWith("/") ? path : `/${path}`;
    if (accountId === null) return { of, name, text: missing("its account is not named") };
    const arn = `arn:${partition}:iam::${accountId}:policy${name}`;
    return { of, name, text: sourceByArn(of, arn, policies).text };
  };
  const { inlinePolicy, boundary } = set;
  const sources = [
    ...set.managedPolicyArns.map((arn) => sourceByArn("policy", arn, policies)),
    ...set.customerManagedPolicies.map(({ path, name }) => byName("policy", `${path}${name}`)),
  ];
  if (inlinePolicy !== null) {
    sources.push({ of: "policy", name: "inline policy", text: inlineText(set, inlinePolicy) });
  }
  if (boundary !== null) {
    sources.push(
      boundary.startsWith("arn:")
        ? sourceByArn("boundary", boundary, policies)
        : byName("boundary", boundary),
    );
  }
  return sources;
}
