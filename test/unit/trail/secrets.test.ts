/** Secrets where nobody expects them: under any telling key, in any form, in text within text, and in what cannot be parsed. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "#core/domain/ids";
import { decodeRecord } from "#core/domain/trail/decode";
import { redacted, redactRecord, redactText } from "#core/domain/trail/redact";
import { portal, PORTAL, record, TOKEN } from "../../support/records.ts";

const T = "2026-11-02T08:00:00Z";
const MARK = "hunter2MARKERhunter2";
const JWT = `eyJhbGciOiJSUzI1NiJ9.${MARK}.${MARK}`;

function storedOf(made: Record<string, unknown>): string {
  const decoded = decodeRecord(made);
  return JSON.stringify(decoded);
}

const unknown = (requestParameters: unknown): Record<string, unknown> =>
  record(T, "sso.amazonaws.com", "FrobnicateToken", { requestParameters });

describe("secrets", () => {
  it.each([
    ["under a key in another spelling", { client_secret: MARK, "X-Amz-Security-Token": MARK }],
    ["under a key of a device", { userCode: MARK, verification: { "device-code": MARK } }],
    ["in a list under a telling key", { refreshTokens: [MARK, [MARK]] }],
    ["in an object under a telling key", { password: { plain: MARK, again: [{ x: MARK }] } }],
    ["as a number under a telling key", { oneTimePassword: 424_242_424_242 }],
    ["as an authorization code", { code: MARK }],
    ["in JSON within text", { body: JSON.stringify({ password: MARK, keep: 1 }) }],
    ["in JSON within JSON", { body: JSON.stringify({ inner: JSON.stringify({ secret: MARK }) }) }],
    ["in text with a piece of JSON", { body: `sent {"refreshToken": "${MARK}", "x": 1} twice` }],
    ["in text with a piece of escaped JSON", { body: `sent {\\"idToken\\":\\"${MARK}\\"} once` }],
    ["in a query of any URL", { url: `see app://x.example/cb?x=${MARK}, then go` }],
    ["in a fragment of a URL", { url: `https://x.example/cb#access=${MARK}` }],
    ["in the user part of a URL", { url: `https://ada:${MARK}@x.example/cb` }],
    ["in a query without a host", { path: `/start/?state=${MARK}&auth_code=${MARK}` }],
    ["in a form", { form: `grant_type=password&password=${MARK}` }],
    ["in a percent-encoded form", { form: `client_secret%3D${MARK}` }],
    ["after Bearer", { header: `Authorization: Bearer ${MARK}` }],
    ["as a key", { [JWT]: true }],
    ["as a token's id in text", { text: `token ${TOKEN}${MARK} was used` }],
    ["as a private key", { text: `-----BEGIN RSA PRIVATE KEY-----\n${MARK}\n` }],
  ])("are removed %s", (_where, parameters) => {
    const stored = storedOf(unknown(parameters));
    expect(stored).toContain("FrobnicateToken");
    expect(stored).not.toMatch(/MARKER|424242424242/);
  });

  it.each(["userAgent", "errorMessage", "sourceIPAddress", "errorCode"])(
    "are removed from %s",
    (field) => {
      const made = portal(T, "Logout", PORTAL, {
        [field]: `x ${JWT} https://a.example/?t=${MARK}`,
      });
      expect(storedOf(made)).not.toContain("MARKER");
    },
  );

  it.each([
    `{"password":"ab\\"${MARK}","x":1`,
    `{"password": ["a","${MARK}"`,
    `{"secret":{"value":"${MARK}`,
    `{'clientSecret': '${MARK}'`,
    `{"pass\\u0077ord":"${MARK}"`,
    `{"body":"{\\"userCode\\":\\"${MARK}`,
    Buffer.from(`{"password":"${MARK}"}`, "utf16le").toString("latin1"),
    `{"LoginTo":"/start?${MARK}`,
    `{"credentialId":"${TOKEN}"`,
    `{"x":"https://a.example/cb?code=${MARK}`,
  ])("are removed from text that is not JSON: %s", (text) => {
    const shown = redactText(text);
    expect(shown).not.toMatch(/MARKER|x7Kqx7Kq/);
    expect(shown).not.toBe("");
  });

  it("are hidden from the excerpt of a record that parses and has no frame", () => {
    const made = unknown({ code: MARK, deep: { userCode: MARK } });
    expect(storedOf({ ...made, eventID: "none" })).not.toContain("MARKER");
    expect(storedOf({ password: MARK })).not.toContain("MARKER");
  });

  it("leave what is none: policies, hidden values, ids of keys and sessions, pages and types", () => {
    const policy = '{"Statement":[{"Action":"s3:*","Effect":"Allow","Resource":"*"}]}';
    const parameters = {
      accessKeyId: "ASIAEXAMPLE",
      clientSecret: "HIDDEN_DUE_TO_SECURITY_REASONS",
      policyDocument: policy,
      resource: "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db",
      sessionId: PORTAL,
      tokenType: "Bearer",
      url: "https://issuer.example/path",
    };
    const decoded = decodeRecord(unknown(parameters));
    if (decoded.outcome !== "event") throw new Error(decoded.outcome);
    expect(JSON.parse(decoded.text)).toMatchObject({ requestParameters: parameters });
  });
});

describe("text that was made to be slow", () => {
  it.each(["://", "a://b@", "\\", '\\"', '"token":', "token=", "eyJ", '{"a":', " "])(
    "of 200 KB of %j is read in well under a second",
    (piece) => {
      const long = piece.repeat(200_000 / piece.length);
      const before = performance.now();
      storedOf(portal(T, "Logout", PORTAL, { userAgent: long }));
      redactText(long);
      expect(performance.now() - before).toBeLessThan(1_000);
    },
  );
});

describe("the canonical text", () => {
  const value = fc.object({
    values: [
      fc.string(),
      fc.constant(JWT),
      fc.constant(`{"password":"${MARK}"}`),
      fc.integer(),
      fc.constant(null),
    ],
    key: fc.oneof(
      fc.constantFrom("password", "code", "a", "B", "credentialId"),
      fc.string({ maxLength: 4 }),
    ),
    maxDepth: 3,
  });

  it("is the same for the same record whatever the order of its keys, and redacts to itself", () => {
    fc.assert(
      fc.property(value, (made) => {
        const plain = JSON.parse(JSON.stringify(made)) as Record<string, unknown>;
        const once = redacted(plain)!;
        const turned = Object.fromEntries(Object.entries(plain).toReversed());
        expect(redacted(turned)!.text).toBe(once.text);
        expect(redacted(once.record)!.text).toBe(once.text);
        expect(once.text).not.toContain("MARKER");
      }),
    );
  });

  it("is what canonicalJson gives of the redacted record", () => {
    const made = portal(T, "Logout", PORTAL, {
      requestParameters: { b: [{ d: 1, c: 2 }], a: null },
    });
    expect(redacted(made)!.text).toBe(canonicalJson(redactRecord(made)));
  });
});
