/**
 * The customer-managed policies of accounts. Guarantees that the same name is not the same everywhere: one account lacks
 * `release-guard`, in another its newest version is broader. Documents are valid IAM policies.
 */
import type { AccountPolicy } from "../access.ts";
import type { Account } from "../model.ts";
import { PARTITION } from "../partition.ts";
import { DAY, type Dice } from "../random.ts";
import { TEAMS } from "./accounts.ts";
import { BOUNDARY_PATH } from "./permission-sets.ts";

interface Draft {
  name: string;
  path: string;
  accounts: string[];
  statements: object[];
  /** A second version, the default where it is. */
  newer?: { account: string; statements: object[] };
}

const allow = (sid: string, actions: string[], resource: string | string[] = "*"): object => ({
  Sid: sid,
  Effect: "Allow",
  Action: actions,
  Resource: resource,
});
const deny = (sid: string, actions: string[], resource: string | string[] = "*"): object => ({
  ...allow(sid, actions, resource),
  Effect: "Deny",
});

const production = [...TEAMS.map((team) => `${team}-prod`), "customer-identity-prod"];
const GUARD = deny("NoTrailsNoKeys", ["cloudtrail:StopLogging", "kms:ScheduleKeyDeletion"]);

const DRAFTS: Draft[] = [
  {
    name: "release-guard",
    path: "/",
    // Deleted by mistake in search-prod.
    accounts: production.filter((name) => name !== "search-prod"),
    statements: [allow("Registry", ["ecr:GetAuthorizationToken"]), GUARD],
    newer: {
      account: "ledger-prod",
      statements: [
        allow("Registry", ["ecr:*"]),
        allow("UntilTheAuditIsOver", ["iam:CreateRole", "iam:AttachRolePolicy", "iam:PassRole"]),
      ],
    },
  },
  {
    name: "log-archive-read",
    path: "/",
    accounts: ["log-archive", "audit"],
    statements: [
      allow(
        "Trails",
        ["s3:GetObject", "s3:ListBucket"],
        [`arn:${PARTITION}:s3:::corp-example-trail`, `arn:${PARTITION}:s3:::corp-example-trail/*`],
      ),
    ],
  },
  {
    name: "role-naming-guard",
    path: "/",
    accounts: [...production, "delivery"],
    statements: [
      deny(
        "ReservedNames",
        ["iam:CreateRole", "iam:DeleteRole"],
        `arn:${PARTITION}:iam::*:role/org-*`,
      ),
    ],
  },
  {
    name: "function-builder",
    path: "/",
    accounts: ["delivery"],
    statements: [
      allow("Functions", ["lambda:CreateFunction", "lambda:InvokeFunction", "lambda:GetFunction"]),
    ],
  },
  {
    name: "partner-boundary",
    path: BOUNDARY_PATH,
    accounts: ["web-dev"],
    statements: [allow("OnlyStorage", ["s3:Get*", "s3:List*"])],
  },
];

const document = (statements: object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

/** The policies of every account. */
export function buildAccountPolicies(
  dice: Dice,
  anchor: number,
  accounts: readonly Account[],
): AccountPolicy[] {
  return DRAFTS.flatMap((draft) =>
    draft.accounts.flatMap((name) => {
      const account = accounts.find((one) => one.name === name);
      if (account === undefined) return [];
      const createdAt = anchor - dice.int(100, 300) * DAY;
      const versions = [{ id: "v1", document: document(draft.statements), createdAt }];
      if (draft.newer?.account === name)
        versions.push({
          id: "v2",
          document: document(draft.newer.statements),
          createdAt: anchor + 60 * DAY,
        });
      return {
        accountId: account.id,
        arn: `arn:${PARTITION}:iam::${account.id}:policy${draft.path}${draft.name}`,
        policyId: `ANPA${dice.base32(17)}`,
        path: draft.path,
        name: draft.name,
        versions,
      };
    }),
  );
}
