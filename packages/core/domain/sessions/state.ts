/** What a session is at an instant. Derived, never stored: time alone changes it. */
import type { Session, SessionView } from "../session.ts";
import { DAY, HOUR, MINUTE, plus, type Instant } from "../time.ts";
import { actsInAccount } from "./draft.ts";

/** AWS: an access portal session lasts at least 15 minutes and at most 90 days. */
const SHORTEST_PORTAL_SESSION = 15 * MINUTE;
export const LONGEST_PORTAL_SESSION = 90 * DAY;
/** AWS: a role session lasts at least an hour. */
const SHORTEST_ROLE_SESSION = HOUR;

/** The session with its state at `now`. */
export function viewSession(session: Session, now: Instant): SessionView {
  const { state, reason } = stateAt(session, now);
  return { ...session, state, stateReason: reason };
}

function stateAt(
  session: Session,
  now: Instant,
): { state: SessionView["state"]; reason: string | null } {
  if (session.endedAt !== null && session.endedAt <= now) return { state: "ended", reason: null };
  const { at, certainty } = session.endsAt;
  if (at !== null && at <= now) return { state: "expired", reason: null };
  if (at === null && plus(session.startedAt, LONGEST_PORTAL_SESSION) <= now) {
    return { state: "expired", reason: null };
  }
  if (surelyAlive(session, now)) return { state: "active", reason: null };
  if (session.unknownReason !== null) return { state: "unknown", reason: session.unknownReason };
  if (certainty === "at-most") return { state: "unknown", reason: notShown(session) };
  return { state: "active", reason: null };
}

function notShown({ kind, endsAt, lastSeenAt }: Session): string {
  return actsInAccount(kind)
    ? `its duration was not read; it can live until ${endsAt.at}`
    : `it can live until ${endsAt.at} and may have ended sooner; it was last used at ${lastSeenAt}`;
}

/**
 * Shown by something: seen at this very instant, within the shortest life that AWS allows, certain to live this long, or, where a
 * person would have to sign in again for a new one, used so lately that even the shortest session would still live.
 */
function surelyAlive(session: Session, now: Instant): boolean {
  const isRole = actsInAccount(session.kind);
  if (session.unknownReason !== null && session.kind === "role") return false;
  if (session.lastSeenAt >= now) return true;
  if (session.aliveUntil !== undefined && now < session.aliveUntil) return true;
  const shortest = isRole ? SHORTEST_ROLE_SESSION : SHORTEST_PORTAL_SESSION;
  if (session.startBasis === "event" && now < plus(session.startedAt, shortest)) return true;
  return !isRole && now < plus(session.lastSeenAt, SHORTEST_PORTAL_SESSION);
}
