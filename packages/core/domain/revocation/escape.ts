/**
 * Ways in which a person's reach outlives their own sessions: chained roles, sessions in accounts whose trail was not read, and what
 * they made. A chain is known only as far as the accounts that were read; what was made by a chained session is not seen here, which
 * is why a chain alone keeps a revocation open.
 */
import type { TrailEvent } from "../event.ts";
import type { Instant } from "../time.ts";
import { plus } from "../time.ts";
import { organisationTrailRead, type TrailCoverage } from "./coverage.ts";
import { LONGEST_CHAINED_SESSION, LONGEST_ROLE_SESSION } from "./lifetime.ts";
import type { OpenItem } from "./proof.ts";

type RoleCall = Extract<TrailEvent, { kind: "role-call" | "person-role-call" }>;

function isRoleCall(event: TrailEvent): event is RoleCall {
  return event.kind === "role-call" || event.kind === "person-role-call";
}

/** Calls by which a role session took another role. */
export function chainedCalls(events: readonly TrailEvent[]): RoleCall[] {
  return events.filter(
    (event): event is RoleCall =>
      isRoleCall(event) &&
      event.errorCode === null &&
      (event.issuedRoleArn !== null || event.issuedAccessKeyId !== null),
  );
}

/**
 * Roles taken while a session that may have been alive at the request lived. No event tells the end of such a session, its own calls
 * carry no userId (the deny policy does not bind it), and it may take further roles: it is never proven, it only runs out.
 */
export function chainsOf(events: readonly TrailEvent[], requestedAt: Instant): OpenItem[] {
  const earliest = plus(requestedAt, -LONGEST_ROLE_SESSION);
  return chainedCalls(events)
    .filter((call) => call.occurredAt >= earliest || usedLater(call, events, earliest))
    .map((call) => ({
      kind: "chained-session",
      sessionId: null,
      until: plus(lastUse(call, events), LONGEST_CHAINED_SESSION),
      needsPerson: true,
      why: `${call.eventName} at ${call.occurredAt} led to ${call.issuedRoleArn ?? "another role"}, whose calls do not carry the person's id`,
    }));
}

function usesOf(call: RoleCall, events: readonly TrailEvent[]): TrailEvent[] {
  if (call.issuedAccessKeyId === null) return [];
  return events.filter(
    (event) => isRoleCall(event) && event.accessKeyId === call.issuedAccessKeyId,
  );
}

function usedLater(call: RoleCall, events: readonly TrailEvent[], since: Instant): boolean {
  return usesOf(call, events).some((event) => event.occurredAt >= since);
}

function lastUse(call: RoleCall, events: readonly TrailEvent[]): Instant {
  return usesOf(call, events).reduce(
    (last, event) => (event.occurredAt > last ? event.occurredAt : last),
    call.occurredAt,
  );
}

/** Role sessions that may have been alive at the request and that nothing we read would show. */
export function unseenSessions(
  events: readonly TrailEvent[],
  coverage: readonly TrailCoverage[],
  requestedAt: Instant,
): OpenItem[] {
  const since = plus(requestedAt, -LONGEST_ROLE_SESSION);
  const unseen: OpenItem[] = [];
  if (!organisationTrailRead(coverage, since, requestedAt)) {
    unseen.push(
      unseenItem(
        plus(requestedAt, LONGEST_ROLE_SESSION),
        `no organisation trail was read from ${since} past ${requestedAt}: a role session may be alive that nothing shows`,
      ),
    );
  }
  for (const event of events) {
    if (event.kind !== "portal" || event.errorCode !== null || event.occurredAt < since) continue;
    if (event.action !== "federate" && event.action !== "get-role-credentials") continue;
    // Where the account is named, the session itself stands among the person's, known or unseen.
    if (event.targetAccountId !== null) continue;
    unseen.push(
      unseenItem(
        plus(event.occurredAt, LONGEST_ROLE_SESSION),
        `${event.eventName} at ${event.occurredAt} handed out a role session in an account that the record does not name`,
      ),
    );
  }
  return unseen;
}

function unseenItem(until: Instant, why: string): OpenItem {
  return { kind: "unseen-session", sessionId: null, until, needsPerson: false, why };
}

/** Calls that make something which works without its maker. AWS: Service Authorization Reference, IAM. */
const CREATIONS: ReadonlySet<string> = new Set([
  "CreateUser",
  "CreateAccessKey",
  "CreateLoginProfile",
  "CreateServiceSpecificCredential",
  "CreateRole",
  "UpdateAssumeRolePolicy",
  "CreateSAMLProvider",
  "CreateOpenIDConnectProvider",
]);

/** What the person made that outlives them: a person has to decide on each. */
export function creationsOf(events: readonly TrailEvent[]): OpenItem[] {
  return events
    .filter(
      (event) =>
        (isRoleCall(event) ||
          event.kind === "account-identity-provider" ||
          event.kind === "role-trust") &&
        event.errorCode === null &&
        CREATIONS.has(event.eventName),
    )
    .map((event) => ({
      kind: "creation",
      sessionId: null,
      until: null,
      needsPerson: true,
      why: `${event.eventName} in ${event.accountId} at ${event.occurredAt} (event ${event.eventId}) made something that works without its maker`,
    }));
}
