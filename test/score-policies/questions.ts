/**
 * Others' verdicts as questions that can be asked of ours: is this document refused, does this finding stand. What they judge and we do
 * not (spelling, style, changes of infrastructure) is counted and not asked.
 */
import type { PolicyFindingId } from "#core/domain/policy/verdict";
import { checkovCases, cloudsplainingCases, parliamentCases } from "./samples.ts";

export type Asked = PolicyFindingId | "refused" | "unknown-action";

export interface Question {
  readonly peer: "checkov" | "parliament" | "cloudsplaining";
  /** Names the case among its peer's. */
  readonly name: string;
  /** Texts of which any may be meant. */
  readonly texts: readonly string[];
  readonly asked: Asked;
  readonly expected: boolean;
}

const textOf = (policy: unknown): string =>
  typeof policy === "string" ? policy : JSON.stringify(policy);

const CHECKOV: readonly (readonly [string, Asked])[] = [
  ["AdminPolicyDocument", "administrator"],
  ["StarActionPolicyDocument", "service-wildcard"],
  ["CredentialsExposure", "credential-exposure"],
  ["DataExfiltration", "data-exfiltration"],
  ["PermissionsManagement", "resource-exposure"],
  ["PrivilegeEscalation", "privilege-escalation"],
  ["RoleAllowAssumeFromAccount", "open-trust"],
];

function ofCheckov(): readonly Question[] {
  return checkovCases().flatMap(({ test, check, policy, verdict }) => {
    const asked = CHECKOV.find(([part]) => check.includes(part))?.[1];
    if (asked === undefined) return [];
    const name = `${check.replace("example_", "")} ${test}`;
    return [
      { peer: "checkov", name, texts: [textOf(policy)], asked, expected: verdict === "fail" },
    ];
  });
}

const PARLIAMENT: Readonly<Record<string, Asked>> = {
  MALFORMED: "refused",
  UNKNOWN_OPERATOR: "refused",
  INVALID_ARN: "refused",
  DUPLICATE_SID: "refused",
  UNKNOWN_ACTION: "unknown-action",
  CREDENTIALS_EXPOSURE: "credential-exposure",
  PERMISSIONS_MANAGEMENT_ACTIONS: "resource-exposure",
  RESOURCE_POLICY_PRIVILEGE_ESCALATION: "resource-exposure",
};

/** The documents themselves, also out of a listing of a whole account. */
function documentsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return value.includes("Statement") ? [value] : [];
  if (value === null || typeof value !== "object") return [];
  if (Object.hasOwn(value, "Statement")) return [textOf(value)];
  return Object.values(value).flatMap(documentsIn);
}

function ofParliament(): readonly Question[] {
  return parliamentCases().flatMap(({ test, policies, expectedFindingIds }): Question[] => {
    const texts = [...new Set(Object.values(policies).flatMap(documentsIn))];
    const about = { peer: "parliament", name: test, texts } as const;
    const named = expectedFindingIds.flatMap((id) => PARLIAMENT[id] ?? []);
    const questions = named.map((asked) => ({ ...about, asked, expected: true }));
    return named.includes("refused")
      ? questions
      : [...questions, { ...about, asked: "refused", expected: false }];
  });
}

const CLOUDSPLAINING: readonly (readonly [string, Asked])[] = [
  ["PrivilegeEscalation", "privilege-escalation"],
  ["ResourceExposure", "resource-exposure"],
  ["DataExfiltration", "data-exfiltration"],
  ["CredentialsExposure", "credential-exposure"],
  ["ServiceWildcard", "service-wildcard"],
];

const POLICIES = ["test_policy", "example_policy", "policy_with_resource_constraints", "policy"];

function ofCloudsplaining(): readonly Question[] {
  return cloudsplainingCases().flatMap(({ test, literals }): Question[] => {
    const policy = POLICIES.map((key) => literals[key]).find((one) => one !== undefined);
    if (policy === undefined) return [];
    const ask = (asked: Asked, expected: boolean): Question => ({
      peer: "cloudsplaining",
      name: test,
      texts: [textOf(policy)],
      asked,
      expected,
    });
    const results = literals["expected_results"] as
      | Readonly<Record<string, { readonly findings?: readonly unknown[] } | undefined>>
      | undefined;
    const counted = CLOUDSPLAINING.flatMap(([kind, asked]) => {
      const findings = results?.[kind]?.findings;
      return findings === undefined ? [] : [ask(asked, findings.length > 0)];
    });
    const ways = literals["expected_result"];
    const escalates =
      Array.isArray(ways) && (ways[0] as { type?: string } | undefined)?.type !== undefined;
    return [
      ...counted,
      ...(escalates ? [ask("privilege-escalation", true)] : []),
      ...(literals["high_priority_read_only_actions"] === undefined
        ? []
        : [ask("data-exfiltration", true)]),
      ...(literals["expected_policy"] === undefined ? [] : [ask("open-trust", true)]),
    ];
  });
}

export const questions = (): readonly Question[] => [
  ...ofCheckov(),
  ...ofParliament(),
  ...ofCloudsplaining(),
];
