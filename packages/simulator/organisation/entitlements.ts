/**
 * What the account access manager gives: its application, a few entitlements of people and groups, and the roles that they name.
 * Guarantees trust policies of the form that the service needs; one of them leaves out the conditions, one trusts others too.
 * AWS: IAM User Guide, account access manager, preparing roles.
 */
import type { AccountRole, Entitlement } from "../access.ts";
import type { Account, Group, Person } from "../model.ts";
import { MANAGED_POLICY_PREFIX, PARTITION } from "../partition.ts";
import { DAY, type Dice, HOUR } from "../random.ts";

export interface EntitlementSite {
  dice: Dice;
  anchor: number;
  region: string;
  accounts: readonly Account[];
  people: readonly Person[];
  groups: readonly Group[];
}

/** The principal that takes the roles. */
const SERVICE = "account-access.amazonaws.com";

interface RoleDraft {
  name: string;
  path: string;
  account: string;
  description: string;
  managed: string[];
  inline: { name: string; statement: object }[];
  hours: number;
  trust: "conditioned" | "any source" | "others too";
}

const ROLES: RoleDraft[] = [
  {
    name: "data-steward",
    path: "/people/",
    account: "data-prod",
    description: "Looks after the lake",
    managed: ["AmazonS3ReadOnlyAccess"],
    inline: [
      {
        name: "catalogue",
        statement: { Effect: "Allow", Action: ["glue:Get*", "glue:UpdateTable"], Resource: "*" },
      },
    ],
    hours: 4,
    trust: "conditioned",
  },
  {
    name: "model-reviewer",
    path: "/people/",
    account: "ml-dev",
    description: "Reads models",
    managed: ["ReadOnlyAccess"],
    inline: [],
    hours: 8,
    trust: "any source",
  },
  {
    name: "emergency-operations",
    path: "/",
    account: "network",
    description: "Older than the account access manager, still trusted by its account",
    managed: ["PowerUserAccess", "IAMFullAccess"],
    inline: [],
    hours: 12,
    trust: "others too",
  },
];

export interface Entitled {
  applications: { arn: string; name: string; createdAt: number }[];
  entitlements: Entitlement[];
  roles: AccountRole[];
}

export function buildEntitlements(site: EntitlementSite): Entitled {
  const { dice, anchor, region, accounts } = site;
  const management = accounts.find((one) => one.isManagement)?.id ?? "";
  const applicationArn = `arn:${PARTITION}:account-access:${region}:${management}:application/aap-${dice.hex(16)}`;
  const roles = ROLES.map((draft) => role(site, draft, { management, applicationArn }));
  const roleNamed = (name: string): AccountRole => find(roles, (one) => one.name === name, name);
  const entitle = (
    principal: Entitlement["principal"],
    roleName: string,
    from: number,
    to: number | null = null,
  ): Entitlement => {
    const { arn, accountId } = roleNamed(roleName);
    return {
      id: `ent-${dice.hex(16)}`,
      applicationArn,
      principal,
      accountId,
      roleArn: arn,
      from,
      to,
    };
  };
  const person = (profile: Person["profile"], index: number): Entitlement["principal"] => ({
    type: "USER",
    id: site.people.filter((one) => one.profile === profile)[index]?.userId ?? "",
  });
  const analysts = find(site.groups, (one) => one.displayName === "analysts", "analysts");
  return {
    applications: [{ arn: applicationArn, name: "account-access", createdAt: anchor - 30 * DAY }],
    entitlements: [
      entitle(person("analyst", 2), "data-steward", anchor + 33 * DAY + 10 * HOUR),
      entitle({ type: "GROUP", id: analysts.groupId }, "model-reviewer", anchor - 20 * DAY),
      entitle(person("operator", 4), "emergency-operations", anchor + 77 * DAY + 13 * HOUR),
      entitle(person("engineer", 40), "data-steward", anchor + 20 * DAY + 9 * HOUR, anchor + 50 * DAY + 9 * HOUR),
    ], // prettier-ignore
    roles,
  };
}

function role(
  { dice, anchor, accounts }: EntitlementSite,
  draft: RoleDraft,
  by: { management: string; applicationArn: string },
): AccountRole {
  const { id: accountId } = find(accounts, (one) => one.name === draft.account, draft.account);
  return {
    accountId,
    arn: `arn:${PARTITION}:iam::${accountId}:role${draft.path}${draft.name}`,
    roleId: `AROA${dice.base32(17)}`,
    path: draft.path,
    name: draft.name,
    description: draft.description,
    trustPolicy: trustPolicy(draft.trust, accountId, by),
    maxSessionSeconds: draft.hours * 3600,
    managedPolicyArns: draft.managed.map((name) => MANAGED_POLICY_PREFIX + name),
    inlinePolicies: draft.inline.map(({ name, statement }) => ({
      name,
      document: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    })),
    boundaryArn: null,
    createdAt: anchor - dice.int(60, 400) * DAY,
  };
}

function trustPolicy(
  trust: RoleDraft["trust"],
  accountId: string,
  by: { management: string; applicationArn: string },
): string {
  const service = {
    Effect: "Allow",
    Principal: { Service: SERVICE },
    Action: ["sts:AssumeRole", "sts:SetContext", "sts:TagSession"],
    ...(trust === "any source"
      ? {}
      : {
          Condition: {
            StringEquals: { "aws:SourceAccount": by.management },
            ArnEquals: { "aws:SourceArn": by.applicationArn },
          },
        }),
  };
  const own = {
    Effect: "Allow",
    Principal: { AWS: `arn:${PARTITION}:iam::${accountId}:root` },
    Action: "sts:AssumeRole",
  };
  const statements = trust === "others too" ? [service, own] : [service];
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

function find<T>(list: readonly T[], wanted: (one: T) => boolean, name: string): T {
  const found = list.find(wanted);
  if (found === undefined) throw new Error(`The organisation has no "${name}".`);
  return found;
}
