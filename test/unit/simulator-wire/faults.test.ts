import { LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { DeleteGroupMembershipCommand, ListUsersCommand } from "@aws-sdk/client-identitystore";
import { ListInstancesCommand } from "@aws-sdk/client-sso-admin";
import { afterEach, expect, test } from "vitest";
import { first, openOffice, type Office } from "./office.ts";

let office: Office;
afterEach(() => office.close());

test("a throttled request is repeated by the SDK and then answered", async () => {
  const seen: number[] = [];
  office = await openOffice({
    faults: (service, operation, n) => {
      if (service === "sso" && operation === "ListInstances") seen.push(n);
      return n === 1 ? "throttle" : undefined;
    },
  });
  const { ssoAdmin } = office.clients({ maxAttempts: 2 });
  const { Instances } = await ssoAdmin.send(new ListInstancesCommand({}));
  expect(Instances).toHaveLength(1);
  expect(seen).toEqual([1, 2]);
});

test("an internal failure is a server's error", async () => {
  office = await openOffice({ faults: () => "internal" });
  const IdentityStoreId = office.world.organisation.identityStoreId;
  await expect(
    office.clients().identityStore.send(new ListUsersCommand({ IdentityStoreId })),
  ).rejects.toMatchObject({ name: "InternalServerException", $metadata: { httpStatusCode: 500 } });
});

test("a request that times out after its effect has changed the organisation", async () => {
  office = await openOffice({ faults: () => "timeout-after-effect" });
  const { identityStoreId, managementAccountId } = office.world.organisation;
  const { membershipId } = first(office.world.at(office.clock.now).memberships);
  const command = new DeleteGroupMembershipCommand({
    IdentityStoreId: identityStoreId,
    MembershipId: membershipId,
  });
  await expect(office.clients().identityStore.send(command)).rejects.toMatchObject({
    name: "TimeoutError",
  });
  expect(office.changes).toMatchObject([
    { eventName: "DeleteGroupMembership", caller: { accountId: managementAccountId } },
  ]);
});

test("an operation that fails for a reason of its own answers an internal error and says it", async () => {
  office = await openOffice({
    records: () => {
      throw new Error("no records today");
    },
  });
  const { cloudTrail } = office.clients();
  await expect(cloudTrail.send(new LookupEventsCommand({}))).rejects.toMatchObject({
    name: "InternalServerException",
    message: expect.stringContaining("no records today"),
  });
});
