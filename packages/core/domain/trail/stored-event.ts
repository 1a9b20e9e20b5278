/**
 * The form in which a decoded event is kept: what it repeats of other events (type, person, client, role session) as terms that are
 * stored once, and the rest as a short body. Guarantees that `restored(storedForm(event))` is the event again, whatever its kind and
 * fields; knows nothing of where either is stored.
 */
import type { EventKind, RoleSessionRef, TrailEvent } from "../event.ts";
import type { Instant } from "../time.ts";
import { parsedTerms, type ParsedTerms } from "./stored-event/parsed-terms.ts";

/** Texts that many events share. */
export interface EventTerms {
  /** `[kind, eventSource, eventName, region, accountId, keys of the body]` as JSON. */
  readonly type: string;
  /** `<identityStoreArn> <userId>`. */
  readonly person: string | null;
  /** The user agent, the id of the CLI's process taken out of it. */
  readonly agent: string | null;
  /** `[accountId, roleId, roleName, sessionName, issuedAt]` as JSON. */
  readonly roleSession: string | null;
}

export interface StoredEvent extends EventTerms {
  readonly eventId: string;
  readonly occurredAt: Instant;
  readonly subjectUserId: string | null;
  /** Values of the keys that the type names, as a JSON array. */
  readonly body: string;
}

/** Calls of one role session that differ in nothing but their id and their second, within one hour. */
export interface FoldedCalls extends EventTerms {
  readonly body: string;
  /** In the order in which they were read; never empty. */
  readonly calls: readonly { readonly eventId: string; readonly occurredAt: Instant }[];
}

/** Longer texts are hardly shared, and AWS writes none: it cuts a user agent at 1 KB and a session's name has at most 64 characters. */
const LONGEST_TERM = 1_024;

/** Text that may stand in a column and in a term as it is. */
const PLAIN = /^[\x20-\x7e]*$/;

/** One process of the AWS CLI: it would make every user agent its own. */
const PROCESS = /\bsid\/([0-9a-zA-Z]{1,64})\b/;

/** Kinds of which organisations have many; all others are changes that are asked for by time. */
const BULK: ReadonlySet<EventKind> = new Set([
  "sign-in-step",
  "portal",
  "token",
  "token-with-iam",
  "role-issued",
  "role-call",
  "person-role-call",
]);

/** True for what changes who may do what: few, and asked for by their time. */
export function isAdministrative(event: TrailEvent): boolean {
  return !BULK.has(event.kind);
}

/** The role session that an event belongs to: the one that was issued, or that made the call. */
export function sessionOf(event: TrailEvent): RoleSessionRef | null {
  return event.kind === "role-issued" ||
    event.kind === "role-call" ||
    event.kind === "person-role-call"
    ? event.session
    : (event.callerSession ?? null);
}

/** The user name that a role session shows; null where the session's name was its caller's choice and tells nobody. */
export function userNameOf(session: RoleSessionRef | null): string | null {
  return session === null || session.permissionSetName === null ? null : session.sessionName;
}

export function personTerm(person: { identityStoreArn: string; userId: string }): string {
  return `${person.identityStoreArn} ${person.userId}`;
}

/** Fields that have a place of their own. */
const NAMED: ReadonlySet<string> = new Set([
  "eventId",
  "occurredAt",
  "kind",
  "eventName",
  "eventSource",
  "region",
  "accountId",
  "person",
]);

export function storedForm(event: TrailEvent): StoredEvent {
  const { eventId, occurredAt, kind, eventName, eventSource, region, accountId, person } = event;
  const session = sessionOf(event);
  const roleSession = session === null ? null : shortTerm(sessionTerm(session));
  // The order of the keys is that in which decoding writes them: two orders would only make two types of one.
  const keys: string[] = [];
  const values: unknown[] = [];
  const absent: string[] = [];
  let agent: string | null = null;
  let subjectUserId: string | null = null;
  for (const key in event) {
    const value = event[key as keyof TrailEvent] as unknown;
    if (value === undefined || NAMED.has(key)) continue;
    if (value === null) absent.push(key);
    else if (key === "userAgent" && isTerm(value)) {
      const process = processIn(value);
      agent = process === null ? value : value.replace(PROCESS, "sid/*");
      if (process !== null) {
        keys.push("#process");
        values.push(process);
      }
    } else if (key === "subjectUserId" && isTerm(value)) subjectUserId = value;
    else if (
      roleSession !== null &&
      isSession(key, value) &&
      (value === session || sessionTerm(value) === roleSession)
    )
      keys.push(`@${key}`);
    else {
      keys.push(key);
      values.push(value);
    }
  }
  return {
    eventId,
    occurredAt,
    type: JSON.stringify([kind, eventSource, eventName, region, accountId, absent, ...keys]),
    person: person === null ? null : personTerm(person),
    agent,
    roleSession,
    subjectUserId,
    body: JSON.stringify(values),
  };
}

