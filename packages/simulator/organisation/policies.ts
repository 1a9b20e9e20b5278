/**
 * The service control policies of the simulated organisation. Guarantees exactly one that waits, attached to the root, for the
 * ids of people to be cut off; its first text names nobody.
 */
import type { Account, OrganizationalUnit, ServiceControlPolicy } from "../model.ts";
import { PARTITION } from "../partition.ts";
import type { Dice } from "../random.ts";

/** The id that stands in an otherwise empty deny: a list of none would not be a valid condition. */
export const PLACEHOLDER_USER_ID = "00000000-0000-0000-0000-000000000000";

const FULL_ACCESS = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
};

const REGION_GUARD = {
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "DenyOtherRegions",
      Effect: "Deny",
      NotAction: ["iam:*", "organizations:*", "sts:*", "support:*", "route53:*", "cloudfront:*"],
      Resource: "*",
      Condition: {
        StringNotEquals: { "aws:RequestedRegion": ["eu-central-1", "eu-west-1", "us-east-1"] },
      },
    },
  ],
};

/** The text of the waiting deny for these people; the placeholder alone when nobody is to be denied. */
export function denyContent(userIds: readonly string[]): string {
  const ids = userIds.length === 0 ? [PLACEHOLDER_USER_ID] : userIds;
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "CurfewDeny",
        Effect: "Deny",
        Action: "*",
        Resource: "*",
        Condition: { StringEquals: { "identitystore:userId": ids } },
      },
    ],
  });
}

export interface PolicySite {
  dice: Dice;
  organizationId: string;
  managementAccountId: string;
  rootId: string;
  units: OrganizationalUnit[];
  accounts: Account[];
}

/** Full access everywhere, a Region guard on workloads, the waiting deny on the root (last in the list). */
export function buildPolicies(site: PolicySite): ServiceControlPolicy[] {
  const own = (
    name: string,
    description: string,
    content: string,
    targets: string[],
  ): ServiceControlPolicy => {
    const id = `p-${site.dice.hex(8)}`;
    const arn = `arn:${PARTITION}:organizations::${site.managementAccountId}:policy/${site.organizationId}/service_control_policy/${id}`;
    return { id, arn, name, description, content, awsManaged: false, targets };
  };
  const workloads = site.units.filter((unit) => unit.name === "Workloads").map((unit) => unit.id);
  const everything = [
    site.rootId,
    ...site.units.map((unit) => unit.id),
    ...site.accounts.map((account) => account.id),
  ];
  return [
    {
      id: "p-FullAWSAccess",
      arn: `arn:${PARTITION}:organizations::aws:policy/service_control_policy/p-FullAWSAccess`,
      name: "FullAWSAccess",
      description: "Allows access to every operation",
      content: JSON.stringify(FULL_ACCESS),
      awsManaged: true,
      targets: everything,
    },
    own(
      "region-guard",
      "Keeps workloads in their Regions",
      JSON.stringify(REGION_GUARD),
      workloads,
    ),
    own("curfew-deny", "Waits for the ids of people to be cut off", denyContent([]), [site.rootId]),
  ];
}
