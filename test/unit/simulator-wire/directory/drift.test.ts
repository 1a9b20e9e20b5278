import {
  AttachManagedPolicyToPermissionSetCommand,
  DeletePermissionsBoundaryFromPermissionSetCommand,
  DescribePermissionSetCommand,
  DetachManagedPolicyFromPermissionSetCommand,
  GetPermissionsBoundaryForPermissionSetCommand,
  ListAccountsForProvisionedPermissionSetCommand,
  ListManagedPoliciesInPermissionSetCommand,
  ListPermissionSetsProvisionedToAccountCommand,
  ProvisionPermissionSetCommand,
  PutPermissionsBoundaryToPermissionSetCommand,
  UpdatePermissionSetCommand,
} from "@aws-sdk/client-sso-admin";
import { afterEach, beforeEach, expect, test } from "vitest";
import { first, openOffice, type Clients, type Office } from "../office.ts";

let office: Office;
let clients: Clients;
let InstanceArn: string;
beforeEach(async () => {
  office = await openOffice();
  clients = office.clients();
  InstanceArn = office.world.organisation.instanceArn;
});
afterEach(() => office.close());

const setNamed = (name: string) =>
  first(office.world.at(office.clock.now).permissionSets.filter((one) => one.name === name));
const behind = async (PermissionSetArn: string) =>
  (
    await clients.ssoAdmin.send(
      new ListAccountsForProvisionedPermissionSetCommand({
        InstanceArn,
        PermissionSetArn,
        ProvisioningStatus: "LATEST_PERMISSION_SET_NOT_PROVISIONED",
      }),
    )
  ).AccountIds ?? [];

test("one account is behind a set from the beginning, told from both sides", async () => {
  const [pair] = office.world.organisation.estate.outdated;
  const { arn } = setNamed("IncidentResponder");
  expect(await behind(arn)).toEqual([pair?.accountId]);
  const { PermissionSets } = await clients.ssoAdmin.send(
    new ListPermissionSetsProvisionedToAccountCommand({
      InstanceArn,
      AccountId: pair?.accountId,
      ProvisioningStatus: "LATEST_PERMISSION_SET_NOT_PROVISIONED",
    }),
  );
  expect(PermissionSets).toEqual([arn]);
});

test("provisioning it ends that", async () => {
  const [pair] = office.world.organisation.estate.outdated;
  const { arn: PermissionSetArn } = setNamed("IncidentResponder");
  await clients.ssoAdmin.send(
    new ProvisionPermissionSetCommand({
      InstanceArn,
      PermissionSetArn,
      TargetType: "AWS_ACCOUNT",
      TargetId: pair?.accountId,
    }),
  );
  expect(await behind(PermissionSetArn)).toHaveLength(1);
  office.clock.now += 5_000;
  expect(await behind(PermissionSetArn)).toEqual([]);
});

test("every edit leaves every account behind until the set is provisioned", async () => {
  const { arn: PermissionSetArn } = setNamed("ReadOnly");
  const named = { InstanceArn, PermissionSetArn };
  const arn = "arn:aws:iam::aws:policy/SecurityAudit";
  const edits = [
    () => new UpdatePermissionSetCommand({ ...named, SessionDuration: "PT2H" }),
    () => new AttachManagedPolicyToPermissionSetCommand({ ...named, ManagedPolicyArn: arn }),
    () => new DetachManagedPolicyFromPermissionSetCommand({ ...named, ManagedPolicyArn: arn }),
    () =>
      new PutPermissionsBoundaryToPermissionSetCommand({
        ...named,
        PermissionsBoundary: { CustomerManagedPolicyReference: { Name: "fence" } },
      }),
    () => new DeletePermissionsBoundaryFromPermissionSetCommand(named),
  ];
  for (const edit of edits) {
    await clients.ssoAdmin.send(edit() as UpdatePermissionSetCommand);
    expect((await behind(PermissionSetArn)).length).toBeGreaterThan(5);
    await clients.ssoAdmin.send(
      new ProvisionPermissionSetCommand({ ...named, TargetType: "ALL_PROVISIONED_ACCOUNTS" }),
    );
    office.clock.now += 5_000;
    expect(await behind(PermissionSetArn)).toEqual([]);
  }
});

test("an edit is read back, and a wrong one is refused", async () => {
  const { arn: PermissionSetArn } = setNamed("ReadOnly");
  const named = { InstanceArn, PermissionSetArn };
  const boundary = { CustomerManagedPolicyReference: { Name: "fence", Path: "/edge/" } };
  await clients.ssoAdmin.send(
    new UpdatePermissionSetCommand({
      ...named,
      SessionDuration: "PT2H",
      RelayState: "https://console.aws.amazon.com/ec2/home",
    }),
  );
  await clients.ssoAdmin.send(
    new PutPermissionsBoundaryToPermissionSetCommand({ ...named, PermissionsBoundary: boundary }),
  );
  const { PermissionSet } = await clients.ssoAdmin.send(new DescribePermissionSetCommand(named));
  expect(PermissionSet).toMatchObject({
    SessionDuration: "PT2H",
    RelayState: "https://console.aws.amazon.com/ec2/home",
  });
  const held = await clients.ssoAdmin.send(
    new GetPermissionsBoundaryForPermissionSetCommand(named),
  );
  expect(held.PermissionsBoundary).toEqual(boundary);
  await expect(
    clients.ssoAdmin.send(new UpdatePermissionSetCommand({ ...named, SessionDuration: "12h" })),
  ).rejects.toMatchObject({ name: "ValidationException" });
  await expect(
    clients.ssoAdmin.send(
      new DetachManagedPolicyFromPermissionSetCommand({
        ...named,
        ManagedPolicyArn: "arn:aws:iam::aws:policy/IAMFullAccess",
      }),
    ),
  ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  await expect(
    clients.ssoAdmin.send(
      new AttachManagedPolicyToPermissionSetCommand({
        ...named,
        ManagedPolicyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess",
      }),
    ),
  ).rejects.toMatchObject({ name: "ConflictException" });
  await expect(
    clients.ssoAdmin.send(
      new ListManagedPoliciesInPermissionSetCommand({ ...named, NextToken: "not-ours" }),
    ),
  ).rejects.toMatchObject({ name: "ValidationException" });
});

test("a boundary may be a policy of each account", async () => {
  const { arn: PermissionSetArn } = setNamed("PartnerIntegration");
  const held = await clients.ssoAdmin.send(
    new GetPermissionsBoundaryForPermissionSetCommand({ InstanceArn, PermissionSetArn }),
  );
  expect(held.PermissionsBoundary?.CustomerManagedPolicyReference).toEqual({
    Name: "partner-boundary",
    Path: "/boundaries/",
  });
});
