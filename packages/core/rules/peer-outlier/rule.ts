/**
 * Finds access that few of the people around the holder have: k of the n members of the group in which it is most usual. Only what
 * is held directly or through a very small group is compared, because a larger group gives to all its members. Silent about access
 * that is not used, of which the rules about use speak; a person without a group of some size is never judged.
 */
import type { PeerCount } from "../../domain/access/peers.ts";
import type { Detection } from "../../domain/finding.ts";
import { earliest, type Instant } from "../../domain/time.ts";
import { heldEvidence, holdingsOf, unusedFrom, type Holding } from "../holdings.ts";
import type { PersonRule } from "../rule.ts";

/** The group in which the access is most usual, among those that are large enough. */
function closest(peers: readonly PeerCount[], peersAtLeast: number): PeerCount | undefined {
  return peers
    .filter(({ group }) => group.members >= peersAtLeast)
    .toSorted(
      (left, right) =>
        right.holders / right.group.members - left.holders / left.group.members ||
        (left.group.groupId < right.group.groupId ? -1 : 1),
    )[0];
}

function detection(
  holding: Holding,
  closestPeers: PeerCount,
  peers: readonly PeerCount[],
  since: Instant,
): Detection {
  const { row, arn, place } = holding;
  const { holders, group } = closestPeers;
  return {
    key: [row.accountId, arn],
    subject: { kind: "access", id: `${row.accountId}/${arn}` },
    since,
    lastSeenAt: since,
    severity: row.administrator === true || row.accountTier !== "other" ? "medium" : "low",
    summary: `Only ${holders} of the ${group.members} members of ${group.displayName} hold ${place}, and in no other group of this person is it more usual.`,
    evidence: {
      ...heldEvidence(holding),
      holders,
      peers: group.members,
      group,
      groups: peers.map((one) => ({ ...one.group, holders: one.holders })),
      lastUsedAt: row.lastUsedAt,
    },
    eventIds: [],
  };
}

export const peerOutlier: PersonRule = {
  about: "person",
  metadata: {
    id: "peer-outlier",
    title: "Access that hardly anybody around the holder has",
    severity: "low",
    pack: "over-broad",
    description:
      "A person holds access that at most a set share of the members of each of their groups hold.",
    revision: 1,
  },
  parameters: {
    peersAtLeast: 10,
    holdersPercentAtMost: 10,
    unusedDays: 90,
    unusedAdministratorDays: 60,
  },
  evaluate(facts, now, parameters) {
    const { peersAtLeast, holdersPercentAtMost, unusedDays, unusedAdministratorDays } = parameters;
    if (facts.directory === null || facts.directory.status === "disabled") {
      return { detections: [], nextDecisionAt: null, withheld: [] };
    }
    const detections: Detection[] = [];
    let nextDecisionAt: Instant | null = null;
    const { peers, groups } = facts.directory;
    for (const holding of holdingsOf(facts.access)) {
      const around = peers.filter(
        (one) => one.accountId === holding.row.accountId && one.heldArn === holding.arn,
      );
      const best = closest(around, peersAtLeast!);
      const days = holding.row.administrator === true ? unusedAdministratorDays : unusedDays;
      const quiet = unusedFrom(holding, days!);
      const isUnused = quiet !== null && quiet <= now;
      if (best === undefined || holding.heldFrom === null || isUnused) continue;
      if (best.holders * 100 > holdersPercentAtMost! * best.group.members) continue;
      detections.push(detection(holding, best, around, holding.heldFrom));
      // From then on the rules about use speak of it.
      nextDecisionAt = earliest(nextDecisionAt, quiet);
    }
    const isAlone =
      facts.access.length > 0 && !groups.some(({ members }) => members >= peersAtLeast!);
    const withheld = isAlone ? [`is in no group of ${peersAtLeast} people or more`] : [];
    return { detections, nextDecisionAt, withheld };
  },
};
