/**
 * Finds permission sets whose role in an account still has an older definition: what reviewers read is then not what people can do.
 * A role that is about to be provisioned is given some hours. Where AWS did not answer the status it is silent and says so.
 */
import type { Provisioning } from "../../domain/access.ts";
import { provisioningKey } from "../../domain/access/facts.ts";
import type { Detection } from "../../domain/finding.ts";
import { earliest, HOUR, plus, type Instant } from "../../domain/time.ts";
import type { OrganisationFacts } from "../organisation-facts.ts";
import { counted, isPrivileged, listed, seenFrom, verdictsBySet } from "../privilege.ts";
import type { OrganisationRule } from "../rule.ts";

interface Outdated {
  readonly provisioning: Provisioning;
  readonly seenFrom: Instant;
}

function detection(
  facts: OrganisationFacts,
  arn: string,
  outdated: readonly Outdated[],
  since: Instant,
): Detection {
  const name = facts.snapshot.permissionSets.find((set) => set.arn === arn)?.name ?? arn;
  const isGrave = (verdictsBySet(facts).get(arn) ?? []).some(isPrivileged);
  return {
    key: [arn],
    subject: { kind: "permission-set", id: arn },
    since,
    lastSeenAt: since,
    severity: isGrave ? "medium" : "low",
    summary: `In ${counted(outdated.length, "account")} the role of the permission set ${name} still has an older definition: provision it again, or restore the definition that is in force.`,
    evidence: {
      permissionSetArn: arn,
      permissionSetName: name,
      accounts: listed(
        outdated.map(({ provisioning: { accountId }, seenFrom: outdatedNotAfter }) => ({
          accountId,
          outdatedNotAfter,
        })),
      ),
      accountCount: outdated.length,
    },
    eventIds: [],
  };
}

export const permissionSetDrift: OrganisationRule = {
  about: "organisation",
  metadata: {
    id: "permission-set-drift",
    title: "Permission set that is not provisioned as it is defined",
    severity: "low",
    pack: "over-broad",
    description:
      "The role of a permission set in an account has had an older definition for a set number of hours.",
    revision: 1,
  },
  parameters: { driftHours: 24 },
  evaluate(facts, now, parameters) {
    const bySet = new Map<string, Outdated[]>();
    let unknown = 0;
    for (const provisioning of facts.snapshot.provisionings) {
      if (provisioning.isLatest === null) unknown += 1;
      if (provisioning.isLatest !== false) continue;
      const found = {
        provisioning,
        seenFrom: seenFrom(facts, "provisioning", provisioningKey(provisioning)),
      };
      const known = bySet.get(provisioning.permissionSetArn);
      if (known === undefined) bySet.set(provisioning.permissionSetArn, [found]);
      else known.push(found);
    }
    const detections: Detection[] = [];
    let nextDecisionAt: Instant | null = null;
    for (const [arn, outdated] of bySet) {
      const since = plus(
        earliest(...outdated.map((one) => one.seenFrom))!,
        parameters["driftHours"]! * HOUR,
      );
      if (since <= now) detections.push(detection(facts, arn, outdated, since));
      else nextDecisionAt = earliest(nextDecisionAt, since);
    }
    const withheld =
      unknown === 0
        ? []
        : [
            `AWS did not answer whether ${counted(unknown, "provisioned role")} have the latest definition`,
          ];
    return { detections, nextDecisionAt, withheld };
  },
};
