/**
 * The verdict on a role that entitlements give: its managed and inline policies and its boundary together, as a crawl read them. A role or
 * document that was not read is named in `unread`. What the role's trust policy says is not judged here.
 */
import type { EntitlementRole } from "../access.ts";
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

/** `policies` are keyed by ARN, as a crawl publishes them. */
export function verdictOfRole(
  role: EntitlementRole,
  policies: Documents,
  catalogue: ActionCatalogue,
): PolicyVerdict {
  const sources: Source[] = [
    ...role.managedPolicyArns.map((arn) => sourceByArn("policy", arn, policies)),
    ...role.inlinePolicies.map((text, at): Source => {
      return { of: "policy", name: `inline policy ${at + 1}`, text: inlineText(role, text) };
    }),
  ];
  if (role.boundaryArn !== null) sources.push(sourceByArn("boundary", role.boundaryArn, policies));
  if (role.unread !== null) {
    const text = missing(role.unread);
    sources.push({ of: "policy", name: "of the role", text });
    // AWS tells the boundary and the trust policy in one answer (IAM API reference, GetRole).
    if (role.trustPolicy === null) sources.push({ of: "boundary", name: "of the role", text });
  }
  return verdictOfSources(sources, catalogue);
}
