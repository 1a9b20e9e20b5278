/** Two worlds in which a person is contained: proven by events, and proven by hard ends that passed. */
import { settingsOf } from "#core/domain/sessions/durations";
import { NO_USE, type EffectiveAccess } from "#core/domain/access";
import type { TrailEvent } from "#core/domain/event";
import type { StepState } from "#core/domain/revocation";
import { accessLeft, type AccessReading } from "#core/domain/revocation/access-left";
import type { TrailCoverage } from "#core/domain/revocation/coverage";
import { proveSessions, type DenyInForce } from "#core/domain/revocation/proof";
import { deriveRevocationState } from "#core/domain/revocation/state";
import { reconstruct } from "#core/domain/sessions/reconstruct";
import type { Session } from "#core/domain/session";
import { DAY, epoch, HOUR, MINUTE, plus, type Instant } from "#core/domain/time";
import {
  at,
  base,
  denialBy,
  MEMBER_ACCOUNT,
  OTHER_ACCOUNT,
  OWNER_ACCOUNT,
  personOf,
  portal,
  REGION,
  roleCall,
  roleIssued,
  sessionDeleted,
} from "./records.ts";

export const PERSON = personOf(1);
export const REQUESTED = at("2026-03-02T10:00:00Z");
export const ISSUED = plus(REQUESTED, -20 * MINUTE);
export const CREDENTIAL = "11111111-2222-4333-8444-555555555555";
export const POLICY = "p-curfew01";

/** Everything that the word rests on. */
export interface World {
  events: TrailEvent[];
  coverage: TrailCoverage[];
  denies: DenyInForce[];
  otherPolicyCouldDeny: boolean | null;
  reading: AccessReading | null;
  steps: Parameters<typeof deriveRevocationState>[0]["steps"];
  portalMinutes: number | null;
  now: Instant;
  change: (session: Session) => Session;
}

export const row = (
  accountId: string,
  from: Instant,
  through: Instant,
  source = "files",
): TrailCoverage => ({
  source,
  organisationTrail: source === "files",
  accountId,
  region: REGION,
  read: [[epoch(from), epoch(through)]],
  unread: [],
});

/** The same rows, read over another stretch. */
export function reread(
  world: World,
  from: Instant = plus(REQUESTED, -DAY),
  through: Instant = plus(REQUESTED, 2 * DAY),
): void {
  world.coverage = world.coverage.map((one) => ({
    ...one,
    read: [[epoch(from), epoch(through)]],
  }));
}
export const step = (
  mechanism: "deny-lease" | "remove-assignment",
  state: StepState = "confirmed",
) => ({
  mechanism,
  mode: "automatic" as const,
  state,
  attempts: 1,
});
export const DENIED_AT = plus(REQUESTED, 5 * MINUTE);

/** A portal session that an event ended, and a role session whose call our policy denied. */
export function provenByEvents(): World {
  return {
    events: [
      portal(PERSON, plus(REQUESTED, -HOUR), CREDENTIAL),
      sessionDeleted(PERSON, plus(REQUESTED, 2 * MINUTE), [CREDENTIAL]),
      roleIssued(PERSON, ISSUED, 12 * 3_600),
      roleCall(PERSON, ISSUED, DENIED_AT, denialBy(POLICY)),
    ],
    coverage: [
      row(MEMBER_ACCOUNT, plus(REQUESTED, -DAY), plus(REQUESTED, 2 * DAY)),
      row(OTHER_ACCOUNT, plus(REQUESTED, -DAY), plus(REQUESTED, 2 * DAY)),
    ],
    denies: [{ policyId: POLICY, since: plus(REQUESTED, MINUTE) }],
    otherPolicyCouldDeny: null,
    reading: { takenAt: plus(REQUESTED, 10 * MINUTE), access: [] },
    steps: [step("deny-lease"), step("remove-assignment")],
    portalMinutes: null,
    now: plus(REQUESTED, HOUR),
    change: (session) => session,
  };
}

/** AWS counts from the sign-in: an end is exact where the session is known by it. */
function signedIn(occurredAt: Instant): TrailEvent {
  return {
    ...base(PERSON, occurredAt, "UserAuthentication"),
    kind: "sign-in-step",
    step: "authentication",
    workflowId: null,
    credentialTypes: ["PASSWORD"],
    outcome: "success",
    userName: null,
  };
}

/** Two such sessions, ended by their exact hard ends alone. */
export function provenByTime(): World {
  const world = provenByEvents();
  return {
    ...world,
    events: [signedIn(plus(REQUESTED, -HOUR)), roleIssued(PERSON, ISSUED, 3_600)],
    portalMinutes: 480,
    now: plus(REQUESTED, 10 * HOUR),
  };
}

/** The same, known by what comes after the sign-in: its end is the latest that it can have, and silence shows that it had none later. */
export function provenByBound(): World {
  const world = provenByTime();
  const authenticated = portal(PERSON, plus(REQUESTED, -HOUR), CREDENTIAL, {
    accountId: OWNER_ACCOUNT,
    action: "authenticate",
  });
  return {
    ...world,
    events: [authenticated, ...world.events.slice(1)],
    coverage: [
      ...world.coverage,
      row(OWNER_ACCOUNT, plus(REQUESTED, -DAY), plus(REQUESTED, 2 * DAY)),
    ],
  };
}

export function stateOf(world: World): string {
  const { now, events, coverage, denies, otherPolicyCouldDeny, portalMinutes } = world;
  const sessions = reconstruct(PERSON, events, settingsOf(portalMinutes)).map(world.change);
  const judged = proveSessions({
    requestedAt: REQUESTED,
    now,
    sessions,
    events,
    coverage,
    denies,
    otherPolicyCouldDeny,
  });
  const left = accessLeft(PERSON.userId, world.reading, plus(REQUESTED, 3 * MINUTE), events);
  return deriveRevocationState({
    cancelledAt: null,
    releasedAt: null,
    approvalNeeded: false,
    approvedAt: null,
    steps: world.steps,
    open: [...judged.open, ...left],
    now,
  });
}

export const accessRow: EffectiveAccess = {
  user: PERSON,
  accountId: MEMBER_ACCOUNT,
  accountName: "Workload",
  permissionSetArn: "arn:aws:sso:::permissionSet/ssoins-1/ps-1",
  permissionSetName: "Developer",
  roleArn: null,
  accountTier: "other",
  path: [{ kind: "assignment", id: "a", name: "Developer in Workload" }],
  grantedAt: null,
  grantedNotAfter: null,
  ...NO_USE,
  grantedBy: null,
  grantEventId: null,
  usageSharedByPaths: false,
  observationGaps: 0,
  policy: { administrator: false, findings: [] },
  observedSince: null,
  administrator: false,
};
