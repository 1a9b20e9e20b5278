import { afterAll, beforeAll, expect, test } from "vitest";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import type { AccessSnapshot } from "#core/domain/access";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import {
  account,
  assignment,
  at,
  group,
  membership,
  permissionSet,
  snapshot,
  user,
} from "#test/unit/access/directory-facts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const many = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));
const idOf = (n: number) => `u-${String(n).padStart(6, "0")}`;

/** Twenty thousand people, two thousand accounts, fifteen hundred permission sets. */
const LARGE: AccessSnapshot = snapshot({
  users: many(20_000, (n) => user(idOf(n))),
  groups: many(2_000, (n) => group(`g-${n}`)),
  memberships: many(60_000, (n) => membership(`g-${(n * 7) % 2_000}`, idOf(n % 20_000))),
  permissionSets: many(1_500, (n) => permissionSet(n)),
  accounts: many(2_000, (n) => account(String(100_000_000_000 + n))),
  assignments: many(46_000, (n) =>
    assignment(String(100_000_000_000 + (n % 2_000)), n % 1_500, "GROUP", `g-${n % 2_000}`),
  ),
});

test("publishes a large organisation again and again, with and without statistics, each in well under a minute", async () => {
  const store = new PostgresAccessStore(database);
  const took: number[] = [];
  for (const [day, change] of [
    ["01T08:00:00", {}],
    ["02T08:00:00", { permissionSets: LARGE.permissionSets.slice(1) }],
    ["03T08:00:00", { users: LARGE.users.slice(10) }],
  ] as const) {
    const began = performance.now();
    await store.publish(`snp_${day}`, { ...LARGE, ...change }, {}, at(day), at(day));
    took.push((performance.now() - began) / 1_000);
  }
  // As a database that was restored, whose statistics say that nothing is there.
  await database.pool.query("truncate access_facts, access_snapshots cascade");
  await database.pool.query("analyze access_facts");
  const began = performance.now();
  await store.publish("snp_again", LARGE, {}, at("04T08:00:00"), at("04T08:00:00"));
  took.push((performance.now() - began) / 1_000);
  expect(Math.max(...took)).toBeLessThan(60);
});
