/**
 * Calls of which no record names anybody are whose session issued theirs, or whose sign-in session they carry: whatever came first, and
 * never of somebody else.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { PostgresPersonEvents } from "#core/adapters/postgres/people/person-events";
import { compareText } from "#core/domain/sessions/draft";
import type { Session } from "#core/domain/session";
import { parseInstant } from "#core/domain/time";
import { call, MEMBER, record, signIn, STORE, USER } from "#test/support/records";
import {
  CHILD_KEY,
  chain,
  childCall,
  login,
  SIGN_IN_SESSION,
  type Json,
} from "#test/unit/sessions/made";
import { openStand, trailFile, type Stand } from "../ingest/stand.ts";

let stand: Stand;
beforeAll(async () => {
  stand = await openStand();
});
beforeEach(() => stand.clear());
afterAll(() => stand.drop());

const DAY = "2026-11-09T";
const BOB = "d5e8f4a8-10d1-70ab-9f00-0a1b2c3d4e5f";
const ISSUED = `${DAY}08:30:00Z`;

/** A call of any role that names nobody: kept because it carries a sign-in session. */
function unnamed(time: string, role: string, more: Json = {}, event: Json = {}): Json {
  const { accessKeyId = "ASIAOTHER", signInSessionArn = SIGN_IN_SESSION, issuedAt = ISSUED } = more;
  return record(time, "s3.amazonaws.com", "ListBuckets", {
    userIdentity: {
      type: "AssumedRole",
      principalId: `AROAEXAMPLE${role.toUpperCase()}:deploy`,
      arn: `arn:aws:sts::${MEMBER}:assumed-role/${role}/deploy`,
      accountId: MEMBER,
      accessKeyId,
      sessionContext: {
        sessionIssuer: { type: "Role", userName: role, arn: `arn:aws:iam::${MEMBER}:role/${role}` },
        attributes: { creationDate: issuedAt },
        signInSessionArn,
      },
    },
    recipientAccountId: MEMBER,
    ...event,
  });
}

const assumes = (role: string, accessKeyId: string): Json => ({
  eventSource: "sts.amazonaws.com",
  eventName: "AssumeRole",
  requestParameters: { roleArn: `arn:aws:iam::${MEMBER}:role/${role}`, roleSessionName: "deploy" },
  responseElements: {
    credentials: { accessKeyId },
    assumedRoleUser: { assumedRoleId: `AROAEXAMPLE${role.toUpperCase()}:deploy` },
  },
});

const OTHER = SIGN_IN_SESSION.replace("0a1b2c3d", "ffffffff");

/** Ada takes a role, that one another; both are called with a sign-in session that none of her own records shows. */
const CHAINED = [
  signIn(`${DAY}08:00:00Z`),
  call(`${DAY}08:35:00Z`, ISSUED, assumes("first", "ASIAFIRST")),
  unnamed(
    `${DAY}08:40:00Z`,
    "first",
    {
      accessKeyId: "ASIAFIRST",
      issuedAt: `${DAY}08:35:02Z`,
    },
    assumes("second", "ASIASECOND"),
  ),
  unnamed(`${DAY}08:45:00Z`, "second", {
    accessKeyId: "ASIASECOND",
    issuedAt: `${DAY}08:40:00Z`,
    signInSessionArn: OTHER,
  }),
  unnamed(`${DAY}08:50:00Z`, "third", { signInSessionArn: OTHER, issuedAt: `${DAY}08:47:00Z` }),
];

function orders<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, at) =>
    orders(items.filter((_, other) => other !== at)).map((rest) => [item, ...rest]),
  );
}

const shown = (sessions: readonly Session[]) =>
  sessions
    .filter(({ kind }) => kind !== "portal")
    .map(({ user, startedAt, eventIds }): [string, string, number] => [
      user.userId,
      startedAt.slice(11, 19),
      eventIds.length,
    ])
    .toSorted(([a, begun], [b, later]) => compareText(a + begun, b + later));

async function lastEvents(): Promise<unknown[]> {
  const { rows } = await stand.database.pool.query(
    "select user_id, first_event_at, last_event_at from people order by user_id",
  );
  return rows;
}

