/** Records that are malformed, hostile or merely odd: each is appended, ignored or kept as undecodable with its reason, and stops nothing. */
import { PostgresRecordStore } from "#core/adapters/postgres/trail/record-batches";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  assumeRole,
  call,
  guid,
  MEMBER,
  NAME,
  OWNER,
  portal,
  record,
  signIn,
  STORE,
  TOKEN,
  USER,
  vend,
} from "#test/support/records";
import { openStand, trailFile, type Stand } from "./stand.ts";

const AT = "2026-11-02T08:00:00Z";

let stand: Stand;
beforeAll(async () => {
  stand = await openStand();
});
beforeEach(() => stand.clear());
afterAll(() => stand.drop());

type Fields = Record<string, unknown>;
/** `appended`, or `undecodable`/`ignored` and a part of the reason. */
type Fate = string;

/** The odd record as JSON text, so that what JSON.stringify would tidy up reaches the reader as it is. */
interface Case {
  readonly what: string;
  readonly json: string;
  readonly fate: Fate;
}

const odd = (what: string, value: unknown, fate: Fate): Case => ({
  what,
  json: JSON.stringify(value),
  fate,
});
/** A sign-in with one field written by hand. */
const written = (what: string, field: string, json: string, fate: Fate): Case => ({
  what,
  json: JSON.stringify(signIn(AT, { [field]: "@@@" })).replace('"@@@"', json),
  fate,
});
const person = (more: Fields): Fields => ({
  userIdentity: { type: "IdentityCenterUser", accountId: OWNER, ...more },
});
const NO_GUID = "undecodable: eventID is not a GUID";
/** Refused by the database itself, so the reason names its code. */
const NOT_HELD = "undecodable: the database cannot hold it";
const NO_TIME = "undecodable: eventTime is not";

const FORM: Case[] = [
  odd("null", null, "undecodable: not a JSON object"),
  odd("a number", 7, "undecodable: not a JSON object"),
  odd("text", "sign-in", "undecodable: not a JSON object"),
  odd("an array", [1], "undecodable: not a JSON object"),
  odd("an empty object", {}, "undecodable: eventSource and eventName"),
  odd("no eventID", signIn(AT, { eventID: undefined }), NO_GUID),
  odd("an empty eventID", signIn(AT, { eventID: "" }), NO_GUID),
  odd("an eventID that is a word", signIn(AT, { eventID: "xxxx" }), NO_GUID),
  odd("an eventID in braces", signIn(AT, { eventID: `{${guid()}}` }), NO_GUID),
  odd("an eventID in upper case", signIn(AT, { eventID: guid().toUpperCase() }), "appended"),
  odd("U+0000", signIn(AT, { userAgent: "a\u0000b" }), "undecodable: U+0000"),
  odd("half of a surrogate pair", signIn(AT, { userAgent: "a\uD800b" }), "undecodable: surrogate"),
  written("a duplicate key", "userAgent", '"first","userAgent":"second"', "appended"),
  written("the key __proto__", "apiVersion", '{"__proto__":{"eventName":"Forged"}}', "appended"),
  written("an integer beyond 2^53", "apiVersion", "9007199254740993", "appended"),
  written("a number beyond every double", "apiVersion", "1e400", "appended"),
  written(
    "nesting 50,000 deep",
    "requestParameters",
    `${"[".repeat(50_000)}${"]".repeat(50_000)}`,
    "undecodable: nested deeper",
  ),
  {
    what: "nesting 50,000 deep without anything else",
    json: `${"[".repeat(50_000)}${"]".repeat(50_000)}`,
    fate: "undecodable: not a JSON object",
  },
  {
    what: "nesting 50,000 deep in an object without an event name",
    json: `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`,
    fate: "undecodable: eventSource and eventName",
  },
];

const TIMES: Case[] = [
  odd("no eventTime", signIn(AT, { eventTime: undefined }), NO_TIME),
  odd("30 February", signIn("2026-02-30T08:00:00Z"), NO_TIME),
  odd("second 60", signIn("2026-06-30T23:59:60Z"), NO_TIME),
  odd("a number of seconds", signIn(AT, { eventTime: 1_793_606_400 }), NO_TIME),
  odd("the word now", signIn("now"), NO_TIME),
  odd("the word infinity", signIn("infinity"), NO_TIME),
  odd("the word epoch", signIn("epoch"), NO_TIME),
  odd("the year 9999999", signIn("9999999-01-01T00:00:00Z"), NO_TIME),
  odd("no zone", signIn("2026-11-02T08:00:00"), NO_TIME),
  odd("a zone of 14 hours", signIn("2026-11-02T22:00:00+14:00"), "appended"),
  odd("the future", signIn("2031-01-01T00:00:00Z"), "appended"),
  odd("ten years ago", signIn("2016-11-02T08:00:00Z"), "appended"),
  odd("the last instant of the year 9999", signIn("9999-12-31T23:59:59Z"), "appended"),
  odd("the year 9999, a zone beyond it", signIn("9999-12-31T23:59:59-01:00"), "undecodable: "),
  odd("the year 0000", signIn("0000-01-01T00:00:00Z"), "undecodable: "),
  odd("the year 0000, a zone before it", signIn("0000-01-01T00:00:00+01:00"), "undecodable: "),
];