/** The event again. Throws `TypeError` when the form was not made by `storedForm`. */
export function restored(stored: StoredEvent): TrailEvent {
  return restoredFrom(parsedTerms(stored), stored);
}

/** As `restored`, from terms that were taken apart before; events share the objects of their terms. */
export function restoredFrom(
  { type, person, agent: sharedAgent, session }: ParsedTerms,
  own: Omit<StoredEvent, keyof EventTerms>,
): TrailEvent {
  const values = JSON.parse(own.body) as unknown[];
  const event: Record<string, unknown> = {
    eventId: own.eventId,
    occurredAt: own.occurredAt,
    kind: type.kind,
    eventName: type.eventName,
    eventSource: type.eventSource,
    region: type.region,
    accountId: type.accountId,
    person,
  };
  for (const key of type.absent) event[key] = null;
  let agent = sharedAgent;
  let place = 0;
  for (const key of type.keys) {
    if (key.startsWith("@")) event[key.slice(1)] = session;
    else if (key === "#process") agent = agent!.replace("sid/*", `sid/${String(values[place++])}`);
    else event[key] = values[place++];
  }
  if (agent !== null) event["userAgent"] = agent;
  if (own.subjectUserId !== null) event["subjectUserId"] = own.subjectUserId;
  return event as unknown as TrailEvent;
}

interface Group extends FoldedCalls {
  readonly hour: string;
  readonly calls: { readonly eventId: string; readonly occurredAt: Instant }[];
}

/**
 * Gathers calls that may be folded. The order of the events decides nothing but the order of the calls. Found by session, type and body
 * one after the other: joined to one key, the three would cost more to hash than all the rest.
 */
export function fold(events: readonly StoredEvent[]): FoldedCalls[] {
  const all: Group[] = [];
  const bySession = new Map<string | null, Map<string, Map<string, Group[]>>>();
  for (const event of events) {
    const { eventId, occurredAt, type, person, agent, roleSession, body } = event;
    const types = within(bySession, roleSession, () => new Map<string, Map<string, Group[]>>());
    const bodies = within(types, type, () => new Map<string, Group[]>());
    const groups = within(bodies, body, (): Group[] => []);
    const hour = occurredAt.slice(0, HOUR_LETTERS);
    let group = groups.find(
      (one) => one.hour === hour && one.agent === agent && one.person === person,
    );
    if (group === undefined) {
      group = { type, person, agent, roleSession, body, hour, calls: [] };
      groups.push(group);
      all.push(group);
    }
    group.calls.push({ eventId, occurredAt });
  }
  return all;
}

/** Of `2026-11-02T08:00:00.000Z`. */
const HOUR_LETTERS = 13;

function within<K, V>(map: Map<K, V>, key: K, made: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = made()));
  return value;
}

/** The calls again, each as the event it was. */
export function unfolded(folded: FoldedCalls): TrailEvent[] {
  return unfoldedFrom(parsedTerms(folded), folded);
}

/** As `unfolded`, from terms that were taken apart before. */
export function unfoldedFrom(
  terms: ParsedTerms,
  { body, calls }: Pick<FoldedCalls, "body" | "calls">,
): TrailEvent[] {
  const {
    eventId: _first,
    occurredAt: _at,
    ...common
  } = restoredFrom(terms, { body, subjectUserId: null, ...calls[0]! });
  return calls.map(({ eventId, occurredAt }) => ({ ...common, eventId, occurredAt }));
}

/**
 * Whether a call is kept folded: a call of a permission set's role that was allowed and opened no further session. Denied calls and
 * `AssumeRole*` are evidence that nothing else replaces, and a record that claims to be of the future is looked at by itself.
 */
export function isFoldable(event: TrailEvent, receivedAt: Instant): boolean {
  return (
    event.kind === "role-call" &&
    event.errorCode === null &&
    event.subjectUserId === null &&
    event.session.permissionSetName !== null &&
    !event.eventName.startsWith("AssumeRole") &&
    event.occurredAt <= receivedAt
  );
}

function isTerm(value: unknown): value is string {
  return typeof value === "string" && value.length <= LONGEST_TERM && PLAIN.test(value);
}

function shortTerm(value: string): string | null {
  return value.length <= LONGEST_TERM ? value : null;
}

/** The id of the process that a user agent names; null where putting a star in its place could not be undone. */
function processIn(agent: string): string | null {
  return agent.includes("sid/*") ? null : (PROCESS.exec(agent)?.[1] ?? null);
}

function isSession(key: string, value: unknown): value is RoleSessionRef {
  return (key === "session" || key === "callerSession") && typeof value === "object";
}

/** Text of a role session among the terms. */
export function sessionTerm(session: RoleSessionRef): string {
  const { accountId, roleId, roleName, sessionName, issuedAt } = session;
  return JSON.stringify([accountId, roleId, roleName, sessionName, issuedAt]);
}
