/** An event of every kind before, at and after the hard end: what ends a session ends it before, and nothing moves the end. */
import { describe, expect, test } from "vitest";
import { EVENT_KINDS, type EventKind, type TrailEvent } from "#core/domain/event";
import type { Session, SessionSettings } from "#core/domain/session";
import { reconstruct } from "#core/domain/sessions/reconstruct";
import { viewSession } from "#core/domain/sessions/state";
import { plus, SECOND, type Instant } from "#core/domain/time";
import { roleSessionKey } from "#core/domain/trail/identity";
import { assumeRole, PORTAL, portal, signIn, token, TOKEN } from "../../support/records.ts";
import { ADA, chain, decoded, DEVTOOLS, entitle, type Json, withIam } from "./made.ts";

const START = "2026-11-02T08:00:00Z";
const SETTINGS: SessionSettings = {
  durations: (["portal", "background"] as const).map((kind) => ({
    identityStoreArn: null,
    kind,
    minutes: 60,
    effectiveFrom: null,
  })),
  changedAt: [],
};

/** Records of a session whose hard end is known, by the kind of it. */
const SESSIONS: readonly { kind: Session["kind"]; records: Json[] }[] = [
  { kind: "portal", records: [portal(START, "Authenticate")] },
  { kind: "portal", records: [signIn(START)] },
  { kind: "token", records: [token(START, "code")] },
  { kind: "application", records: [withIam(START, TOKEN)] },
  { kind: "background", records: [withIam(START, TOKEN, { resource: "arn:aws:emr:::job" })] },
  { kind: "role", records: [assumeRole(START, 3_600)] },
  {
    kind: "role",
    records: [
      chain(START, "2026-11-02T07:30:00Z", {
        credentials: { accessKeyId: "ASIACHILD", expiration: "2026-11-02T09:00:00Z" },
      }),
    ],
  },
  { kind: "entitlement-role", records: [entitle(START, { durationSeconds: 3_600 })] },
];

const [issued] = decoded(assumeRole(START, 3_600));
const role = issued!.kind === "role-issued" ? issued!.session : null;
const [assumed] = decoded(chain("2026-11-02T08:10:00Z", START));

/** What an event of the kind must say beyond its frame so that it may touch a session. */
const PARTS: Partial<Record<EventKind, object>> = {
  "sign-in-step": {
    step: "authentication",
    outcome: "success",
    credentialTypes: ["PASSWORD"],
    workflowId: "later",
    userName: null,
  },
  portal: { action: "list", targetAccountId: null, permissionSetName: null, credentialId: PORTAL },
  token: {
    grant: "refresh",
    clientId: "clientAda",
    issued: true,
    refreshable: true,
    expiresInSeconds: 3_600,
    sessionNotOnOrAfter: null,
  },
  "token-with-iam": {
    issued: true,
    grantType: "refresh_token",
    expiresInSeconds: 3_600,
    resourceArn: null,
    scopes: [],
    credentialId: "sha256:other",
  },
  "role-issued": { session: role, durationSeconds: 3_600 },
  "role-call": { session: role, issuedRoleArn: null, issuedAccessKeyId: null, accessKeyId: null },
  "person-role-call": {
    session: { ...role, roleId: "AROAEXAMPLEDEPLOYER01", permissionSetName: null },
    issuedRoleArn: null,
    issuedAccessKeyId: null,
    accessKeyId: null,
    roleArn: null,
  },
  "entitlement-role-issued": {
    session: null,
    roleArn: null,
    issuedAccessKeyId: "ASIALATER",
    durationSeconds: 900,
    expiresAt: null,
  },
  "aws-login": { action: "token", clientId: DEVTOOLS, issued: true, grantType: null },
  "directory-user": { change: "disabled", subjectUserId: ADA.userId },
  membership: { change: "removed" },
  assignment: { change: "deleted" },
  "session-deleted": { credentialIds: [PORTAL] },
};

function eventOf(kind: EventKind, occurredAt: Instant): TrailEvent {
  const { session: _session, callerSession: _caller, ...frame } = assumed as TrailEvent & Json;
  return {
    ...(frame as object),
    eventId: `ffffffff-0000-4000-8000-${kind.length.toString(16).padStart(12, "0")}`,
    eventName: kind,
    occurredAt,
    credentialId: null,
    ...PARTS[kind],
    kind,
  } as unknown as TrailEvent;
}

function ending(kind: EventKind, of: Session): boolean {
  if (kind === "session-deleted") return of.keys.includes(PORTAL);
  if (kind !== "directory-user") return false;
  return ["portal", "token", "application"].includes(of.kind);
}

describe.each(SESSIONS)("a $kind session", ({ kind, records }) => {
  const own = decoded(...records);
  const startedAt = own[0]!.occurredAt;
  const sessionOf = (events: TrailEvent[]) =>
    reconstruct(ADA, events, SETTINGS).find(
      (session) =>
        session.kind === kind &&
        session.startedAt === startedAt &&
        session.eventIds.includes(own[0]!.eventId),
    )!;
  const alone = sessionOf(own);
  const end = alone.endsAt.at!;

  test.each(EVENT_KINDS)("keeps its end whatever %s comes, and ends before it alone", (other) => {
    const found = [-SECOND, 0, SECOND].map((apart) => {
      const session = sessionOf([...own, eventOf(other, plus(end, apart))]);
      return {
        id: session.id,
        end: session.endsAt.at,
        ended: session.endedAt !== null,
        state: viewSession(session, end).state,
      };
    });
    const before = ending(other, alone);
    const lived = { id: alone.id, end, ended: false, state: "expired" };
    expect(found).toEqual([
      before ? { ...lived, ended: true, state: "ended" } : lived,
      lived,
      lived,
    ]);
  });
});

test("a role session is known by the key that every call of it repeats", () => {
  expect(reconstruct(ADA, [issued!], SETTINGS)[0]!.keys).toContain(roleSessionKey(role!));
});
