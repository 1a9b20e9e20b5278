/** Records of the organisation, its trails, and IAM. */
import { MEMBER, OWNER } from "#test/support/records";
import { admin, row, stranger } from "./callers.ts";
import type { Case } from "./case.ts";

export const GROUND: readonly Case[] = [
  row(
    "a policy of the organisation, updated by a stranger",
    stranger("organizations", "UpdatePolicy", { policyId: "p-0011" }),
    { kind: "policy-updated", policyId: "p-0011" },
  ),
  row(
    "a policy of the organisation, detached",
    admin("organizations", "DetachPolicy", { policyId: "p-0011", targetId: MEMBER }),
    { kind: "policy-updated", targetId: MEMBER },
  ),
  ...(
    [
      ["RegisterDelegatedAdministrator", "administrator-registered"],
      ["DisableAWSServiceAccess", "service-disabled"],
    ] as const
  ).map(([name, change]) =>
    row(
      `${name} by a stranger`,
      stranger("organizations", name, {
        accountId: OWNER,
        servicePrincipal: "sso.amazonaws.com",
      }),
      {
        kind: "organization",
        change,
        targetAccountId: OWNER,
        servicePrincipal: "sso.amazonaws.com",
      },
    ),
  ),
  row("an account that leaves", stranger("organizations", "LeaveOrganization", {}), {
    kind: "organization",
    change: "account-left",
    targetAccountId: MEMBER,
  }),
  ...(
    [
      ["StopLogging", "logging-stopped"],
      ["DeleteTrail", "deleted"],
      ["PutEventSelectors", "selectors-changed"],
    ] as const
  ).map(([name, change]) =>
    row(`${name} of a permission set's role`, admin("cloudtrail", name, { name: "organisation" }), {
      kind: "trail-change",
      change,
      trail: "organisation",
    }),
  ),
  row(
    "a trail, updated by a stranger who names it by its ARN",
    stranger("cloudtrail", "UpdateTrail", {
      name: `arn:aws:cloudtrail:eu-central-1:${OWNER}:trail/organisation`,
    }),
    { kind: "trail-change", change: "updated" },
  ),
  row(
    "a SAML provider that a stranger makes",
    stranger("iam", "CreateSAMLProvider", { name: "backdoor" }),
    { kind: "account-identity-provider", change: "created", provider: "backdoor" },
  ),
  row(
    "a role that comes to trust the account access manager",
    stranger("iam", "UpdateAssumeRolePolicy", {
      roleName: "ops",
      policyDocument:
        '{"Statement":[{"Effect":"Allow","Principal":{"Service":"account-access.amazonaws.com"},"Action":"sts:AssumeRole"}]}',
    }),
    { kind: "role-trust", change: "updated", roleName: "ops" },
  ),
];
