/**
 * Finds access portal sessions that may be alive although nobody uses them any more.
 * It judges by the portal's own events only: work through a token or a role that the session led to is not use of the portal,
 * because no id joins the two (AWS: CloudTrail use cases for IAM Identity Center).
 */
import type { Detection } from "../../domain/finding.ts";
import type { SessionView } from "../../domain/session.ts";
import { earliest, HOUR, plus } from "../../domain/time.ts";
import type { Instant } from "../../domain/time.ts";
import type { PersonRule } from "../rule.ts";

function detection(session: SessionView, since: Instant, idleHours: number): Detection {
  const { at, limitedBy, certainty } = session.endsAt;
  return {
    key: [session.id],
    subject: { kind: "session", id: session.id },
    since,
    lastSeenAt: since,
    severity: "medium",
    summary: `A portal session that may be alive has not been used for ${idleHours} hours; ${
      at === null
        ? "nothing that was read bounds its end"
        : `it can live until ${at.slice(0, 16).replace("T", " ")} UTC`
    }.`,
    evidence: {
      sessionId: session.id,
      startedAt: session.startedAt,
      lastUsedAt: session.lastSeenAt,
      endsAt: at,
      endLimitedBy: limitedBy,
      endCertainty: certainty,
      sourceIpAddresses: session.sourceIpAddresses,
    },
    eventIds: session.eventIds,
  };
}

export const stalePortalSession: PersonRule = {
  about: "person",
  metadata: {
    id: "stale-portal-session",
    title: "Portal session left alive without use",
    severity: "medium",
    pack: "stale",
    description:
      "An access portal session that may still be alive has not been used for a set number of hours.",
    revision: 1,
  },
  parameters: { idleHours: 24 },
  evaluate(facts, now, parameters) {
    const idleHours = parameters["idleHours"]!;
    const detections: Detection[] = [];
    let nextDecisionAt: Instant | null = null;
    for (const session of facts.sessions) {
      const mayBeAlive = session.state === "active" || session.state === "unknown";
      if (session.kind !== "portal" || !mayBeAlive) continue;
      const since = plus(session.lastSeenAt, idleHours * HOUR);
      const end = session.endsAt.at;
      // The answer changes when the idle limit is reached, and when the hard end turns the state to expired.
      nextDecisionAt = earliest(
        nextDecisionAt,
        ...[since, end].filter((at) => at !== null && at > now),
      );
      if (since <= now) detections.push(detection(session, since, idleHours));
    }
    return { detections, nextDecisionAt, withheld: [] };
  },
};
