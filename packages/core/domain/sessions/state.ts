/** What a session is at an instant. Derived, never stored: time alone changes it. */
import type { Session, SessionView } from "../session.ts";
import { DAY, HOUR, MINUTE, plus, type Instant } from "../time.ts";

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
  if (session.kind === "role" && certainty === "at-most") {
    return {
      state: "unknown",
      reason: `its duration was not read; it can live until ${at}`,
    };
  }
  return { state: "active", reason: null };
}

/** Within the shortest life AWS allows, or seen at this very instant. */
function surelyAlive(session: Session, now: Instant): boolean {
  if (session.unknownReason !== null && session.kind === "role") return false;
  if (session.lastSeenAt >= now) return true;
  const shortest = session.kind === "role" ? SHORTEST_ROLE_SESSION : SHORTEST_PORTAL_SESSION;
  return session.startBasis === "event" && now < plus(session.startedAt, shortest);
}
