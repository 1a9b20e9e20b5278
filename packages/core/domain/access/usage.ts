/**
 * What a person did with what they have: by account and permission set, from their sessions and events. Pure; any order of the
 * input gives the same answer, and nothing at or after `now` counts. An event that failed is no use.
 */
import type { TrailEvent } from "../event.ts";
import type { PersonKey } from "../person.ts";
import type { Session } from "../session.ts";
import { DAY, latest, plus, type Instant } from "../time.ts";

export interface Usage {
  readonly lastUsedAt: Instant | null;
  /** Role sessions begun in the 30 days before. */
  readonly uses30d: number;
}

/** By `<accountId>/<permissionSetName>`. */
export type PersonUsage = ReadonlyMap<string, Usage>;

/** The usage of any person of a snapshot. */
export type UsageLookup = (person: PersonKey) => PersonUsage;

export const NO_USAGE: PersonUsage = new Map();

export const usageKey = (accountId: string, permissionSetName: string): string =>
  `${accountId}/${permissionSetName}`;

/** The use of one person, from the sessions and events of that person. */
export function usageOf(
  sessions: readonly Session[],
  events: readonly TrailEvent[],
  now: Instant,
): PersonUsage {
  const usage = new Map<string, Usage>();
  const since = plus(now, -30 * DAY);
  const note = (accountId: string | null, name: string | null, at: Instant, begun: boolean) => {
    if (accountId === null || name === null || at >= now) return;
    const key = usageKey(accountId, name);
    const before = usage.get(key) ?? { lastUsedAt: null, uses30d: 0 };
    usage.set(key, {
      lastUsedAt: latest(before.lastUsedAt, at),
      uses30d: before.uses30d + (begun && at >= since ? 1 : 0),
    });
  };
  for (const session of sessions) {
    if (session.kind !== "role") continue;
    note(session.accountId, session.permissionSetName, session.startedAt, true);
    note(session.accountId, session.permissionSetName, session.lastSeenAt, false);
  }
  for (const event of events) {
    const used = usedBy(event);
    if (used !== null) note(used.accountId, used.permissionSetName, event.occurredAt, false);
  }
  return usage;
}

interface Used {
  readonly accountId: string | null;
  readonly permissionSetName: string | null;
}

function usedBy(event: TrailEvent): Used | null {
  switch (event.kind) {
    case "role-call":
      // A refused call still is somebody at work in that role.
      return event.session;
    case "role-issued":
      return event.errorCode === null ? event.session : null;
    case "portal":
      return event.errorCode === null && TAKES_A_ROLE.has(event.action)
        ? { accountId: event.targetAccountId, permissionSetName: event.permissionSetName }
        : null;
    default:
      return null;
  }
}

const TAKES_A_ROLE: ReadonlySet<string> = new Set(["federate", "get-role-credentials"]);
