/**
 * Access portal sessions: the events that share a portal credentialId, and sign-ins that no such session took up.
 * AWS: the credentialId of browser events is the id of the user's session; nothing joins a sign-in to it.
 */
import type { TrailEvent } from "../event.ts";
import { between, MINUTE, SECOND } from "../time.ts";
import { isPortalCredential } from "../trail/redact.ts";
import { newDraft, type Draft } from "./draft.ts";

type PortalEvent = Extract<TrailEvent, { kind: "portal" }>;
type SignIn = Extract<TrailEvent, { kind: "sign-in-step" }>;

/** A sign-in and the first portal event of its session are seconds apart; minutes when the browser was slow. */
const SIGN_IN_WINDOW = 5 * MINUTE;
const CLOCK_SKEW = 5 * SECOND;

/** `events` are in order. */
export function portalSessions(events: readonly TrailEvent[]): Draft[] {
  const byCredential = new Map<string, Draft>();
  for (const event of events) {
    if (event.kind !== "portal" || event.credentialId === null) continue;
    if (!isPortalCredential(event.credentialId)) continue;
    const draft = byCredential.get(event.credentialId);
    if (draft !== undefined) draft.exact.push(event);
    else if (event.errorCode === null) byCredential.set(event.credentialId, opened(event));
  }
  const drafts = [...byCredential.values()];
  const signIns = events.filter(isSignIn);
  return [...drafts, ...withoutPortal(signIns, takeUp(drafts, signIns))];
}

function isSignIn(event: TrailEvent): event is SignIn {
  return (
    event.kind === "sign-in-step" &&
    event.step === "authentication" &&
    event.outcome === "success" &&
    event.person !== null
  );
}

function opened(event: PortalEvent): Draft {
  const draft = newDraft("portal", [event.credentialId!], event, {
    startBasis: event.action === "authenticate" ? "event" : "first-seen",
  });
  draft.keys.add(event.credentialId!);
  return draft;
}

/** Gives each portal session the nearest sign-in before it from the same address; each sign-in is given once. */
function takeUp(drafts: Draft[], signIns: readonly SignIn[]): Set<string> {
  const taken = new Set<string>();
  for (const draft of drafts) {
    const first = draft.exact[0]!;
    const candidates = signIns.filter((signIn) => {
      const apart = between(signIn.occurredAt, draft.startedAt);
      return (
        !taken.has(signIn.eventId) &&
        apart >= -CLOCK_SKEW &&
        apart <= SIGN_IN_WINDOW &&
        signIn.sourceIp !== null &&
        signIn.sourceIp === first.sourceIp
      );
    });
    const nearest = candidates.at(-1);
    if (nearest === undefined) continue;
    taken.add(nearest.eventId);
    const sameClient = nearest.userAgent !== null && nearest.userAgent === first.userAgent;
    draft.signIn = {
      eventId: nearest.eventId,
      confidence: candidates.length === 1 ? (sameClient ? 0.95 : 0.85) : 0.6,
      reasons: [
        "same address",
        ...(sameClient ? ["same client"] : []),
        `${Math.abs(between(nearest.occurredAt, draft.startedAt)) / SECOND} s apart`,
        candidates.length === 1 ? "only candidate" : `nearest of ${candidates.length} candidates`,
      ],
    };
  }
  return taken;
}

/** A sign-in proves an interactive session even when no portal event of it was seen; records of one workflow are one sign-in. */
function withoutPortal(signIns: readonly SignIn[], taken: ReadonlySet<string>): Draft[] {
  const known = new Set(signIns.filter((one) => taken.has(one.eventId)).map(signInKey));
  const byKey = new Map<string, Draft>();
  for (const signIn of signIns) {
    const key = signInKey(signIn);
    if (known.has(key)) continue;
    const draft = byKey.get(key);
    if (draft === undefined) byKey.set(key, newDraft("portal", ["sign-in", key], signIn, {}));
    else draft.exact.push(signIn);
  }
  return [...byKey.values()];
}

function signInKey(signIn: SignIn): string {
  return signIn.workflowId ?? signIn.eventId;
}
