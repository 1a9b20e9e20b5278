import {
  CreateAccountAssignmentCommand,
  DeleteAccountAssignmentCommand,
  DeleteInlinePolicyFromPermissionSetCommand,
  DescribeAccountAssignmentCreationStatusCommand,
  DescribeAccountAssignmentDeletionStatusCommand,
  DescribePermissionSetProvisioningStatusCommand,
  GetInlinePolicyForPermissionSetCommand,
  ListAccountAssignmentDeletionStatusCommand,
  ListAccountAssignmentsCommand,
  ListAccountsForProvisionedPermissionSetCommand,
  ProvisionPermissionSetCommand,
  PutInlinePolicyToPermissionSetCommand,
} from "@aws-sdk/client-sso-admin";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { AccountAssignment } from "#simulator/model";
import { first, openOffice, type Clients, type Office } from "./office.ts";

let office: Office;
let clients: Clients;
let InstanceArn: string;
beforeEach(async () => {
  office = await openOffice();
  clients = office.clients();
  InstanceArn = office.world.organisation.instanceArn;
});
afterEach(() => office.close());

const now = () => office.world.at(office.clock.now);

function naming(assignment: AccountAssignment) {
  return {
    InstanceArn,
    TargetId: assignment.accountId,
    TargetType: "AWS_ACCOUNT" as const,
    PermissionSetArn: assignment.permissionSetArn,
    PrincipalType: assignment.principalType,
    PrincipalId: assignment.principalId,
  };
}

async function isListed(assignment: AccountAssignment): Promise<boolean> {
  const { AccountAssignments } = await clients.ssoAdmin.send(
    new ListAccountAssignmentsCommand({
      InstanceArn,
      AccountId: assignment.accountId,
      PermissionSetArn: assignment.permissionSetArn,
    }),
  );
  return AccountAssignments?.some((one) => one.PrincipalId === assignment.principalId) ?? false;
}

async function remove(assignment: AccountAssignment): Promise<string> {
  const command = new DeleteAccountAssignmentCommand(naming(assignment));
  const { AccountAssignmentDeletionStatus: status } = await clients.ssoAdmin.send(command);
  expect(status).toMatchObject({ Status: "IN_PROGRESS", TargetId: assignment.accountId });
  return status?.RequestId ?? "";
}

async function deletionStatus(AccountAssignmentDeletionRequestId: string) {
  const command = new DescribeAccountAssignmentDeletionStatusCommand({
    InstanceArn,
    AccountAssignmentDeletionRequestId,
  });
  return (await clients.ssoAdmin.send(command)).AccountAssignmentDeletionStatus;
}

test("a deletion is in progress for two simulated seconds and is listed until then", async () => {
  const assignment = first(now().assignments);
  const requestId = await remove(assignment);
  office.clock.now += 1_999;
  expect((await deletionStatus(requestId))?.Status).toBe("IN_PROGRESS");
  expect(await isListed(assignment)).toBe(true);
  office.clock.now += 1;
  expect(await deletionStatus(requestId)).toMatchObject({
    Status: "SUCCEEDED",
    PrincipalId: assignment.principalId,
  });
  expect(await isListed(assignment)).toBe(false);
});

test("a deletion is logged with its caller, its request and the instant of its effect", async () => {
  const requestId = await remove(first(now().assignments));
  expect(office.changes).toMatchObject([
    {
      at: office.clock.now,
      effectiveAt: office.clock.now + 2_000,
      requestId,
      region: office.world.organisation.region,
      eventSource: "sso.amazonaws.com",
      eventName: "DeleteAccountAssignment",
      caller: { accountId: office.world.organisation.managementAccountId },
      parameters: { InstanceArn, TargetType: "AWS_ACCOUNT" },
      response: { accountAssignmentDeletionStatus: { status: "IN_PROGRESS", requestId } },
    },
  ]);
});

test("deleting what does not exist is accepted and then fails with a reason", async () => {
  const assignment = first(now().assignments);
  await remove(assignment);
  office.clock.now += 1_000;
  const second = await remove(assignment);
  office.clock.now += 5_000;
  const status = await deletionStatus(second);
  expect(status?.Status).toBe("FAILED");
  expect(status?.FailureReason).toMatch(/does not exist/);
  const { AccountAssignmentsDeletionStatus: all } = await clients.ssoAdmin.send(
    new ListAccountAssignmentDeletionStatusCommand({ InstanceArn }),
  );
  expect(all?.map((one) => one.Status)).toEqual(["SUCCEEDED", "FAILED"]);
});

