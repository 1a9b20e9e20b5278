/**
 * What can leak or be opened to others: credentials, data, resources' own policies, and control over the organisation and its records.
 * Only where it holds on every resource of its kind; access to named resources is what a policy is for.
 */
import { actionsWhere, type EffectiveAccess } from "../access/effective.ts";
import { atLeast } from "../access/region.ts";
import { both, positionsOf, type Bits } from "../bits.ts";
import type { ActionCatalogue, CatalogueAction } from "../catalogue.ts";
import type { PolicyFinding, PolicyFindingId, PolicySeverity } from "../verdict.ts";
import { findingOf, openOf, shortList, waysOf, type Path } from "./paths.ts";
import { LOGS, ORGANISATION } from "./tables/control.ts";
import { CREDENTIALS, DATA } from "./tables/exposure.ts";
import { DISRUPTION } from "./tables/identity-center.ts";

const KINDS: readonly {
  readonly id: PolicyFindingId;
  readonly severity: PolicySeverity;
  readonly opening: string;
  readonly paths: readonly Path[];
}[] = [
  {
    id: "credential-exposure",
    severity: "high",
    opening: "Holders can come by credentials that are not theirs or that outlive their session",
    paths: CREDENTIALS,
  },
  {
    id: "data-exfiltration",
    severity: "medium",
    opening: "Holders can read out data wherever it lies in the account",
    paths: DATA,
  },
  {
    id: "organisation-control",
    severity: "high",
    opening: "Holders can change what rules the accounts of the organisation",
    paths: ORGANISATION,
  },
  {
    id: "log-tampering",
    severity: "high",
    opening: "Holders can make what they do go unseen",
    paths: LOGS,
  },
  {
    id: "session-disruption",
    severity: "medium",
    opening: "Holders can take access from people who should have it",
    paths: DISRUPTION,
  },
];

export function exposures(access: EffectiveAccess, opening: Bits): readonly PolicyFinding[] {
  const findings = KINDS.flatMap(({ id, severity, opening: words, paths }) => {
    const found = openOf(paths, "most", access);
    return found.length === 0
      ? []
      : [findingOf(id, severity, `${words}: by ${waysOf(found)}.`, found)];
  });
  return [...findings, ...openedResources(access, opening)];
}

/** How many actions a sentence names before it counts the rest. */
const NAMED = 6;

function openedResources(access: EffectiveAccess, opening: Bits): readonly PolicyFinding[] {
  const { actions } = access.catalogue;
  const found = [...positionsOf(both(opening, access.anywhere))]
    .map((at) => ({ name: actions[at]!.name, reach: access.reach(at) }))
    .filter(({ reach }) => atLeast(reach.breadth, "most"));
  if (found.length === 0) return [];
  const names = found.map(({ name }) => name).toSorted();
  return [
    findingOf(
      "resource-exposure",
      "high",
      `Holders can open resources to other accounts or to everybody, by changing the resources' own policies, access lists, grants or shares: ${shortList(names, NAMED)}.`,
      found.map(({ name, reach }) => ({ actions: [name], grants: reach.grants })),
    ),
  ];
}

/** Actions that decide who else may use a resource. */
export function openingActions(catalogue: ActionCatalogue): Bits {
  return actionsWhere(catalogue, isOpening);
}

/** Shares that the data counts as plain writes. */
const ALSO: ReadonlySet<string> = new Set([
  "ec2:ModifyImageAttribute",
  "ec2:ModifyFpgaImageAttribute",
  "ec2:CreateVpcEndpointServiceConfiguration",
  "es:UpdateDomainConfig",
  "es:UpdateElasticsearchDomainConfig",
  "ram:AssociateResourceShare",
  "ram:CreateResourceShare",
  "ram:CreatePermissionVersion",
  "rds:ModifyDBClusterSnapshotAttribute",
  "rds:ModifyDBSnapshotAttribute",
  "s3:PutReplicationConfiguration",
]);

/** Identities' own policies are a matter of escalation; a role's trust is a policy of a resource. */
const OF_IDENTITIES: ReadonlySet<string> = new Set(["sso", "organizations", "iot"]);

function isOpening({ name, service, level }: CatalogueAction): boolean {
  if (ALSO.has(name) || name === "iam:UpdateAssumeRolePolicy") return true;
  if (level !== "permissions-management" || service === "iam" || OF_IDENTITIES.has(service)) {
    return false;
  }
  const verb = name.slice(service.length + 1);
  return (
    /^(?:Add|Associate|Authorize|BatchGrant|Create|Disable\w*BlockPublic|Enable\w*Sharing|Grant|Modify|Put|Set|Update)/.test(
      verb,
    ) &&
    !/WebAcl$/i.test(verb) &&
    /(?:Access|Acl|Attributes?|Block|Controls|Grants?|Policy|Policies|Permissions?|Share|Sharing\w*|Settings|Account)$/i.test(
      verb,
    )
  );
}
