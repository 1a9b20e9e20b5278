import fc from "fast-check";
import { expect, test } from "vitest";
import { usageKey, usageOf } from "#core/domain/access/usage";
import type { RoleSessionRef, TrailEvent } from "#core/domain/event";
import type { Session } from "#core/domain/session";
import { roleSessionKey } from "#core/domain/trail/identity";
import { DAY, instant, epoch, plus } from "#core/domain/time";
import { at, STORE } from "./directory-facts.ts";

const NOW = at("31T12:00:00");
const ACCOUNT = "444455556666";
const KEY = usageKey(ACCOUNT, "Operator");

const session = (startedAt: string, more: Partial<Session> = {}): Session => ({
  id: `ses_${startedAt}`,
  kind: "role",
  user: { identityStoreArn: STORE, userId: "ann", userName: null },
  startedAt: at(startedAt),
  startBasis: "event",
  lastSeenAt: at(startedAt),
  endsAt: { at: null, limitedBy: "nothing", certainty: "unknown" },
  endedAt: null,
  endedBy: null,
  sourceIpAddresses: [],
  userAgents: [],
  region: "eu-central-1",
  accountId: ACCOUNT,
  permissionSetName: "Operator",
  keys: [],
  grant: null,
  links: [],
  eventIds: [],
  unknownReason: null,
  ...more,
});

const role: RoleSessionRef = {
  accountId: ACCOUNT,
  roleId: "AROAEXAMPLE",
  roleName: "AWSReservedSSO_Operator_0000000000000001",
  sessionName: "ann@example.com",
  permissionSetName: "Operator",
  issuedAt: at("20T00:00:00"),
};

const base = (occurredAt: string) => ({
  eventId: "00000000-0000-4000-8000-000000000001",
  eventName: "example",
  eventSource: "sso.amazonaws.com",
  occurredAt: at(occurredAt),
  region: "eu-central-1",
  accountId: ACCOUNT,
  person: null,
  subjectUserId: null,
  credentialId: null,
  sourceIp: null,
  userAgent: null,
  errorCode: null,
  callerArn: null,
});

const federate = (when: string, errorCode: string | null = null): TrailEvent => ({
  ...base(when),
  errorCode,
  kind: "portal",
  action: "federate",
  targetAccountId: ACCOUNT,
  permissionSetName: "Operator",
});

const call = (when: string): TrailEvent => ({
  ...base(when),
  kind: "role-call",
  session: role,
  accessKeyId: null,
  errorMessage: null,
  issuedAccessKeyId: null,
  issuedRoleArn: null,
});

test("counts the role sessions begun in the 30 days before, both edges of the range included rightly", () => {
  const edge = plus(NOW, -30 * DAY);
  const sessions = [
    session("05T00:00:00", { startedAt: edge }),
    session("06T00:00:00", { startedAt: instant(epoch(edge) - 1) }),
    session("30T00:00:00"),
    session("31T12:00:00"),
    session("29T00:00:00", { kind: "portal" }),
  ];
  expect(usageOf(sessions, [], NOW).get(KEY)?.uses30d).toBe(2);
});

test("takes the newest sign of use before now, from sessions and events alike", () => {
  const sessions = [session("20T00:00:00", { lastSeenAt: at("21T00:00:00") })];
  expect(usageOf(sessions, [], NOW).get(KEY)?.lastUsedAt).toBe(at("21T00:00:00"));
  const events = [federate("22T00:00:00"), call("23T00:00:00")];
  expect(usageOf(sessions, events, NOW).get(KEY)?.lastUsedAt).toBe(at("23T00:00:00"));
  const later = plus(NOW, DAY);
  const future = [session("20T00:00:00", { lastSeenAt: later })];
  expect(usageOf(future, [], NOW).get(KEY)?.lastUsedAt).toBe(at("20T00:00:00"));
});

test("takes no use for a use of what nobody could be granted", () => {
  const named = (permissionSetName: string, more: Partial<Session> = {}) =>
    usageOf([session("30T10:00:00", { permissionSetName, ...more })], [], NOW).size;
  expect(named("Operator")).toBe(1);
  expect(named("x".repeat(32))).toBe(1);
  expect(named("x".repeat(33))).toBe(0);
  expect(named("two words")).toBe(0);
  expect(named("Operator", { accountId: "unknown" })).toBe(0);
});

