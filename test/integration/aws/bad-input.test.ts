import { afterEach, beforeEach, expect, test } from "vitest";
import { awsDirectory } from "#core/adapters/aws/directory";
import { PostgresCrawlStore } from "#core/adapters/postgres/access/crawl-store";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { coverageLedger } from "#core/domain/coverage/ledger";
import { plus } from "#core/domain/time";
import { takeSnapshot } from "#core/flows/take-snapshot";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import { openScriptedAws, ScriptedError, type Script } from "./scripted-aws.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const NOW = Date.UTC(2026, 10, 1);
const STORE = "arn:aws:identitystore::111122223333:identitystore/d-1234567890";
const INSTANCE = "arn:aws:sso:::instance/ssoins-0000000000000001";
const setArn = (n: number) =>
  `arn:aws:sso:::permissionSet/ssoins-0000000000000001/ps-${String(n).padStart(16, "0")}`;

/** One user, one group, one account, one permission set, nothing unusual. */
const SOUND: Script = {
  ListInstances: () => ({ Instances: [{ InstanceArn: INSTANCE, OwnerAccountId: "111122223333" }] }),
  DescribeInstance: () => ({
    IdentityStoreId: "d-1234567890",
    IdentityStoreArn: STORE,
    OwnerAccountId: "111122223333",
  }),
  ListUsers: () => ({ Users: [{ UserId: "u-1", UserName: "ann@example.com" }] }),
  ListGroups: () => ({ Groups: [{ GroupId: "g-1", DisplayName: "Ops" }] }),
  ListGroupMemberships: () => ({
    GroupMemberships: [{ MembershipId: "m-1", MemberId: { UserId: "u-1" } }],
  }),
  DescribeOrganization: () => ({ Organization: { MasterAccountId: "111122223333" } }),
  ListRoots: () => ({ Roots: [{ Id: "r-1" }] }),
  ListAccountsForParent: () => ({ Accounts: [{ Id: "444455556666" }] }),
  ListAccounts: () => ({ Accounts: [{ Id: "444455556666", Name: "Sandbox", State: "ACTIVE" }] }),
  ListPermissionSets: () => ({ PermissionSets: [setArn(1)] }),
  DescribePermissionSet: (input) => ({
    PermissionSet: {
      PermissionSetArn: input["PermissionSetArn"],
      Name: "Reader",
      SessionDuration: "PT8H",
    },
  }),
  ListAccountsForProvisionedPermissionSet: (input) =>
    input["ProvisioningStatus"] === undefined ? { AccountIds: ["444455556666"] } : {},
  ListAccountAssignments: (input) => ({
    AccountAssignments: [
      {
        AccountId: input["AccountId"],
        PermissionSetArn: input["PermissionSetArn"],
        PrincipalType: "GROUP",
        PrincipalId: "g-1",
      },
    ],
  }),
};

async function crawl(more: Script = {}) {
  const aws = await openScriptedAws({ ...SOUND, ...more });
  try {
    const receipt = await takeSnapshot({
      directory: awsDirectory({ clientsOf: () => aws.clients, regions: ["eu-central-1"] }),
      store: new PostgresCrawlStore(database),
      clock: { now: () => NOW },
      newId: () => "snp_1",
      progress: () => undefined,
    });
    const snapshot = await new PostgresAccessStore(database).asOf(receipt.completedAt);
    if (snapshot === null) throw new Error("nothing was published");
    const said = (kind: string) =>
      receipt.notes.filter((note) => note.kind === kind).map((note) => note.about);
    return { receipt, snapshot, calls: aws.calls, said };
  } finally {
    await aws.close();
  }
}

test("finds nothing unusual in a sound directory", async () => {
  const { receipt, snapshot } = await crawl();
  expect(receipt.notes).toEqual([]);
  expect(snapshot.notes).toEqual([]);
  expect(snapshot.provisionings).toEqual([
    { accountId: "444455556666", permissionSetArn: setArn(1), isLatest: true },
  ]);
});