test("the sixteenth outstanding assignment conflicts until one is done", async () => {
  const assignments = now().assignments.slice(0, 16);
  for (const one of assignments.slice(0, 15)) await remove(one);
  await expect(remove(assignments.at(15) as AccountAssignment)).rejects.toMatchObject({
    name: "ConflictException",
  });
  office.clock.now += 2_000;
  await remove(assignments.at(15) as AccountAssignment);
});

test("a creation gives back what was deleted", async () => {
  const assignment = first(now().assignments);
  await remove(assignment);
  office.clock.now += 2_000;
  const { AccountAssignmentCreationStatus: accepted } = await clients.ssoAdmin.send(
    new CreateAccountAssignmentCommand(naming(assignment)),
  );
  expect(await isListed(assignment)).toBe(false);
  office.clock.now += 2_000;
  expect(await isListed(assignment)).toBe(true);
  const { AccountAssignmentCreationStatus: status } = await clients.ssoAdmin.send(
    new DescribeAccountAssignmentCreationStatusCommand({
      InstanceArn,
      AccountAssignmentCreationRequestId: accepted?.RequestId,
    }),
  );
  expect(status?.Status).toBe("SUCCEEDED");
});

test("nothing can be assigned to a principal that does not exist", async () => {
  const command = new CreateAccountAssignmentCommand({
    ...naming(first(now().assignments)),
    PrincipalType: "USER",
    PrincipalId: "00000000-0000-4000-8000-000000000000",
  });
  await expect(clients.ssoAdmin.send(command)).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
  expect(office.changes).toEqual([]);
});

test("the status of an unknown request is not found", async () => {
  await expect(deletionStatus("00000000-0000-4000-8000-000000000000")).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
});

test("an inline policy is outdated in an account until it is provisioned there", async () => {
  const { accountId, permissionSetArn } = first(now().assignments);
  const asked = { InstanceArn, PermissionSetArn: permissionSetArn };
  const InlinePolicy = JSON.stringify({ Version: "2012-10-17", Statement: [] });
  await clients.ssoAdmin.send(
    new PutInlinePolicyToPermissionSetCommand({ ...asked, InlinePolicy }),
  );
  const read = await clients.ssoAdmin.send(new GetInlinePolicyForPermissionSetCommand(asked));
  expect(read.InlinePolicy).toBe(InlinePolicy);
  const outdated = async () => {
    const command = new ListAccountsForProvisionedPermissionSetCommand({
      ...asked,
      ProvisioningStatus: "LATEST_PERMISSION_SET_NOT_PROVISIONED",
    });
    return (await clients.ssoAdmin.send(command)).AccountIds;
  };
  expect(await outdated()).toContain(accountId);
  const { PermissionSetProvisioningStatus: accepted } = await clients.ssoAdmin.send(
    new ProvisionPermissionSetCommand({ ...asked, TargetType: "AWS_ACCOUNT", TargetId: accountId }),
  );
  expect(accepted?.Status).toBe("IN_PROGRESS");
  office.clock.now += 4_000;
  const { PermissionSetProvisioningStatus: status } = await clients.ssoAdmin.send(
    new DescribePermissionSetProvisioningStatusCommand({
      InstanceArn,
      ProvisionPermissionSetRequestId: accepted?.RequestId,
    }),
  );
  expect(status).toMatchObject({ Status: "SUCCEEDED", AccountId: accountId });
  expect(await outdated()).not.toContain(accountId);
});

test("an inline policy that is no JSON, or too dense, is refused; a missing one cannot be deleted", async () => {
  const set = first(now().permissionSets.filter((one) => one.inlinePolicy === null));
  const asked = { InstanceArn, PermissionSetArn: set.arn };
  const put = (InlinePolicy: string) =>
    clients.ssoAdmin.send(new PutInlinePolicyToPermissionSetCommand({ ...asked, InlinePolicy }));
  await expect(put("{")).rejects.toMatchObject({ name: "ValidationException" });
  await expect(put(`"${"x".repeat(10_239)}"`)).rejects.toMatchObject({
    name: "ServiceQuotaExceededException",
  });
  await expect(
    clients.ssoAdmin.send(new DeleteInlinePolicyFromPermissionSetCommand(asked)),
  ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  expect(office.changes).toEqual([]);
});
