/**
 * How long a session may live, for containment: never less than AWS allows it. A bound that no record states is the longest that
 * AWS offers, and is called assumed; it is used to know when waiting is over, never as a proof.
 */
import type { Session, SessionKind } from "../session.ts";
import type { TrailEvent } from "../event.ts";
import type { Instant } from "../time.ts";
import { DAY, HOUR, plus } from "../time.ts";

/** AWS: IAM Identity Center User Guide, user interactive session, at most 90 days; also background and extended sessions. */
export const LONGEST_PORTAL_SESSION = 90 * DAY;

/** AWS: a permission set's session lasts at most 12 hours. */
export const LONGEST_ROLE_SESSION = 12 * HOUR;

/** AWS: IAM User Guide, role chaining "limits your session to a maximum of one hour". */
export const LONGEST_CHAINED_SESSION = 1 * HOUR;

const ROLE_KINDS: ReadonlySet<SessionKind> = new Set(["role", "entitlement-role", "aws-login"]);

/** Its credentials act in an account: no sign-out ends it. */
export function actsInAccount(kind: SessionKind): boolean {
  return ROLE_KINDS.has(kind);
}

/** Nothing of the session works after `at`; `assumed` when no record says so. */
export function lastInstant(session: Session): { at: Instant | null; assumed: boolean } {
  const { at, certainty } = session.endsAt;
  if (at !== null && certainty !== "unknown") return { at, assumed: false };
  // Sign-in of the command line refreshes its credentials for as long as the console session lives, which nothing bounds for us.
  if (session.kind === "aws-login") return { at: null, assumed: true };
  const longest = actsInAccount(session.kind) ? LONGEST_ROLE_SESSION : LONGEST_PORTAL_SESSION;
  return { at: plus(session.startedAt, longest), assumed: true };
}

/**
 * The ids by which an event names the session. A chain of grants goes by the credential of its newest grant alone: the deletion of a
 * credential that was renewed since says nothing of the one that took its place. Portal calls that joined the chain by inference
 * count for nothing here.
 */
function namesOf(session: Session, events: readonly TrailEvent[]): ReadonlySet<string> {
  if (session.kind !== "token") return new Set(session.keys);
  const grants = new Map(
    events.flatMap((event) =>
      event.kind === "token" && event.issued ? [[event.eventId, event] as const] : [],
    ),
  );
  const newest = session.eventIds.findLast((id) => grants.has(id));
  if (newest === undefined) return new Set(session.keys);
  const { credentialId } = grants.get(newest)!;
  return new Set(credentialId === null ? [] : [credentialId]);
}

/**
 * The event that ended the session by naming it: a sign-out with its credential, or a deletion that lists it. Null for role sessions,
 * which no event ends, and where the session was used afterwards.
 */
export function endingEvent(session: Session, events: readonly TrailEvent[]): TrailEvent | null {
  if (actsInAccount(session.kind)) return null;
  const keys = namesOf(session, events);
  const names = (event: TrailEvent): boolean =>
    (event.kind === "session-deleted" && event.credentialIds.some((id) => keys.has(id))) ||
    (event.kind === "portal" &&
      event.action === "logout" &&
      event.credentialId !== null &&
      keys.has(event.credentialId));
  const ending = events.find((event) => event.errorCode === null && names(event));
  if (ending === undefined || session.lastSeenAt > ending.occurredAt) return null;
  return ending;
}

/** Whether the session may have been alive at the instant, or began after it. */
export function mayHaveLived(
  session: Session,
  events: readonly TrailEvent[],
  at: Instant,
): boolean {
  if (session.lastSeenAt >= at) return true;
  const ended = endingEvent(session, events);
  if (ended !== null && ended.occurredAt <= at) return false;
  const last = lastInstant(session).at;
  return last === null || last > at;
}