test("a session that a session took, what that one took, and what shares its sign-in session are the person's in every order of arrival", async () => {
  const seen = new Set<string>();
  for (const records of orders(CHAINED.slice(1))) {
    await stand.clear();
    for (const one of records) {
      await stand.ingest(trailFile(one));
      await stand.sweep();
    }
    const sessions = await stand.sessions();
    seen.add(
      JSON.stringify([sessions.toSorted((a, b) => (a.id < b.id ? -1 : 1)), await lastEvents()]),
    );
  }
  expect(seen.size).toBe(1);
  expect(shown(await stand.sessions())).toEqual([
    [USER, "08:30:00", 1],
    [USER, "08:35:00", 2],
    [USER, "08:40:00", 2],
    [USER, "08:47:00", 1],
  ]);
}, 60_000);

test("the calls of an `aws login` that name nobody are of the person who authorised it", async () => {
  const authorised = login(`${DAY}08:33:00Z`, "AuthorizeOAuth2Access", ISSUED);
  const granted = login(`${DAY}08:33:05Z`, "CreateOAuth2Token", ISSUED);
  const used = unnamed(`${DAY}08:40:00Z`, "minted", { issuedAt: `${DAY}08:33:05Z` });
  for (const records of orders([authorised, granted, used])) {
    await stand.clear();
    for (const one of records) {
      await stand.ingest(trailFile(one));
      await stand.sweep();
    }
    const minted = (await stand.sessions()).filter(({ startedAt }) =>
      startedAt.startsWith(`${DAY}08:33:05`),
    );
    expect(minted.filter(({ kind }) => kind === "role").map(({ user }) => user.userId)).toEqual([
      USER,
    ]);
  }
});

test("a session that somebody is named in is theirs alone, also where another person's session issued it in that second", async () => {
  const ofBob = { onBehalfOf: { userId: BOB, identityStoreArn: STORE } };
  await stand.ingest(trailFile(chain(`${DAY}08:35:00Z`, ISSUED)));
  await stand.sweep();
  const mine = childCall(`${DAY}08:36:00Z`, `${DAY}08:35:00Z`, {
    onBehalfOf: undefined,
    accessKeyId: "ASIACONSOLE",
    sessionContext: {
      sessionIssuer: { type: "Role", userName: "deployer" },
      attributes: { creationDate: `${DAY}08:35:00Z` },
      signInSessionArn: OTHER,
    },
  });
  await stand.ingest(trailFile({ ...mine, sessionCredentialFromConsole: "true" }));
  await stand.sweep();
  expect(shown(await stand.sessions())).toEqual([
    [USER, "08:30:00", 1],
    [USER, "08:35:00", 2],
  ]);
  await stand.ingest(trailFile(childCall(`${DAY}08:37:00Z`, `${DAY}08:35:00Z`, ofBob)));
  await stand.sweep();
  expect(shown(await stand.sessions())).toEqual([
    [USER, "08:30:00", 1],
    [USER, "08:35:00", 1],
    [BOB, "08:35:00", 2],
  ]);
});

test("a call with another access key than the issued one is nobody's, whatever its second", async () => {
  await stand.ingest(trailFile(chain(`${DAY}08:35:00Z`, ISSUED)));
  for (const second of ["00", "03"]) {
    await stand.ingest(
      trailFile(
        childCall(`${DAY}08:36:00Z`, `${DAY}08:35:${second}Z`, {
          onBehalfOf: undefined,
          accessKeyId: `${CHILD_KEY}NOT`,
          sessionContext: {
            sessionIssuer: { type: "Role", userName: "deployer" },
            attributes: { creationDate: `${DAY}08:35:${second}Z` },
            signInSessionArn: OTHER,
          },
        }),
      ),
    );
  }
  await stand.sweep();
  expect(shown(await stand.sessions())).toEqual([
    [USER, "08:30:00", 1],
    [USER, "08:35:00", 1],
  ]);
});

test("a role session's name that its caller chose gives nobody a name", async () => {
  await stand.ingest(trailFile(childCall(`${DAY}08:36:00Z`, `${DAY}08:35:00Z`)));
  expect((await stand.database.pool.query("select * from person_names")).rows).toEqual([]);
});

test("the story of a person tells the calls that are joined to their sessions", async () => {
  for (const one of CHAINED) await stand.ingest(trailFile(one));
  const events = new PostgresPersonEvents(stand.database);
  const person = { identityStoreArn: STORE, userId: USER };
  const piece = await events.between(person, parseInstant(`${DAY}00:00:00Z`)!, stand.now, 100);
  expect(piece.events.map(({ occurredAt }) => occurredAt.slice(11, 16)).toSorted()).toEqual([
    "08:00",
    "08:35",
    "08:40",
    "08:45",
    "08:50",
  ]);
});
