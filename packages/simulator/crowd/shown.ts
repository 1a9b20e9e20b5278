/**
 * What readers see of a crowd: each record with the clock of the service that wrote it, without those that are lost or come after
 * the judgement. Guarantees that a role session's creation date is the instant its AssumeRoleWithSAML shows, as AWS's is,
 * and a chained one's that of its AssumeRole.
 */
import { eventTime } from "../lives/record.ts";
import { deliver } from "../lives/delivery.ts";
import type { Draft, Session, Stage } from "../lives/stage.ts";
import { SECOND } from "../random.ts";
import type { NoiseProfile } from "./profile.ts";

/** A record that somebody could read. */
export interface Shown {
  draft: Draft;
  /** By the clock of the service that wrote it. */
  at: number;
  record: Draft["record"];
  /** Null where it has none, or lost it. */
  credentialId: string | null;
}

const SERVICES: Record<string, string> = {
  "signin.amazonaws.com": "sign-in",
  "sso.amazonaws.com": "portal",
  "sso-oauth.amazonaws.com": "portal",
  "sts.amazonaws.com": "roles",
};

/** Milliseconds that a service's clock is ahead where it serves a session. */
function skewOf(stage: Stage, profile: NoiseProfile, service: string, session: Session): number {
  const dice = stage.dice("skew", service, session.key);
  return dice.int(-profile.skewSeconds, profile.skewSeconds) * SECOND;
}

/** When a role session says it was created: by the clock of the record that shows its issue. */
export function createdAt(stage: Stage, profile: NoiseProfile, session: Session): number {
  const issuing = session.kind === "chained-role" ? (session.parent ?? session) : session;
  return session.startAt + skewOf(stage, profile, "roles", issuing);
}

/** The record as it is seen when the history is judged at `until`; null: it is not. */
export function shownRecord(
  stage: Stage,
  profile: NoiseProfile,
  draft: Draft,
  until: number,
): Shown | null {
  if (stage.dice("lost", draft.record.eventID).chance(profile.lostShare)) return null;
  const delivered = deliver(stage, draft);
  if (delivered.deliveredAt > until) return null;
  const { record } = delivered;
  const at = draft.at + clockOf(stage, profile, draft);
  const identity = { ...(record["userIdentity"] as Record<string, unknown>) };
  const context = identity["sessionContext"] as
    | { attributes: { creationDate: string } }
    | undefined;
  if (context !== undefined && draft.session !== null && draft.session.role !== null) {
    const creationDate = eventTime(createdAt(stage, profile, draft.session));
    identity["sessionContext"] = {
      ...context,
      attributes: { ...context.attributes, creationDate },
    };
  }
  const { credentialId } = identity as { credentialId?: string };
  return {
    draft,
    at,
    record: { ...record, userIdentity: identity, eventTime: eventTime(at) },
    credentialId: credentialId ?? null,
  };
}

function clockOf(stage: Stage, profile: NoiseProfile, draft: Draft): number {
  if (draft.session === null) return 0;
  const service = SERVICES[String(draft.record["eventSource"])] ?? "accounts";
  const session = draft.step === "vend" ? (draft.session.parent ?? draft.session) : draft.session;
  return skewOf(stage, profile, service, session);
}