const ADDRESSES: Case[] = [
  "AWS Internal",
  "sso.amazonaws.com",
  "192.0.2.1, 198.51.100.2",
  "",
  "fe80::1%eth0",
  "::ffff:192.0.2.1",
  "192.0.2.0/24",
].map((address) =>
  odd(
    `the address ${JSON.stringify(address)}`,
    signIn(AT, { sourceIPAddress: address }),
    "appended",
  ),
);

const IDENTITIES: Case[] = [
  odd("no userIdentity", signIn(AT, { userIdentity: undefined }), "appended"),
  odd("userIdentity null", signIn(AT, { userIdentity: null }), "appended"),
  odd("userIdentity an array", signIn(AT, { userIdentity: [] }), "appended"),
  odd(
    "an unknown person",
    signIn(AT, { userIdentity: { type: "Unknown", principalId: OWNER, accountId: OWNER } }),
    "appended",
  ),
  odd(
    "the shape of before 2025",
    portal(AT, "Authenticate", undefined, {
      userIdentity: {
        type: "Unknown",
        principalId: `90670abc12-${USER}`,
        accountId: OWNER,
        userName: "ada",
      },
    }),
    "appended",
  ),
  odd(
    "a userId with its store's prefix",
    signIn(AT, person({ onBehalfOf: { userId: `90670abc12-${USER}`, identityStoreArn: STORE } })),
    "appended",
  ),
  odd(
    "a name that AWS masked",
    signIn(AT, { additionalEventData: { UserName: "HIDDEN_DUE_TO_SECURITY_REASONS" } }),
    "appended",
  ),
  odd(
    "no credentialId",
    portal(
      AT,
      "Authenticate",
      undefined,
      person({ onBehalfOf: { userId: USER, identityStoreArn: STORE } }),
    ),
    "appended",
  ),
  odd("another account's record", call(AT, AT, { recipientAccountId: "999988887777" }), "appended"),
];

const ODDITIES: Case[] = [
  odd("eventVersion 2.0", signIn(AT, { eventVersion: "2.0" }), "undecodable: eventVersion"),
  odd("eventVersion 1.9", signIn(AT, { eventVersion: "1.9" }), "appended"),
  odd("no eventVersion", signIn(AT, { eventVersion: undefined }), "appended"),
  odd("an event name that nobody knows", record(AT, "sso.amazonaws.com", "Frobnicate"), "appended"),
  odd("another service", record(AT, "ec2.amazonaws.com", "RunInstances"), "ignored: other-service"),
  odd(
    "a look-alike of WorkSpaces",
    signIn(AT, { additionalEventData: { LoginTo: "https://clients.example/workspaces" } }),
    "ignored: look-alike-workspaces",
  ),
  odd(
    "a record of 256 KB",
    signIn(AT, { requestParameters: { text: "x".repeat(256 * 1024) } }),
    "appended",
  ),
  odd("a user agent of 1 MB", signIn(AT, { userAgent: "x".repeat(1024 * 1024) }), "appended"),
  odd(
    "a user name of 1 MB",
    signIn(AT, { additionalEventData: { UserName: noise(1024 * 1024) } }),
    NOT_HELD,
  ),
  odd("a Region of 1 MB", signIn(AT, { awsRegion: noise(1024 * 1024) }), NOT_HELD),
  odd("an account id of 1 MB", signIn(AT, { recipientAccountId: noise(1024 * 1024) }), NOT_HELD),
  odd(
    "the name of a permission set of 1 MB",
    vend(AT, "GetRoleCredentials", TOKEN, {
      serviceEventDetails: { role_name: noise(1024 * 1024), account_id: MEMBER },
    }),
    "appended",
  ),
  odd(
    "a role name of 1 MB",
    JSON.parse(JSON.stringify(call(AT, AT)).replaceAll("PowerUser_", `${noise(1024 * 1024)}_`)),
    "appended",
  ),
  odd(
    "an errorCode next to a success",
    portal(AT, "Authenticate", undefined, { errorCode: "AccessDenied" }),
    "appended",
  ),
  ...[
    "=cmd()|' /C calc'!A0",
    "<script>alert(1)</script>",
    "\u001b[2J",
    "\u202Etxt.exe",
    "line\nbreak",
  ].map((text) =>
    odd(`the user agent ${JSON.stringify(text)}`, signIn(AT, { userAgent: text }), "appended"),
  ),
];

/** Text that does not compress: an index would hold it whole. */
function noise(length: number): string {
  let state = 1;
  let text = "";
  while (text.length < length) {
    state = (state * 48_271) % 2_147_483_647;
    text += state.toString(36);
  }
  return text.slice(0, length);
}

