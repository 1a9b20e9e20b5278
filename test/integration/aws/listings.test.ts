import { afterEach, expect, test } from "vitest";
import { awsDirectory } from "#core/adapters/aws/directory";
import { readUsers } from "#core/adapters/aws/directory/identities";
import { danglingReferences } from "#core/domain/access/facts";
import { openScriptedAws, ScriptedError, type Script, type ScriptedAws } from "./scripted-aws.ts";

let aws: ScriptedAws | null = null;
afterEach(async () => {
  await aws?.close();
  aws = null;
});

async function scripted(script: Script): Promise<ScriptedAws> {
  return (aws = await openScriptedAws(script));
}

const STORE = "arn:aws:identitystore::111122223333:identitystore/d-1234567890";
const INSTANCE = {
  instanceArn: "arn:aws:sso:::instance/ssoins-0000000000000001",
  identityStoreArn: STORE,
  identityStoreId: "d-1234567890",
  ownerAccountId: "111122223333",
  region: "eu-central-1",
};
const user = (id: string) => ({
  IdentityStoreId: "d-1234567890",
  UserId: id,
  UserName: `${id}@example.com`,
});

test("goes on after an empty page that carries a token", async () => {
  const { clients } = await scripted({
    ListUsers: (input) =>
      input["NextToken"] === undefined
        ? { Users: [], NextToken: "more" }
        : { Users: [user("u-1")] },
  });
  expect((await readUsers(clients, INSTANCE)).map((one) => one.userId)).toEqual(["u-1"]);
});

test("ends a listing whose token comes back with a fault instead of a loop", async () => {
  const { clients, calls } = await scripted({
    ListUsers: (_input, n) => ({ Users: [user(`u-${n}`)], NextToken: n % 2 === 0 ? "a" : "b" }),
  });
  await expect(readUsers(clients, INSTANCE)).rejects.toMatchObject({
    code: "aws.unexpected",
    message: expect.stringContaining("ListUsers"),
  });
  expect(calls).toHaveLength(3);
});

test("counts a user that two pages answer once, with the newest answer", async () => {
  const { clients } = await scripted({
    ListUsers: (input) =>
      input["NextToken"] === undefined
        ? { Users: [{ ...user("u-1"), DisplayName: "Old" }], NextToken: "more" }
        : {
            Users: [
              { ...user("u-1"), DisplayName: "New" },
              { ...user("u-2"), UserName: "" },
            ],
          },
  });
  const users = await readUsers(clients, INSTANCE);
  expect(users.map((one) => [one.userId, one.displayName, one.userName])).toEqual([
    ["u-1", "New", "u-1@example.com"],
    ["u-2", null, "u-2"],
  ]);
});

test("waits out throttling for as long as AWS asks", async () => {
  const { clients, waits } = await scripted({
    ListUsers: (_input, n) => {
      if (n === 1) throw new ScriptedError("ThrottlingException", { RetryAfterSeconds: 7 });
      return { Users: [user("u-1")] };
    },
  });
  expect(await readUsers(clients, INSTANCE)).toHaveLength(1);
  expect(waits).toEqual([7_000]);
});

test("gives up a call that is throttled for longer than the patience lasts", async () => {
  const { clients, waits } = await scripted({
    ListUsers: () => {
      throw new ScriptedError("ThrottlingException", { RetryAfterSeconds: 900 });
    },
  });
  await expect(readUsers(clients, INSTANCE)).rejects.toMatchObject({
    code: "aws.throttled",
    retry: "later",
  });
  expect(waits.reduce((sum, one) => sum + one, 0)).toBe(900_000);
});

test.each([
  ["AccessDeniedException", "aws.denied"],
  ["UnrecognizedClientException", "aws.denied"],
  ["ExpiredTokenException", "aws.denied"],
  ["ValidationException", "aws.unexpected"],
  ["SomethingNewException", "aws.unexpected"],
])("names %s as %s at once", async (name, code) => {
  const { clients, calls } = await scripted({
    ListUsers: () => {
      throw new ScriptedError(name);
    },
  });
  await expect(readUsers(clients, INSTANCE)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(name),
  });
  expect(calls).toHaveLength(1);
});

test("names an endpoint that does not answer as unreachable", async () => {
  const closed = await scripted({});
  const { clients } = closed;
  await closed.close();
  aws = null;
  process.env["AWS_ACCESS_KEY_ID"] = "AKIAIOSFODNN7EXAMPLE";
  process.env["AWS_SECRET_ACCESS_KEY"] = "example";
  await expect(readUsers(clients, INSTANCE)).rejects.toMatchObject({ code: "aws.unreachable" });
});

test("keeps and names what points at nothing", async () => {
  const set = "arn:aws:sso:::permissionSet/ssoins-0000000000000001/ps-0000000000000001";
  const gone = "arn:aws:sso:::permissionSet/ssoins-0000000000000001/ps-00000000000000ff";
  const row = { AccountId: "444455556666", PermissionSetArn: set, PrincipalType: "USER" };
  const { clients } = await scripted({
    ListInstances: () => ({ Instances: [{ InstanceArn: INSTANCE.instanceArn }] }),
    DescribeInstance: () => ({
      IdentityStoreId: "d-1234567890",
      IdentityStoreArn: STORE,
      OwnerAccountId: "111122223333",
    }),
    ListUsers: () => ({ Users: [user("u-1")] }),
    ListGroups: () => ({ Groups: [{ GroupId: "g-1", DisplayName: "" }] }),
    ListGroupMemberships: () => ({
      GroupMemberships: [
        { MembershipId: "m-1", MemberId: { UserId: "u-gone" } },
        { MembershipId: "m-2", MemberId: { UserId: "u-gone" } },
      ],
    }),
    DescribeOrganization: () => ({ Organization: { MasterAccountId: "111122223333" } }),
    ListRoots: () => ({ Roots: [{ Id: "r-1" }] }),
    ListAccountsForParent: () => ({ Accounts: [{ Id: "444455556666" }] }),
    ListAccounts: () => ({ Accounts: [{ Id: "444455556666", Name: "", State: "SUSPENDED" }] }),
    ListPermissionSets: () => ({ PermissionSets: [set] }),
    DescribePermissionSet: () => ({ PermissionSet: { PermissionSetArn: set, Name: "Reader" } }),
    GetInlinePolicyForPermissionSet: () => ({ InlinePolicy: "{ not JSON" }),
    ListAccountsForProvisionedPermissionSet: () => ({ AccountIds: ["444455556666"] }),
    ListAccountAssignments: () => ({
      AccountAssignments: [
        { ...row, PrincipalId: "u-1" },
        { ...row, PrincipalId: "u-1" },
        { ...row, PrincipalId: "u-gone", PermissionSetArn: gone },
      ],
    }),
  });
  const directory = awsDirectory({ clientsOf: () => clients, regions: ["eu-central-1"] });
  const { snapshot } = await directory.crawl(() => undefined);
  expect(snapshot.assignments).toHaveLength(2);
  expect(snapshot.memberships).toHaveLength(1);
  expect(snapshot.accounts).toMatchObject([{ name: "444455556666", status: "SUSPENDED" }]);
  expect(snapshot.permissionSets).toMatchObject([{ administrator: null, boundary: null }]);
  expect(danglingReferences(snapshot).map(({ kind, missing, id }) => [kind, missing, id])).toEqual([
    ["membership", "user", "u-gone"],
    ["assignment", "permission-set", gone],
    ["assignment", "user", "u-gone"],
  ]);
});
