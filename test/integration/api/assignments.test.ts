/** Effective access over the API: every path once over all pages, narrowed by person and account. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import type { AccessSnapshot } from "#core/domain/access";
import { instant } from "#core/domain/time";
import { assignmentSchema, listSchema } from "#services/api/http/schemas";
import { START, startTestApi, type TestApi } from "./api.ts";
import { NOTHING_MORE, PLAIN_SET } from "#test/support/snapshot";
import { person, STORE } from "./seed.ts";

const INSTANCE = "arn:aws:sso:::instance/ssoins-1234567890abcdef";
const SET = `arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef`;
const ACCOUNTS = ["111122223333", "444455556666"];
const PEOPLE = Array.from({ length: 45 }, (_value, at) => person(at + 1));

function snapshot(): AccessSnapshot {
  const assignment = (principalType: "USER" | "GROUP", principalId: string, accountId: string) => ({
    accountId,
    permissionSetArn: SET,
    principalType,
    principalId,
  });
  return {
    instance: {
      instanceArn: INSTANCE,
      identityStoreArn: STORE,
      identityStoreId: "d-1234567890",
      ownerAccountId: ACCOUNTS[0]!,
      region: "eu-central-1",
    },
    users: PEOPLE.map((user) => ({
      ...user,
      displayName: null,
      email: user.userName,
      status: "enabled",
      externalId: null,
    })),
    groups: [
      { identityStoreArn: STORE, groupId: "g-everyone", displayName: "everyone", externalId: null },
    ],
    memberships: PEOPLE.map(({ userId }) => ({
      identityStoreArn: STORE,
      membershipId: `m-${userId}`,
      groupId: "g-everyone",
      userId,
    })),
    permissionSets: [
      {
        arn: SET,
        name: "ReadOnly",
        description: null,
        sessionDuration: "PT1H",
        managedPolicyArns: [],
        customerManagedPolicies: [],
        inlinePolicy: null,
        boundary: null,
        ...PLAIN_SET,
      },
    ],
    ...NOTHING_MORE,
    accounts: ACCOUNTS.map((accountId, at) => ({
      accountId,
      name: `account-${at}`,
      email: null,
      status: "ACTIVE",
      organizationalUnitPath: "Workloads",
      isManagement: at === 0,
    })),
    assignments: [
      ...ACCOUNTS.map((accountId) => assignment("GROUP", "g-everyone", accountId)),
      assignment("USER", PEOPLE[0]!.userId, ACCOUNTS[1]!),
    ],
  };
}

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  const store = new PostgresAccessStore(api.database);
  await store.publish("snp_test", snapshot(), {}, instant(START - 2_000), instant(START - 1_000));
});
afterAll(() => api.close());

async function everyRow(path: string): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: Record<string, unknown>[]; nextCursor: string | null } = (
      await api.get(`${path}${cursor === null ? "" : `&cursor=${cursor}`}`)
    ).json();
    rows.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return rows;
}

test("gives every path once, whatever the size of the pages", async () => {
  const whole = await everyRow("/v1/assignments?limit=200");
  expect(whole).toHaveLength(45 * 2 + 1);
  expect(await everyRow("/v1/assignments?limit=7")).toEqual(whole);
  expect(() =>
    listSchema(assignmentSchema).parse({ items: whole, nextCursor: null }),
  ).not.toThrow();
});

test("is narrowed by person, by e-mail address too, and by account", async () => {
  const { userId, userName } = PEOPLE[0]!;
  expect(await everyRow(`/v1/assignments?limit=1&user=${userId}`)).toHaveLength(3);
  expect(await everyRow(`/v1/assignments?limit=50&user=${userName}`)).toHaveLength(3);
  expect(await everyRow(`/v1/assignments?limit=50&account=${ACCOUNTS[1]}`)).toHaveLength(46);
  expect(await everyRow("/v1/assignments?limit=50&account=999999999999")).toEqual([]);
});

test("shows the path: directly and through the group", async () => {
  const rows = await everyRow(
    `/v1/assignments?limit=50&user=${PEOPLE[0]!.userId}&account=${ACCOUNTS[1]}`,
  );
  const kinds = rows.map((row) => (row["path"] as { kind: string }[]).map((step) => step.kind));
  expect(kinds).toEqual(expect.arrayContaining([["assignment"], ["group", "assignment"]]));
});
