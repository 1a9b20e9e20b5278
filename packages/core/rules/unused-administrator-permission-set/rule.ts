/**
 * Finds administrator access that this very person did not use, one finding for each (person, account, permission set): that is
 * what a reviewer decides on. Silent while use was observed for a shorter time than the limit (hours that were not read prolong the
 * wait), where it cannot be told whether the permission set is an administrator's, and about disabled users.
 */
import { heldName } from "../../domain/access.ts";
import type { Detection } from "../../domain/finding.ts";
import { earliest, type Instant } from "../../domain/time.ts";
import { holdingsOf, observedDays, unusedFrom, type Holding } from "../holdings.ts";
import type { PersonRule } from "../rule.ts";

function detection(holding: Holding, since: Instant, unusedDays: number): Detection {
  const { row: first, arn, paths, place } = holding;
  return {
    key: [first.accountId, arn],
    subject: { kind: "access", id: `${first.accountId}/${arn}` },
    since,
    lastSeenAt: since,
    severity: "medium",
    summary:
      first.lastUsedAt === null
        ? `Administrator access ${place} has not been used in ${unusedDays} days or more of observation.`
        : `Administrator access ${place} was last used ${first.lastUsedAt.slice(0, 10)}, ${unusedDays} days ago or more.`,
    evidence: {
      accountId: first.accountId,
      permissionSetArn: first.permissionSetArn,
      permissionSetName: first.permissionSetName,
      lastUsedAt: first.lastUsedAt,
      grantedAt: holding.grantedAt,
      grantedNotAfter: earliest(...paths.map((path) => path.grantedNotAfter)),
      observedSince: first.observedSince,
      observationGapHours: first.observationGaps,
      paths: paths.map((path) => path.path.map(({ kind, id, name }) => ({ kind, id, name }))),
    },
    eventIds: [],
  };
}

export const unusedAdministratorPermissionSet: PersonRule = {
  about: "person",
  metadata: {
    id: "unused-administrator-permission-set",
    title: "Administrator access that its holder does not use",
    severity: "medium",
    pack: "over-broad",
    description:
      "A person can take an administrator permission set in an account and has not done so for a set number of days.",
    revision: 2,
  },
  parameters: { unusedDays: 60 },
  evaluate(facts, now, parameters) {
    const unusedDays = parameters["unusedDays"]!;
    if (!facts.accessKnown) {
      return { detections: [], nextDecisionAt: null, withheld: ["no access snapshot was taken"] };
    }
    if (facts.directory?.status === "disabled") {
      return { detections: [], nextDecisionAt: null, withheld: [] };
    }
    const detections: Detection[] = [];
    const withheld: string[] = [];
    let nextDecisionAt: Instant | null = null;
    const held = facts.access.filter((path) => path.administrator === true);
    for (const holding of holdingsOf(held)) {
      const name = `${heldName(holding.row)} in ${holding.row.accountId}`;
      const since = unusedFrom(holding, unusedDays);
      if (since === null) {
        withheld.push(`${name}: its use was never observed`);
        continue;
      }
      if (since <= now) detections.push(detection(holding, since, unusedDays));
      else nextDecisionAt = earliest(nextDecisionAt, since);
      const observed = observedDays(holding.row, now);
      if (observed < unusedDays) {
        withheld.push(`${name}: observed for ${observed} of ${unusedDays} days`);
      }
    }
    return { detections, nextDecisionAt, withheld };
  },
};
