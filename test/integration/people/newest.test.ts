/** When somebody was last seen does not hang on the order in which events come, also where one names them only later. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { assumeRole, call, NAME, OWNER, record, signIn, STORE, USER } from "#test/support/records";
import { snapshot, user } from "#test/unit/access/directory-facts";
import { byAdmin } from "#test/unit/sessions/made";
import { openStand, trailFile, type Stand } from "../ingest/stand.ts";

let stand: Stand;
beforeAll(async () => {
  stand = await openStand();
});
beforeEach(() => stand.clear());
afterAll(() => stand.drop());

const DAY = "2026-11-09T";

async function seen(...records: unknown[]): Promise<unknown> {
  await stand.clear();
  for (const one of records) {
    await stand.ingest(trailFile(one));
    await stand.sweep();
  }
  const { rows } = await stand.database.pool.query<{ first: string; last: string }>(
    "select first_event_at as first, last_event_at as last from people",
  );
  return rows.map(({ first, last }) => [first.slice(11, 16), last.slice(11, 16)]);
}

const named = signIn(`${DAY}08:00:00Z`);

test.each([
  ["a role session under their name", assumeRole(`${DAY}09:00:00Z`)],
  ["a call under their name", call(`${DAY}09:00:00Z`, `${DAY}08:30:00Z`, {}, false)],
  ["an act about them", byAdmin(`${DAY}09:00:00Z`, "DisableUser")],
])("%s counts whichever came first", async (_what, other) => {
  expect(await seen(named, other)).toEqual([["08:00", "09:00"]]);
  expect(await seen(other, named)).toEqual([["08:00", "09:00"]]);
});

test("a change of access that concerns a person is no event of theirs, judged before it or after", async () => {
  const role = call(`${DAY}08:40:00Z`, `${DAY}08:30:00Z`);
  const change = record(`${DAY}09:00:00Z`, "sso.amazonaws.com", "UpdatePermissionSet", {
    userIdentity: { type: "AssumedRole", arn: `arn:aws:sts::${OWNER}:assumed-role/admin/x` },
    requestParameters: {
      instanceArn: "arn:aws:sso:::instance/ssoins-1234567890abcdef",
      permissionSetArn: "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef",
      sessionDuration: "PT2H",
    },
  });
  expect(await seen(role, change)).toEqual([["08:40", "08:40"]]);
  expect(await seen(change, role)).toEqual([["08:40", "08:40"]]);
});

test("a name that only a crawl tells makes what was stored under it the person's, and nothing of others", async () => {
  await stand.ingest(trailFile(assumeRole(`${DAY}09:00:00Z`)));
  const named = user(USER, { identityStoreArn: STORE, userName: NAME });
  const users = [named, user("somebody-else")];
  const access = new PostgresAccessStore(stand.database);
  await access.publish("snp_newest", snapshot({ users }), {}, stand.now, stand.now);
  const { rows } = await stand.database.pool.query(
    "select user_id as id, last_event_at as last from people order by user_id",
  );
  expect(rows).toEqual([
    { id: USER, last: `${DAY}09:00:00.000Z` },
    { id: "somebody-else", last: null },
  ]);
});
