import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { settingsOf } from "#core/domain/sessions/durations";
import type { TrailEvent } from "#core/domain/event";
import type { Person } from "#core/domain/person";
import type { Session } from "#core/domain/session";
import { reconstruct, sessionDigest } from "#core/domain/sessions/reconstruct";
import { viewSession } from "#core/domain/sessions/state";
import { parseInstant, type Instant } from "#core/domain/time";
import { decodeRecord } from "#core/domain/trail/decode";
import {
  assumeRole,
  call,
  MEMBER,
  NAME,
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

const ADA: Person = { identityStoreArn: STORE, userId: USER, userName: NAME };
const WEEK = settingsOf(7 * 24 * 60);

function events(...records: unknown[]): TrailEvent[] {
  return records.map((one) => {
    const decoded = decodeRecord(one);
    if (decoded.outcome !== "event") throw new Error(decoded.reason);
    return decoded.event;
  });
}

function sessions(...records: unknown[]): Session[] {
  return reconstruct(ADA, events(...records), WEEK);
}

function at(text: string): Instant {
  return parseInstant(text)!;
}

function state(session: Session, now: string): string {
  return viewSession(session, at(now)).state;
}

/** A day with every kind of session. */
function day(): unknown[] {
  return [
    signIn("2026-11-02T08:00:00Z"),
    portal("2026-11-02T08:00:03Z", "Authenticate"),
    portal("2026-11-02T08:00:04Z", "ListApplications"),
    vend("2026-11-02T08:05:00Z", "Federate", PORTAL),
    assumeRole("2026-11-02T08:05:01Z", 3600),
    call("2026-11-02T08:10:00Z", "2026-11-02T08:05:01Z"),
    token("2026-11-02T09:00:00Z", "device", { responseElements: null }),
    token("2026-11-02T09:00:05Z", "device"),
    portal("2026-11-02T09:00:10Z", "ListAccounts", TOKEN, {
      userAgent: "aws-cli/2.34.30 md/command#s3.ls",
    }),
    vend("2026-11-02T09:00:20Z", "GetRoleCredentials", TOKEN, {
      userAgent: "aws-cli/2.34.30 md/command#s3.ls",
    }),
    assumeRole("2026-11-02T09:00:21Z", 7200),
    call("2026-11-02T09:01:00Z", "2026-11-02T09:00:21Z", {}, false),
    token("2026-11-02T10:00:00Z", "refresh"),
    portal("2026-11-02T18:00:00Z", "Logout"),
  ];
}

describe("reconstruct", () => {
  it("rebuilds a portal, a token and two role sessions of a day", () => {
    const found = sessions(...day());
    expect(found.map((session) => session.kind)).toEqual(["portal", "role", "token", "role"]);
    const [browser, console_, cli, keys] = found as [Session, Session, Session, Session];
    expect(browser).toMatchObject({
      startedAt: "2026-11-02T08:00:03.000Z",
      startBasis: "event",
      endedAt: "2026-11-02T18:00:00.000Z",
      endedBy: { eventName: "Logout" },
      signIn: { reasons: ["same address", "same client", "3 s apart", "only candidate"] },
    });
    expect(console_).toMatchObject({
      accountId: MEMBER,
      permissionSetName: "PowerUser",
      endsAt: { at: "2026-11-02T09:05:01.000Z", certainty: "exact" },
      links: [{ sessionId: browser.id, kind: "portal", basis: "inferred" }],
    });
    expect(cli.eventIds).toHaveLength(4);
    expect(cli.inferredEventIds).toHaveLength(2);
    expect(cli.grant).toBe("device-code");
    expect(keys.links).toMatchObject([{ sessionId: cli.id, kind: "token", basis: "inferred" }]);
    expect(keys.lastSeenAt).toBe("2026-11-02T09:01:00.000Z");
    expect(keys.sourceIpAddresses).not.toContain("192.0.2.250");
  });

  it("gives identical sessions for any order and duplication of the same events", () => {
    const once = events(...day());
    const expected = reconstruct(ADA, once, WEEK).map(sessionDigest);
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...once, ...once, ...once], { minLength: 3 * once.length }),
        (shuffled) => {
          expect(reconstruct(ADA, shuffled, WEEK).map(sessionDigest)).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("starts nothing with a device code that is still pending", () => {
    expect(sessions(token("2026-11-02T09:00:00Z", "device", { responseElements: null }))).toEqual(
      [],
    );
  });

  it("begins a second chain with a second login of the same client", () => {
    const found = sessions(
      token("2026-11-02T09:00:00Z", "code"),
      token("2026-11-02T10:00:00Z", "refresh"),
      token("2026-11-03T09:00:00Z", "code"),
      token("2026-11-03T10:00:00Z", "refresh"),
    );
    expect(found.map((session) => session.eventIds.length)).toEqual([2, 2]);
  });

  it("knows a token whose grant was not read only from its first call on", () => {
    const [session] = sessions(portal("2026-11-02T09:00:10Z", "ListAccounts", TOKEN));
    expect(session).toMatchObject({ kind: "token", startBasis: "first-seen", links: [] });
  });

  it("joins a call to no chain when two were current from the same place", () => {
    const found = sessions(
      token("2026-11-02T09:00:00Z", "code"),
      token("2026-11-02T09:00:30Z", "code", {
        requestParameters: { clientId: "another", grantType: "authorization_code" },
      }),
      portal("2026-11-02T09:01:00Z", "ListAccounts", TOKEN, { userAgent: "aws-cli/2.34.30 x" }),
    );
    expect(found.map((session) => session.startBasis)).toEqual(["event", "event", "first-seen"]);
  });

  it("links a role session to nothing when two sessions may have handed it out", () => {
    const other = "7b1f2c3d-1111-4222-8333-444455556666";
    const found = sessions(
      portal("2026-11-02T08:00:00Z", "Authenticate"),
      portal("2026-11-02T08:01:00Z", "Authenticate", other),
      vend("2026-11-02T08:05:00Z", "Federate", PORTAL),
      vend("2026-11-02T08:05:00Z", "Federate", other),
      assumeRole("2026-11-02T08:05:01Z"),
    );
    const ofAccount = found.filter((session) => session.keys.length > 0 && session.kind === "role");
    expect(ofAccount.map((session) => session.links)).toEqual([[]]);
  });

  it("shows credentials without a record of the member account as unknown, with the reason", () => {
    const [, role] = sessions(
      portal("2026-11-02T08:00:00Z", "Authenticate"),
      vend("2026-11-02T08:05:00Z", "Federate", PORTAL),
    );
    const view = viewSession(role!, at("2026-11-02T08:06:00Z"));
    expect(view).toMatchObject({ kind: "role", state: "unknown", links: [{ basis: "exact" }] });
    expect(view.stateReason).toContain(MEMBER);
  });

  it("makes no session of the person out of what another's session did about them", () => {
    const admin = {
      onBehalfOf: { userId: "d5f9a4b8-21e2-41bc-8a11-1b2c3d4e5f60", identityStoreArn: STORE },
    };
    const disabled = (named: boolean) => {
      const made = call(
        "2026-11-02T08:10:00Z",
        "2026-11-02T08:05:00Z",
        {
          eventSource: "sso-directory.amazonaws.com",
          eventName: "DisableUser",
          requestParameters: { userId: USER },
        },
        false,
      );
      const identity = made["userIdentity"] as object;
      return { ...made, userIdentity: { ...identity, ...(named ? admin : {}) } };
    };
    expect(sessions(disabled(true))).toEqual([]);
    expect(sessions(disabled(false), disabled(true))).toEqual([]);
    const own = sessions(disabled(false), call("2026-11-02T08:09:00Z", "2026-11-02T08:05:00Z"));
    expect(own.map((session) => session.eventIds.length)).toEqual([2]);
  });

  it("takes nothing for a permission set or an account that AWS could not have named so", () => {
    const vended = (role_name: string, account_id: string) =>
      vend("2026-11-02T08:05:00Z", "Federate", PORTAL, {
        serviceEventDetails: { role_name, account_id },
      });
    expect(sessions(vended("x".repeat(33), MEMBER)).map((session) => session.kind)).toEqual([
      "portal",
    ]);
    expect(sessions(vended("PowerUser", "not-an-account")).map((session) => session.kind)).toEqual([
      "portal",
    ]);
    expect(sessions(vended("x".repeat(32), MEMBER)).map((session) => session.kind)).toContain(
      "role",
    );
  });

  it("calls a hard end at most when the duration was not read", () => {
    const [role] = sessions(call("2026-11-02T08:10:00Z", "2026-11-02T08:05:00Z"));
    expect(role).toMatchObject({
      endsAt: { at: "2026-11-02T20:05:00.000Z", certainty: "at-most" },
    });
    expect(state(role!, "2026-11-02T08:30:00Z")).toBe("active");
    expect(state(role!, "2026-11-02T12:00:00Z")).toBe("unknown");
    expect(state(role!, "2026-11-02T20:05:00Z")).toBe("expired");
  });

  it("does not know the end of a portal session whose duration nobody entered", () => {
    const [session] = reconstruct(
      ADA,
      events(portal("2026-11-02T08:00:00Z", "Authenticate")),
      settingsOf(null),
    );
    expect(session!.endsAt).toMatchObject({ at: null, certainty: "unknown" });
    expect(state(session!, "2026-11-02T08:14:00Z")).toBe("active");
    expect(state(session!, "2026-11-03T08:00:00Z")).toBe("unknown");
    expect(state(session!, "2027-02-01T08:00:00Z")).toBe("expired");
  });

  it("ends portal and token sessions, and no role session, when the user is disabled", () => {
    const disable = record("2026-11-02T09:30:00Z", "sso-directory.amazonaws.com", "DisableUser", {
      userIdentity: { type: "AssumedRole", arn: "arn:aws:sts::111122223333:assumed-role/admin/x" },
      requestParameters: { userId: USER, identityStoreId: "d-90670abc12" },
    });
    const found = sessions(...day().slice(0, 12), disable);
    expect(found.map((session) => [session.kind, session.endedBy?.eventName ?? null])).toEqual([
      ["portal", "DisableUser"],
      ["role", null],
      ["token", "DisableUser"],
      ["role", null],
    ]);
  });

  it("ends nobody's session by a user of another identity store with the same userId", () => {
    const disable = record("2026-11-02T09:30:00Z", "sso-directory.amazonaws.com", "DisableUser", {
      userIdentity: { type: "AssumedRole", arn: "arn:aws:sts::111122223333:assumed-role/admin/x" },
      requestParameters: { userId: USER, identityStoreId: "d-ffffffffff" },
    });
    const [session] = sessions(portal("2026-11-02T08:00:00Z", "Authenticate"), disable);
    expect(session!.endedAt).toBeNull();
  });

  it("ends only the session that an administrator's deletion names", () => {
    const other = "7b1f2c3d-1111-4222-8333-444455556666";
    const found = sessions(
      portal("2026-11-02T08:00:00Z", "Authenticate"),
      portal("2026-11-02T08:01:00Z", "Authenticate", other),
      record("2026-11-02T09:00:00Z", "sso.amazonaws.com", "BatchDeleteSession", {
        userIdentity: {
          type: "AssumedRole",
          arn: "arn:aws:sts::111122223333:assumed-role/admin/x",
        },
        requestParameters: { userId: USER, sessionIds: [other] },
      }),
    );
    expect(found.map((session) => session.endedAt)).toEqual([null, "2026-11-02T09:00:00.000Z"]);
  });
});
