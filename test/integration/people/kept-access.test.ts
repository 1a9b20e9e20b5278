/** What is kept of access from one sweep to the next is never older than what is stored: nothing is judged by what no longer holds. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { keptAccessHistory } from "#core/adapters/postgres/people/access-facts";
import { HOUR, instant, MINUTE, type Instant } from "#core/domain/time";
import { MEMBER, record, STORE, USER } from "#test/support/records";
import {
  account,
  assignment,
  group,
  membership,
  permissionSet,
  setArn,
  snapshot,
  user,
} from "#test/unit/access/directory-facts";
import { NOW, openStand, trailFile, type Stand } from "../ingest/stand.ts";

let stand: Stand;
beforeAll(async () => {
  stand = await openStand({ portalSessionMinutes: 480 });
});
beforeEach(async () => {
  await stand.clear();
  await stand.database.pool.query("truncate access_snapshots cascade");
});
afterAll(() => stand.drop());

const GROUP = "90670abc12-group";
const at = (milliseconds: number): Instant => instant(NOW + milliseconds);
const written = (milliseconds: number): string => at(milliseconds).replace(".000Z", "Z");
const person = { identityStoreArn: STORE, userId: USER };

function taken(time: string, more: object = {}, userId = USER): Record<string, unknown> {
  return record(time, "sso.amazonaws.com", "DeleteAccountAssignment", {
    userIdentity: { type: "AWSService" },
    requestParameters: {
      targetId: MEMBER,
      targetType: "AWS_ACCOUNT",
      permissionSetArn: setArn(1),
      principalType: "USER",
      principalId: userId,
    },
    ...more,
  });
}

async function crawl(completedAt: Instant, members: readonly string[]): Promise<void> {
  const store = { identityStoreArn: STORE };
  const directory = snapshot({
    users: [user(USER, store)],
    groups: [{ ...group(GROUP), ...store }],
    memberships: members.map((userId) => ({ ...membership(GROUP, userId), ...store })),
    permissionSets: [permissionSet(1, { name: "PowerUser" })],
    accounts: [account(MEMBER)],
    assignments: [assignment(MEMBER, 1, "GROUP", GROUP), assignment(MEMBER, 1, "USER", USER)],
  });
  const instance = { ...directory.instance, ...store };
  const publishing = new PostgresAccessStore(stand.database);
  await publishing.publish(
    `snp_${completedAt}`,
    { ...directory, instance },
    {},
    at(-HOUR),
    completedAt,
  );
}

const ingest = (...records: object[]) =>
  stand.ingest(trailFile(...records), `${records.length}-${JSON.stringify(records).length}.json`);

test("a history is read once for as long as no change of access and no crawl is stored", async () => {
  const { pool } = stand.database;
  await ingest(taken(written(-HOUR)));
  const kept = keptAccessHistory();
  const first = await kept.at(pool, at(0));
  expect(first.removalsFrom(USER)).toHaveLength(1);
  expect(await kept.at(pool, at(MINUTE))).toBe(first);
});

test("a change that is stored late, one that has come meanwhile and a correction are each seen at once", async () => {
  const { pool } = stand.database;
  const kept = keptAccessHistory();
  const removals = async (now: number) => (await kept.at(pool, at(now))).removalsFrom(USER);
  await ingest(taken(written(-HOUR)));
  expect(await removals(0)).toHaveLength(1);
  await ingest(taken(written(-2 * HOUR)), taken(written(-2 * HOUR + MINUTE)));
  expect(await removals(0)).toHaveLength(3);
  await ingest(taken(written(MINUTE)));
  expect(await removals(0)).toHaveLength(3);
  expect(await removals(HOUR)).toHaveLength(4);
  // Asked for what was known before, it does not answer with what is known now.
  expect(await removals(0)).toHaveLength(3);
  const wrong = taken(written(-3 * HOUR), {}, "906700000d-other");
  await ingest(wrong);
  expect(await removals(HOUR)).toHaveLength(4);
  const addendum = { reason: "UPDATED_DATA", originalEventID: wrong["eventID"] };
  await ingest(taken(written(-3 * HOUR), { addendum }));
  expect(await removals(HOUR)).toHaveLength(5);
});

test("a crawl is seen by the next question, and one of the time before it by none of then", async () => {
  const { pool } = stand.database;
  await ingest(
    record(written(-2 * HOUR), "sso.amazonaws.com", "DeleteAccountAssignment", {
      userIdentity: { type: "AWSService" },
      requestParameters: {
        targetId: MEMBER,
        targetType: "AWS_ACCOUNT",
        permissionSetArn: setArn(1),
        principalType: "GROUP",
        principalId: GROUP,
      },
    }),
  );
  const kept = keptAccessHistory();
  const member = async (now: number) =>
    (await kept.at(pool, at(now))).memberAt(person, GROUP, at(now));
  expect(await member(0)).toBe("perhaps");
  await crawl(at(MINUTE), [USER]);
  expect(await member(0)).toBe("perhaps");
  expect(await member(2 * MINUTE)).toBe("yes");
  await crawl(at(3 * MINUTE), []);
  expect(await member(4 * MINUTE)).toBe("no");
});

test("a directory is one object until an event or a crawl changes it, and then another at once", async () => {
  const access = new PostgresAccessStore(stand.database);
  const assigned = async (now: number) =>
    (await access.asOf(at(now)))?.assignments.map((one) => one.principalType);
  await crawl(at(-MINUTE), [USER]);
  const first = await access.asOf(at(0));
  expect(await access.asOf(at(MINUTE))).toBe(first);
  expect(await assigned(0)).toEqual(["GROUP", "USER"]);
  // Since the crawl began, and before what was asked last.
  await ingest(taken(written(-2 * MINUTE)));
  expect(await assigned(MINUTE)).toEqual(["GROUP"]);
  // Published while events of the time since it began go on to amend it.
  await crawl(at(2 * MINUTE), []);
  expect((await access.asOf(at(3 * MINUTE)))?.memberships).toEqual([]);
  expect((await access.asOf(at(MINUTE)))?.memberships).toHaveLength(1);
  expect(await assigned(-2 * MINUTE)).toBeUndefined();
});

test("grants are read once until one is made, and then with it", async () => {
  const observations = new PostgresObservationStore(stand.database);
  await ingest(taken(written(-HOUR)));
  const first = await observations.grantEvents(at(0));
  expect(first).toHaveLength(1);
  expect(await observations.grantEvents(at(MINUTE))).toBe(first);
  await ingest(taken(written(-2 * HOUR)));
  expect(await observations.grantEvents(at(MINUTE))).toHaveLength(2);
});
