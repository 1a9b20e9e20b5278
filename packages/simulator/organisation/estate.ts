/**
 * What the directory gives beside permission sets: applications, issuers, entitlements, policies and roles of accounts, tags and
 * the pairs whose role is behind its set. Guarantees dice of its own, and the ARNs that the applications' lives use.
 */
import type { Application, Estate, TokenIssuer } from "../access.ts";
import type { Account, Organisation, PermissionSet } from "../model.ts";
import { PARTITION } from "../partition.ts";
import { DAY, Dice } from "../random.ts";
import { buildAccountPolicies } from "./account-policies.ts";
import { buildEntitlements } from "./entitlements.ts";

/** What is there before the estate is. */
export type Founded = Omit<Organisation, "estate">;

const CUSTOM_PROVIDER = `arn:${PARTITION}:sso::aws:applicationProvider/custom`;
const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";

export function buildEstate(founded: Founded, grantsByHand: Estate["grantsByHand"]): Estate {
  const { seed, anchor, region, accounts, permissionSets } = founded;
  const dice = new Dice("estate", seed);
  const issuers = [issuer(founded, dice)];
  const applications = buildApplications(founded, issuers);
  const entitled = buildEntitlements({ ...founded, dice });
  return {
    regions: [
      { name: region, addedAt: anchor - 900 * DAY },
      { name: "eu-west-1", addedAt: anchor - 40 * DAY },
    ],
    accountInstance: {
      arn: `arn:${PARTITION}:sso:::instance/ssoins-${dice.hex(16)}`,
      identityStoreId: `d-${dice.hex(10)}`,
      ownerAccountId: account(accounts, "sandbox-two").id,
      name: "prototype",
    },
    tags: tagsOf(founded, applications),
    grantsByHand,
    outdated: [
      {
        accountId: account(accounts, "orders-prod").id,
        permissionSetArn: set(permissionSets, "IncidentResponder").arn,
      },
    ],
    applicationProviders: [
      { arn: CUSTOM_PROVIDER, protocol: "OAUTH", name: "Custom application" },
      {
        arn: `arn:${PARTITION}:sso::aws:applicationProvider/sagemaker`,
        protocol: "OAUTH",
        name: "Amazon SageMaker",
      },
      {
        arn: `arn:${PARTITION}:sso::aws:applicationProvider/custom-saml`,
        protocol: "SAML",
        name: "Custom SAML 2.0 application",
      },
    ],
    applications,
    issuers,
    entitlementApplications: entitled.applications,
    entitlements: entitled.entitlements,
    roles: entitled.roles,
    policies: buildAccountPolicies(dice, anchor, accounts),
  };
}

/** Whoever can sign for it can be anybody whose address they know. */
function issuer({ managementAccountId, instanceArn }: Founded, dice: Dice): TokenIssuer {
  const instance = instanceArn.split("/").at(-1) ?? "";
  return {
    arn: `arn:${PARTITION}:sso::${managementAccountId}:trustedTokenIssuer/${instance}/tti-${dice.uuid()}`,
    name: "chat-login",
    issuerUrl: "https://login.chat.example.com/",
    claimPath: "email",
    directoryPath: "emails.value",
  };
}

function buildApplications(founded: Founded, issuers: readonly TokenIssuer[]): Application[] {
  const { seed, anchor, instanceArn, managementAccountId, groups, people } = founded;
  const instance = instanceArn.split("/").at(-1) ?? "";
  const base = (name: string, provider: string) => ({
    // The id that the application's lives use: see lives/applications.ts.
    arn: `arn:${PARTITION}:sso::${managementAccountId}:application/${instance}/apl-${new Dice(seed, "application", name).hex(16)}`,
    providerArn: provider,
    name,
    accountId: managementAccountId,
    status: "ENABLED" as const,
    createdAt: anchor - 80 * DAY,
  });
  const groupId = (name: string): string =>
    groups.find((one) => one.displayName === name)?.groupId ?? "";
  const actor = (role: string): object => ({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: `arn:${PARTITION}:iam::${managementAccountId}:role/${role}` },
        Action: "sso-oauth:CreateTokenWithIAM",
        Resource: "*",
      },
    ],
  });
  return [
    {
      ...base("chat-agent", CUSTOM_PROVIDER),
      description: "Answers questions about accounts, as whoever asks",
      assignmentRequired: false,
      scopes: [{ scope: "sso:account:access", authorizedTargets: [] }],
      grants: [
        {
          type: JWT_BEARER,
          issuers: issuers.map((one) => ({ arn: one.arn, audiences: ["curfew-chat"] })),
        },
        { type: "refresh_token" },
      ],
      actorPolicies: [actor("chat-agent")],
      backgroundSessions: "DISABLED",
      principals: [],
    },
    {
      ...base("notebooks", `arn:${PARTITION}:sso::aws:applicationProvider/sagemaker`),
      description: "Notebooks of the data scientists",
      assignmentRequired: true,
      scopes: [{ scope: "sagemaker:studio:access", authorizedTargets: [] }],
      grants: [{ type: TOKEN_EXCHANGE }, { type: "refresh_token" }],
      actorPolicies: [actor("notebooks")],
      backgroundSessions: "ENABLED",
      principals: [
        { type: "GROUP", id: groupId("analysts") },
        { type: "USER", id: people.find((one) => one.profile === "engineer")?.userId ?? "" },
      ],
    },
    {
      ...base("wiki", `arn:${PARTITION}:sso::aws:applicationProvider/custom-saml`),
      description: "The wiki",
      status: "DISABLED",
      assignmentRequired: true,
      scopes: [],
      grants: [],
      actorPolicies: [],
      backgroundSessions: "DISABLED",
      principals: [{ type: "GROUP", id: groupId("all-staff") }],
    },
  ];
}

function tagsOf(founded: Founded, applications: readonly Application[]): Estate["tags"] {
  const { instanceArn, permissionSets } = founded;
  const first = applications[0]?.arn ?? instanceArn;
  return {
    [instanceArn]: { "managed-by": "identity-pipeline" },
    [first]: { owner: "platform" },
    ...Object.fromEntries(
      permissionSets
        .filter((one) => !one.neverUsed)
        .map((one) => [one.arn, { "managed-by": "identity-pipeline" }]),
    ),
  };
}

function account(accounts: readonly Account[], name: string): Account {
  const found = accounts.find((one) => one.name === name);
  if (found === undefined) throw new Error(`The organisation has no account "${name}".`);
  return found;
}

function set(sets: readonly PermissionSet[], name: string): PermissionSet {
  const found = sets.find((one) => one.name === name);
  if (found === undefined) throw new Error(`The organisation has no permission set "${name}".`);
  return found;
}
