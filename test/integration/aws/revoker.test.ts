import { afterAll, beforeAll, expect, test } from "vitest";
import { awsRevoker } from "#core/adapters/aws/revoker";
import type { AssignmentRef, Revoker } from "#core/ports/revoker";
import { denyContent } from "#simulator/organisation/policies";
import { first } from "#test/unit/simulator-wire/office";
import { openAwsOffice, type AwsOffice } from "./aws-office.ts";

let office: AwsOffice;
let revoker: Revoker;
beforeAll(async () => {
  office = await openAwsOffice();
  const { instanceArn, identityStoreId } = office.world.organisation;
  const clients = office.clientsOf(office.home);
  revoker = awsRevoker({ clients, instance: { instanceArn, identityStoreId } });
});
afterAll(() => office.close());

const state = () => office.world.at(office.clock.now);
const NOBODY = "0123456789-00000000-0000-4000-8000-000000000000";

test("writes the deny policy's text and reads back what stands in AWS", async () => {
  const policyId = first(office.world.organisation.denyPolicyIds);
  const before = await revoker.readDenyPolicy(policyId);
  expect(before.content).toBe(denyContent([]));
  expect(before.policyArn).toContain(policyId);
  const content = denyContent([first(state().people).userId]);
  const { requestId } = await revoker.writeDenyPolicy(policyId, content);
  expect((await revoker.readDenyPolicy(policyId)).content).toBe(content);
  // CloudTrail shows the call under this id.
  expect(office.changes.at(-1)).toMatchObject({ eventName: "UpdatePolicy", requestId });
});

test("removes a user's assignment and follows the request to its end", async () => {
  const found = first(state().assignments.filter((one) => one.principalType === "USER"));
  const { accountId, permissionSetArn, principalId } = found;
  const assignment = { accountId, permissionSetArn, principalType: "USER", principalId } as const;
  expect(await revoker.assignmentExists(assignment)).toBe(true);
  const { requestId } = await revoker.removeAssignment(assignment);
  expect(await revoker.assignmentRemoval(requestId)).toEqual({
    status: "in-progress",
    reason: null,
  });
  office.clock.now += 10 * 60_000;
  expect(await revoker.assignmentRemoval(requestId)).toEqual({ status: "succeeded", reason: null });
  expect(await revoker.assignmentExists(assignment)).toBe(false);
});

test("answers that an assignment to what does not exist any more is gone", async () => {
  const found = first(state().assignments);
  const assignment: AssignmentRef = {
    accountId: found.accountId,
    permissionSetArn: `${found.permissionSetArn.slice(0, -4)}ffff`,
    principalType: "USER",
    principalId: NOBODY,
  };
  expect(await revoker.assignmentExists(assignment)).toBe(false);
});

test("removes a membership that it found by group and user", async () => {
  const { groupId, userId, membershipId } = first(
    state().memberships.filter((one) =>
      state().groups.some((group) => group.groupId === one.groupId && group.externalId === null),
    ),
  );
  expect(await revoker.membershipId(groupId, userId)).toBe(membershipId);
  const { requestId } = await revoker.removeMembership(membershipId);
  expect(office.changes.at(-1)).toMatchObject({ eventName: "DeleteGroupMembership", requestId });
  expect(await revoker.membershipId(groupId, userId)).toBeNull();
  await expect(revoker.removeMembership(membershipId)).rejects.toMatchObject({ name: "Fault" });
});

test("tells users that are enabled, disabled or deleted", async () => {
  const { people } = state();
  const isDisabled = (one: { disabledAt: number | null }) =>
    one.disabledAt !== null && one.disabledAt <= office.clock.now;
  const enabled = first(people.filter((one) => !isDisabled(one)));
  const disabled = first(people.filter(isDisabled));
  expect(await revoker.userStatus(enabled.userId)).toBe("enabled");
  expect(await revoker.userStatus(disabled.userId)).toBe("disabled");
  expect(await revoker.userStatus(NOBODY)).toBe("deleted");
});

test("says unknown where AWS does not answer the status", async () => {
  const silent = await openAwsOffice({ switches: { userStatusReadable: false } });
  try {
    const { instanceArn, identityStoreId } = silent.world.organisation;
    const clients = silent.clientsOf(silent.home);
    const asked = awsRevoker({ clients, instance: { instanceArn, identityStoreId } });
    expect(await asked.userStatus(first(state().people).userId)).toBe("unknown");
  } finally {
    await silent.close();
  }
});
