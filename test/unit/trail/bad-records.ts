/** Bad records that are known of, and what becomes of each. */
import type { DecodedRecord } from "#core/domain/trail/decode";
import { OWNER, portal, PORTAL, record, signIn, STORE, USER } from "../../support/records.ts";

const T = "2026-11-02T08:00:00Z";

type Json = Record<string, unknown>;

/** As text, because some of these cannot be written as a value. */
function altered(change: (json: string) => string, made: Json = portal(T, "Logout")): unknown {
  return JSON.parse(change(JSON.stringify(made)));
}

/** A record whose request is this JSON. */
export const within = (parameters: string): unknown =>
  altered((json) => json.replace('"requestParameters":null', `"requestParameters":${parameters}`));

const identity = (userIdentity: unknown): Json => portal(T, "Logout", PORTAL, { userIdentity });

export interface Expected {
  readonly outcome: DecodedRecord["outcome"];
  /** Part of the reason. */
  readonly reason?: string;
  readonly event?: Json;
  /** Parts of the stored text. */
  readonly text?: readonly string[];
}

const event = (fields: Json = {}): Expected => ({ outcome: "event", event: fields });
const unread = (reason: string): Expected => ({ outcome: "undecodable", reason });
const stored = (...text: string[]): Expected => ({ outcome: "event", text });

