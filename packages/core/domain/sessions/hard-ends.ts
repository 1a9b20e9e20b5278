/**
 * Hard ends of portal, token, application and background sessions, with the input that limits each. AWS gives no record of them
 * except on some grants, and no API reads the durations: where nobody entered one the end stays unknown. An end that a later use
 * disproves is withdrawn, not moved. Ends of role sessions are told by the modules that build those.
 */
import type { TrailEvent } from "../event.ts";
import type { Person } from "../person.ts";
import type { DurationKind, SessionEnd, SessionSettings } from "../session.ts";
import { between, DAY, MINUTE, plus, SECOND, type Instant } from "../time.ts";
import { lastProven, type Draft } from "./draft.ts";
import { durationFor, longestBegun } from "./durations.ts";

const NOT_ENTERED = {
  portal:
    "the access portal's session duration is not known; no API reads it, so enter it: curfew durations set portal MINUTES, or CURFEW_PORTAL_SESSION_MINUTES for every identity store and all times",
  background:
    "the duration of user background sessions is not known, and sign-out does not end them; no API reads it, so enter it: curfew durations set background MINUTES",
} as const;

const NAMES = {
  portal: "access portal session duration",
  background: "user background session duration",
} as const;

const QUESTIONED =
  "the instance's configuration was changed after its session duration was entered; enter the one that counts since: curfew durations set";

const NO_LIFE = "the grant's record states no life, and no session is known that limits it";

/** A use this long after an end disproves it: clocks of AWS's services differ by seconds. */
const GRACE = MINUTE;

/** AWS: no session lasts longer than 90 days. */
const LONGEST = 90 * DAY;

/** An end, and why there is none. */
interface Bound {
  readonly end: SessionEnd;
  readonly why: string | null;
}

/** Puts ends on the drafts. */
export function setHardEnds(
  drafts: readonly Draft[],
  settings: SessionSettings,
  { identityStoreArn }: Person,
): void {
  for (const draft of drafts) {
    const { end, why } = hardEnd(draft, settings, identityStoreArn);
    draft.endsAt = end;
    draft.unknownReason = why;
    withdrawDisproved(draft);
  }
}

function hardEnd(draft: Draft, settings: SessionSettings, storeArn: string): Bound {
  const stated = statedEnd(draft);
  if (stated !== null) return { end: stated, why: null };
  if (draft.kind === "background") return enteredEnd(draft, settings, storeArn, "background");
  if (draft.kind === "application" && !isInteractive(draft)) {
    return unknownEnd("life of the token (not stated)", NO_LIFE);
  }
  return enteredEnd(draft, settings, storeArn, "portal");
}

/** Whether the grant was made inside an interactive session, which then limits it; a trusted token issuer's has none. */
function isInteractive(draft: Draft): boolean {
  return draft.exact.some(
    (event) =>
      event.kind === "token-with-iam" &&
      (event.grantType === "authorization_code" || event.grantType === "refresh_token"),
  );
}

function enteredEnd(
  draft: Draft,
  settings: SessionSettings,
  storeArn: string,
  kind: DurationKind,
): Bound {
  const entered = durationFor(settings, storeArn, kind, draft.startedAt);
  if (entered === null) return unknownEnd(`${NAMES[kind]} (not known)`, NOT_ENTERED[kind]);
  if (entered.questioned) return unknownEnd(`${NAMES[kind]} (in question)`, QUESTIONED);
  const end = plus(draft.startedAt, entered.minutes * MINUTE);
  const limitedBy = `${NAMES[kind]} (as entered)`;
  const start = startOf(draft, kind);
  if (start === "exact") return { end: { at: end, limitedBy, certainty: "exact" }, why: null };
  if (start === "signed-in") {
    draft.aliveUntil = surelyUntil(draft, end);
    return { end: { at: end, limitedBy, certainty: "at-most" }, why: null };
  }
  // What limits it began earlier than what was read, perhaps under an earlier entry.
  const before = longestBegun(settings, storeArn, kind, draft.startedAt, LONGEST);
  const isBefore = before !== null && before > end;
  return {
    end: {
      at: isBefore ? before : end,
      limitedBy: isBefore ? `${NAMES[kind]} before the newest entry` : limitedBy,
      certainty: "at-most",
    },
    why: null,
  };
}

/**
 * What is known of the instant from which AWS counts. `exact`: the sign-in itself, or a background session's grant. `signed-in`: a
 * sign-in is known, which is not the very start, or after which an external identity provider may have set an earlier end.
 */
function startOf(draft: Draft, kind: DurationKind): "exact" | "signed-in" | "earlier" {
  if (draft.startBasis !== "event") return "earlier";
  if (kind === "background") return "exact";
  if (draft.kind !== "portal") return "earlier";
  if (draft.key[0] === "sign-in") return draft.exact.some(isByProvider) ? "signed-in" : "exact";
  return draft.signInEvent === null ? "earlier" : "signed-in";
}

/** AWS: SessionNotOnOrAfter of the provider's assertion limits the session too, and no sign-in record shows it. */
function isByProvider(event: TrailEvent): boolean {
  return event.kind === "sign-in-step" && event.credentialTypes.includes("EXTERNAL_IDP");
}

/** It cannot end earlier than counted from its sign-in, where that is no guess among several and no provider limits it. */
function surelyUntil(draft: Draft, end: Instant): Instant | null {
  const { signIn, signInEvent } = draft;
  if (!signIn || signInEvent === null || isByProvider(signInEvent)) return null;
  if (signIn.confidence < SURE_ENOUGH) return null;
  return plus(end, -Math.max(0, between(signInEvent.occurredAt, draft.startedAt)));
}

const SURE_ENOUGH = 0.85;

function unknownEnd(limitedBy: string, why: string): Bound {
  return { end: { at: null, limitedBy, certainty: "unknown" }, why };
}

/** A number beyond the longest session, or none above zero, states no end. */
function isLifetime(seconds: number): boolean {
  return seconds > 0 && seconds * SECOND <= LONGEST;
}

/** An end that a grant's own record states: of the newest grant that states one. */
function statedEnd(draft: Draft): SessionEnd | null {
  for (let index = draft.exact.length - 1; index >= 0; index -= 1) {
    const event = draft.exact[index]!;
    if (event.kind === "token" && event.sessionNotOnOrAfter !== null) {
      return {
        at: event.sessionNotOnOrAfter,
        limitedBy: "SessionNotOnOrAfter",
        certainty: "exact",
      };
    }
    const seconds =
      event.kind === "token-with-iam" || (event.kind === "token" && !event.refreshable)
        ? event.expiresInSeconds
        : null;
    if (seconds !== null && isLifetime(seconds) && draft.kind !== "background") {
      return {
        at: plus(event.occurredAt, seconds * SECOND),
        limitedBy: `expiresIn of ${event.eventName}`,
        certainty: "exact",
      };
    }
  }
  return null;
}

/** A session that was used after its end had another one. What was joined by inference disproves nothing. */
function withdrawDisproved(draft: Draft): void {
  const { at, limitedBy } = draft.endsAt;
  if (at === null) return;
  const used = lastProven(draft);
  if (used <= plus(at, GRACE)) return;
  draft.endsAt = { at: null, limitedBy: `${limitedBy}, disproved`, certainty: "unknown" };
  draft.aliveUntil = null;
  draft.unknownReason = `it was used at ${used}, after ${at}, where it would have ended by: ${limitedBy}`;
}
