import { beforeEach, afterEach, describe, expect, test } from "vitest";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import type { AccessSnapshot } from "#core/domain/access";
import type { Instant } from "#core/domain/time";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import {
  account,
  assignment,
  at,
  group,
  membership,
  permissionSet,
  snapshot,
  STORE,
  user,
} from "#test/unit/access/directory-facts";

let database: TestDatabase;
let store: PostgresAccessStore;
beforeEach(async () => {
  database = await createTestDatabase();
  store = new PostgresAccessStore(database);
});
afterEach(() => database.drop());

const FIRST = at("01T08:00:00");
const SECOND = at("02T08:00:00");
const THIRD = at("03T08:00:00");

const parts = {
  users: [user("ann"), user("bob"), user("cleo"), user("dan")],
  groups: [group("ops"), group("idle")],
  memberships: [membership("ops", "ann"), membership("ops", "bob"), membership("idle", "dan")],
  permissionSets: [permissionSet(1), permissionSet(2)],
  accounts: [account("444455556666"), account("777788889999")],
  assignments: [
    assignment("444455556666", 1, "GROUP", "ops"),
    assignment("777788889999", 2, "USER", "cleo"),
  ],
} satisfies Partial<AccessSnapshot>;

const publish = (id: string, of: AccessSnapshot, completedAt: Instant) =>
  store.publish(id, of, { "sso:ListInstances": 1 }, completedAt, completedAt);

/** Marks everybody judged, then publishes a change: who is due by it? */
async function dueAfter(change: Partial<AccessSnapshot>): Promise<string[]> {
  await publish("snp_1", snapshot(parts), FIRST);
  await database.pool.query("update people set due_at = null");
  await publish("snp_2", snapshot({ ...parts, ...change }), SECOND);
  return due();
}

async function due(): Promise<string[]> {
  const { rows } = await database.pool.query<{ user_id: string }>(
    "select user_id from people where due_at is not null order by 1",
  );
  return rows.map((row) => row.user_id);
}

test("answers the directory as of any instant since the first crawl, and null before it", async () => {
  await publish("snp_1", snapshot(parts), FIRST);
  const later = { ...parts, users: [...parts.users.slice(1), user("eva")], memberships: [] };
  await publish("snp_2", snapshot(later), SECOND);
  expect(await store.asOf(at("01T07:59:59"))).toBeNull();
  const before = await store.asOf(at("02T07:59:59"));
  expect(before?.users.map((one) => one.userId)).toEqual(["ann", "bob", "cleo", "dan"]);
  expect(before).toMatchObject({ id: "snp_1", takenAt: FIRST, firstCrawlAt: FIRST });
  const after = await store.asOf(THIRD);
  expect(after?.users.map((one) => one.userId)).toEqual(["bob", "cleo", "dan", "eva"]);
  expect(after).toMatchObject({ id: "snp_2", takenAt: SECOND, firstCrawlAt: FIRST });
  expect(after?.memberships).toEqual([]);
  expect(after?.observedFrom.get("user/bob")).toBe(FIRST);
  expect(after?.observedFrom.get("user/eva")).toBe(SECOND);
});

test("gives every fact back as it was published", async () => {
  await publish("snp_1", snapshot(parts), FIRST);
  const { instance, permissionSets, accounts, assignments } = (await store.asOf(FIRST)) ?? {};
  expect({ instance, permissionSets, accounts, assignments }).toEqual({
    instance: snapshot().instance,
    permissionSets: parts.permissionSets,
    accounts: parts.accounts,
    assignments: parts.assignments,
  });
});

test("leaves the rows of unchanged facts as they are and marks nobody due", async () => {
  const rows = () => database.pool.query("select ctid, * from access_facts order by kind, key");
  await publish("snp_1", snapshot(parts), FIRST);
  await database.pool.query("update people set due_at = null");
  const before = (await rows()).rows;
  const same = snapshot({ ...parts, users: parts.users.toReversed() });
  expect(await publish("snp_2", same, SECOND)).toEqual({ opened: 0, closed: 0 });
  expect((await rows()).rows).toEqual(before);
  expect(await due()).toEqual([]);
});

