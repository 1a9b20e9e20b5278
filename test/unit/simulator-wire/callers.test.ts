import { GetCallerIdentityCommand, AssumeRoleCommand } from "@aws-sdk/client-sts";
import { LookupEventsCommand, GetInsightSelectorsCommand } from "@aws-sdk/client-cloudtrail";
import { DescribeOrganizationCommand } from "@aws-sdk/client-organizations";
import {
  DeleteAccountAssignmentCommand,
  ListAccountAssignmentsForPrincipalCommand,
  ListInstancesCommand,
} from "@aws-sdk/client-sso-admin";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Callers } from "#simulator/wire/callers";
import { first, openOffice, type Office } from "./office.ts";

let office: Office;
beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office.close());

function deletion() {
  const assignment = first(office.world.at(office.clock.now).assignments);
  return new DeleteAccountAssignmentCommand({
    InstanceArn: office.world.organisation.instanceArn,
    TargetId: assignment.accountId,
    TargetType: "AWS_ACCOUNT",
    PermissionSetArn: assignment.permissionSetArn,
    PrincipalType: assignment.principalType,
    PrincipalId: assignment.principalId,
  });
}

function memberAccount() {
  return first(office.world.organisation.accounts.filter((one) => !one.isManagement));
}

test("the root key belongs to the management account", async () => {
  const { sts } = office.clients();
  const identity = await sts.send(new GetCallerIdentityCommand({}));
  expect(identity.Account).toBe(office.world.organisation.managementAccountId);
});

test("a role session keeps its account, role and session name", async () => {
  const member = memberAccount();
  const clients = await office.as("audit", member.id);
  const identity = await clients.sts.send(new GetCallerIdentityCommand({}));
  expect(identity).toMatchObject({
    Account: member.id,
    Arn: `arn:aws:sts::${member.id}:assumed-role/audit/test-session`,
  });
});

test("a role session that a process does not know of is known by its token", async () => {
  const other = await openOffice();
  const { sts } = office.clients();
  const roleArn = `arn:aws:iam::${office.world.organisation.managementAccountId}:role/curfew-api`;
  const command = new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: "elsewhere" });
  const { Credentials: issued } = await sts.send(command);
  const credentials = {
    accessKeyId: issued?.AccessKeyId ?? "",
    secretAccessKey: issued?.SecretAccessKey ?? "",
    sessionToken: issued?.SessionToken ?? "",
  };
  const identity = await other.clients({ credentials }).sts.send(new GetCallerIdentityCommand({}));
  expect(identity.Arn).toContain("assumed-role/curfew-api/elsewhere");
  await other.close();
});

test("an unknown role of the management account cannot be assumed", async () => {
  await expect(office.as("somebody-else")).rejects.toMatchObject({ name: "AccessDenied" });
});

test("a role of an unknown account cannot be assumed", async () => {
  await expect(office.as("audit", "999999999999")).rejects.toMatchObject({ name: "AccessDenied" });
});

test.each(["curfew-ingest", "curfew-api"])("%s may read and not write", async (role) => {
  const clients = await office.as(role);
  const { Instances } = await clients.ssoAdmin.send(new ListInstancesCommand({}));
  expect(Instances).toHaveLength(1);
  await expect(clients.ssoAdmin.send(deletion())).rejects.toMatchObject({
    name: "AccessDeniedException",
  });
  expect(office.changes).toEqual([]);
});

test("the worker's role may write", async () => {
  const clients = await office.as("curfew-worker");
  const { AccountAssignmentDeletionStatus: status } = await clients.ssoAdmin.send(deletion());
  expect(status?.Status).toBe("IN_PROGRESS");
  expect(office.changes.splice(0)).toMatchObject([
    {
      eventName: "DeleteAccountAssignment",
      caller: { roleName: "curfew-worker", sessionName: "test-session" },
    },
  ]);
});

test("a member account reads neither the organization nor the assignments of a principal, and writes nothing", async () => {
  const clients = await office.as("delegated-administrator", memberAccount().id);
  const denied = { name: "AccessDeniedException" };
  await expect(
    clients.organizations.send(new DescribeOrganizationCommand({})),
  ).rejects.toMatchObject(denied);
  const command = new ListAccountAssignmentsForPrincipalCommand({
    InstanceArn: office.world.organisation.instanceArn,
    PrincipalId: first(office.world.organisation.people).userId,
    PrincipalType: "USER",
  });
  await expect(clients.ssoAdmin.send(command)).rejects.toMatchObject(denied);
  await expect(clients.ssoAdmin.send(deletion())).rejects.toMatchObject(denied);
});

test("an unknown access key is refused", async () => {
  const { cloudTrail } = office.clients({ credentials: { accessKeyId: "AKIAEXAMPLEEXAMPLE22" } });
  await expect(cloudTrail.send(new LookupEventsCommand({}))).rejects.toMatchObject({
    name: "UnrecognizedClientException",
    $metadata: { httpStatusCode: 403 },
  });
});

test("an unsigned request is refused", async () => {
  const response = await fetch(office.url, { method: "POST", body: "{}" });
  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({
    __type: expect.stringContaining("MissingAuthenticationToken"),
  });
});

test("an operation that is not served is named, with those that are", async () => {
  const { cloudTrail } = office.clients();
  await expect(
    cloudTrail.send(new GetInsightSelectorsCommand({ TrailName: "any" })),
  ).rejects.toMatchObject({
    name: "UnknownOperationException",
    message: expect.stringMatching(/GetInsightSelectors.*LookupEvents/),
  });
});

test("credentials of a role session expire by the wall clock", () => {
  let wall = 1_000;
  const { organisation } = office.world;
  const callers = new Callers(organisation, office.clock.now, () => wall);
  const { credentials, expiresAt } = callers.issue({
    accountId: organisation.managementAccountId,
    roleName: "curfew-api",
    sessionName: "short",
    issuedAt: office.clock.now,
    seconds: 900,
  });
  expect(expiresAt).toBe(901_000);
  wall = 900_999;
  const { accessKeyId, sessionToken } = credentials;
  expect(callers.identify(accessKeyId, sessionToken)).toMatchObject({ sessionName: "short" });
  wall = 901_000;
  expect(() => callers.identify(accessKeyId, sessionToken)).toThrow(/expired/);
});

test.each([
  ["a role ARN of another form", { RoleArn: "curfew-api-of-somebody" }],
  ["a session name of one letter", { RoleSessionName: "x" }],
  ["a duration of a minute", { DurationSeconds: 60 }],
])("%s is refused with what is allowed", async (_what, wrong) => {
  const command = new AssumeRoleCommand({
    RoleArn: `arn:aws:iam::${office.world.organisation.managementAccountId}:role/curfew-api`,
    RoleSessionName: "test-session",
    ...wrong,
  });
  await expect(office.clients().sts.send(command)).rejects.toMatchObject({
    name: "ValidationError",
    message: expect.stringContaining(Object.keys(wrong)[0] ?? ""),
  });
});
