/**
 * Finds grants that stand and were made by somebody who is none of the agreed pipelines (setting CURFEW_GRANT_PIPELINES): one finding
 * for each caller and day. What the identity provider itself writes (SCIM) is agreed. Without the setting it is silent and says so;
 * a grant whose making no event shows is not judged.
 */
import { assignmentKey, membershipKey } from "../../domain/access/facts.ts";
import type { Detection } from "../../domain/finding.ts";
import { DAY, earliest, plus, type Instant } from "../../domain/time.ts";
import { matchesArn } from "../arn-pattern.ts";
import type { GrantEvent, OrganisationFacts } from "../organisation-facts.ts";
import { counted, listed } from "../privilege.ts";
import type { OrganisationRule } from "../rule.ts";

const NOBODY = "a caller that the record does not name";

/** Grants that the snapshot still has, each by the event that made it last. */
function standing({ snapshot, grants }: OrganisationFacts): GrantEvent[] {
  const present = new Set([
    ...snapshot.assignments.map((one) => `assignment ${assignmentKey(one)}`),
    ...snapshot.memberships.map((one) => `membership ${membershipKey(one)}`),
    ...snapshot.entitlements.map((one) => `entitlement ${one.entitlementId}`),
  ]);
  const newest = new Map<string, GrantEvent>();
  for (const grant of grants) {
    const key = `${grant.kind} ${grant.key}`;
    const known = newest.get(key);
    if (!present.has(key)) continue;
    if (known === undefined || known.occurredAt <= grant.occurredAt) newest.set(key, grant);
  }
  return [...newest.values()].toSorted((left, right) =>
    left.occurredAt === right.occurredAt
      ? left.eventId < right.eventId
        ? -1
        : 1
      : left.occurredAt < right.occurredAt
        ? -1
        : 1,
  );
}

function detection(
  facts: OrganisationFacts,
  grants: readonly [GrantEvent, ...GrantEvent[]],
): Detection {
  const [first] = grants;
  const caller = first.callerArn ?? NOBODY;
  const day = first.occurredAt.slice(0, 10);
  const isGrave = grants.some(({ kind, key }) => {
    const accountId = kind === "assignment" ? key.split("/")[0]! : "";
    return (facts.tiers.get(accountId) ?? "other") !== "other";
  });
  return {
    key: [first.callerArn ?? "", day],
    subject: { kind: "assignment", id: first.key },
    since: first.occurredAt,
    lastSeenAt: grants.at(-1)!.occurredAt,
    severity: isGrave ? "high" : "medium",
    summary: `${counted(grants.length, "grant")} of ${day} that still stand were made by ${caller}, which is none of the agreed pipelines.`,
    evidence: {
      callerArn: first.callerArn,
      day,
      grants: listed(
        grants.map(({ kind, key, occurredAt, eventId }) => ({ kind, key, occurredAt, eventId })),
      ),
      grantCount: grants.length,
      grantPipelines: facts.settings.grantPipelines,
    },
    eventIds: listed(grants.map(({ eventId }) => eventId)),
  };
}

export const grantOutsidePipeline: OrganisationRule = {
  about: "organisation",
  metadata: {
    id: "grant-outside-pipeline",
    title: "Access granted outside of the agreed pipeline",
    severity: "medium",
    pack: "over-broad",
    description:
      "An assignment, membership or entitlement of the last days was made by a caller that is none of those who may grant.",
    revision: 1,
  },
  parameters: { grantedWithinDays: 90 },
  evaluate(facts, now, parameters) {
    const { grantPipelines } = facts.settings;
    if (grantPipelines.length === 0) {
      const withheld = ["who may grant was not told: set CURFEW_GRANT_PIPELINES"];
      return { detections: [], nextDecisionAt: null, withheld };
    }
    const isAgreed = ({ callerArn, isProvisioning }: GrantEvent): boolean =>
      isProvisioning ||
      (callerArn !== null && grantPipelines.some((pattern) => matchesArn(callerArn, pattern)));
    const found = new Map<string, [GrantEvent, ...GrantEvent[]]>();
    let nextDecisionAt: Instant | null = null;
    for (const grant of standing(facts)) {
      const until = plus(grant.occurredAt, parameters["grantedWithinDays"]! * DAY);
      if (until <= now || isAgreed(grant)) continue;
      nextDecisionAt = earliest(nextDecisionAt, until);
      const key = `${grant.occurredAt.slice(0, 10)} ${grant.callerArn ?? ""}`;
      const known = found.get(key);
      if (known === undefined) found.set(key, [grant]);
      else known.push(grant);
    }
    const detections = [...found.values()].map((grants) => detection(facts, grants));
    return { detections, nextDecisionAt, withheld: [] };
  },
};
