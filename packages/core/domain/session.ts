/**
 * Sessions of a person, as rebuilt from events. The shapes are the contract of the API and of `curfew sessions --json`.
 * A session never says more than its events: what is inferred is marked, what is unknown has a reason, and its state is a
 * function of `now` that is never stored.
 */
import type { Person } from "./person.ts";
import type { Instant } from "./time.ts";

export const SESSION_KINDS = [
  "portal",
  "token",
  "application",
  "background",
  "role",
  "aws-login",
  "entitlement-role",
] as const;
export type SessionKind = (typeof SESSION_KINDS)[number];

export const SESSION_STATES = ["active", "ended", "expired", "unknown"] as const;
export type SessionState = (typeof SESSION_STATES)[number];

/**
 * How sure a hard end is: `exact` (a record states it), `at-most` (it cannot live longer, it may end sooner), `unknown`.
 */
export type Certainty = "exact" | "at-most" | "unknown";

export interface SessionEnd {
  /** Null when nothing that was read bounds it. */
  readonly at: Instant | null;
  /** The input that limits it, in words: `durationSeconds of AssumeRoleWithSAML`. */
  readonly limitedBy: string;
  readonly certainty: Certainty;
}

export interface SessionLink {
  readonly sessionId: string;
  readonly kind: SessionKind;
  /** 0..1; 1 exactly when the basis is exact. */
  readonly confidence: number;
  readonly basis: "exact" | "inferred";
  readonly reasons: readonly string[];
}

/** What replay compares: everything but the state. */
export interface Session {
  /** Hash of the exact key. */
  readonly id: string;
  readonly kind: SessionKind;
  readonly user: Person;
  readonly startedAt: Instant;
  /** `event`: a record shows the start. `first-seen`: it began earlier than anything that was read. */
  readonly startBasis: "event" | "first-seen";
  readonly lastSeenAt: Instant;
  readonly endsAt: SessionEnd;
  readonly endedAt: Instant | null;
  readonly endedBy: { readonly eventName: string; readonly eventId: string } | null;
  readonly sourceIpAddresses: readonly string[];
  readonly userAgents: readonly string[];
  readonly region: string;
  /** The account a role session acts in; the instance's owner account for the others. */
  readonly accountId: string;
  /** Null for kinds without one, and for a role that a role session took (role chaining): its ARN stands in `keys`. */
  readonly permissionSetName: string | null;
  /**
   * Names by which AWS knows the session: credential ids, `principalId@creationDate` of a role session, the issued access key and
   * the role's ARN of a chained or entitlement role, the job of a background session, the sign-in session of `aws login`.
   */
  readonly keys: readonly string[];
  /** How a token was granted first; null for other kinds. */
  readonly grant: "device-code" | "authorization-code" | "refresh" | "other" | null;
  readonly links: readonly SessionLink[];
  /** Evidence, in the order of the events. */
  readonly eventIds: readonly string[];
  /** Those of `eventIds` that no key joins to the session, only inference. */
  readonly inferredEventIds?: readonly string[];
  /** The sign-in that seems to have begun it. AWS gives no key for this step: always an inference. */
  readonly signIn?: {
    readonly eventId: string;
    readonly confidence: number;
    readonly reasons: readonly string[];
  };
  /** Why the state cannot be told although no end is known, or null. */
  readonly unknownReason: string | null;
  /** It certainly lives until here unless an event ends it; absent where nothing says so. */
  readonly aliveUntil?: Instant;
  /**
   * Ids under which the same was shown while less had been read: an inference took it up since. Absent when there are none.
   */
  readonly earlierIds?: readonly string[];
}

/** A session as it is shown: with its state at an instant. */
export interface SessionView extends Session {
  readonly state: SessionState;
  /** Present exactly when the state is unknown. */
  readonly stateReason: string | null;
}

/** Which of the two durations that no API reads: of interactive sessions, or of user background sessions. */
export type DurationKind = "portal" | "background";

/** A duration as a person entered it. */
export interface EnteredDuration {
  /** Null: of every identity store. */
  readonly identityStoreArn: string | null;
  readonly kind: DurationKind;
  readonly minutes: number;
  /** AWS applies a change to new sessions only, so an entry counts for sessions begun from here on. Null: for all. */
  readonly effectiveFrom: Instant | null;
}

/** What decides durations and is not in any event. */
export interface SessionSettings {
  readonly durations: readonly EnteredDuration[];
  /** When a configuration of the instance was seen to change (`UpdateSSOConfiguration`); a null store counts for every one. */
  readonly changedAt: readonly {
    readonly identityStoreArn: string | null;
    readonly at: Instant;
  }[];
  /** What is known of how long role sessions of permission sets last; absent where nothing is. */
  readonly permissionSets?: readonly PermissionSetDurations[];
}

/** How long the role sessions of one permission set last, over time. */
export interface PermissionSetDurations {
  readonly name: string;
  /** By `from`. `changed` where an event changed it from a value that counted before. */
  readonly values: readonly {
    readonly seconds: number;
    readonly from: Instant;
    readonly changed: boolean;
  }[];
  /** When the set was seen to be provisioned to an account; null for all of them. */
  readonly provisioned: readonly { readonly accountId: string | null; readonly at: Instant }[];
}
