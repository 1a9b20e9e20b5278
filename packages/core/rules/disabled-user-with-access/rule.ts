/**
 * Finds users who are disabled in the directory and still hold access. Disabling ends no session and removes no grant (AWS: Disable
 * user access), and who enables the user again gives everything back. It says nothing where AWS does not answer the status.
 */
import type { TrailEvent } from "../../domain/event.ts";
import { latest, earliest, type Instant } from "../../domain/time.ts";
import { heldEvidence, holdingsOf } from "../holdings.ts";
import { counted, listed } from "../privilege.ts";
import type { PersonFacts, PersonRule } from "../rule.ts";

/** The last time that somebody disabled them, where an event shows it. */
function disabling({ events, person }: PersonFacts): TrailEvent | undefined {
  return events.findLast(
    (event) =>
      event.kind === "directory-user" &&
      event.change === "disabled" &&
      event.errorCode === null &&
      (event.subjectUserId ?? event.person?.userId) === person.userId,
  );
}

export const disabledUserWithAccess: PersonRule = {
  about: "person",
  metadata: {
    id: "disabled-user-with-access",
    title: "Disabled user who still holds access",
    severity: "medium",
    pack: "over-broad",
    description: "A user is disabled in the directory, and assignments still give them access.",
    revision: 1,
  },
  parameters: {},
  evaluate(facts, now) {
    const holdings = holdingsOf(facts.access);
    if (facts.directory?.status !== "disabled" || holdings.length === 0) {
      const isUnknown = facts.directory?.status === "unknown" && holdings.length > 0;
      const withheld = isUnknown ? ["AWS did not answer whether the user is disabled"] : [];
      return { detections: [], nextDecisionAt: null, withheld };
    }
    const event = disabling(facts);
    const disabledFrom: Instant | null = event?.occurredAt ?? facts.directory.seenFrom;
    const since = latest(disabledFrom, earliest(...holdings.map((one) => one.heldFrom))) ?? now;
    const grave = holdings.filter(
      ({ row }) => row.administrator === true || row.accountTier !== "other",
    );
    const accounts = new Set(holdings.map(({ row }) => row.accountId)).size;
    const detection = {
      key: [],
      subject: { kind: "person" as const, id: facts.person.userId },
      since,
      lastSeenAt: since,
      severity: grave.length > 0 ? ("high" as const) : ("medium" as const),
      summary: `A disabled user still holds ${counted(holdings.length, "permission set or role", "permission sets and roles")} in ${counted(accounts, "account")}; whoever enables the user again gives all of it back.`,
      evidence: {
        status: facts.directory.status,
        disabledAt: event?.occurredAt ?? null,
        disabledNotAfter: event === undefined ? facts.directory.seenFrom : null,
        disabledBy: event?.callerArn ?? null,
        isProvisioned: facts.directory.isProvisioned,
        accounts,
        criticalHoldings: grave.length,
        holdings: listed([...grave, ...holdings.filter((one) => !grave.includes(one))], 20).map(
          heldEvidence,
        ),
      },
      eventIds: event === undefined ? [] : [event.eventId],
    };
    return { detections: [detection], nextDecisionAt: null, withheld: [] };
  },
};
