/**
 * Finds access tokens that were handed out for a device code to a network from which the person was not seen before: the trace
 * that device-code phishing leaves, because the attacker redeems the code the victim approved (C. Tafani-Dereeper, 2021).
 * It compares networks, not places or providers, and it says nothing about a person without a baseline.
 */
import type { TrailEvent } from "../../domain/event.ts";
import type { Detection } from "../../domain/finding.ts";
import { DAY, earliest, plus } from "../../domain/time.ts";
import type { Instant } from "../../domain/time.ts";
import { networkOf } from "../network.ts";
import type { PersonFacts, PersonRule } from "../rule.ts";

/** How many known networks the evidence lists; a travelling person has more than anybody reads. */
const LISTED_NETWORKS = 20;

type TokenEvent = Extract<TrailEvent, { kind: "token" }>;

function isDeviceCodeGrant(event: TrailEvent): event is TokenEvent {
  return event.kind === "token" && event.grant === "device-code" && event.issued;
}

/** What shows where a person works: steps of a sign-in and portal calls that were not refused. */
function showsPresence(event: TrailEvent): boolean {
  if (event.errorCode !== null) return false;
  return event.kind === "portal" || (event.kind === "sign-in-step" && event.outcome !== "failure");
}

function detection(
  facts: PersonFacts,
  grant: TokenEvent,
  network: string,
  baseline: { from: Instant; events: number; networks: readonly string[] },
): Detection {
  const session = facts.sessions.find(
    ({ kind, eventIds }) => kind === "token" && eventIds.includes(grant.eventId),
  );
  return {
    key: [grant.eventId],
    subject:
      session === undefined
        ? { kind: "person", id: facts.person.userId }
        : { kind: "session", id: session.id },
    since: grant.occurredAt,
    lastSeenAt: grant.occurredAt,
    severity: "high",
    summary: `An access token was issued for a device code to ${network}, where this person was not seen in the days before.`,
    evidence: {
      eventId: grant.eventId,
      sourceIp: grant.sourceIp,
      network,
      userAgent: grant.userAgent,
      clientId: grant.clientId,
      baselineFrom: baseline.from,
      baselineTo: grant.occurredAt,
      baselineEvents: baseline.events,
      baselineNetworks: baseline.networks.slice(0, LISTED_NETWORKS),
    },
    eventIds: [grant.eventId],
  };
}

export const deviceCodeFromUnknownNetwork: PersonRule = {
  about: "person",
  metadata: {
    id: "device-code-from-unknown-network",
    title: "Device-code token issued to an unknown network",
    severity: "high",
    pack: "anomalous",
    description:
      "A token was granted for a device code to a network from which the person neither signed in nor used the portal before.",
    revision: 1,
  },
  parameters: { baselineDays: 30, keepDays: 90 },
  evaluate(facts, now, parameters) {
    const [baselineDays, keepDays] = [parameters["baselineDays"]!, parameters["keepDays"]!];
    const detections: Detection[] = [];
    const withheld: string[] = [];
    let nextDecisionAt: Instant | null = null;
    for (const grant of facts.events.filter(isDeviceCodeGrant)) {
      const keptUntil = plus(grant.occurredAt, keepDays * DAY);
      if (keptUntil <= now) continue;
      const network = networkOf(grant.sourceIp);
      const from = plus(grant.occurredAt, -baselineDays * DAY);
      const before = facts.events.filter(
        (event) =>
          event.occurredAt >= from && event.occurredAt < grant.occurredAt && showsPresence(event),
      );
      const networks = new Set(
        before.map(({ sourceIp }) => networkOf(sourceIp)).filter((known) => known !== null),
      );
      if (network === null) {
        withheld.push(`device-code grant ${grant.eventId}: it names no IP address`);
      } else if (networks.size === 0) {
        withheld.push(
          `device-code grant ${grant.eventId}: no sign-in or portal event in the ${baselineDays} days before it`,
        );
      } else if (!networks.has(network)) {
        const known = [...networks].toSorted();
        detections.push(
          detection(facts, grant, network, { from, events: before.length, networks: known }),
        );
        nextDecisionAt = earliest(nextDecisionAt, keptUntil);
      }
    }
    return { detections, nextDecisionAt, withheld };
  },
};
