/**
 * What proves that a session is over, after the table "Contained means": an event that names it, a hard end that a record states, a
 * call of that very session denied by our policy, or silence past a hard end in a trail that was read. The hard end is exact, or, of a
 * portal session, the latest that it can have. Everything else stays open with its reason. Pure: the same facts give the same proofs,
 * and new facts may take one back.
 */
import type { TrailEvent } from "../event.ts";
import type { SessionProof } from "../revocation.ts";
import type { Session } from "../session.ts";
import { latest, MINUTE, plus, type Instant } from "../time.ts";
import { covered, type TrailCoverage } from "./coverage.ts";
import { creationsOf, chainsOf, unseenSessions } from "./escape.ts";
import { actsInAccount, endingEvent, lastInstant, mayHaveLived } from "./lifetime.ts";

/** Something that keeps the word "contained" from being said. */
export interface OpenItem {
  readonly kind: "session" | "chained-session" | "unseen-session" | "creation" | "access";
  readonly sessionId: string | null;
  /** Nothing of it works after this instant; null when that is not known. */
  readonly until: Instant | null;
  /** True when only a person's act can settle it before it runs out. */
  readonly needsPerson: boolean;
  readonly why: string;
}

/** A deny policy in which the person's id was read back. */
export interface DenyInForce {
  readonly policyId: string;
  /** When the text with the id was written, at the latest. */
  readonly since: Instant;
}

export interface ProofFacts {
  readonly requestedAt: Instant;
  readonly now: Instant;
  /** All of the person's, rebuilt from the events below. */
  readonly sessions: readonly Session[];
  readonly events: readonly TrailEvent[];
  readonly coverage: readonly TrailCoverage[];
  /** Empty when the lease is not confirmed or was released. */
  readonly denies: readonly DenyInForce[];
  /** Whether another service control policy could deny the person's calls; null when nobody looked. */
  readonly otherPolicyCouldDeny: boolean | null;
}

export interface ProofResult {
  readonly proofs: readonly SessionProof[];
  readonly open: readonly OpenItem[];
}

/** Judges every session that may have been alive at the request or began later, and every way out of them. */
export function proveSessions(facts: ProofFacts): ProofResult {
  const proofs: SessionProof[] = [];
  const open: OpenItem[] = [];
  const living = facts.sessions.filter((session) =>
    mayHaveLived(session, facts.events, facts.requestedAt),
  );
  for (const session of living) {
    const proof = proofOf(session, facts);
    if (proof === null) open.push(openSession(session));
    else proofs.push(proof);
  }
  open.push(
    ...chainsOf(facts.events, facts.requestedAt),
    ...unseenSessions(facts.events, facts.coverage, facts.requestedAt),
    ...creationsOf(facts.events),
  );
  return { proofs, open };
}

function proofOf(session: Session, facts: ProofFacts): SessionProof | null {
  return actsInAccount(session.kind)
    ? (deniedCall(session, facts) ?? silence(session, facts))
    : (endedByEvent(session, facts) ?? hardEnd(session, facts.now) ?? latestEnd(session, facts));
}

function endedByEvent(session: Session, { events, now }: ProofFacts): SessionProof | null {
  const event = endingEvent(session, events);
  if (event === null || event.occurredAt > now) return null;
  return {
    sessionId: session.id,
    proof: "ended-by-event",
    provenAt: event.occurredAt,
    eventIds: [event.eventId],
    why: `${event.eventName} names this session`,
  };
}

/** The end that a record states, passed, with no use after it. */
function exactEnd(session: Session, now: Instant): Instant | null {
  const { at, certainty } = session.endsAt;
  if (at === null || certainty !== "exact" || at > now || session.lastSeenAt > at) return null;
  return at;
}

function hardEnd(session: Session, now: Instant): SessionProof | null {
  const at = exactEnd(session, now);
  if (at === null) return null;
  return {
    sessionId: session.id,
    proof: "exact-hard-end",
    provenAt: at,
    eventIds: session.eventIds.slice(0, 1),
    why: `its hard end passed, which is exact: ${session.endsAt.limitedBy}`,
  };
}

/** Clocks of AWS's services differ by seconds; a use this long after an end disproves it (`sessions/hard-ends.ts`). */
const CLOCK_SKEW = MINUTE;

