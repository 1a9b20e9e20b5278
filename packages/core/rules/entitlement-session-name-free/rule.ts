/**
 * Finds roles of the account access manager whose trust policy leaves the name of the session open: who takes the role may then put
 * another person's name into CloudTrail, and whoever tells people apart by it is deceived. One finding a role. Silent, with a reason,
 * where the trust policy was not read.
 */
import type { Entitlement, EntitlementRole } from "../../domain/access.ts";
import type { Detection } from "../../domain/finding.ts";
import type { OrganisationFacts } from "../organisation-facts.ts";
import { counted, listed, seenFrom, severityIn } from "../privilege.ts";
import type { OrganisationRule } from "../rule.ts";
import { bindsSessionName } from "./trust-policy.ts";

function detection(
  facts: OrganisationFacts,
  role: EntitlementRole,
  entitlements: readonly Entitlement[],
): Detection {
  const since = seenFrom(facts, "role", role.roleArn);
  return {
    key: [role.roleArn],
    subject: { kind: "entitlement", id: entitlements[0]?.entitlementId ?? role.roleArn },
    since,
    lastSeenAt: since,
    severity: severityIn(facts, [role.accountId], "low", "medium"),
    summary: `The role ${role.roleArn} is given by ${counted(entitlements.length, "entitlement")} and lets its taker choose the session's name: bind sts:RoleSessionName in its trust policy.`,
    evidence: {
      roleArn: role.roleArn,
      accountId: role.accountId,
      accountTier: facts.tiers.get(role.accountId) ?? "other",
      entitlements: listed(
        entitlements.map(({ entitlementId, principalType, principalId }) => ({
          entitlementId,
          principalType,
          principalId,
        })),
        20,
      ),
      entitlementCount: entitlements.length,
      trustPolicy: role.trustPolicy,
    },
    eventIds: [],
  };
}

export const entitlementSessionNameFree: OrganisationRule = {
  about: "organisation",
  metadata: {
    id: "entitlement-session-name-free",
    title: "Entitlement whose session name can be chosen",
    severity: "low",
    pack: "over-broad",
    description:
      "The trust policy of a role that entitlements give does not bind the name under which its sessions appear in CloudTrail.",
    revision: 1,
  },
  parameters: {},
  evaluate(facts) {
    const { entitlements, entitlementRoles } = facts.snapshot;
    const byRole = new Map<string, Entitlement[]>();
    for (const one of entitlements) {
      const known = byRole.get(one.roleArn);
      if (known === undefined) byRole.set(one.roleArn, [one]);
      else known.push(one);
    }
    const roles = new Map(entitlementRoles.map((role) => [role.roleArn, role]));
    const detections: Detection[] = [];
    const unknown: string[] = [];
    for (const [roleArn, own] of [...byRole].toSorted(([left], [right]) =>
      left < right ? -1 : 1,
    )) {
      const role = roles.get(roleArn);
      const isBound =
        role === undefined || role.trustPolicy === null ? null : bindsSessionName(role.trustPolicy);
      if (role === undefined || isBound === null) unknown.push(roleArn);
      else if (!isBound) detections.push(detection(facts, role, own));
    }
    const withheld =
      unknown.length === 0
        ? []
        : [
            `the trust policy of ${counted(unknown.length, "role")} was not read, such as ${unknown[0]}`,
          ];
    return { detections, nextDecisionAt: null, withheld };
  },
};
