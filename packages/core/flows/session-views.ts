/**
 * Which sessions a list shows and with what state. Asked who was active at an instant of the past, a session counts with all that is
 * known of it now, unless the list is judged as of then; what may have been alive is shown as unknown, never left out.
 */
import { Fault } from "../domain/fault.ts";
import type {
  Session,
  SessionKind,
  SessionLink,
  SessionState,
  SessionView,
} from "../domain/session.ts";
import {
  residualState,
  type Residual,
  type ResidualState,
} from "../domain/sessions/residual/removal.ts";
import { viewSession } from "../domain/sessions/state.ts";
import type { Instant } from "../domain/time.ts";
import type { ResidualStore } from "../ports/residual-store.ts";
import type { SessionStore } from "../ports/people/session-store.ts";

export interface SessionSelection {
  readonly kind: SessionKind | null;
  readonly state: SessionState | null;
  readonly accountId: string | null;
  /** Only sessions that were, or may have been, alive at this instant; states are those of then. */
  readonly activeAt: Instant | null;
}

/** The session as the list shows it; null when it is not of the list. */
export function selected(
  session: Session,
  { kind, state, accountId, activeAt }: SessionSelection,
  now: Instant,
): SessionView | null {
  if (kind !== null && session.kind !== kind) return null;
  if (accountId !== null && session.accountId !== accountId) return null;
  if (activeAt !== null && session.startedAt > activeAt) return null;
  const view = viewSession(session, activeAt ?? now);
  if (state !== null && view.state !== state) return null;
  const over = view.state === "ended" || view.state === "expired";
  return activeAt !== null && over ? null : view;
}

/** Fault `input.invalid` for an instant of which nothing can be known yet. `name` is how the caller says it. */
export function checkActiveAt(activeAt: Instant | null, known: Instant, name: string): void {
  if (activeAt === null || activeAt <= known) return;
  throw new Fault(
    "input.invalid",
    `${name} ${activeAt} lies after ${known}, up to which the sessions are judged: give an earlier instant.`,
  );
}

/** Of each list that belongs to one session: more is possible only for a session that somebody scripts. */
const MOST_LINKED = 500;
const MOST_RESIDUALS = 500;

/** What a reader wants to know of a session at the other end of a link. */
export type LinkedSession = Pick<
  SessionView,
  | "id"
  | "kind"
  | "startedAt"
  | "lastSeenAt"
  | "endsAt"
  | "endedAt"
  | "state"
  | "accountId"
  | "permissionSetName"
  | "sourceIpAddresses"
>;

export interface ResolvedLink extends Omit<SessionLink, "sessionId" | "kind"> {
  /** `from`: this session comes from that one. `to`: that one comes from this. */
  readonly direction: "from" | "to";
  /** Null while the session that the link names is not stored. */
  readonly session: LinkedSession | null;
}

export interface ResidualView extends Residual {
  readonly state: ResidualState;
}

export interface SessionDetail extends SessionView {
  /** Where it comes from, then what comes from it, oldest first. */
  readonly linked: readonly ResolvedLink[];
  /** What kept or keeps working of it after a removal, by the instant of the removal. */
  readonly residuals: readonly ResidualView[];
}

/** A session with both ends of its links and its residual access. */
export async function sessionDetail(
  stores: { readonly sessions: SessionStore; readonly residuals: Pick<ResidualStore, "list"> },
  session: Session,
  now: Instant,
): Promise<SessionDetail> {
  const [named, later, residuals] = await Promise.all([
    stores.sessions.byIds(session.links.map((link) => link.sessionId)),
    stores.sessions.linkedTo(session, MOST_LINKED),
    stores.residuals.list({ sessionId: session.id }, MOST_RESIDUALS),
  ]);
  const byId = new Map(named.map((one) => [one.id, one]));
  const from = session.links.map((link) => resolved("from", link, byId.get(link.sessionId), now));
  const to = later.flatMap((one) =>
    one.links
      .filter((link) => link.sessionId === session.id)
      .map((link) => resolved("to", link, one, now)),
  );
  return {
    ...viewSession(session, now),
    linked: [...from, ...to],
    residuals: residuals
      .toReversed()
      .map((residual) => ({ ...residual, state: residualState(residual, now) })),
  };
}

function resolved(
  direction: ResolvedLink["direction"],
  { confidence, basis, reasons }: SessionLink,
  session: Session | undefined,
  now: Instant,
): ResolvedLink {
  return {
    direction,
    confidence,
    basis,
    reasons,
    session: session === undefined ? null : linkedView(session, now),
  };
}

function linkedView(session: Session, now: Instant): LinkedSession {
  const { id, kind, startedAt, lastSeenAt, endsAt, endedAt, state } = viewSession(session, now);
  const { accountId, permissionSetName, sourceIpAddresses } = session;
  return {
    id,
    kind,
    startedAt,
    lastSeenAt,
    endsAt,
    endedAt,
    state,
    accountId,
    permissionSetName,
    sourceIpAddresses,
  };
}
