import { afterEach, expect, test } from "vitest";
import { readUsers } from "#core/adapters/aws/directory/identities";
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
  expect((await readUsers(clients, INSTANCE)).items.map((one) => one.userId)).toEqual(["u-1"]);
});

test("ends a listing whose token comes back with a fault instead of a loop", async () => {
  const { clients, calls } = await scripted({
    ListUsers: (_input, n) => ({ Users: [user(`u-${n}`)], NextToken: n % 3 === 2 ? "a" : "b" }),
  });
  await expect(readUsers(clients, INSTANCE)).rejects.toMatchObject({
    code: "aws.unexpected",
    message: expect.stringContaining("ListUsers"),
  });
  // Three beginnings, each to the token that comes back.
  expect(calls).toHaveLength(9);
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
  expect(users.items.map((one) => [one.userId, one.displayName, one.userName])).toEqual([
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
  expect((await readUsers(clients, INSTANCE)).items).toHaveLength(1);
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

test("begins a listing anew whose page token AWS no longer takes, and gives up in the end", async () => {
  const script = (refusals: number): Script => {
    let refused = 0;
    return {
      ListUsers: (input) => {
        if (input["NextToken"] === undefined) return { Users: [user("u-1")], NextToken: "more" };
        if ((refused += 1) <= refusals) throw new ScriptedError("ValidationException");
        return { Users: [user("u-2")] };
      },
    };
  };
  const mended = await scripted(script(2));
  const { items } = await readUsers(mended.clients, INSTANCE);
  expect(items.map((one) => one.userId)).toEqual(["u-1", "u-2"]);
  expect(mended.calls).toHaveLength(6);
  await mended.close();
  const broken = await scripted(script(3));
  await expect(readUsers(broken.clients, INSTANCE)).rejects.toMatchObject({
    code: "aws.unexpected",
  });
  expect(broken.calls).toHaveLength(6);
});
