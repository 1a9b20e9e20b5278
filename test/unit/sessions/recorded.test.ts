/** Records as AWS writes them, each shape by itself: what session it makes, or that it makes none. */
import { expect, test } from "vitest";
import { reconstruct } from "#core/domain/sessions/reconstruct";
import { decodeRecord } from "#core/domain/trail/decode";
import {
  assumeRole,
  call,
  PORTAL,
  portal,
  record,
  signIn,
  STORE,
  token,
  TOKEN,
  USER,
  vend,
} from "../../support/records.ts";
import {
  ADA,
  byAdmin,
  chain,
  decoded,
  EIGHT_HOURS,
  endSession,
  type Json,
  only,
  rebuilt,
  withIam,
} from "./made.ts";

const DAY = "2026-11-02T";
const WORKFLOW = "11111111-2222-4333-8444-555566667777";

function step(second: number, name: string, outcome = "Success", type = "PASSWORD"): Json {
  return record(`${DAY}08:00:0${second}Z`, "signin.amazonaws.com", name, {
    additionalEventData: { AuthWorkflowID: WORKFLOW, CredentialType: type },
    serviceEventDetails: { [name]: outcome },
  });
}

const kinds = (records: unknown[]) => rebuilt(records).map(({ kind }) => kind);

test("three records of a password are one session, begun by the last", () => {
  const [session, ...more] = rebuilt([
    step(0, "CredentialChallenge"),
    step(1, "CredentialVerification"),
    step(2, "UserAuthentication"),
  ]);
  expect(more).toEqual([]);
  expect(session).toMatchObject({ kind: "portal", startedAt: `${DAY}08:00:02.000Z` });
});

test("five records of a password and a second factor are one session", () => {
  expect(
    kinds([
      step(0, "CredentialChallenge"),
      step(1, "CredentialVerification"),
      step(2, "CredentialChallenge", "Success", "TOTP"),
      step(3, "CredentialVerification", "Success", "TOTP"),
      step(4, "UserAuthentication", "Success", "PASSWORD,TOTP"),
    ]),
  ).toEqual(["portal"]);
});

test("a failed verification is no session, and neither is a failed authentication", () => {
  expect(kinds([step(1, "CredentialVerification", "Failure")])).toEqual([]);
  expect(kinds([step(1, "UserAuthentication", "Failure")])).toEqual([]);
});

test("one record of an external identity provider is a session with a bound for an end", () => {
  expect(rebuilt([signIn(`${DAY}08:00:00Z`)])).toMatchObject([
    { kind: "portal", endsAt: { certainty: "at-most" } },
  ]);
});

test("a sign-in that had to register a device is a session like another", () => {
  const enrolled = step(2, "UserAuthentication");
  enrolled["additionalEventData"] = {
    ...(enrolled["additionalEventData"] as Json),
    DeviceEnrollmentRequired: "true",
  };
  expect(kinds([enrolled])).toEqual(["portal"]);
});

test("a device code that is pending and then granted, and its refreshes, are one token session", () => {
  const [session, ...more] = rebuilt([
    token(`${DAY}08:00:00Z`, "device", { responseElements: null }),
    token(`${DAY}08:00:05Z`, "device"),
    token(`${DAY}09:00:00Z`, "refresh"),
  ]);
  expect(more).toEqual([]);
  expect(session).toMatchObject({ grant: "device-code", startedAt: `${DAY}08:00:05.000Z` });
  expect(session!.eventIds).toHaveLength(2);
});

test("`aws sso logout` ends the chain that its access token was current in, and no role session", () => {
  const agent = { userAgent: "aws-cli/2.34.30 md/command#sso.logout" };
  const found = rebuilt([
    token(`${DAY}08:00:00Z`, "device"),
    assumeRole(`${DAY}08:00:21Z`),
    portal(`${DAY}08:30:00Z`, "Logout", TOKEN, agent),
  ]);
  expect(only(found, "token")).toMatchObject({
    endedAt: `${DAY}08:30:00.000Z`,
    endedBy: { eventName: "Logout" },
  });
  expect(only(found, "role").endedAt).toBeNull();
});

test("credentials of the command line, their issue and a call with another key are one role session", () => {
  const found = rebuilt([
    token(`${DAY}08:00:00Z`, "code"),
    vend(`${DAY}08:00:20Z`, "GetRoleCredentials", TOKEN, { userAgent: "aws-cli/2.34.30 x" }),
    assumeRole(`${DAY}08:00:21Z`),
    call(`${DAY}08:01:00Z`, `${DAY}08:00:21Z`),
  ]);
  expect(found.map(({ kind }) => kind)).toEqual(["token", "role"]);
  expect(only(found, "role")).toMatchObject({ lastSeenAt: `${DAY}08:01:00.000Z` });
});

test("three keys of one creation date in the console are one role session", () => {
  const calls = ["ASIAONE", "ASIATWO", "ASIATHREE"].map((accessKeyId, index) => {
    const made = call(`${DAY}08:1${index}:00Z`, `${DAY}08:05:00Z`);
    return { ...made, userIdentity: { ...(made["userIdentity"] as Json), accessKeyId } };
  });
  expect(kinds(calls)).toEqual(["role"]);
});

test("a chained AssumeRole is a session of its own beside its parent", () => {
  expect(kinds([chain(`${DAY}08:30:00Z`, `${DAY}08:05:01Z`)])).toEqual(["role", "role"]);
});

