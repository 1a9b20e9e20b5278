/** A session while it is put together. Drafts live inside one reconstruction and nowhere else. */
import { derivedId } from "../ids.ts";
import type { TrailEvent } from "../event.ts";
import { personKey, type Person, type PersonKey } from "../person.ts";
import type { Session, SessionEnd, SessionKind, SessionLink } from "../session.ts";
import type { Instant } from "../time.ts";

export interface Draft {
  readonly kind: SessionKind;
  /** Exact: two sessions never share it. */
  readonly key: readonly string[];
  startedAt: Instant;
  startBasis: Session["startBasis"];
  readonly region: string;
  readonly accountId: string;
  readonly permissionSetName: string | null;
  readonly keys: Set<string>;
  grant: Session["grant"];
  /** Evidence joined by a key. */
  readonly exact: TrailEvent[];
  /** Evidence joined by inference. */
  readonly inferred: TrailEvent[];
  endsAt: SessionEnd;
  ended: { at: Instant; eventName: string; eventId: string } | null;
  signIn: Session["signIn"] | null;
  /** The event that `signIn` names. */
  signInEvent: TrailEvent | null;
  readonly links: SessionLink[];
  unknownReason: string | null;
  aliveUntil: Instant | null;
  /** Keys of the drafts that stood for it while less was read. */
  readonly takenUp: (readonly string[])[];
  /** Its id, once it was asked for: a link to it and the session itself both do. */
  id: string | null;
}

/** A draft that starts with its first event. */
export function newDraft(
  kind: SessionKind,
  key: readonly string[],
  first: TrailEvent,
  parts: Partial<
    Pick<Draft, "startedAt" | "startBasis" | "accountId" | "permissionSetName" | "grant">
  >,
): Draft {
  return {
    kind,
    key,
    startedAt: parts.startedAt ?? first.occurredAt,
    startBasis: parts.startBasis ?? "event",
    region: first.region,
    accountId: parts.accountId ?? first.accountId,
    permissionSetName: parts.permissionSetName ?? null,
    keys: new Set(),
    grant: parts.grant ?? null,
    exact: [first],
    inferred: [],
    endsAt: { at: null, limitedBy: "nothing that was read", certainty: "unknown" },
    ended: null,
    signIn: null,
    signInEvent: null,
    links: [],
    unknownReason: null,
    aliveUntil: null,
    takenUp: [],
    id: null,
  };
}

/** What is first known by its calls alone may turn out to be an entitlement's: its key is the same, and so is its id. */
export function draftId(person: Person, draft: Draft): string {
  return (draft.id ??= idOf(person, draft));
}

function idOf(person: Person, { kind, key }: Pick<Draft, "kind" | "key">): string {
  const named = kind === "entitlement-role" ? "role" : kind;
  return derivedId("ses", named, personKey(person), ...key);
}

/** One key for all records of one event: AWS sends some to several accounts, each under an id of its own. */
export function eventKey(event: TrailEvent): string {
  return event.sharedEventId ?? event.eventId;
}

/** Adds without spreading: a session may have a million events. */
export function addAll<T>(list: T[], more: Iterable<T>): void {
  for (const one of more) list.push(one);
}

/** What the record itself does not give to somebody else. */
export function isOwn(event: TrailEvent, person: PersonKey): boolean {
  const named = event.person;
  return (
    named === null ||
    (named.userId === person.userId && named.identityStoreArn === person.identityStoreArn)
  );
}

const ROLE_KINDS: ReadonlySet<SessionKind> = new Set(["role", "entitlement-role", "aws-login"]);

/** Role credentials: what is called with them is theirs, and no sign-out ends them. */
export function actsInAccount(kind: SessionKind): boolean {
  return ROLE_KINDS.has(kind);
}

/**
 * What others did about the person (disabled them, ended a session) is evidence, but neither use nor theirs. What a role session
 * holds was called from it.
 */
function byOthers(event: TrailEvent, { kind }: Draft): boolean {
  return (
    !actsInAccount(kind) && (event.kind === "directory-user" || event.kind === "session-deleted")
  );
}

/** When the session was last used: refused calls are evidence but no use. */
export function lastSeen(draft: Draft): Instant {
  const exact = newestUse(draft, draft.exact, draft.startedAt);
  return newestUse(draft, draft.inferred, exact);
}

/** As `lastSeen`, by the events alone that a key joins. */
export function lastProven(draft: Draft): Instant {
  return newestUse(draft, draft.exact, draft.startedAt);
}

function newestUse(draft: Draft, events: readonly TrailEvent[], from: Instant): Instant {
  let newest = from;
  for (const event of events) {
    if (event.errorCode !== null || event.occurredAt <= newest || byOthers(event, draft)) continue;
    newest = event.occurredAt;
  }
  return newest;
}

