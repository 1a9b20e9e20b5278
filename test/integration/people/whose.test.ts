/** An act of administration is the administrator's: whom it is about gets no session by it, and the administrator loses none. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { call, NAME, signIn, STORE, USER } from "#test/support/records";
import { openStand, trailFile, type Stand } from "../ingest/stand.ts";

let stand: Stand;
beforeAll(async () => {
  stand = await openStand();
});
beforeEach(() => stand.clear());
afterAll(() => stand.drop());

const BOB = "d5e8f4a8-10d1-70ab-9f00-0a1b2c3d4e5f";

const signInOf = (userId: string, identityStoreArn: string, name: string) =>
  signIn("2026-11-09T07:00:00Z", {
    userIdentity: { type: "IdentityCenterUser", onBehalfOf: { userId, identityStoreArn } },
    additionalEventData: { UserName: name },
  });

/** From a role session whose name is the administrator's, in a record that does not name the person. */
const disables = (more: Record<string, unknown> = {}) =>
  call(
    "2026-11-09T09:00:00Z",
    "2026-11-09T08:30:00Z",
    {
      eventSource: "sso-directory.amazonaws.com",
      eventName: "DisableUser",
      requestParameters: { userId: BOB },
      ...more,
    },
    false,
  );

async function rolesOf(): Promise<unknown[]> {
  const sessions = await stand.sessions();
  return sessions
    .filter((session) => session.kind === "role")
    .map((session) => [session.user.userId, session.lastSeenAt, session.sourceIpAddresses.length]);
}

test("the role session that disabled a person is the administrator's alone, and was used by it", async () => {
  await stand.ingest(
    trailFile(signInOf(USER, STORE, NAME), signInOf(BOB, STORE, "bob@corp.example"), disables()),
  );
  await stand.sweep();
  expect(await rolesOf()).toEqual([[USER, "2026-11-09T09:00:00.000Z", 1]]);
});

test("the role session is nobody's where its name is nobody's", async () => {
  await stand.ingest(trailFile(signInOf(BOB, STORE, "bob@corp.example"), disables()));
  await stand.sweep();
  expect(await rolesOf()).toEqual([]);
});
