/**
 * Whose a session is where ids repeat: two identity stores, an account's instance beside the organisation's, a user who was deleted and
 * made again, and records that several Regions and accounts received of one event.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Session } from "#core/domain/session";
import { compareText } from "#core/domain/sessions/draft";
import { MEMBER, OWNER, PORTAL, portal, STORE, USER } from "#test/support/records";
import { byAdmin, endSession, type Json } from "#test/unit/sessions/made";
import { openStand, trailFile, type Stand } from "../ingest/stand.ts";

let stand: Stand;
beforeAll(async () => {
  stand = await openStand({ portalSessionMinutes: 480 });
});
beforeEach(() => stand.clear());
afterAll(() => stand.drop());

const DAY = "2026-11-09T";
const SECOND = "7b1f2c3d-1111-4222-8333-444455556666";
const OTHER_STORE = STORE.replace("d-90670abc12", "d-ffffffffff");
/** AWS: an account instance has an identity store of its own, in the member account. */
const ACCOUNT_INSTANCE = `arn:aws:identitystore::${MEMBER}:identitystore/d-1234567890`;

function of(store: string, time: string, name: string, credentialId: string): Json {
  const accountId = store.split(":")[4]!;
  return portal(time, name, credentialId, {
    userIdentity: {
      type: "IdentityCenterUser",
      accountId,
      credentialId,
      onBehalfOf: { userId: USER, identityStoreArn: store },
    },
    recipientAccountId: accountId,
  });
}

async function judged(...records: Json[]): Promise<Session[]> {
  for (const one of records) await stand.ingest(trailFile(one));
  await stand.sweep();
  return (await stand.sessions()).toSorted((a, b) => compareText(a.startedAt, b.startedAt));
}

test.each([
  ["another identity store", OTHER_STORE],
  ["an account's instance", ACCOUNT_INSTANCE],
])(
  "the same userId in %s is another person, whose disabling ends only their session",
  async (_what, store) => {
    const sessions = await judged(
      of(STORE, `${DAY}08:00:00Z`, "Authenticate", PORTAL),
      of(store, `${DAY}08:01:00Z`, "Authenticate", SECOND),
      byAdmin(`${DAY}09:00:00Z`, "DisableUser", { identityStoreId: store.split("/")[1] }),
    );
    expect(
      sessions.map(({ user, accountId, endedBy }) => [
        user.identityStoreArn,
        accountId,
        endedBy?.eventName,
      ]),
    ).toEqual([
      [STORE, OWNER, undefined],
      [store, store.split(":")[4], "DisableUser"],
    ]);
    expect(await stand.count("people")).toBe(2);
  },
);

test("a user who was deleted and made again has a session that the deletion did not end", async () => {
  const sessions = await judged(
    of(STORE, `${DAY}08:00:00Z`, "Authenticate", PORTAL),
    of(STORE, `${DAY}09:40:00Z`, "Authenticate", SECOND),
    byAdmin(`${DAY}09:30:00Z`, "CreateUser"),
    byAdmin(`${DAY}09:00:00Z`, "DeleteUser"),
  );
  expect(sessions.map(({ endedBy }) => endedBy?.eventName)).toEqual(["DeleteUser", undefined]);
});

test("sign-out of one of two parallel portal sessions, and the deletion of the other, end one each", async () => {
  const both = [
    of(STORE, `${DAY}08:00:00Z`, "Authenticate", PORTAL),
    of(STORE, `${DAY}08:01:00Z`, "Authenticate", SECOND),
  ];
  const out = await judged(...both, of(STORE, `${DAY}09:00:00Z`, "Logout", SECOND));
  expect(out.map(({ endedBy }) => endedBy?.eventName)).toEqual([undefined, "Logout"]);
  const deleted = await judged(endSession(`${DAY}09:10:00Z`, PORTAL));
  expect(deleted.map(({ endedBy }) => endedBy?.eventName)).toEqual([
    "BatchDeleteSession",
    "Logout",
  ]);
});

test("one event that two Regions recorded, or two accounts received, is one use of one session, whichever came first", async () => {
  const first = of(STORE, `${DAY}08:00:00Z`, "Authenticate", PORTAL);
  const elsewhere = { ...first, awsRegion: "us-east-1" };
  const shared = "99999999-0000-4000-8000-000000000001";
  const one = {
    ...of(STORE, `${DAY}08:10:00Z`, "ListApplications", PORTAL),
    sharedEventID: shared,
  };
  const other = {
    ...of(STORE, `${DAY}08:10:00Z`, "ListApplications", PORTAL),
    sharedEventID: shared,
    recipientAccountId: MEMBER,
  };
  const seen = [];
  for (const records of [
    [first, elsewhere, one, other],
    [other, one, elsewhere, first],
  ]) {
    await stand.clear();
    const sessions = await judged(...records);
    seen.push(
      sessions.map(({ id, startedAt, lastSeenAt, eventIds }) => [
        id,
        startedAt,
        lastSeenAt,
        eventIds.length,
      ]),
    );
  }
  expect(seen[0]).toMatchObject([
    [expect.any(String), `${DAY}08:00:00.000Z`, `${DAY}08:10:00.000Z`, 3],
  ]);
  expect(seen[1]).toEqual(seen[0]);
});