/**
 * A portal session lives at most for the entered duration, counted from anything that comes after its sign-in: from `Authenticate`, from
 * its first use, or from a sign-in after which an identity provider may have set an earlier end. So the latest end, with room for the
 * clocks, is as sure as the entry. The entry is a person's word, and silence in a trail that was read past it is what would have shown
 * it wrong. No such bound proves anything of tokens and applications: extended sessions, of which no record tells, outlive the portal's
 * duration (AWS: IAM Identity Center User Guide, extended sessions).
 */
function latestEnd(session: Session, facts: ProofFacts): SessionProof | null {
  const { at, certainty } = session.endsAt;
  if (session.kind !== "portal" || at === null || certainty !== "at-most") return null;
  const end = plus(at, CLOCK_SKEW);
  if (end > facts.now || session.lastSeenAt > end) return null;
  if (!covered(facts.coverage, session, at, end, facts.now)) return null;
  return {
    sessionId: session.id,
    proof: "silence-after-hard-end",
    provenAt: end,
    eventIds: session.eventIds.slice(-1),
    why: `the latest end that it can have passed (${session.endsAt.limitedBy}) and the organisation trail, read past it, shows no use after it`,
  };
}

function silence(session: Session, facts: ProofFacts): SessionProof | null {
  const at = exactEnd(session, facts.now);
  if (at === null) return null;
  const read = covered(facts.coverage, session, session.startedAt, at, facts.now);
  if (!read) return null;
  return {
    sessionId: session.id,
    proof: "silence-after-hard-end",
    provenAt: at,
    eventIds: session.eventIds.slice(-1),
    why: `its exact hard end passed and the organisation trail, read past it, shows no call after it`,
  };
}

const DENIED = /^(?:Client\.)?(?:AccessDenied(?:Exception)?|UnauthorizedOperation)$/;
const BY_SERVICE_CONTROL_POLICY = /with an explicit deny in a service control policy/i;
const POLICY_ARN =
  /arn:aws[a-z-]*:organizations::\d{12}:policy\/o-[a-z0-9]+\/service_control_policy\/(p-[A-Za-z0-9_]+)/;

function deniedCall(session: Session, facts: ProofFacts): SessionProof | null {
  const own = new Set(session.eventIds);
  const calls = facts.events.filter((event) => own.has(event.eventId));
  // AWS changes policies with eventual consistency: only a denial after the last call that went through counts.
  const went = calls.filter((event) => event.errorCode === null).map((event) => event.occurredAt);
  const lastUse = latest(session.lastSeenAt, ...went) ?? session.lastSeenAt;
  const denied = calls
    .filter((event) => event.occurredAt > lastUse && deniedByUs(event, facts))
    .sort((left, right) => (left.occurredAt < right.occurredAt ? -1 : 1))[0];
  if (denied === undefined) return null;
  return {
    sessionId: session.id,
    proof: "denied-call",
    provenAt: denied.occurredAt,
    eventIds: [denied.eventId],
    why: `the deny policy refused ${denied.eventName} to this very session`,
  };
}

function deniedByUs(event: TrailEvent, facts: ProofFacts): boolean {
  // Whatever the session called: some of its calls are kinds of their own, such as a change of a trail.
  if (event.kind !== "role-call" && event.callerSession === undefined) return false;
  if (event.errorCode === null || typeof event.errorMessage !== "string") return false;
  if (!DENIED.test(event.errorCode) || event.occurredAt > facts.now) return false;
  if (!BY_SERVICE_CONTROL_POLICY.test(event.errorMessage)) return false;
  const named = POLICY_ARN.exec(event.errorMessage)?.[1];
  return facts.denies.some(
    ({ policyId, since }) =>
      event.occurredAt >= since &&
      (named === undefined ? facts.otherPolicyCouldDeny === false : named === policyId),
  );
}

function openSession(session: Session): OpenItem {
  const { at, assumed } = lastInstant(session);
  const inAccount = actsInAccount(session.kind);
  const bound = at === null ? "nothing bounds it" : `it may live until ${at}`;
  const because = assumed ? " (assumed: its duration is not known)" : "";
  return {
    kind: "session",
    sessionId: session.id,
    until: at,
    needsPerson: !inAccount && assumed,
    why: `no event shows that this ${session.kind} session ended; ${bound}${because}`,
  };
}