export const CASES: readonly (readonly [string, unknown, Expected])[] = [
  ["23 null instead of a record", null, unread("not a JSON object")],
  ["23 a number instead of a record", 7, unread("not a JSON object")],
  ["23 text instead of a record", "record", unread("not a JSON object")],
  ["23 an array instead of a record", [{}], unread("not a JSON object")],
  ["24 no eventID", portal(T, "Logout", PORTAL, { eventID: undefined }), unread("eventID")],
  ["24 an empty eventID", portal(T, "Logout", PORTAL, { eventID: "" }), unread("eventID")],
  [
    "24 an eventID that is no GUID",
    portal(T, "Logout", PORTAL, { eventID: "1" }),
    unread("eventID"),
  ],
  [
    "24 an eventID in braces",
    portal(T, "Logout", PORTAL, { eventID: "{c4e8f4a8-10d1-40ab-9f00-0a1b2c3d4e5f}" }),
    unread("eventID"),
  ],
  [
    "24 an eventID in upper case",
    portal(T, "Logout", PORTAL, { eventID: "C4E8F4A8-10D1-40AB-9F00-0A1B2C3D4E5F" }),
    event({ eventId: "c4e8f4a8-10d1-40ab-9f00-0a1b2c3d4e5f" }),
  ],
  ["26 the character U+0000", within('{"name":"a\\u0000b"}'), unread("U+0000")],
  [
    "26 a backslash before u0000 that is only text",
    within('{"name":"a\\\\u0000b"}'),
    stored("\\\\u0000"),
  ],
  ["27 half of a surrogate pair", within('{"name":"a\\ud800b"}'), unread("surrogate")],
  ["27 a whole surrogate pair", within('{"name":"\\ud83d\\ude00"}'), stored("😀")],
  [
    "28 nesting of 50,000 levels",
    within(`${"[".repeat(50_000)}${"]".repeat(50_000)}`),
    unread("nested deeper"),
  ],
  [
    "28 nesting of 50,000 levels within text",
    within(JSON.stringify({ text: "[".repeat(50_000) + "]".repeat(50_000) })),
    event(),
  ],
  ["29 a key that stands twice: the last counts", within('{"a":1,"a":2}'), stored('"a":2')],
  [
    "30 keys named __proto__ and constructor",
    within('{"__proto__":{"a":1},"constructor":"b"}'),
    stored('"__proto__":{"a":1}', '"constructor":"b"'),
  ],
  [
    "31 an integer beyond 2^53: rounded, as every JSON reader here does",
    within('{"n":9007199254740993}'),
    stored('"n":9007199254740992'),
  ],
  ["32 a number beyond every float: no number any more", within('{"n":1e400}'), stored('"n":null')],
  ["34 no eventTime", portal(T, "Logout", PORTAL, { eventTime: undefined }), unread("eventTime")],
  ...[
    "2026-02-30T08:00:00Z",
    "2026-13-01T08:00:00Z",
    "2026-11-02T24:00:00Z",
    "2026-06-30T23:59:60Z",
    "2026-11-02T08:00:00",
    "now",
    "infinity",
    "epoch",
    "9999999-01-01T00:00:00Z",
    "2026-11-02",
  ].map((time) => [`34 the time ${time}`, portal(time, "Logout"), unread("eventTime")] as const),
  [
    "34 a time as epoch number",
    portal(T, "Logout", PORTAL, { eventTime: 1_793_606_400 }),
    unread("eventTime"),
  ],
  [
    "34 a leap day",
    portal("2028-02-29T08:00:00Z", "Logout"),
    event({ occurredAt: "2028-02-29T08:00:00.000Z" }),
  ],
  ["34 a leap day of a common year", portal("2026-02-29T08:00:00Z", "Logout"), unread("eventTime")],
  [
    "34 a time of another zone",
    portal("2026-11-02T22:00:00+14:00", "Logout"),
    event({ occurredAt: "2026-11-02T08:00:00.000Z" }),
  ],
  [
    "35 a time of the far future",
    portal("2126-11-02T08:00:00Z", "Logout"),
    event({ occurredAt: "2126-11-02T08:00:00.000Z" }),
  ],
  [
    "35 a time of ten years ago",
    portal("2016-11-02T08:00:00Z", "Logout"),
    event({ occurredAt: "2016-11-02T08:00:00.000Z" }),
  ],
  ...[
    "AWS Internal",
    "portal.example",
    "192.0.2.1, 198.51.100.2",
    "fe80::1%eth0",
    "::ffff:192.0.2.1",
    "192.0.2.0/24",
  ].map(
    (address) =>
      [
        `36 the address ${address}, kept as it is`,
        portal(T, "Logout", PORTAL, { sourceIPAddress: address }),
        event({ sourceIp: address }),
      ] as const,
  ),
  [
    "36 an empty address",
    portal(T, "Logout", PORTAL, { sourceIPAddress: "" }),
    event({ sourceIp: null }),
  ],
  [
    "36 a list as address",
    portal(T, "Logout", PORTAL, { sourceIPAddress: ["192.0.2.1"] }),
    event({ sourceIp: null }),
  ],
  ...[undefined, null, [], "ada", { type: "Unknown" }].map(
    (value) =>
      [
        `37 userIdentity ${JSON.stringify(value)}`,
        identity(value),
        event({ person: null }),
      ] as const,
  ),
  [
    "38 old and new shape in one identity: the new one counts",
    identity({
      type: "Unknown",
      principalId: `90670abc12-${USER}`,
      accountId: OWNER,
      onBehalfOf: { userId: USER, identityStoreArn: STORE },
    }),
    event({ person: { userId: USER, identityStoreArn: STORE } }),
  ],
  [
    "39 a user id with its store's prefix, never shortened",
    identity({
      type: "IdentityCenterUser",
      accountId: OWNER,
      onBehalfOf: { userId: `90670abc12-${USER}`, identityStoreArn: STORE },
    }),
    event({ person: { userId: `90670abc12-${USER}`, identityStoreArn: STORE } }),
  ],
  [
    "39 a user id that is none",
    identity({
      type: "IdentityCenterUser",
      accountId: OWNER,
      onBehalfOf: { userId: "ada", identityStoreArn: STORE },
    }),
    event({ person: null }),
  ],
  [
    "40 a hidden user name",
    signIn(T, {
      additionalEventData: {
        UserName: "HIDDEN_DUE_TO_SECURITY_REASONS",
        CredentialType: "PASSWORD",
      },
    }),
    event({ userName: null }),
  ],
  [
    "41 no credentialId",
    identity({
      type: "IdentityCenterUser",
      accountId: OWNER,
      onBehalfOf: { userId: USER, identityStoreArn: STORE },
    }),
    event({ kind: "portal", credentialId: null }),
  ],
  ...["2.0", "1", "1.x", "0.9"].map(
    (version) =>
      [
        `42 eventVersion ${version}`,
        portal(T, "Logout", PORTAL, { eventVersion: version }),
        unread("eventVersion"),
      ] as const,
  ),
  ...["1.05", "1.9", "1.11", "1.99"].map(
    (version) =>
      [
        `42 eventVersion ${version}`,
        portal(T, "Logout", PORTAL, { eventVersion: version }),
        event(),
      ] as const,
  ),
  ["42 no eventVersion", portal(T, "Logout", PORTAL, { eventVersion: undefined }), event()],
  [
    "42 a number as eventVersion",
    portal(T, "Logout", PORTAL, { eventVersion: 1.11 }),
    unread("eventVersion"),
  ],
  [
    "43 an unknown name of a known source",
    record(T, "sso-directory.amazonaws.com", "Frobnicate"),
    event({ kind: "unknown" }),
  ],
  [
    "43 an unknown source",
    record(T, "frob.amazonaws.com", "Frobnicate"),
    { outcome: "ignored", reason: "other-service" },
  ],
  [
    "43 a source in upper case",
    portal(T, "Logout", PORTAL, { eventSource: "SSO.amazonaws.com" }),
    event({ kind: "portal", eventSource: "sso.amazonaws.com" }),
  ],
  [
    "44 a record of an account that nobody named",
    portal(T, "Logout", PORTAL, { recipientAccountId: "999900001111" }),
    event({ accountId: "999900001111" }),
  ],
  [
    "44 a record without any account",
    portal(T, "Logout", PORTAL, { recipientAccountId: undefined, userIdentity: undefined }),
    event({ accountId: "unknown" }),
  ],
  [
    "45 a record of 256 KB",
    portal(T, "Logout", PORTAL, { requestParameters: { text: "a ".repeat(131_072) } }),
    event(),
  ],
  [
    "45 a user agent of 1 MB",
    portal(T, "Logout", PORTAL, { userAgent: "a".repeat(1_048_576) }),
    event(),
  ],
  [
    "46 a sign-out without a sign-in",
    portal(T, "Logout"),
    event({ kind: "portal", action: "logout" }),
  ],
  [
    "47 an error beside a success",
    portal(T, "GetRoleCredentials", PORTAL, {
      errorCode: "AccessDenied",
      serviceEventDetails: { role_name: "a", account_id: "1" },
    }),
    event({ errorCode: "AccessDenied", permissionSetName: "a" }),
  ],
  ...["=cmd()", "<script>alert(1)</script>", "\u001b[31mred", "\u202Eevil", "two\nlines"].map(
    (name) =>
      [
        `48 ${JSON.stringify(name)} as role and client, kept as data`,
        portal(T, "Federate", PORTAL, {
          userAgent: name,
          serviceEventDetails: { role_name: name },
        }),
        event({ userAgent: name, permissionSetName: name }),
      ] as const,
  ),
];
