import fc from "fast-check";
import { expect, test } from "vitest";
import type { TrailEvent } from "#core/domain/event";
import { decodeRecord } from "#core/domain/trail/decode";
import { fold, isFoldable, restored, storedForm, unfolded } from "#core/domain/trail/stored-event";
import { instant } from "#core/domain/time";
import * as records from "#test/support/records";

const LATER = instant(Date.UTC(2026, 10, 20));

function decoded(record: unknown): TrailEvent {
  const result = decodeRecord(JSON.parse(JSON.stringify(record)));
  if (result.outcome !== "event") throw new Error(`not an event: ${result.reason}`);
  return result.event;
}

const AT = "2026-11-02T08:00:00Z";
const call = (eventName: string, at: string, more: Record<string, unknown> = {}) =>
  records.call(at, AT, { eventName, ...more });
const SESSION_CALL = () => decoded(call("ListBuckets", AT));

const SAMPLES: readonly [string, TrailEvent][] = [
  ["a sign-in", decoded(records.signIn(AT))],
  ["a portal call", decoded(records.portal(AT, "ListAccounts"))],
  ["a call of a token", decoded(records.portal(AT, "ListAccounts", records.TOKEN))],
  ["a role's call", SESSION_CALL()],
  ["no person", decoded(records.signIn(AT, { userIdentity: { type: "Unknown" } }))],
  ["no user agent", decoded(records.signIn(AT, { userAgent: "" }))],
  [
    "a process of the CLI",
    decoded(records.signIn(AT, { userAgent: "aws-cli/2.34 sid/0a1b2c3d md/x" })),
  ],
  [
    "a user agent with a star",
    decoded(records.signIn(AT, { userAgent: "aws-cli sid/* sid/0a1b" })),
  ],
  ["a user agent of two lines", decoded(records.signIn(AT, { userAgent: "one\ntwo" }))],
  ["a user agent of 1 MB", decoded(records.signIn(AT, { userAgent: "x".repeat(1_000_000) }))],
  ["a role session too long to be shared", ofLongSession()],
];

/** No AWS role has such a name. */
function ofLongSession(): TrailEvent {
  const event = SESSION_CALL();
  if (event.kind !== "role-call") throw new Error(`not a role's call: ${event.kind}`);
  const session = { ...event.session, sessionName: "x".repeat(1_000_000) };
  return { ...event, session, callerSession: session };
}

test.each(SAMPLES)("%s comes back from its stored form as it was", (_name, event) => {
  expect(restored(storedForm(event))).toEqual(event);
});

test("no term and no column holds a line break, whatever the record says", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
      const result = decodeRecord(
        records.signIn(AT, {
          userAgent: text,
          sourceIPAddress: text,
          eventName: "UserAuthentication",
        }),
      );
      if (result.outcome !== "event") return;
      const stored = storedForm(result.event);
      for (const one of [
        stored.type,
        stored.person,
        stored.agent,
        stored.roleSession,
        stored.body,
      ]) {
        expect(one === null || !/[\n\0]/.test(one)).toBe(true);
      }
      expect(restored(stored)).toEqual(result.event);
    }),
  );
});

test("calls that differ in id and second alone fold into one, hour by hour, and unfold to what they were", () => {
  const times = ["08:00:00Z", "08:10:00Z", "08:59:59Z", "09:00:00Z"].map(
    (at) => `2026-11-02T${at}`,
  );
  const calls = times.map((at) => decoded(call("ListBuckets", at)));
  const folded = fold(calls.map(storedForm));
  expect(folded.map((group) => group.calls.length)).toEqual([3, 1]);
  expect(folded.flatMap(unfolded)).toEqual(calls);
});

test("a call from another address or with another name is another count", () => {
  const calls = [
    decoded(call("ListBuckets", AT)),
    decoded(call("ListTables", AT)),
    decoded(call("ListBuckets", AT, { sourceIPAddress: "203.0.113.9" })),
  ];
  expect(fold(calls.map(storedForm))).toHaveLength(3);
});

test("denied calls, further sessions, other kinds and records of the future keep their record", () => {
  expect(isFoldable(SESSION_CALL(), LATER)).toBe(true);
  expect(isFoldable(decoded(call("ListBuckets", AT, { errorCode: "AccessDenied" })), LATER)).toBe(
    false,
  );
  expect(
    isFoldable(decoded(call("AssumeRole", AT, { eventSource: "sts.amazonaws.com" })), LATER),
  ).toBe(false);
  expect(isFoldable(decoded(records.portal(AT, "ListAccounts")), LATER)).toBe(false);
  expect(isFoldable(SESSION_CALL(), instant(Date.UTC(2026, 10, 1)))).toBe(false);
});
