/**
 * The form of `cases.json`, and the facts that a case leaves unsaid: a case writes only what its rule looks at.
 * Nothing here is a fact of a real organisation.
 */
import { NO_USE, type EffectiveAccess } from "../domain/access.ts";
import type { TrailEvent } from "../domain/event.ts";
import type { Person } from "../domain/person.ts";
import type { SessionView } from "../domain/session.ts";
import type { Instant } from "../domain/time.ts";
import type { OrganisationCase } from "./case-organisation.ts";
import type { DirectoryFacts } from "../domain/access/peers.ts";
import type { RuleSettings } from "./settings.ts";

export interface CaseFacts {
  readonly sessions?: readonly Readonly<Record<string, unknown>>[];
  readonly events?: readonly Readonly<Record<string, unknown>>[];
  readonly access?: readonly Readonly<Record<string, unknown>>[];
  /** True unless said otherwise. */
  readonly accessKnown?: boolean;
  /** An enabled user without a group, but for what it says; null: the snapshot does not have the person. */
  readonly directory?: Partial<DirectoryFacts> | null;
  /** Nothing was told, but for what it says. */
  readonly settings?: Partial<RuleSettings>;
  /** What a rule about the organisation sees. */
  readonly organisation?: OrganisationCase;
}

export interface RuleCase {
  /** What the case shows, as a sentence. */
  readonly name: string;
  readonly kind: "firing" | "silent" | "boundary";
  readonly now: Instant;
  readonly facts: CaseFacts;
  readonly expect: {
    /** All of them, each with the fields that matter. */
    readonly detections: readonly Readonly<Record<string, unknown>>[];
    readonly nextDecisionAt: Instant | null;
    /** None when left out. */
    readonly withheld?: readonly string[];
  };
}

/** Everybody's stand-in in the cases. */
export const PERSON: Person = {
  identityStoreArn: "arn:aws:identitystore::111122223333:identitystore/d-1234567890",
  userId: "1234567890-0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d",
  userName: "jane.roe",
};

export const START = "2026-01-01T00:00:00.000Z" as Instant;

/** A portal session that is active and whose end nobody knows, but for what the case says. */
export function sessionOf(said: Readonly<Record<string, unknown>>): SessionView {
  const session: SessionView = {
    id: "ses_1",
    kind: "portal",
    user: PERSON,
    startedAt: START,
    startBasis: "event",
    lastSeenAt: START,
    endsAt: { at: null, limitedBy: "nothing that was read", certainty: "unknown" },
    endedAt: null,
    endedBy: null,
    sourceIpAddresses: ["192.0.2.10"],
    userAgents: ["Mozilla/5.0"],
    region: "eu-west-1",
    accountId: "111122223333",
    permissionSetName: null,
    keys: [],
    grant: null,
    links: [],
    eventIds: [],
    unknownReason: null,
    state: "active",
    stateReason: null,
  };
  return { ...session, ...said };
}

/** A successful event of the person, but for what the case says; the case says its kind. */
export function eventOf(said: Readonly<Record<string, unknown>>): TrailEvent {
  const base = {
    eventName: "Event",
    eventSource: "sso.amazonaws.com",
    region: "eu-west-1",
    accountId: "111122223333",
    person: { identityStoreArn: PERSON.identityStoreArn, userId: PERSON.userId },
    subjectUserId: null,
    credentialId: null,
    sourceIp: null,
    userAgent: null,
    errorCode: null,
    callerArn: null,
  };
  return { ...base, ...said } as unknown as TrailEvent;
}

/** A direct administrator assignment, older than every crawl and never used, but for what the case says. */
export function accessOf(said: Readonly<Record<string, unknown>>): EffectiveAccess {
  const access: EffectiveAccess = {
    user: PERSON,
    accountId: "444455556666",
    accountName: "production",
    permissionSetArn: "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef",
    permissionSetName: "AdministratorAccess",
    roleArn: null,
    accountTier: "other",
    path: [{ kind: "assignment", id: "444455556666", name: "AdministratorAccess" }],
    grantedAt: null,
    grantedNotAfter: START,
    ...NO_USE,
    grantedBy: null,
    grantEventId: null,
    usageSharedByPaths: false,
    observationGaps: 0,
    policy: { administrator: true, findings: [] },
    observedSince: START,
    administrator: true,
  };
  return { ...access, ...said };
}

/** An enabled user whom nobody provisions, without a group, but for what the case says. */
export function directoryOf(said: Partial<DirectoryFacts>): DirectoryFacts {
  return {
    status: "enabled",
    seenFrom: START,
    isProvisioned: false,
    groups: [],
    groupsWithSame: [],
    peers: [],
    ...said,
  };
}
