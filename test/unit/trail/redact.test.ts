import { describe, expect, it } from "vitest";
import { decodeRecord } from "#core/domain/trail/decode";
import { redactRecord, redactText } from "#core/domain/trail/redact";
import { assumeRole, portal, PORTAL, signIn, token, TOKEN, vend } from "../../support/records.ts";

const T = "2026-11-02T08:00:00Z";

describe("redaction", () => {
  it.each([
    ["the query of LoginTo", signIn(T), ["SECRETSTATE", "SECRETCODE"]],
    ["a device code", token(T, "device"), ["SECRETDEVICECODE"]],
    ["an STS session token", assumeRole(T), ["IQoJb3JpZ2luX2Vj"]],
    ["an access token's id", vend(T, "GetRoleCredentials", TOKEN), [TOKEN]],
    [
      "an OAuth code",
      token(T, "code", {
        requestParameters: {
          grantType: "authorization_code",
          code: "SECRETOAUTH",
          codeVerifier: "SECRETVERIFIER",
        },
      }),
      ["SECRETOAUTH", "SECRETVERIFIER"],
    ],
    [
      "a token in an unexpected place",
      portal(T, "ListApplications", PORTAL, {
        errorMessage: `rejected eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl at https://x.example/cb?code=SECRETCB`,
      }),
      ["eyJhbGci", "SECRETCB"],
    ],
  ])("removes %s from what is stored", (_what, record, secrets) => {
    const decoded = decodeRecord(record);
    expect(decoded.outcome).toBe("event");
    const stored = JSON.stringify(decoded);
    for (const secret of secrets) expect(stored).not.toContain(secret);
  });

  it("keeps what CloudTrail hid, and a portal session's id", () => {
    const redacted = JSON.stringify(redactRecord(portal(T, "Logout")));
    expect(redacted).toContain(PORTAL);
    expect(JSON.stringify(redactRecord(token(T, "code")))).toContain(
      "HIDDEN_DUE_TO_SECURITY_REASONS",
    );
  });

  it("gives the same record when it is applied twice", () => {
    const once = redactRecord(vend(T, "GetRoleCredentials", TOKEN));
    expect(redactRecord(once)).toEqual(once);
  });

  it("finds secrets in text that is not JSON", () => {
    const text = `{"sessionToken":"SECRETONE","deviceCode": "SECRETTWO","credentialId":"${TOKEN}", "url":"https://a.example/x?auth_code=SECRETTHREE`;
    expect(redactText(text)).not.toMatch(/SECRET|x7Kqx7Kq/);
  });

  it("keeps a key named __proto__ as data", () => {
    const record = JSON.parse(`{"__proto__":{"polluted":true},"eventName":"x"}`) as Record<
      string,
      unknown
    >;
    expect(JSON.stringify(redactRecord(record))).toContain("polluted");
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});
