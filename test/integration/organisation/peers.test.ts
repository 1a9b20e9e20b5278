/** Who is compared with peers is judged again when a crawl or a change of access came, and stored use adds up over people. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { PostgresOrganisationStore } from "#core/adapters/postgres/people/organisation-store";
import type { RoleUse } from "#core/domain/access/proposal/role-use";
import { parseInstant, type Instant } from "#core/domain/time";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import { STORE } from "#test/support/records";

const INSTANCE = "arn:aws:sso:::instance/ssoins-1234567890abcdef";
const CRAWLED = parseInstant("2026-03-01T00:00:00Z")!;
const JUDGED = parseInstant("2026-02-28T00:00:00Z")!;
const NOW = parseInstant("2026-03-02T00:00:00Z")!;
const id = (index: number): string => `0a1b2c3d-0000-4000-8000-${String(index).padStart(12, "0")}`;

let database: TestDatabase;
let store: PostgresOrganisationStore;
beforeAll(async () => {
  database = await createTestDatabase();
  store = new PostgresOrganisationStore(database);
});
afterAll(() => database.drop());

async function fact(kind: string, key: string, body: object): Promise<void> {
  await database.pool.query(
    `insert into access_facts (kind, key, instance_arn, body, body_sha256, observed_from, first_snapshot_id)
     values ($1, $2, $3, $4, '', $5, 'snp_1')`,
    [kind, key, INSTANCE, JSON.stringify(body), CRAWLED],
  );
}
const assign = (principalType: string, principalId: string) =>
  fact("assignment", `a/${principalId}`, { principalType, principalId });
const join = (groupId: string, userId: string) =>
  fact("membership", `${groupId}/${userId}`, { groupId, userId });
const due = async (): Promise<string[]> => {
  const { rows } = await database.pool.query<{ user_id: string }>(
    "select user_id from people where due_at is not null order by user_id",
  );
  return rows.map((row) => row.user_id);
};
async function organisation(judgedAt: Instant | null, dueAt: Instant | null): Promise<void> {
  await database.pool.query("truncate organisations");
  await database.pool.query("insert into organisations values ($1, $2, $3)", [
    INSTANCE,
    dueAt,
    judgedAt,
  ]);
}

/** User 1 directly, user 2 by a group of two, users 3 to 8 by one of six; user 9 holds nothing. */
beforeEach(async () => {
  await database.pool.query(
    "truncate people, access_usage, organisations, access_facts, access_snapshots cascade",
  );
  await database.pool.query(
    `insert into access_snapshots (id, instance_arn, started_at, completed_at, counts, api_calls)
     values ('snp_1', $1, $2, $2, '{}', '{}')`,
    [INSTANCE, CRAWLED],
  );
  await fact("instance", INSTANCE, { identityStoreArn: STORE });
  for (let index = 1; index <= 9; index += 1) {
    await database.pool.query(
      "insert into people (identity_store_arn, user_id, judged_at) values ($1, $2, $3)",
      [STORE, id(index), JUDGED],
    );
  }
  await assign("USER", id(1));
  await assign("GROUP", "g-small");
  await assign("GROUP", "g-team");
  await join("g-small", id(2));
  for (let index = 3; index <= 8; index += 1) await join("g-team", id(index));
});

describe("after a change of what others hold", () => {
  test("a crawl makes those due who hold something directly or by a very small group, and no others", async () => {
    await organisation(JUDGED, CRAWLED);
    await store.comparePeersAgain(NOW);
    expect(await due()).toEqual([id(1), id(2)]);
  });

  test("so does an event, which makes the organisation due as of its last judgement", async () => {
    await organisation(parseInstant("2026-03-01T12:00:00Z"), parseInstant("2026-03-01T12:00:00Z"));
    await store.comparePeersAgain(NOW);
    expect(await due()).toEqual([id(1), id(2)]);
  });

  test("new use and the passing of time make nobody due, nor does an organisation that is not due", async () => {
    await organisation(parseInstant("2026-03-01T12:00:00Z"), parseInstant("2026-03-01T12:05:00Z"));
    await store.comparePeersAgain(NOW);
    await organisation(JUDGED, null);
    await store.comparePeersAgain(NOW);
    expect(await due()).toEqual([]);
  });
});

test("stored use comes to the judgement added up over people, each service and action by itself", async () => {
  const use = (user: number, last: string, services: object) =>
    database.pool.query(
      `insert into access_usage values ($1, $2, '444455556666', 'Developer', $3, $4, $5, '')`,
      [
        STORE,
        id(user),
        "2026-01-01T00:00:00Z",
        last,
        JSON.stringify({ calls: 5, deniedCalls: 1, otherActionCalls: 0, services, actions: {} }),
      ],
    );
  await use(1, "2026-02-01T00:00:00Z", { ec2: 4, s3: 1 });
  await use(2, "2026-02-05T00:00:00Z", { ec2: 5 });
  await organisation(null, CRAWLED);
  const seen: RoleUse[] = [];
  await store.sweep(NOW, NOW, [], ({ usage }) => {
    seen.push(...usage);
    return Promise.resolve({
      reconciliation: { opened: [], refreshed: [], resolved: [], unchanged: [] },
      nextDecisionAt: null,
    });
  });
  expect(seen).toEqual([
    {
      accountId: "444455556666",
      roleName: "Developer",
      people: 2,
      firstUsedAt: "2026-01-01T00:00:00.000Z",
      lastUsedAt: "2026-02-05T00:00:00.000Z",
      calls: 10,
      deniedCalls: 2,
      otherActionCalls: 0,
      services: { ec2: 9, s3: 1 },
      actions: {},
    },
  ]);
});
