import { describe, expect, it } from "vitest";
import { decodeRecord, decodeStored, recordOf } from "#core/domain/trail/decode";
import {
  assumeRole,
  call,
  portal,
  signIn,
  STORE,
  token,
  USER,
  record,
  MEMBER,
} from "../../support/records.ts";

const T = "2026-11-02T08:00:00Z";

function reason(value: unknown): string {
  const decoded = decodeRecord(value);
  return decoded.outcome === "event" ? "event" : `${decoded.outcome}: ${decoded.reason}`;
}

describe("decoding", () => {
  it("gives the same event again from what is stored", () => {
    for (const one of [
      signIn(T),
      portal(T, "Authenticate"),
      token(T, "device"),
      assumeRole(T),
      call(T, T),
    ]) {
      const decoded = decodeRecord(one);
      if (decoded.outcome !== "event") throw new Error(decoded.reason);
      expect(decodeStored(recordOf(decoded.text))).toEqual(decoded.event);
    }
  });

  it("finds the person in onBehalfOf, also as an array, and in an old principalId with its store's prefix", () => {
    const array = portal(T, "Logout", undefined, {
      userIdentity: {
        type: "IdentityCenterUser",
        accountId: "111122223333",
        onBehalfOf: [{ userId: USER, identityStoreArn: STORE }],
      },
    });
    const old = portal(T, "Logout", undefined, {
      userIdentity: {
        type: "Unknown",
        accountId: "111122223333",
        principalId: `90670abc12-${USER}`,
        userName: "ada",
      },
    });
    expect(decodeRecord(array)).toMatchObject({
      event: { person: { userId: USER, identityStoreArn: STORE } },
    });
    expect(decodeRecord(old)).toMatchObject({
      event: { person: { userId: `90670abc12-${USER}`, identityStoreArn: STORE } },
    });
  });

  it("guesses nobody from an account id, a SID or a name", () => {
    for (const principalId of ["111122223333", "corp.example//S-1-5-21-11", "ada"]) {
      const one = portal(T, "Logout", undefined, {
        userIdentity: {
          type: "Unknown",
          accountId: "111122223333",
          principalId,
          userName: "ada@corp.example",
        },
      });
      expect(decodeRecord(one)).toMatchObject({ event: { person: null } });
    }
  });

  it("leaves look-alikes and other services out, with the reason", () => {
    const workspaces = signIn(T, {
      additionalEventData: {
        LoginTo: "https://clients.amazonaws.com/workspaces",
        CredentialType: "PASSWORD",
      },
    });
    expect(reason(workspaces)).toBe("ignored: look-alike-workspaces");
    expect(reason(record(T, "ec2.amazonaws.com", "RunInstances"))).toBe("ignored: other-service");
  });

  it.each([
    ["null", null, "not a JSON object"],
    ["a number", 7, "not a JSON object"],
    ["no eventName", { eventSource: "sso.amazonaws.com" }, "eventSource and eventName"],
    ["no eventID", signIn(T, { eventID: "" }), "eventID is not a GUID"],
    [
      "an eventID in braces",
      signIn(T, { eventID: "{c4e8f4a8-10d1-40ab-9f00-0a1b2c3d4e5f}" }),
      "eventID is not a GUID",
    ],
    ["30 February", signIn("2026-02-30T08:00:00Z"), "eventTime"],
    ["second 60", signIn("2026-06-30T23:59:60Z"), "eventTime"],
    ["the word now", signIn("now"), "eventTime"],
    ["a time without zone", signIn("2026-11-02T08:00:00"), "eventTime"],
    ["eventVersion 2.0", signIn(T, { eventVersion: "2.0" }), "eventVersion"],
    ["U+0000", signIn(T, { userAgent: "a\u0000b" }), "U+0000"],
    ["half a surrogate pair", signIn(T, { userAgent: "a\uD800b" }), "surrogate"],
  ])("keeps %s as undecodable with its reason", (_what, value, expected) => {
    expect(reason(value)).toContain("undecodable");
    expect(reason(value)).toContain(expected);
  });

  it("keeps nesting of any depth as undecodable instead of failing", () => {
    const deep: unknown = JSON.parse("[".repeat(5_000) + "]".repeat(5_000));
    expect(reason(signIn(T, { requestParameters: { deep } }))).toContain("nested deeper");
  });

  it("folds an upper-case eventID", () => {
    expect(
      decodeRecord(signIn(T, { eventID: "C4E8F4A8-10D1-40AB-9F00-0A1B2C3D4E5F" })),
    ).toMatchObject({
      event: { eventId: "c4e8f4a8-10d1-40ab-9f00-0a1b2c3d4e5f" },
    });
  });

  it("keeps an event name that the catalogue does not know", () => {
    expect(decodeRecord(record(T, "sso-directory.amazonaws.com", "Frobnicate"))).toMatchObject({
      event: { kind: "unknown" },
    });
  });

  it("names permission set, account and second of issue of a role call", () => {
    expect(decodeRecord(call(T, "2026-11-02T07:00:00Z"))).toMatchObject({
      event: {
        kind: "role-call",
        session: {
          permissionSetName: "PowerUser",
          accountId: MEMBER,
          issuedAt: "2026-11-02T07:00:00.000Z",
        },
      },
    });
  });
});

describe("input that no AWS service writes", () => {
  it.each([
    ["an array nested 50,000 deep", "[".repeat(50_000) + "]".repeat(50_000)],
    ["an object nested 50,000 deep", `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`],
    ["containers nested 50,000 deep", `${'{"Events":['.repeat(50_000)}1${"]}".repeat(50_000)}`],
  ])("throws nothing for %s", (_what, json) => {
    expect(reason(JSON.parse(json))).toContain("undecodable");
  });

  it.each(["0000-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])(
    "keeps the time %s as undecodable",
    (time) => expect(reason(signIn(time))).toContain("eventTime"),
  );
});
