import {
  DescribeInstanceCommand,
  DescribeRegionCommand,
  ListApplicationsCommand,
  ListInstancesCommand,
  ListPermissionSetsCommand,
  ListRegionsCommand,
} from "@aws-sdk/client-sso-admin";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openOffice, sorted, type Office } from "../office.ts";

let office: Office;
beforeAll(async () => void (office = await openOffice()));
afterAll(() => office.close());

const organisation = () => office.world.organisation;

test("the instance names its Regions, the primary one among them", async () => {
  const { ssoAdmin } = office.clients();
  const { instanceArn: InstanceArn, region } = organisation();
  const { Regions } = await ssoAdmin.send(new ListRegionsCommand({ InstanceArn }));
  expect(sorted(Regions?.map((one) => one.RegionName) ?? [])).toEqual([region, "eu-west-1"]);
  expect(Regions?.filter((one) => one.IsPrimaryRegion)).toMatchObject([{ RegionName: region }]);
  const described = await ssoAdmin.send(
    new DescribeRegionCommand({ InstanceArn, RegionName: "eu-west-1" }),
  );
  expect(described).toMatchObject({ Status: "ACTIVE", IsPrimaryRegion: false });
});

test("an additional Region shows the instance and its primary Region, and no permission set", async () => {
  const { ssoAdmin } = office.clients({ region: "eu-west-1" });
  const { instanceArn: InstanceArn, region } = organisation();
  const { Instances } = await ssoAdmin.send(new ListInstancesCommand({}));
  expect(Instances).toMatchObject([{ InstanceArn, PrimaryRegion: region }]);
  const described = await ssoAdmin.send(new DescribeInstanceCommand({ InstanceArn }));
  expect(described.Regions).toHaveLength(2);
  await expect(ssoAdmin.send(new ListPermissionSetsCommand({ InstanceArn }))).rejects.toMatchObject(
    { name: "ResourceNotFoundException" },
  );
});

test("an account's own instance is listed where the switch says so, without permission sets", async () => {
  const other = await openOffice({ switches: { accountInstanceListed: true } });
  try {
    const { ssoAdmin } = other.clients();
    const { accountInstance } = other.world.organisation.estate;
    const { Instances } = await ssoAdmin.send(new ListInstancesCommand({}));
    expect(Instances).toHaveLength(2);
    const asked = { InstanceArn: accountInstance.arn };
    expect(await ssoAdmin.send(new DescribeInstanceCommand(asked))).toMatchObject({
      OwnerAccountId: accountInstance.ownerAccountId,
      PermissionSetsEnabled: false,
    });
    expect((await ssoAdmin.send(new ListApplicationsCommand(asked))).Applications).toEqual([]);
    await expect(ssoAdmin.send(new ListPermissionSetsCommand(asked))).rejects.toMatchObject({
      name: "ValidationException",
    });
  } finally {
    await other.close();
  }
});

test("without the switch there is one instance", async () => {
  const { Instances } = await office.clients().ssoAdmin.send(new ListInstancesCommand({}));
  expect(Instances).toHaveLength(1);
});
