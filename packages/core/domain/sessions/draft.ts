/** A session while it is put together. Drafts live inside one reconstruction and nowhere else. */
import { derivedId } from "../ids.ts";
import type { TrailEvent } from "../event.ts";
import { personKey, type Person } from "../person.ts";
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
  readonly links: SessionLink[];
  unknownReason: string | null;
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
    links: [],
    unknownReason: null,
  };
}

export function draftId(person: Person, draft: Draft): string {
  return derivedId("ses", draft.kind, personKey(person), ...draft.key);
}

/**
 * What others did about the person (disabled them, ended a session) is evidence, but neither use nor theirs. What a role session
 * holds was called from it.
 */
function byOthers(event: TrailEvent, { kind }: Draft): boolean {
  return kind !== "role" && (event.kind === "directory-user" || event.kind === "session-deleted");
}

/** When the session was last used: refused calls are evidence but no use. */
export function lastSeen(draft: Draft): Instant {
  let newest = draft.startedAt;
  for (const event of [...draft.exact, ...draft.inferred]) {
    if (event.errorCode !== null || byOthers(event, draft)) continue;
    if (event.occurredAt > newest) newest = event.occurredAt;
  }
  return newest;
}

/** AWS's own services assume the role: their addresses are not the person's. */
function byPerson(event: TrailEvent, draft: Draft): boolean {
  return event.kind !== "role-issued" && !byOthers(event, draft);
}

export function finished(person: Person, draft: Draft): Session {
  const evidence = inOrder([...draft.exact, ...draft.inferred]);
  const own = evidence.filter((event) => byPerson(event, draft));
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
    sourceIpAddresses: distinct(own.map((event) => event.sourceIp)),
    userAgents: distinct(own.map((event) => event.userAgent)),
    region: draft.region,
    accountId: draft.accountId,
    permissionSetName: draft.permissionSetName,
    keys: [...draft.keys].toSorted(),
    grant: draft.grant,
    links: draft.links,
    eventIds: evidence.flatMap((event) => [event.eventId, ...(event.amendedBy ?? [])]),
    ...(draft.inferred.length > 0
      ? { inferredEventIds: inOrder(draft.inferred).map((event) => event.eventId) }
      : {}),
    ...(draft.signIn === null || draft.signIn === undefined ? {} : { signIn: draft.signIn }),
    unknownReason: draft.unknownReason,
  };
}

/** By (occurredAt, eventId), each event once: the order in which every reconstruction reads. */
export function inOrder(events: readonly TrailEvent[]): TrailEvent[] {
  const once = new Map(events.map((event) => [event.eventId, event]));
  return [...once.values()].toSorted((left, right) =>
    left.occurredAt === right.occurredAt
      ? compareText(left.eventId, right.eventId)
      : compareText(left.occurredAt, right.occurredAt),
  );
}

export function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function distinct(values: (string | null)[]): string[] {
  return [...new Set(values.filter((value): value is string => value !== null))].toSorted();
}