describe.each([
  ["form", FORM],
  ["time", TIMES],
  ["address", ADDRESSES],
  ["identity", IDENTITIES],
  ["oddities", ODDITIES],
])("%s", (_topic, cases) => {
  test.each(cases)("$what: $fate", async ({ json, fate }) => {
    const good = [signIn(AT), portal(AT, "Authenticate"), assumeRole(AT)].map((it) =>
      JSON.stringify(it),
    );
    const [outcome, reason] = fate.split(": ") as [string, string?];
    const text = `{"Records":[${good[0]},${good[1]},${json},${good[2]}]}`;
    const receipt = await stand.ingest(text);
    expect(receipt).toMatchObject({ records: 4, appended: outcome === "appended" ? 4 : 3 });
    if (outcome === "ignored") expect(receipt).toMatchObject({ ignoredByReason: { [reason!]: 1 } });
    if (outcome === "undecodable") {
      const { rows } = await stand.database.pool.query<{ position: number; reason: string }>(
        "select position, reason from undecodable_records",
      );
      expect(rows).toEqual([{ position: 2, reason: expect.stringContaining(reason ?? "") }]);
    }
    // Whoever was appended can be judged, whatever their records claim.
    expect((await stand.sweep()).failedRules).toEqual([]);
    await stand.replay();
  });
});

test("NaN makes its line undecodable and no other", async () => {
  const lines = [signIn(AT), signIn(AT, { apiVersion: "@@@" }), signIn(AT)].map((it) =>
    JSON.stringify(it),
  );
  const text = lines.join("\n").replace('"@@@"', "NaN");
  expect(await stand.ingest(text)).toMatchObject({ records: 3, appended: 2, undecodable: 1 });
});

test("the last of two equal keys counts, and __proto__ stays data", async () => {
  const one = signIn(AT, { userAgent: "@@@" });
  const text = JSON.stringify(one).replace(
    '"@@@"',
    '"first","userAgent":"second","__proto__":{"eventName":"Forged"}',
  );
  await stand.ingest(trailFile().replace("[]", `[${text}]`));
  const { kept } = (await new PostgresRecordStore(stand.database).record(
    one["eventID"] as string,
  ))!;
  expect(kept!.record).toMatchObject({ userAgent: "second", eventName: "UserAuthentication" });
  expect(Object.getOwnPropertyDescriptor(kept!.record, "__proto__")?.value).toEqual({
    eventName: "Forged",
  });
});

test("one token's id under two people makes a session for each", async () => {
  const other = "d5f9a4b8-21e2-41bc-8a11-1b2c3d4e5f60";
  const theirs = person({
    credentialId: TOKEN,
    onBehalfOf: { userId: other, identityStoreArn: STORE },
  });
  await stand.ingest(
    trailFile(vend(AT, "GetRoleCredentials", TOKEN), portal(AT, "ListAccounts", TOKEN, theirs)),
  );
  await stand.sweep();
  const tokens = (await stand.sessions()).filter((session) => session.kind === "token");
  expect(tokens.map((session) => session.user.userId).toSorted()).toEqual([USER, other].toSorted());
});

test("a name that AWS masked is nobody's name", async () => {
  await stand.ingest(
    trailFile(signIn(AT, { additionalEventData: { UserName: "HIDDEN_DUE_TO_SECURITY_REASONS" } })),
  );
  const { rows } = await stand.database.pool.query("select * from person_names");
  expect(rows).toEqual([]);
});

test("a sign-out before any sign-in and two sign-ins without a sign-out are sessions, not errors", async () => {
  await stand.ingest(
    trailFile(
      portal("2026-11-02T07:00:00Z", "Logout", "6a1f2c3d-1111-4222-8333-444455550001"),
      signIn("2026-11-02T08:00:00Z"),
      signIn("2026-11-02T09:00:00Z"),
    ),
  );
  await stand.sweep();
  const sessions = await stand.sessions();
  expect(sessions).toHaveLength(3);
  expect(sessions.filter((session) => session.endedAt !== null)).toHaveLength(1);
});

test("a refused call with the details of a success is evidence and no use", async () => {
  await stand.ingest(
    trailFile(
      portal("2026-11-02T08:00:00Z", "Authenticate"),
      portal("2026-11-02T09:00:00Z", "ListApplications", undefined, {
        errorCode: "AccessDenied",
        serviceEventDetails: { ListApplications: "Success" },
      }),
    ),
  );
  await stand.sweep();
  const [session] = await stand.sessions();
  expect(session!.lastSeenAt).toBe("2026-11-02T08:00:00.000Z");
  expect(session!.eventIds).toHaveLength(2);
});

test("a role call in another account's file is a session of the account that its caller is in", async () => {
  await stand.ingest(trailFile(call(AT, AT, { recipientAccountId: "999988887777" })));
  await stand.sweep();
  const [session] = await stand.sessions();
  expect(session).toMatchObject({ kind: "role", accountId: MEMBER, user: { userName: NAME } });
});
