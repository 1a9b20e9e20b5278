/**
 * Finds administrator access that this very person did not use, one finding for each (person, account, permission set): that is
 * what a reviewer decides on. Silent while use was observed for a shorter time than the limit (hours that were not read prolong the
 * wait), where it cannot be told whether the permission set is an administrator's, and about disabled users.
 */
import { heldArn, heldName, type EffectiveAccess } from "../../domain/access.ts";
import type { Detection } from "../../domain/finding.ts";
import { between, DAY, earliest, HOUR, latest, plus } from "../../domain/time.ts";
import type { Instant } from "../../domain/time.ts";
import type { PersonRule } from "../rule.ts";

/** The paths by which the person holds one permission set in one account. Usage is the same on each of them. */
type Holding = readonly [EffectiveAccess, ...EffectiveAccess[]];

function administratorHoldings(access: readonly EffectiveAccess[]): Holding[] {
  const holdings = new Map<string, [EffectiveAccess, ...EffectiveAccess[]]>();
  for (const path of access) {
    if (path.administrator !== true) continue;
    const key = `${path.accountId} ${heldArn(path)}`;
    const known = holdings.get(key);
    if (known === undefined) holdings.set(key, [path]);
    else known.push(path);
  }
  return [...holdings.entries()]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([, holding]) => holding);
}

/** When the access began, by its oldest path; null when that is older than anything that was read. */
function heldSince(holding: Holding): Instant | null {
  return holding.some((path) => path.grantedAt === null)
    ? null
    : earliest(...holding.map((path) => path.grantedAt));
}

function detection(holding: Holding, since: Instant, unusedDays: number): Detection {
  const [first] = holding;
  const place = `${heldName(first)} in ${first.accountName} (${first.accountId})`;
  return {
    key: [first.accountId, heldArn(first)],
    subject: { kind: "access", id: `${first.accountId}/${heldArn(first)}` },
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
      grantedAt: heldSince(holding),
      grantedNotAfter: earliest(...holding.map((path) => path.grantedNotAfter)),
      observedSince: first.observedSince,
      observationGapHours: first.observationGaps,
      paths: holding.map((path) => path.path.map(({ kind, id, name }) => ({ kind, id, name }))),
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
    for (const holding of administratorHoldings(facts.access)) {
      const { observedSince, observationGaps, lastUsedAt, accountId } = holding[0];
      const permissionSetName = heldName(holding[0]);
      if (observedSince === null) {
        withheld.push(`${permissionSetName} in ${accountId}: its use was never observed`);
        continue;
      }
      const quietFrom = latest(lastUsedAt, heldSince(holding), observedSince) ?? observedSince;
      const unread = observationGaps * HOUR;
      const since = plus(quietFrom, unusedDays * DAY + unread);
      if (since <= now) detections.push(detection(holding, since, unusedDays));
      else nextDecisionAt = earliest(nextDecisionAt, since);
      const observed = between(observedSince, now) - unread;
      if (observed < unusedDays * DAY) {
        withheld.push(
          `${permissionSetName} in ${accountId}: observed for ${Math.floor(observed / DAY)} of ${unusedDays} days`,
        );
      }
    }
    return { detections, nextDecisionAt, withheld };
  },
};
