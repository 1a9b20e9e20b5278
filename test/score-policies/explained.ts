/** Where we judge otherwise on purpose: the case and what was asked, and why. The same stands in docs/policy-analysis.md, by kinds. */

const NAMED_RESOURCES =
  "asked with the peer's switch for named resources on; access to resources that the policy names is what a policy is for, so only access everywhere is a finding";
const RIGHTS_OF_IDENTITIES =
  "what changes the rights or keys of identities is privilege-escalation or credential-exposure here; resource-exposure is about policies, lists and shares of resources";
const OWN_TOKEN =
  "ecr:GetAuthorizationToken answers a token of the caller's own rights for 12 hours, nobody else's; checkov judges likewise";

export const EXPLAINED: Readonly<Record<string, string>> = {
  "IAMAdminPolicyDocument aws_iam_policy.fail4: administrator":
    "the statement has no Effect, which IAM refuses: Terraform adds Allow before the document is sent, so the document that AWS holds is another one",
  "test_policy_file: credential-exposure": OWN_TOKEN,
  "test_analyze_policy_string_enable_community: credential-exposure": OWN_TOKEN,
  "test_gh_254_all_risky_actions_scan_policy: credential-exposure": NAMED_RESOURCES,
  "test_gh_254_all_risky_actions_scan_policy: data-exfiltration": NAMED_RESOURCES,
  "test_gh_254_all_risky_actions_scan_policy: resource-exposure": NAMED_RESOURCES,
  "test_resource_policy_privilege_escalation_at_bucket_level: resource-exposure": NAMED_RESOURCES,
  "test_excluded_actions_scan_policy_file: resource-exposure": RIGHTS_OF_IDENTITIES,
  "test_excluded_actions_scan_policy_file_v2: resource-exposure": RIGHTS_OF_IDENTITIES,
  "test_policy_finding_for_privilege_escalation: resource-exposure": RIGHTS_OF_IDENTITIES,
  "test_assume_role_assumable_by_any_principal_with_conditions: open-trust":
    "the trust has conditions on aws:SourceIp and sts:ExternalId, which say who; the peer's case asks without looking at conditions",
};
