/**
 * Access portal sessions: the events that share a portal credentialId, and sign-ins that no such session took up.
 * AWS: the credentialId of browser events is the id of the user's session; nothing joins a sign-in to it.
 */
import type { TrailEvent } from "../event.ts";
import { between, epoch, MINUTE, SECOND } from "../time.ts";
import { isPortalCredential } from "../trail/redact.ts";
import { eventKey, newDraft, type Draft } from "./draft.ts";

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
  const byAddress = freeSignIns(signIns);
  for (const draft of drafts) {
    const first = draft.exact[0]!;
    if (first.sourceIp === null) continue;
    const free = byAddress.get(first.sourceIp);
    const found = free?.takeNearest(epoch(draft.startedAt)) ?? null;
    if (found === null) continue;
    const { signIn, isOnly } = found;
    taken.add(signIn.eventId);
    const sameClient = signIn.userAgent !== null && signIn.userAgent === first.userAgent;
    draft.signInEvent = signIn;
    draft.takenUp.push(["sign-in", signInKey(signIn)]);
    draft.signIn = {
      eventId: signIn.eventId,
      confidence: isOnly ? (sameClient ? 0.99 : 0.5) : 0.6,
      reasons: [
        "same address",
        ...(sameClient ? ["same client"] : []),
        `${Math.abs(between(signIn.occurredAt, draft.startedAt)) / SECOND} s apart`,
        isOnly ? "only candidate" : "nearest of several candidates",
      ],
    };
  }
  return taken;
}

function freeSignIns(signIns: readonly SignIn[]): Map<string, FreeSignIns> {
  const byAddress = new Map<string, FreeSignIns>();
  for (const signIn of signIns) {
    if (signIn.sourceIp === null) continue;
    const known = byAddress.get(signIn.sourceIp) ?? new FreeSignIns();
    known.add(signIn);
    byAddress.set(signIn.sourceIp, known);
  }
  return byAddress;
}

/** Sign-ins from one address, in order, of which each is taken once. Skips what is taken without looking at it again. */
class FreeSignIns {
  readonly #all: { readonly at: number; readonly signIn: SignIn }[] = [];
  /** For each place the last one at or before it that is free, as far as is known; -1 when none is. */
  readonly #free: number[] = [];

  add(signIn: SignIn): void {
    this.#free.push(this.#all.length);
    this.#all.push({ at: epoch(signIn.occurredAt), signIn });
  }

  /** The newest that was free within the window before `at`, and whether it was the only one. */
  takeNearest(at: number): { signIn: SignIn; isOnly: boolean } | null {
    const place = this.#lastFree(this.#lastUntil(at + CLOCK_SKEW));
    const nearest = this.#all[place];
    if (nearest === undefined || nearest.at < at - SIGN_IN_WINDOW) return null;
    this.#free[place] = place - 1;
    const next = this.#all[this.#lastFree(place)];
    return {
      signIn: nearest.signIn,
      isOnly: next === undefined || next.at < at - SIGN_IN_WINDOW,
    };
  }

  #lastUntil(at: number): number {
    let low = 0;
    let high = this.#all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#all[middle]!.at <= at) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #lastFree(from: number): number {
    let root = from;
    while (root >= 0 && this.#free[root] !== root) root = this.#free[root]!;
    for (let place = from; place >= 0 && place !== root;) {
      const next = this.#free[place]!;
      this.#free[place] = root;
      place = next;
    }
    return root;
  }
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
  return signIn.workflowId ?? eventKey(signIn);
}