test("takes no refused request for use, and no event for a use of the 30 days", () => {
  expect(usageOf([], [federate("22T00:00:00", "AccessDenied")], NOW).size).toBe(0);
  expect(usageOf([], [federate("22T00:00:00")], NOW).get(KEY)).toMatchObject({
    firstUsedAt: at("22T00:00:00"),
    lastUsedAt: at("22T00:00:00"),
    uses30d: 0,
    calls: 0,
  });
});

test("counts calls, refused ones, days, services and actions, and a call that two accounts received once", () => {
  const events = [
    call("20T01:00:00"),
    { ...call("20T02:00:00"), eventName: "ListBuckets", eventSource: "s3.amazonaws.com" },
    {
      ...call("21T01:00:00"),
      eventName: "DeleteBucket",
      eventSource: "s3.amazonaws.com",
      errorCode: "AccessDenied",
    },
    { ...call("22T01:00:00"), errorCode: "ThrottlingException", sharedEventId: "shared" },
    { ...call("22T01:00:00"), errorCode: "ThrottlingException", sharedEventId: "shared" },
  ];
  expect(usageOf([], events, NOW).get(KEY)).toEqual({
    accountId: ACCOUNT,
    roleName: "Operator",
    firstUsedAt: at("20T01:00:00"),
    lastUsedAt: at("22T01:00:00"),
    uses30d: 0,
    usedDays: 3,
    calls: 4,
    deniedCalls: 1,
    sessions: 0,
    services: { s3: 2, sso: 2 },
    actions: { "s3:DeleteBucket": 1, "s3:ListBuckets": 1, "sso:example": 2 },
    otherActionCalls: 0,
  });
});

test("keeps the most frequent actions and counts the calls of the others", () => {
  const events = Array.from({ length: 205 }, (_, n) => [
    { ...call("20T01:00:00"), eventName: `Action${String(n).padStart(3, "0")}` },
    ...(n === 204 ? [{ ...call("20T01:00:00"), eventName: "Action204" }] : []),
  ]).flat();
  const usage = usageOf([], events, NOW).get(KEY)!;
  expect(Object.keys(usage.actions)).toHaveLength(200);
  expect(usage.actions["sso:Action204"]).toBe(2);
  expect(usage.otherActionCalls).toBe(5);
  expect(usage.services).toEqual({ sso: 206 });
});

test("takes sessions of aws login and of entitlement roles for use, each under what it gives", () => {
  const arn = `arn:aws:iam::${ACCOUNT}:role/team/Deployer`;
  const sessions = [
    session("29T00:00:00", { kind: "aws-login" }),
    session("28T00:00:00", {
      kind: "entitlement-role",
      permissionSetName: null,
      keys: ["ASIAEXAMPLE", arn],
    }),
  ];
  const events: TrailEvent[] = [
    { ...call("28T00:10:00"), kind: "person-role-call", roleArn: arn } as TrailEvent,
  ];
  const usage = usageOf(sessions, events, NOW);
  expect(usage.get(KEY)).toMatchObject({ uses30d: 1, sessions: 1, calls: 0 });
  expect(usage.get(usageKey(ACCOUNT, arn))).toMatchObject({ uses30d: 1, sessions: 1, calls: 1 });
});

test("takes administration for a call only from a session of the person's own", () => {
  const event: TrailEvent = {
    ...base("25T00:00:00"),
    callerSession: role,
    kind: "assignment",
    change: "created",
    targetAccountId: null,
    permissionSetArn: null,
    principalType: null,
    principalId: null,
  };
  expect(usageOf([], [event], NOW).size).toBe(0);
  const own = session("20T00:00:00", { keys: [roleSessionKey(role)] });
  expect(usageOf([own], [event], NOW).get(KEY)).toMatchObject({
    calls: 1,
    lastUsedAt: at("25T00:00:00"),
  });
});

test("says the same whatever the order", () => {
  const sessions = [session("10T00:00:00"), session("11T00:00:00"), session("12T00:00:00")];
  const events = [federate("13T00:00:00"), call("14T00:00:00"), federate("09T00:00:00")];
  const expected = usageOf(sessions, events, NOW);
  fc.assert(
    fc.property(
      fc.shuffledSubarray(sessions, { minLength: 3 }),
      fc.shuffledSubarray(events, { minLength: 3 }),
      (some, others) => {
        expect(usageOf(some, others, NOW)).toEqual(expected);
      },
    ),
  );
});
