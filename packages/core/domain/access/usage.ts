/**
 * What a person did with what they have: by account and permission set or role, from their sessions and events. Pure; any order of
 * the input gives the same answer, and nothing at or after `now` counts. A request for a role that failed is no use; a refused call is
 * somebody at work in that role. Console, CLI, `aws login` and roles of entitlements count alike.
 */
import type { SeenUse } from "../access.ts";
import type { TrailEvent } from "../event.ts";
import type { PersonKey } from "../person.ts";
import type { Session } from "../session.ts";
import { DAY, plus, type Instant } from "../time.ts";
import { amended } from "../trail/amended.ts";
import { roleSessionKey } from "../trail/identity.ts";

/** The use that one person made of one permission set or role in one account. */
export interface Usage extends SeenUse {
  readonly accountId: string;
  /** Name of the permission set, or the ARN of an entitlement's role. */
  readonly roleName: string;
  readonly firstUsedAt: Instant;
  readonly lastUsedAt: Instant;
  /** Sessions begun, ever. */
  readonly sessions: number;
  /** Calls by prefix of the service (`s3`), refused ones included. */
  readonly services: Readonly<Record<string, number>>;
  /** Calls by `service:EventName`, the most frequent ones. */
  readonly actions: Readonly<Record<string, number>>;
  /** Calls of the actions that `actions` leaves out. */
  readonly otherActionCalls: number;
}

/** By `<accountId>/<permission set's name or role's ARN>`, in the order of these keys. */
export type PersonUsage = ReadonlyMap<string, Usage>;

/** The usage of any person of a snapshot. */
export type UsageLookup = (person: PersonKey) => ReadonlyMap<string, SeenUse>;

export const NO_USAGE: PersonUsage = new Map();

/** `held`: the name of a permission set, or the ARN of a role. */
export const usageKey = (accountId: string, held: string): string => `${accountId}/${held}`;

/** A person uses few actions; who uses more is a program, of which the most frequent tell enough. */
const MOST_ACTIONS = 200;

/**
 * The use of one person, from the sessions and events of that person, each event given once. A record that CloudTrail corrected counts
 * as corrected, and one that several accounts received counts once.
 */
export function usageOf(
  sessions: readonly Session[],
  events: readonly TrailEvent[],
  now: Instant,
): PersonUsage {
  const tallies = new Tallies(now);
  const own = new Set<string>();
  for (const session of sessions) {
    const held = heldIn(session);
    if (held === null) continue;
    for (const key of session.keys) own.add(key);
    tallies.session(session, held);
  }
  // Hardly any record is ever corrected, and sorting out those that are reads them all.
  const corrected = events.some((event) => event.addendum !== undefined);
  const shared = new Set<string>();
  for (const event of corrected ? amended(events) : events) {
    if (event.occurredAt >= now) continue;
    const { sharedEventId } = event;
    if (sharedEventId !== undefined && shared.has(sharedEventId)) continue;
    if (sharedEventId !== undefined) shared.add(sharedEventId);
    tallies.event(event, own);
  }
  return tallies.finish();
}

/** What a session is a use of; null for one that is of no account's role, or of one that no record names. */
function heldIn({ kind, permissionSetName, keys }: Session): string | null {
  if (kind === "role" || kind === "aws-login") return permissionSetName;
  if (kind !== "entitlement-role") return null;
  return keys.find((key) => IAM_ROLE.test(key)) ?? null;
}

const IAM_ROLE = /^arn:[a-z0-9-]+:iam::\d{12}:role\//;

interface Tally {
  firstUsedAt: Instant;
  lastUsedAt: Instant;
  uses30d: number;
  sessions: number;
  calls: number;
  deniedCalls: number;
  readonly days: Set<string>;
  /** By event source, then by event name. */
  readonly actions: Map<string, Map<string, number>>;
}

class Tallies {
  readonly #now: Instant;
  readonly #since: Instant;
  /** By account, then by what is held: no key is put together for each of a hundred thousand calls. */
  readonly #tallies = new Map<string, Map<string, Tally>>();

  constructor(now: Instant) {
    this.#now = now;
    this.#since = plus(now, -30 * DAY);
  }

