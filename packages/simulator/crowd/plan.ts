/**
 * A plan of a crowd: what the rest of the simulator plans, and the kinds of session it has no word for. Guarantees that each session
 * has one kind, and that records which belong to a caller and tell of what it began are named for both.
 */
import { emptyPlan, type Plan, type Session, type SessionKind } from "../lives/stage.ts";

export type CrowdKind = SessionKind | "aws-login" | "entitlement-role";

export interface CrowdPlan extends Plan {
  /** By key, where the kind is more than its session says. */
  kinds: Map<string, CrowdKind>;
  /** By key of a session: keys of the caller's own events that began it or went on with it. */
  begunBy: Map<string, string[]>;
  /** By key of an `aws login`: the sign-in session that its records name, or null where they name none. */
  signInSessions: Map<string, string | null>;
}

export function emptyCrowdPlan(): CrowdPlan {
  return { ...emptyPlan(), kinds: new Map(), begunBy: new Map(), signInSessions: new Map() };
}

export const kindOf = (plan: CrowdPlan, session: Session): CrowdKind =>
  plan.kinds.get(session.key) ?? session.kind;

/** The identity of the record that was planned last. */
export function lastIdentity(plan: Plan): Record<string, unknown> {
  return plan.drafts.at(-1)?.record["userIdentity"] as Record<string, unknown>;
}
