import {
  IdentitystoreClient,
  ListGroupMembershipsCommand,
  paginateListUsers,
} from "@aws-sdk/client-identitystore";
import { OrganizationsClient, paginateListAccounts } from "@aws-sdk/client-organizations";
import {
  ListAccountAssignmentsCommand,
  ListPermissionSetsCommand,
  paginateListAccountsForProvisionedPermissionSet,
  paginateListPermissionSets,
  SSOAdminClient,
} from "@aws-sdk/client-sso-admin";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildOrganisation } from "#simulator/organisation";
import { largeOrganisation } from "#simulator/organisation/large";
import { serveOrganisation, type ServedOrganisation } from "#simulator/wire/serving";
import { walk } from "../office.ts";

const SIZES = { accounts: 60, permissionSets: 40, people: 500, groups: 30, seed: 3, pairs: 700 };

describe("a large organisation", () => {
  test("is the same for the same sizes and seed", () => {
    expect(largeOrganisation(SIZES)).toEqual(largeOrganisation(SIZES));
    expect(largeOrganisation({ ...SIZES, seed: 4 }).instanceArn).not.toBe(
      largeOrganisation(SIZES).instanceArn,
    );
  });

  test("has exactly the pairs that were asked for, and refuses more than there can be", () => {
    const { assignments } = largeOrganisation(SIZES);
    const pairs = new Set(assignments.map((one) => `${one.accountId} ${one.permissionSetArn}`));
    expect(pairs.size).toBe(700);
    expect(() => largeOrganisation({ ...SIZES, pairs: 60 * 40 + 1 })).toThrow("2401 pairs");
  });

  test("of thousands is built within a second or two", () => {
    const begun = performance.now();
    const large = largeOrganisation({
      accounts: 2_000,
      permissionSets: 1_500,
      people: 20_000,
      groups: 2_000,
      seed: 1,
      pairs: 40_000,
    });
    expect(large.memberships).toHaveLength(60_000);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});

describe("serving one", () => {
  let served: ServedOrganisation;
  let ssoAdmin: SSOAdminClient;
  let identityStore: IdentitystoreClient;
  let organizations: OrganizationsClient;
  let ticks = 0;
  const organisation = largeOrganisation(SIZES);
  const { instanceArn: InstanceArn, identityStoreId: IdentityStoreId } = organisation;
  beforeAll(async () => {
    served = await serveOrganisation({ organisation, monotonicMs: () => (ticks += 1_000) });
    const configuration = {
      endpoint: served.endpoint,
      region: served.environment.AWS_REGION,
      maxAttempts: 1,
      credentials: {
        accessKeyId: served.environment.AWS_ACCESS_KEY_ID,
        secretAccessKey: served.environment.AWS_SECRET_ACCESS_KEY,
      },
    };
    ssoAdmin = new SSOAdminClient(configuration);
    identityStore = new IdentitystoreClient(configuration);
    organizations = new OrganizationsClient(configuration);
  });
  afterAll(async () => {
    for (const client of [ssoAdmin, identityStore, organizations]) client.destroy();
    await served.stop();
  });

  test("people, accounts and sets are all answered, each once", async () => {
    const users = await walk(
      paginateListUsers({ client: identityStore, pageSize: 100 }, { IdentityStoreId }),
      (page) => page.Users,
    );
    expect(new Set(users.rows.map((one) => one.UserId)).size).toBe(500);
    const accounts = await walk(
      paginateListAccounts({ client: organizations }, {}),
      (page) => page.Accounts,
    );
    expect(new Set(accounts.rows.map((one) => one.Id)).size).toBe(60);
    const sets = await walk(
      paginateListPermissionSets({ client: ssoAdmin, pageSize: 100 }, { InstanceArn }),
      (page) => page.PermissionSets,
    );
    expect(new Set(sets.rows).size).toBe(40);
  });

  test("the pairs of every set add up, and so do their assignments", async () => {
    let pairs = 0;
    for (const { arn: PermissionSetArn } of organisation.permissionSets) {
      const { rows } = await walk(
        paginateListAccountsForProvisionedPermissionSet(
          { client: ssoAdmin, pageSize: 100 },
          { InstanceArn, PermissionSetArn },
        ),
        (page) => page.AccountIds,
      );
      pairs += rows.length;
    }
    expect(pairs).toBe(700);
    const [one] = organisation.assignments;
    const { AccountAssignments } = await ssoAdmin.send(
      new ListAccountAssignmentsCommand({
        InstanceArn,
        AccountId: one?.accountId,
        PermissionSetArn: one?.permissionSetArn,
      }),
    );
    expect(AccountAssignments?.map((row) => row.PrincipalId)).toContain(one?.principalId);
  });

  test("requests are counted, and a change comes after the one that it was planned for", async () => {
    const count = async (): Promise<number> =>
      (await ssoAdmin.send(new ListPermissionSetsCommand({ InstanceArn }))).PermissionSets
        ?.length ?? 0;
    const before = served.requests().get("sso ListPermissionSets") ?? 0;
    served.mutateAfter("sso", "ListPermissionSets", before + 1, (now) => ({
      ...now,
      permissionSets: now.permissionSets.slice(1),
    }));
    expect([await count(), await count()]).toEqual([40, 39]);
    expect(served.requests().get("sso ListPermissionSets")).toBe(before + 2);
    served.mutate(() => organisation);
    expect(await count()).toBe(40);
  });

  test("a group of a hundred thousand is paged in bounded time", async () => {
    const { groups, memberships } = organisation;
    const [group] = groups;
    const [membership] = memberships;
    if (group === undefined || membership === undefined) throw new Error("There is no group.");
    served.mutate((now) => ({
      ...now,
      memberships: Array.from({ length: 100_000 }, (_, i) => ({
        ...membership,
        groupId: group.groupId,
        membershipId: `member-${String(i).padStart(6, "0")}`,
      })),
    }));
    const begun = performance.now();
    const asked = { IdentityStoreId, GroupId: group.groupId, MaxResults: 100 };
    let token: string | undefined;
    for (let page = 0; page < 20; page++) {
      const answer = await identityStore.send(
        new ListGroupMembershipsCommand({ ...asked, ...(token && { NextToken: token }) }),
      );
      expect(answer.GroupMemberships).toHaveLength(100);
      token = answer.NextToken;
    }
    expect(performance.now() - begun).toBeLessThan(5_000);
    served.mutate(() => organisation);
  });
});

test("what is kept follows the clock: a grant that ends is gone", async () => {
  const organisation = buildOrganisation(7, Date.UTC(2026, 0, 5));
  const ends = organisation.assignments.find((one) => one.to !== null);
  if (ends === undefined || ends.to === null) throw new Error("No assignment ends.");
  const clock = { now: ends.to - 1 };
  const served = await serveOrganisation({ organisation, now: () => clock.now });
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION } = served.environment;
  const client = new SSOAdminClient({
    endpoint: served.endpoint,
    region: AWS_REGION,
    credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY },
  });
  try {
    const holders = async () => {
      const { AccountAssignments } = await client.send(
        new ListAccountAssignmentsCommand({
          InstanceArn: organisation.instanceArn,
          AccountId: ends.accountId,
          PermissionSetArn: ends.permissionSetArn,
        }),
      );
      return AccountAssignments?.map((one) => one.PrincipalId);
    };
    expect(await holders()).toContain(ends.principalId);
    clock.now += 1;
    expect(await holders()).not.toContain(ends.principalId);
  } finally {
    client.destroy();
    await served.stop();
  }
});
