/** Sessions and events of one synthetic person for tests of residual access, with only what a test names being different. */
import type { EventBase, TrailEvent } from "#core/domain/event";
import type { Person } from "#core/domain/person";
import type { Session, SessionKind } from "#core/domain/session";
import {
  AccessHistory,
  NO_ACCESS_FACTS,
  type AccessFacts,
} from "#core/domain/sessions/residual/access-history";
import type { Residual } from "#core/domain/sessions/residual/removal";
import { residuals } from "#core/domain/sessions/residual/residuals";
import { parseInstant, type Instant } from "#core/domain/time";

export const STORE = "arn:aws:identitystore::111122223333:identitystore/d-1234567890";
export const ADA: Person = { identityStoreArn: STORE, userId: "ada", userName: "ada@example.com" };
export const MEMBER = "444455556666";
export const SET = "arn:aws:sso:::permissionSet/ssoins-0000000000000001/ps-0000000000000001";
export const GROUP = "group-1";
export const DAY_START = at("08:00:00");

/** An instant of the one day on which everything happens. */
export function at(time: string): Instant {
  const parsed = parseInstant(`2026-11-02T${time}Z`);
  if (parsed === null) throw new RangeError(`${time} is no time`);
  return parsed;
}

/** A session from 08:00 to 16:00 that no event ended. */
export function session(kind: SessionKind, id: string, more: Partial<Session> = {}): Session {
  const acts = kind === "role" || kind === "aws-login" || kind === "entitlement-role";
  return {
    id,
    kind,
    user: ADA,
    startedAt: DAY_START,
    startBasis: "event",
    lastSeenAt: DAY_START,
    endsAt: { at: at("16:00:00"), limitedBy: "a record", certainty: "exact" },
    endedAt: null,
    endedBy: null,
    sourceIpAddresses: [],
    userAgents: [],
    region: "eu-central-1",
    accountId: acts ? MEMBER : "111122223333",
    permissionSetName: kind === "role" || kind === "aws-login" ? "ReadOnly" : null,
    keys: [],
    grant: null,
    links: [],
    eventIds: [],
    unknownReason: null,
    ...more,
  };
}

/** A link to the session above. */
export function under(above: Session): Pick<Session, "links"> {
  const { id: sessionId, kind } = above;
  return { links: [{ sessionId, kind, confidence: 1, basis: "exact", reasons: ["a key"] }] };
}

/** Ended by the event, at its time. */
export function endedBy(event: TrailEvent): Pick<Session, "endedAt" | "endedBy"> {
  const { occurredAt, eventName, eventId } = event;
  return { endedAt: occurredAt, endedBy: { eventName, eventId } };
}

let made = 0;

export function base(time: string, eventName: string, more: Partial<EventBase> = {}): EventBase {
  made += 1;
  return {
    eventId: `00000000-0000-4000-8000-${made.toString(16).padStart(12, "0")}`,
    eventName,
    eventSource: "sso.amazonaws.com",
    occurredAt: at(time),
    region: "eu-central-1",
    accountId: "111122223333",
    person: null,
    subjectUserId: null,
    credentialId: null,
    sourceIp: null,
    userAgent: null,
    errorCode: null,
    callerArn: null,
    ...more,
  };
}

type Of<K extends TrailEvent["kind"]> = Extract<TrailEvent, { kind: K }>;

export function signOut(time: string, credentialId: string): Of<"portal"> {
  return {
    ...base(time, "Logout", { person: ADA, credentialId }),
    kind: "portal",
    action: "logout",
    targetAccountId: null,
    permissionSetName: null,
  };
}

export function ended(time: string, ...credentialIds: string[]): Of<"session-deleted"> {
  return {
    ...base(time, "BatchDeleteSession", { subjectUserId: ADA.userId }),
    kind: "session-deleted",
    credentialIds,
  };
}

export function userChange(
  time: string,
  change: "disabled" | "deleted" | "updated",
  more: Partial<Of<"directory-user">> = {},
): Of<"directory-user"> {
  const name = { disabled: "DisableUser", deleted: "DeleteUser", updated: "PatchUser" }[change];
  return {
    ...base(time, name, { subjectUserId: ADA.userId }),
    kind: "directory-user",
    change,
    ...more,
  };
}

export function assignment(
  time: string,
  change: "created" | "deleted",
  more: Partial<Of<"assignment">> = {},
): Of<"assignment"> {
  const name = change === "created" ? "CreateAccountAssignment" : "DeleteAccountAssignment";
  return {
    ...base(time, name),
    kind: "assignment",
    change,
    targetAccountId: MEMBER,
    permissionSetArn: SET,
    principalType: "USER",
    principalId: ADA.userId,
    ...more,
  };
}

export const TO_GROUP = { principalType: "GROUP", principalId: GROUP } as const;

export function membership(
  time: string,
  change: "added" | "removed",
  more: Partial<Of<"membership">> = {},
): Of<"membership"> {
  const name = change === "added" ? "CreateGroupMembership" : "DeleteGroupMembership";
  return {
    ...base(time, name, { subjectUserId: ADA.userId }),
    kind: "membership",
    change,
    groupId: GROUP,
    memberUserId: ADA.userId,
    membershipId: null,
    ...more,
  };
}

export function groupDeleted(time: string): Of<"directory-group"> {
  return {
    ...base(time, "DeleteGroup"),
    kind: "directory-group",
    change: "deleted",
    groupId: GROUP,
    by: "administrator",
  };
}

export function setChange(
  time: string,
  change: Of<"permission-set">["change"],
  more: Partial<Of<"permission-set">> = {},
): Of<"permission-set"> {
  return {
    ...base(time, `${change} a permission set`),
    kind: "permission-set",
    change,
    permissionSetArn: SET,
    permissionSetName: null,
    policy: null,
    sessionDuration: null,
    targetAccountId: null,
    ...more,
  };
}

export const APPLICATION = "arn:aws:sso::111122223333:application/ssoins-0000000000000001/apl-1";

export function applicationLost(
  time: string,
  more: Partial<Of<"application">> = {},
): Of<"application"> {
  return {
    ...base(time, "DeleteApplicationAssignment"),
    kind: "application",
    aspect: "assignment",
    change: "deleted",
    applicationArn: APPLICATION,
    scope: null,
    grantType: null,
    principalType: "USER",
    principalId: ADA.userId,
    status: null,
    ...more,
  };
}

export const ROLE_ARN = `arn:aws:iam::${MEMBER}:role/Operator`;

export function entitlementDeleted(
  time: string,
  more: Partial<Of<"entitlement">> = {},
): Of<"entitlement"> {
  return {
    ...base(time, "DeleteEntitlement", { subjectUserId: ADA.userId }),
    kind: "entitlement",
    change: "deleted",
    entitlementId: "ent-1",
    applicationArn: null,
    roleArn: ROLE_ARN,
    targetAccountId: MEMBER,
    principalType: "USER",
    principalId: ADA.userId,
    ...more,
  };
}

/** The permission set's name is known, and nothing else but what the test says. */
export const NAMED: AccessFacts = {
  ...NO_ACCESS_FACTS,
  permissionSets: [{ arn: SET, name: "ReadOnly" }],
};

/** What the removals leave, with the history of the same events. */
export function left(
  sessions: readonly Session[],
  events: readonly TrailEvent[],
  facts: Partial<AccessFacts> = {},
): Residual[] {
  const history = new AccessHistory({ ...NAMED, events, ...facts });
  return residuals(ADA, sessions, events, history);
}
