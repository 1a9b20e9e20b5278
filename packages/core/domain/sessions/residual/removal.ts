/**
 * Residual access: what keeps working after something was taken away from a person. One row a removal and session that the removal
 * touches. It says what AWS documents of that session and nothing of what the person did meanwhile; whether it is still open is a
 * function of `now` and of the event that ended the session, never stored.
 */
import type { Person } from "../../person.ts";
import type { Certainty, SessionKind } from "../../session.ts";
import { DAY, plus, type Instant } from "../../time.ts";

export const REMOVAL_KINDS = [
  "sign-out",
  "session-ended",
  "user-disabled",
  "user-deleted",
  "assignment-deleted",
  "membership-removed",
  "group-deleted",
  "permission-set-deleted",
  "permission-set-changed",
  "application-access-removed",
  "entitlement-deleted",
] as const;
export type RemovalKind = (typeof REMOVAL_KINDS)[number];

/** What was taken away, by the event that shows it. */
export interface Removal {
  readonly eventId: string;
  readonly eventName: string;
  readonly at: Instant;
  readonly what: RemovalKind;
  /** What of whom in words: `ReadOnly in 444455556666, given to group 1234`. */
  readonly subject: string;
}

export interface Residual {
  /** Hash of the removal's event id and the session's id. */
  readonly id: string;
  readonly user: Person;
  readonly sessionId: string;
  /** Of the session. */
  readonly kind: SessionKind;
  readonly removal: Removal;
  /** One sentence: what still works. */
  readonly keeps: string;
  /** Nothing of it works from here on; null when nothing that was read bounds it. */
  readonly until: Instant | null;
  readonly certainty: Certainty;
  /** AWS's rule in words, with the page that states it. */
  readonly rule: string;
  /** What cannot be told, and why; null when everything can. */
  readonly unknown: string | null;
  /** When an event ended the session before `until`; null while none did. */
  readonly closedAt: Instant | null;
  readonly closedBy: { readonly eventName: string; readonly eventId: string } | null;
}

export const RESIDUAL_STATES = ["open", "closed", "expired"] as const;
/** `closed`: an event ended the session. `expired`: its time ran out. */
export type ResidualState = (typeof RESIDUAL_STATES)[number];

/** AWS: IAM Identity Center User Guide, "User interactive sessions" and "User background sessions": at most 90 days. */
const LONGEST_SESSION = 90 * DAY;

/** When it is over at the latest, for whoever must know: where no end is known, the longest life that AWS offers after the removal. */
export function overAt(residual: Residual): Instant {
  return residual.closedAt ?? residual.until ?? plus(residual.removal.at, LONGEST_SESSION);
}

/** Derived, because time alone changes it. `now` is not before the removal. */
export function residualState(residual: Residual, now: Instant): ResidualState {
  if (overAt(residual) > now) return "open";
  return residual.closedAt !== null ? "closed" : "expired";
}