  session({ accountId, startedAt, lastSeenAt }: Session, held: string): void {
    if (startedAt >= this.#now) return;
    const tally = this.#used(accountId, held, startedAt);
    tally.sessions += 1;
    if (startedAt >= this.#since) tally.uses30d += 1;
    if (lastSeenAt < this.#now) this.#used(accountId, held, lastSeenAt);
  }

  event(event: TrailEvent, own: ReadonlySet<string>): void {
    switch (event.kind) {
      case "role-call":
        return this.#call(event, event.session.accountId, event.session.permissionSetName);
      case "person-role-call":
        return this.#call(event, event.session.accountId, event.roleArn);
      case "role-issued":
        return this.#taken(event, event.session.accountId, event.session.permissionSetName);
      case "entitlement-role-issued":
        return this.#taken(event, accountIn(event.roleArn), event.roleArn);
      case "portal":
        if (TAKES_A_ROLE.has(event.action))
          this.#taken(event, event.targetAccountId, event.permissionSetName);
        return;
      default: {
        // Administration from a role session of theirs: events about somebody that others caused are in their history too.
        const session = event.callerSession;
        if (session === undefined || !own.has(roleSessionKey(session))) return;
        this.#call(event, session.accountId, session.permissionSetName);
      }
    }
  }

  #taken(event: TrailEvent, accountId: string | null, held: string | null): void {
    if (event.errorCode !== null || accountId === null || held === null) return;
    this.#used(accountId, held, event.occurredAt);
  }

  #call(event: TrailEvent, accountId: string, held: string | null): void {
    if (held === null) return;
    const tally = this.#used(accountId, held, event.occurredAt);
    tally.calls += 1;
    if (event.errorCode !== null && REFUSED.test(event.errorCode)) tally.deniedCalls += 1;
    const ofSource = tally.actions.get(event.eventSource);
    if (ofSource === undefined) {
      tally.actions.set(event.eventSource, new Map([[event.eventName, 1]]));
    } else ofSource.set(event.eventName, (ofSource.get(event.eventName) ?? 0) + 1);
  }

  #used(accountId: string, held: string, at: Instant): Tally {
    let ofAccount = this.#tallies.get(accountId);
    if (ofAccount === undefined) this.#tallies.set(accountId, (ofAccount = new Map()));
    let tally = ofAccount.get(held);
    if (tally === undefined) {
      tally = {
        firstUsedAt: at,
        lastUsedAt: at,
        uses30d: 0,
        sessions: 0,
        calls: 0,
        deniedCalls: 0,
        days: new Set(),
        actions: new Map(),
      };
      ofAccount.set(held, tally);
    }
    if (at < tally.firstUsedAt) tally.firstUsedAt = at;
    if (at > tally.lastUsedAt) tally.lastUsedAt = at;
    tally.days.add(at.slice(0, 10));
    return tally;
  }

  finish(): PersonUsage {
    const usage: [string, Usage][] = [];
    for (const [accountId, ofAccount] of this.#tallies) {
      for (const [held, tally] of ofAccount) {
        if (!ACCOUNT.test(accountId) || !HOLDABLE.test(held)) continue;
        const { days, actions, ...counts } = tally;
        usage.push([
          usageKey(accountId, held),
          { accountId, roleName: held, ...counts, usedDays: days.size, ...actionsOf(actions) },
        ]);
      }
    }
    return new Map(usage.toSorted(([left], [right]) => (left < right ? -1 : 1)));
  }
}

const ACCOUNT = /^\d{12}$/;

/**
 * The name of a permission set or the ARN of a role; a record may hold anything in their place, and nothing else can be granted (AWS:
 * CreatePermissionSet, Name; IAM and STS quotas: 64 characters a role's name, 512 its path).
 */
const HOLDABLE = /^(?:[\w+=,.@-]{1,32}|arn:[a-z0-9-]+:iam::\d{12}:role\/[\u0021-\u007f]{1,576})$/;

function accountIn(roleArn: string | null): string | null {
  return roleArn?.split(":")[4] || null;
}

/** `s3.amazonaws.com` is `s3`. */
const serviceOf = (eventSource: string): string => eventSource.replace(/\.amazonaws\.com$/, "");

function actionsOf(
  bySource: Tally["actions"],
): Pick<Usage, "services" | "actions" | "otherActionCalls"> {
  const services = new Map<string, number>();
  const actions: [string, number][] = [];
  for (const [source, byName] of bySource) {
    const service = serviceOf(source);
    for (const [name, count] of byName) {
      services.set(service, (services.get(service) ?? 0) + count);
      actions.push([`${service}:${name}`, count]);
    }
  }
  const ordered = actions.toSorted(
    ([left, some], [right, others]) => others - some || (left < right ? -1 : 1),
  );
  const otherActionCalls = ordered.slice(MOST_ACTIONS).reduce((sum, [, count]) => sum + count, 0);
  return {
    services: inOrder([...services]),
    actions: inOrder(ordered.slice(0, MOST_ACTIONS)),
    otherActionCalls,
  };
}

function inOrder(counts: readonly (readonly [string, number])[]): Record<string, number> {
  return Object.fromEntries(counts.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

const TAKES_A_ROLE: ReadonlySet<string> = new Set(["federate", "get-role-credentials"]);

/** Codes by which services refuse for lack of permission (AWS: each service words its own; EC2 and the query services differ). */
const REFUSED =
  /^(?:Client\.)?(?:AccessDenied(?:Exception)?|UnauthorizedOperation|UnauthorizedAccess|AuthorizationError(?:Exception)?|NotAuthorized(?:Exception)?)$/;