test("CreateTokenWithIAM and the roles its token takes are one application session and theirs", () => {
  const found = rebuilt([
    withIam(`${DAY}08:00:00Z`, TOKEN),
    vend(`${DAY}08:00:20Z`, "GetRoleCredentials", TOKEN),
  ]);
  expect(found.map(({ kind }) => kind)).toEqual(["application", "role"]);
  expect(found[1]!.links).toMatchObject([{ sessionId: found[0]!.id, basis: "exact" }]);
});

test("CreateTokenWithIAM that names a job is a background session", () => {
  expect(kinds([withIam(`${DAY}08:00:00Z`, TOKEN, { resource: "arn:aws:emr:::job" })])).toEqual([
    "background",
  ]);
});

test("a BatchDeleteSession that names no session ends none", () => {
  const found = rebuilt([
    portal(`${DAY}08:00:00Z`, "Authenticate"),
    endSession(`${DAY}09:00:00Z`),
    endSession(`${DAY}09:01:00Z`, "7b1f2c3d-1111-4222-8333-444455556666"),
  ]);
  expect(only(found, "portal").endedAt).toBeNull();
  const named = rebuilt([
    portal(`${DAY}08:00:00Z`, "Authenticate"),
    endSession(`${DAY}09:00:00Z`, PORTAL),
  ]);
  expect(only(named, "portal").endedAt).toBe(`${DAY}09:00:00.000Z`);
});

test("a failed SCIM call makes and ends nothing", () => {
  const scim = record(`${DAY}09:00:00Z`, "identitystore-scim.amazonaws.com", "PatchUser", {
    userIdentity: { type: "Unknown" },
    errorCode: "ValidationException",
    requestParameters: { httpBody: { active: false }, id: USER, tenantId: "t" },
  });
  const found = rebuilt([portal(`${DAY}08:00:00Z`, "Authenticate"), scim]);
  expect(found).toMatchObject([{ kind: "portal", endedAt: null }]);
});

test("a record of the shape before, which names a person by principalId alone, is theirs", () => {
  const old = portal(`${DAY}08:00:00Z`, "Authenticate", PORTAL, {
    userIdentity: {
      type: "Unknown",
      principalId: `90670abc12-${USER}`,
      accountId: "111122223333",
      userName: "ada@corp.example",
      credentialId: PORTAL,
    },
  });
  const person = { ...ADA, userId: `90670abc12-${USER}` };
  expect(reconstruct(person, decoded(old), EIGHT_HOURS)).toMatchObject([{ kind: "portal" }]);
});

test("a sign-in of WorkSpaces is nobody's session", () => {
  const decoy = step(2, "UserAuthentication");
  decoy["additionalEventData"] = {
    ...(decoy["additionalEventData"] as Json),
    LoginTo: "https://workspaces.example.com/login",
  };
  expect(decodeRecord(decoy).outcome).toBe("ignored");
});

test("a duplicate and an amendment leave one session, with the corrected values and both ids", () => {
  const original = portal(`${DAY}08:00:00Z`, "Authenticate");
  const amendment = portal(`${DAY}08:00:00Z`, "Authenticate", PORTAL, {
    addendum: { reason: "UPDATED_DATA", originalEventID: original["eventID"] },
    sourceIPAddress: "192.0.2.77",
  });
  const [session, ...more] = rebuilt([original, amendment, original]);
  expect(more).toEqual([]);
  expect(session).toMatchObject({ sourceIpAddresses: ["192.0.2.77"] });
  expect(session!.eventIds).toHaveLength(2);
});

test("a user that was deleted and made again has sessions that the deletion did not end", () => {
  const other = "7b1f2c3d-1111-4222-8333-444455556666";
  const found = rebuilt([
    portal(`${DAY}08:00:00Z`, "Authenticate"),
    byAdmin(`${DAY}09:00:00Z`, "DeleteUser"),
    byAdmin(`${DAY}09:30:00Z`, "CreateUser"),
    portal(`${DAY}10:00:00Z`, "Authenticate", other),
  ]);
  expect(found.map((session) => session.endedBy?.eventName ?? null)).toEqual(["DeleteUser", null]);
});

test.each([
  ["another identity store", "arn:aws:identitystore::111122223333:identitystore/d-ffffffffff"],
  ["an account instance", "arn:aws:identitystore::444455556666:identitystore/d-1234567890"],
])("the same userId in %s is somebody else, and their session another", (_, identityStoreArn) => {
  const theirs = portal(`${DAY}08:00:00Z`, "Authenticate", PORTAL, {
    userIdentity: {
      type: "IdentityCenterUser",
      credentialId: PORTAL,
      onBehalfOf: { userId: USER, identityStoreArn },
    },
  });
  const events = decoded(theirs, portal(`${DAY}08:05:00Z`, "ListApplications"));
  const own = reconstruct(ADA, events, EIGHT_HOURS);
  const others = reconstruct({ ...ADA, identityStoreArn }, events, EIGHT_HOURS);
  expect(ADA.identityStoreArn).toBe(STORE);
  expect([own, others].map((found) => found.map(({ eventIds }) => eventIds.length))).toEqual([
    [1],
    [1],
  ]);
  expect(own[0]!.id).not.toBe(others[0]!.id);
});
