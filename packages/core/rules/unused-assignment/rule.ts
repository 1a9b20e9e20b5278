/**
 * Finds access that this very person did not use, one finding for each (person, account, permission set or role). It says nothing
 * beyond what was observed: hours that were not read prolong the wait. Silent about administrator access and about disabled users,
 * of whom rules of their own speak.
 */
import { heldName } from "../../domain/access.ts";
import type { Detection } from "../../domain/finding.ts";
import { earliest, type Instant } from "../../domain/time.ts";
import { heldEvidence, holdingsOf, observedDays, unusedFrom, type Holding } from "../holdings.ts";
import { counted } from "../privilege.ts";
import type { PersonRule } from "../rule.ts";

function detection(holding: Holding, since: Instant, unusedDays: number): Detection {
  const { row, arn, place } = holding;
  return {
    key: [row.accountId, arn],
    subject: { kind: "access", id: `${row.accountId}/${arn}` },
    since,
    lastSeenAt: since,
    severity: row.accountTier === "other" ? "low" : "medium",
    summary:
      row.lastUsedAt === null
        ? `Access to ${place} has not been used in ${unusedDays} days or more of observation.`
        : `Access to ${place} was last used ${row.lastUsedAt.slice(0, 10)}, ${unusedDays} days ago or more.`,
    evidence: {
      ...heldEvidence(holding),
      lastUsedAt: row.lastUsedAt,
      firstUsedAt: row.firstUsedAt,
      observedSince: row.observedSince,
      observationGapHours: row.observationGaps,
      usageSharedByPaths: row.usageSharedByPaths,
    },
    eventIds: [],
  };
}

export const unusedAssignment: PersonRule = {
  about: "person",
  metadata: {
    id: "unused-assignment",
    title: "Access that its holder does not use",
    severity: "low",
    pack: "over-broad",
    description:
      "A person can take a permission set or role in an account and has not done so for a set number of observed days.",
    revision: 1,
  },
  parameters: { unusedDays: 90 },
  evaluate(facts, now, parameters) {
    const unusedDays = parameters["unusedDays"]!;
    if (!facts.accessKnown) {
      return { detections: [], nextDecisionAt: null, withheld: ["no access snapshot was taken"] };
    }
    if (facts.directory?.status === "disabled") {
      return { detections: [], nextDecisionAt: null, withheld: [] };
    }
    const detections: Detection[] = [];
    const unobserved: string[] = [];
    const young: Holding[] = [];
    let nextDecisionAt: Instant | null = null;
    for (const holding of holdingsOf(facts.access)) {
      if (holding.row.administrator === true) continue;
      const since = unusedFrom(holding, unusedDays);
      if (since === null) unobserved.push(`${heldName(holding.row)} in ${holding.row.accountId}`);
      else if (since <= now) detections.push(detection(holding, since, unusedDays));
      else nextDecisionAt = earliest(nextDecisionAt, since);
      if (since !== null && observedDays(holding.row, now) < unusedDays) young.push(holding);
    }
    return { detections, nextDecisionAt, withheld: reasons(unobserved, young, now, unusedDays) };
  },
};

/** In few words: somebody may hold access to a thousand accounts that nobody observes. */
function reasons(
  unobserved: readonly string[],
  young: readonly Holding[],
  now: Instant,
  unusedDays: number,
): string[] {
  const fewest = Math.min(...young.map(({ row }) => observedDays(row, now)));
  const [first] = unobserved;
  return [
    ...(young.length === 0
      ? []
      : [
          `${counted(young.length, "access", "accesses")} observed for less than ${unusedDays} days, the least of them for ${fewest}`,
        ]),
    ...(first === undefined
      ? []
      : [
          `${counted(unobserved.length, "access", "accesses")} whose use was never observed, such as ${first}`,
        ]),
  ];
}
