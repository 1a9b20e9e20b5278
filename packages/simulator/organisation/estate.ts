/**
 * What the directory gives beside permission sets: applications, issuers, entitlements, policies and roles of accounts, tags and
 * the pairs whose role is behind its set. Guarantees dice of its own, and the ARNs that the applications' lives use.
 */
import type { Application, Estate, TokenIssuer } from "../access.ts";
import type { Account, Organisation, PermissionSet } from "../model.ts";
import { PARTITION } from "../partition.ts";
import { DAY, Dice } from "../random.ts";
import { buildAccountPolicies } from "./account-policies.ts";
import { buildApplications, PROVIDERS } from "./applications.ts";
import { buildEntitlements } from "./entitlements.ts";

/** What is there before the estate is. */
export type Founded = Omit<Organisation, "estate">;

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
    applicationProviders: PROVIDERS,
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
