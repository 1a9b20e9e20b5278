/**
 * Hard ends of portal, token and application sessions, and the events that end them before.
 * AWS: sign-out, an administrator's "end session", and disabling or deleting the user end them at once; role sessions live on.
 */
import type { TrailEvent } from "../event.ts";
import type { Person } from "../person.ts";
import type { SessionSettings } from "../session.ts";
import { DAY, MINUTE, plus, SECOND } from "../time.ts";
import { durationFor } from "./durations.ts";
import { lastSeen, type Draft } from "./draft.ts";

const UNKNOWN_DURATION =
  "the access portal's session duration is not known; no API reads it, so enter it as CURFEW_PORTAL_SESSION_MINUTES";

const UNKNOWN_BACKGROUND =
  "the duration of user background sessions is a setting that no API reads, and sign-out does not end them";

/** A session that was used this long after an event did not end by it. */
const GRACE = MINUTE;

export function setHardEnds(
  drafts: readonly Draft[],
  settings: SessionSettings,
  { identityStoreArn }: Person,
): void {
  for (const draft of drafts) {
    draft.endsAt = hardEnd(draft, settings, identityStoreArn);
    if (draft.endsAt.at === null) {
      draft.unknownReason = draft.kind === "background" ? UNKNOWN_BACKGROUND : UNKNOWN_DURATION;
    }
  }
}

function hardEnd(draft: Draft, settings: SessionSettings, storeArn: string): Draft["endsAt"] {
  const stated = statedEnd(draft);
  if (stated !== null) return stated;
  if (draft.kind === "background") {
    // Its duration is a setting of its own, 7 days unless changed, that no API reads either.
    return {
      at: null,
      limitedBy: "user background session duration (not known)",
      certainty: "unknown",
    };
  }
  const entered = durationFor(settings, storeArn, "portal", draft.startedAt);
  if (entered === null || entered.questioned) {
    return {
      at: null,
      limitedBy: "access portal session duration (not known)",
      certainty: "unknown",
    };
  }
  // A token was granted inside an interactive session, and a first-seen session began earlier: the bound holds for both.
  const exact =
    draft.kind === "portal" && draft.startBasis === "event" && draft.key[0] !== "sign-in";
  return {
    at: plus(draft.startedAt, entered.minutes * MINUTE),
    limitedBy: "access portal session duration (as entered)",
    certainty: exact ? "exact" : "at-most",
  };
}

/** AWS: no session lasts longer than 90 days. A number beyond that, or none above zero, states no end. */
function isLifetime(seconds: number): boolean {
  return seconds > 0 && seconds * SECOND <= 90 * DAY;
}

/** An end that a grant's own record states. */
function statedEnd(draft: Draft): Draft["endsAt"] | null {
  for (const event of draft.exact.toReversed()) {
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

/** `events` are in order. The first event that ends a session counts. */
export function setEndings(
  drafts: readonly Draft[],
  events: readonly TrailEvent[],
  person: Person,
): void {
  const endings = events.filter(isEnding);
  for (const draft of drafts) {
    const ending = endings.find((event) => ends(event, draft, person));
    if (ending !== undefined) {
      draft.ended = { at: ending.occurredAt, eventName: ending.eventName, eventId: ending.eventId };
      if (!draft.exact.some((event) => event.eventId === ending.eventId)) draft.exact.push(ending);
    }
  }
}

/** Done, and of a kind that may end a session. */
function isEnding(event: TrailEvent): boolean {
  if (event.errorCode !== null) return false;
  if (event.kind === "portal") return event.action === "logout";
  return event.kind === "session-deleted" || event.kind === "directory-user";
}

function ends(event: TrailEvent, draft: Draft, person: Person): boolean {
  if (event.occurredAt < draft.startedAt) return false;
  if (draft.endsAt.at !== null && event.occurredAt >= draft.endsAt.at) return false;
  if (event.kind === "portal" && event.action === "logout") {
    return draft.exact.includes(event) || draft.inferred.includes(event);
  }
  if (event.kind === "session-deleted") {
    return event.credentialIds.some((id) => draft.keys.has(id));
  }
  if (event.kind !== "directory-user") return false;
  if (event.change !== "disabled" && event.change !== "deleted") return false;
  if (draft.kind === "background" || !isAbout(event, person)) return false;
  return lastUse(draft, event) <= plus(event.occurredAt, GRACE);
}

function lastUse(draft: Draft, event: TrailEvent) {
  return draft.startedAt > event.occurredAt ? draft.startedAt : lastSeen(draft);
}

/** The same userId may exist in two identity stores. */
export function isAbout(event: TrailEvent, person: Person): boolean {
  if (event.subjectUserId !== person.userId) return false;
  const store = event.subjectIdentityStoreId;
  return store === undefined || person.identityStoreArn.endsWith(`/${store}`);
}