test("keeps and names what points at nothing", async () => {
  const gone = setArn(255);
  const row = { AccountId: "444455556666", PermissionSetArn: setArn(1), PrincipalType: "USER" };
  const { snapshot, receipt, said } = await crawl({
    ListGroupMemberships: () => ({
      GroupMemberships: [
        { MembershipId: "m-1", MemberId: { UserId: "u-gone" } },
        { MembershipId: "m-2", MemberId: { UserId: "u-gone" } },
      ],
    }),
    ListAccounts: () => ({ Accounts: [{ Id: "444455556666", Name: "", State: "SUSPENDED" }] }),
    ListAccountAssignments: () => ({
      AccountAssignments: [
        { ...row, PrincipalId: "u-1" },
        { ...row, PrincipalId: "u-1" },
        { ...row, PrincipalId: "u-gone", PermissionSetArn: gone },
      ],
    }),
  });
  expect(snapshot.assignments).toHaveLength(2);
  expect(snapshot.memberships).toHaveLength(1);
  expect(snapshot.accounts).toMatchObject([{ name: "444455556666", status: "SUSPENDED" }]);
  expect(receipt.dangling.map(({ kind, missing, id }) => [kind, missing, id])).toEqual([
    ["assignment", "permission-set", gone],
    ["assignment", "user", "u-gone"],
    ["membership", "user", "u-gone"],
  ]);
  // The membership that is there twice, and each thing that points at nothing.
  expect(said("odd")).toEqual(expect.arrayContaining(["g-1", "g-1/u-gone"]));
});

test("keeps malformed policies, durations and names as they are and says what is odd about them", async () => {
  const long = "n".repeat(1_024);
  const { snapshot, said } = await crawl({
    ListUsers: () => ({
      Users: [
        { UserId: "u-1", UserName: long, DisplayName: long },
        { UserId: "u-2", UserName: "" },
      ],
    }),
    ListGroups: () => ({
      Groups: [
        { GroupId: "g-1", DisplayName: "Same" },
        { GroupId: "g-2", DisplayName: "Same" },
        { GroupId: "g-3", DisplayName: "" },
      ],
    }),
    ListGroupMemberships: () => ({ GroupMemberships: [] }),
    ListPermissionSets: () => ({ PermissionSets: [setArn(1), setArn(2), setArn(3), setArn(4)] }),
    DescribePermissionSet: (input) => {
      const arn = String(input["PermissionSetArn"]);
      const durations = ["PT8H", "PT0S", "PT12H", "12h"];
      return {
        PermissionSet: {
          PermissionSetArn: arn,
          Name: `Set${arn.at(-1)}`,
          SessionDuration: durations[Number(arn.at(-1)) - 1],
          RelayState: "https://example.com/start",
        },
      };
    },
    GetInlinePolicyForPermissionSet: (input) => ({
      InlinePolicy: input["PermissionSetArn"] === setArn(1) ? "{ not JSON" : "",
    }),
    ListTagsForResource: () => ({
      Tags: [
        { Key: "__proto__", Value: "x" },
        { Key: "Owner", Value: "" },
      ],
    }),
  });
  expect(snapshot.users.map((one) => one.userName)).toEqual([long, "u-2"]);
  expect(snapshot.groups).toHaveLength(3);
  expect(snapshot.permissionSets.map((one) => one.sessionDuration)).toEqual([
    "PT8H",
    "PT0S",
    "PT12H",
    "12h",
  ]);
  expect(snapshot.permissionSets[0]).toMatchObject({
    inlinePolicy: "{ not JSON",
    relayState: "https://example.com/start",
  });
  expect(Object.keys(snapshot.permissionSets[0]?.tags ?? {})).toEqual(["Owner", "__proto__"]);
  expect(said("odd").toSorted()).toEqual(
    ["g-1", "g-3", setArn(1), setArn(2), setArn(4), "u-2"].toSorted(),
  );
});

test("names what was deleted between its listing and its reading, and publishes the rest", async () => {
  const absent = () => {
    throw new ScriptedError("ResourceNotFoundException");
  };
  const { snapshot, said } = await crawl({
    ListPermissionSets: () => ({ PermissionSets: [setArn(1), setArn(2)] }),
    DescribePermissionSet: (input) =>
      input["PermissionSetArn"] === setArn(2)
        ? absent()
        : SOUND["DescribePermissionSet"]!(input, 1),
    ListAccountsForProvisionedPermissionSet: (input, n) =>
      input["PermissionSetArn"] === setArn(2)
        ? absent()
        : SOUND["ListAccountsForProvisionedPermissionSet"]!(input, n),
    ListGroupMemberships: absent,
    ListApplications: () => ({
      Applications: [{ ApplicationArn: "arn:aws:sso::1:application/a/b" }],
    }),
    ListApplicationAssignments: absent,
  });
  expect(snapshot.permissionSets.map((one) => one.arn)).toEqual([setArn(1)]);
  expect(snapshot.applications).toEqual([]);
  expect(said("changed").toSorted()).toEqual(
    ["arn:aws:sso::1:application/a/b", "g-1", setArn(2)].toSorted(),
  );
});