test("ends a changed fact and begins it anew at the crawl", async () => {
  await publish("snp_1", snapshot(parts), FIRST);
  const renamed = [user("ann", { status: "disabled" }), ...parts.users.slice(1)];
  const receipt = await publish("snp_2", snapshot({ ...parts, users: renamed }), SECOND);
  expect(receipt).toEqual({ opened: 1, closed: 1 });
  expect((await store.asOf(SECOND))?.users[0]?.status).toBe("disabled");
  expect((await store.asOf(at("02T07:59:59")))?.users[0]?.status).toBe("enabled");
});

test("keeps nothing of a publication that fails", async () => {
  await publish("snp_1", snapshot(parts), FIRST);
  const broken = { ...parts, users: [...parts.users, user("eva", { userName: null as never })] };
  await expect(publish("snp_2", snapshot(broken), SECOND)).rejects.toThrow(/user_name/);
  expect((await store.asOf(THIRD))?.id).toBe("snp_1");
  const { rows } = await database.pool.query("select 1 from people where user_id = 'eva'");
  expect(rows).toEqual([]);
});

test("refuses a crawl that is not newer than the newest one", async () => {
  await publish("snp_2", snapshot(parts), SECOND);
  await expect(publish("snp_1", snapshot(parts), FIRST)).rejects.toMatchObject({
    code: "input.invalid",
  });
});

test("makes a person with a name of every user and marks all of them due at the first crawl", async () => {
  await publish("snp_1", snapshot(parts), FIRST);
  const { rows } = await database.pool.query(
    "select identity_store_arn, user_id, user_name, last_seen_at from person_names order by 2",
  );
  expect(rows[0]).toEqual({
    identity_store_arn: STORE,
    user_id: "ann",
    user_name: "ann@example.com",
    last_seen_at: FIRST,
  });
  expect(rows).toHaveLength(4);
  // Dan is in a group without any assignment: his membership is new all the same.
  expect(await due()).toEqual(["ann", "bob", "cleo", "dan"]);
});

test("keeps an earlier due time", async () => {
  await publish("snp_1", snapshot(parts), FIRST);
  const users = parts.users.map((one) => ({ ...one, displayName: "changed" }));
  await publish("snp_2", snapshot({ ...parts, users }), SECOND);
  const { rows } = await database.pool.query("select distinct due_at from people");
  expect(rows).toEqual([{ due_at: FIRST }]);
});

describe("marks due", () => {
  test("the members of a group whose assignment went", async () => {
    expect(await dueAfter({ assignments: parts.assignments.slice(1) })).toEqual(["ann", "bob"]);
  });
  test("the user whose own assignment came", async () => {
    const assignments = [...parts.assignments, assignment("444455556666", 2, "USER", "dan")];
    expect(await dueAfter({ assignments })).toEqual(["dan"]);
  });
  test("the member who left", async () => {
    expect(await dueAfter({ memberships: parts.memberships.slice(1) })).toEqual(["ann"]);
  });
  test("whoever has a permission set that changed", async () => {
    const permissionSets = [permissionSet(1, { sessionDuration: "PT2H" }), permissionSet(2)];
    expect(await dueAfter({ permissionSets })).toEqual(["ann", "bob"]);
  });
  test("whoever has access to an account that changed", async () => {
    const accounts = [account("444455556666"), account("777788889999", "renamed")];
    expect(await dueAfter({ accounts })).toEqual(["cleo"]);
  });
  test("the members of a group that is gone with its memberships and assignments", async () => {
    const change = {
      groups: parts.groups.slice(1),
      memberships: parts.memberships.slice(2),
      assignments: parts.assignments.slice(1),
    };
    expect(await dueAfter(change)).toEqual(["ann", "bob"]);
  });
  test("the user who is gone, whose row stays", async () => {
    expect(await dueAfter({ users: parts.users.slice(0, 3) })).toEqual(["dan"]);
  });
  test("both people when somebody takes a name that another had", async () => {
    const users = [...parts.users, user("eva", { userName: "cleo@example.com" })];
    expect(await dueAfter({ users })).toEqual(["cleo", "eva"]);
  });
});