/** AWS's own services assume the role: their addresses are not the person's. */
function byPerson(event: TrailEvent, draft: Draft): boolean {
  return !ISSUED_BY_AWS.has(event.kind) && !byOthers(event, draft);
}

const ISSUED_BY_AWS: ReadonlySet<string> = new Set(["role-issued", "entitlement-role-issued"]);

/** `copies`: ids of the other records of an event, by the id of the one that was kept. */
export function finished(
  person: Person,
  draft: Draft,
  copies: ReadonlyMap<string, readonly string[]>,
): Session {
  const evidence = inOrder([draft.exact, draft.inferred]);
  return {
    id: draftId(person, draft),
    kind: draft.kind,
    user: person,
    startedAt: draft.startedAt,
    startBasis: draft.startBasis,
    lastSeenAt: lastSeen(draft),
    endsAt: draft.endsAt,
    endedAt: draft.ended?.at ?? null,
    endedBy:
      draft.ended === null
        ? null
        : { eventName: draft.ended.eventName, eventId: draft.ended.eventId },
    ...placesOf(draft, evidence),
    region: draft.region,
    accountId: draft.accountId,
    permissionSetName: draft.permissionSetName,
    keys: [...draft.keys].toSorted(),
    grant: draft.grant,
    links: draft.links,
    eventIds: idsOf(evidence, copies),
    ...optionalParts(person, draft),
    unknownReason: draft.unknownReason,
  };
}

function idsOf(
  evidence: readonly TrailEvent[],
  copies: ReadonlyMap<string, readonly string[]>,
): string[] {
  const ids: string[] = [];
  for (const { eventId, amendedBy } of evidence) {
    ids.push(eventId);
    if (amendedBy !== undefined) addAll(ids, amendedBy);
    const others = copies.size === 0 ? undefined : copies.get(eventId);
    if (others !== undefined) addAll(ids, others);
  }
  return ids;
}

function placesOf(
  draft: Draft,
  evidence: readonly TrailEvent[],
): Pick<Session, "sourceIpAddresses" | "userAgents"> {
  const addresses = new Set<string>();
  const agents = new Set<string>();
  let [address, agent]: (string | null)[] = [null, null];
  for (const event of evidence) {
    if (!byPerson(event, draft)) continue;
    // Most calls come from where the one before came from.
    if (event.sourceIp !== null && event.sourceIp !== address)
      addresses.add((address = event.sourceIp));
    if (event.userAgent !== null && event.userAgent !== agent)
      agents.add((agent = event.userAgent));
  }
  return { sourceIpAddresses: [...addresses].toSorted(), userAgents: [...agents].toSorted() };
}

function optionalParts(
  person: Person,
  draft: Draft,
): Pick<Session, "inferredEventIds" | "signIn" | "aliveUntil" | "earlierIds"> {
  const { inferred, signIn, aliveUntil, takenUp, kind } = draft;
  // Calls of an application's token look like any token's until its exchange is read.
  const shownAs = kind === "application" || kind === "background" ? "token" : kind;
  const earlier = takenUp.map((key) => idOf(person, { kind: shownAs, key })).toSorted();
  return {
    ...(inferred.length > 0
      ? { inferredEventIds: inOrder([inferred]).map((event) => event.eventId) }
      : {}),
    ...(signIn === null || signIn === undefined ? {} : { signIn }),
    ...(aliveUntil === null ? {} : { aliveUntil }),
    ...(earlier.length > 0 ? { earlierIds: earlier } : {}),
  };
}

/** By (occurredAt, eventId), each event once: the order in which every reconstruction reads. */
export function inOrder(lists: readonly (readonly TrailEvent[])[]): readonly TrailEvent[] {
  const filled = lists.filter((list) => list.length > 0);
  if (filled.length === 1 && isInOrder(filled[0]!)) return filled[0]!;
  const once = new Map<string, TrailEvent>();
  for (const list of lists) for (const event of list) once.set(event.eventId, event);
  return [...once.values()].toSorted(inTime);
}

/** Whether each event comes after the one before, so that none is there twice. */
export function isInOrder(events: readonly TrailEvent[]): boolean {
  for (let index = 1; index < events.length; index += 1) {
    if (inTime(events[index - 1]!, events[index]!) >= 0) return false;
  }
  return true;
}

export function inTime(left: TrailEvent, right: TrailEvent): number {
  return left.occurredAt === right.occurredAt
    ? compareText(left.eventId, right.eventId)
    : compareText(left.occurredAt, right.occurredAt);
}

export function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