test("says what it may not read instead of showing it as empty, and crawls on", async () => {
  const denied = () => {
    throw new ScriptedError("AccessDeniedException");
  };
  const { receipt, snapshot, said } = await crawl({
    ListApplications: denied,
    ListTrustedTokenIssuers: denied,
    ListTagsForResource: denied,
    undefined: denied,
  });
  expect(snapshot.assignments).toHaveLength(1);
  expect(said("unread").toSorted()).toEqual(
    ["applications", "entitlements", setArn(1), "trusted-token-issuers"].toSorted(),
  );
  // The ledger tells it, as of any instant since.
  const facts = await new PostgresObservationStore(database).ledgerFacts(receipt.completedAt);
  const { problems } = coverageLedger(facts, receipt.completedAt, null);
  expect(problems.filter((one) => one.kind === "directory").map((one) => one.sentence)).toEqual(
    expect.arrayContaining([expect.stringContaining("account-access:ListEntitlements")]),
  );
  const before = plus(receipt.completedAt, -1);
  const earlier = await new PostgresObservationStore(database).ledgerFacts(before);
  expect(earlier.unread).toEqual([]);
});

test("reads again what changed while it was read, until it stands still", async () => {
  const { snapshot, receipt, calls } = await crawl({
    // Somebody joins after the first listing, a set is provisioned to a second account.
    ListUsers: (_input, n) => ({
      Users: (n === 1 ? ["u-1"] : ["u-1", "u-2"]).map((id) => ({
        UserId: id,
        UserName: id + "@example.com",
      })),
    }),
    ListAccounts: () => ({ Accounts: [{ Id: "444455556666" }, { Id: "777788889999" }] }),
    ListAccountsForParent: () => ({ Accounts: [{ Id: "444455556666" }, { Id: "777788889999" }] }),
    ListAccountsForProvisionedPermissionSet: (input, n) => {
      if (input["ProvisioningStatus"] !== undefined) return {};
      return { AccountIds: n <= 2 ? ["444455556666"] : ["444455556666", "777788889999"] };
    },
  });
  expect(snapshot.users.map((one) => one.userId)).toEqual(["u-1", "u-2"]);
  expect(snapshot.assignments.map((one) => one.accountId)).toEqual([
    "444455556666",
    "777788889999",
  ]);
  expect(receipt.notes).toEqual([]);
  expect(calls.filter((call) => call === "ListGroups").length).toBeLessThanOrEqual(3);
});

test("names a listing that never stands still, and publishes", async () => {
  const { said, snapshot } = await crawl({
    ListUsers: (_input, n) => ({ Users: [{ UserId: "u-1", UserName: `ann.${n}@example.com` }] }),
  });
  expect(said("changed")).toEqual(["users"]);
  expect(snapshot.users).toHaveLength(1);
});

test("crawls on when an account moves all the time, and says that its place is unknown", async () => {
  const { snapshot, said } = await crawl({ ListAccountsForParent: () => ({ Accounts: [] }) });
  expect(snapshot.accounts).toMatchObject([
    { accountId: "444455556666", organizationalUnitPath: "" },
  ]);
  expect(said("changed")).toEqual(["444455556666"]);
});

test("never takes an account's own instance for the organisation's", async () => {
  const own = "arn:aws:sso:::instance/ssoins-00000000000000ff";
  const both = [
    { InstanceArn: own, OwnerAccountId: "444455556666" },
    { InstanceArn: INSTANCE, OwnerAccountId: "111122223333" },
  ];
  const { receipt, said } = await crawl({ ListInstances: () => ({ Instances: both }) });
  expect(receipt.instanceArn).toBe(INSTANCE);
  expect(said("odd")).toEqual([own]);
  const alone = crawl({ ListInstances: () => ({ Instances: [both[0]] }) });
  await expect(alone).rejects.toMatchObject({
    code: "aws.not-configured",
    message: expect.stringContaining(own),
  });
});

test("says that an instance without permission sets has no assignments, and asks for none", async () => {
  const { receipt, calls, said } = await crawl({
    DescribeInstance: () => ({
      ...SOUND["DescribeInstance"]!({}, 1),
      PermissionSetsEnabled: false,
    }),
  });
  expect(said("odd")).toEqual(["permission-sets"]);
  expect(receipt.assignmentListing).toBeNull();
  expect(calls).not.toContain("ListPermissionSets");
});
