/**
 * Sessions of `aws login` and of agents that sign in the same way: a client's grants in one sign-in session, and the calls that carry
 * that sign-in session's ARN. AWS Sign-In mints the credentials itself, so no portal call shows them. AWS states no bound for how long
 * they are renewed, so the hard end stays unknown.
 */
import type { TrailEvent } from "../../event.ts";
import { MINUTE, plus } from "../../time.ts";
import { roleSessionKey } from "../../trail/identity.ts";
import { eventKey, newDraft, type Draft } from "../draft.ts";

type Login = Extract<TrailEvent, { kind: "aws-login" }>;

const NO_BOUND =
  "AWS Sign-In renews its credentials for as long as the session that authorised it lives, and no record states how long that is";

/** An authorisation and the first token that follows it are seconds apart; minutes when a person had to confirm. */
const CONFIRMED_WITHIN = 15 * MINUTE;

interface Group {
  readonly events: Login[];
  draft: Draft | null;
}

/** `events` are the person's, in order. What was authorised and got no token starts nothing. */
export function loginSessions(events: readonly TrailEvent[]): Draft[] {
  const groups = new Map<string, Group>();
  const calls: TrailEvent[] = [];
  for (const event of events) {
    if (event.kind !== "aws-login") {
      if (event.signInSessionArn !== undefined && event.isConsole !== true) calls.push(event);
      continue;
    }
    const key = groupKey(event);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { events: [event], draft: null });
    else group.events.push(event);
  }
  const drafts = [...groups].flatMap(([key, group]) => {
    const draft = sessionOf(key, group.events);
    return draft === null ? [] : [draft];
  });
  joinCalls(drafts, calls);
  return drafts;
}

/** Sign-in session and client; without the former, the role session that authorised and the client. */
function groupKey(event: Login): string {
  const client = event.clientId ?? "";
  const session =
    event.signInSessionArn ??
    (event.callerSession === undefined ? eventKey(event) : roleSessionKey(event.callerSession));
  return JSON.stringify([session, client]);
}

function sessionOf(key: string, events: readonly Login[]): Draft | null {
  const first = events.find((event) => event.issued);
  if (first === undefined) return null;
  const authorised = events.findLast(
    (event) =>
      event.action === "authorize" &&
      event.errorCode === null &&
      event.occurredAt <= first.occurredAt &&
      plus(event.occurredAt, CONFIRMED_WITHIN) >= first.occurredAt,
  );
  const isFirst = authorised !== undefined || first.grantType === "authorization_code";
  const draft = newDraft("aws-login", JSON.parse(key) as string[], first, {
    startBasis: isFirst ? "event" : "first-seen",
    accountId: first.callerSession?.accountId ?? first.accountId,
    permissionSetName: first.callerSession?.permissionSetName ?? null,
  });
  for (const event of events) if (event !== first) draft.exact.push(event);
  if (first.signInSessionArn !== undefined) draft.keys.add(first.signInSessionArn);
  if (first.clientId !== null) draft.keys.add(first.clientId);
  draft.endsAt = { at: null, limitedBy: "the session that authorised it", certainty: "unknown" };
  draft.unknownReason = NO_BOUND;
  const revoked = events.find(
    (event) =>
      event.action === "revoke" && event.errorCode === null && event.occurredAt >= draft.startedAt,
  );
  if (revoked !== undefined) {
    const { eventName, eventId, occurredAt } = revoked;
    draft.ended = { at: occurredAt, eventName, eventId };
  }
  return draft;
}

/** Calls that carry the sign-in session of one client alone are that client's, from its first token on. */
function joinCalls(drafts: readonly Draft[], calls: readonly TrailEvent[]): void {
  const byArn = new Map<string, Draft | null>();
  for (const draft of drafts) {
    const arn = draft.exact[0]!.signInSessionArn;
    if (arn !== undefined) byArn.set(arn, byArn.has(arn) ? null : draft);
  }
  for (const call of calls) {
    const draft = byArn.get(call.signInSessionArn!) ?? null;
    if (draft !== null && call.occurredAt >= draft.startedAt) draft.exact.push(call);
  }
}
