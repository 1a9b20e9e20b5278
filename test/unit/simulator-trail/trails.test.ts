import {
  DescribeTrailsCommand, GetEventSelectorsCommand, GetTrailCommand, GetTrailStatusCommand, ListPublicKeysCommand, ListTrailsCommand,
  type CloudTrailClient,
} from "@aws-sdk/client-cloudtrail"; // prettier-ignore
import { afterEach, expect, test } from "vitest";
import { deliver, HOME, HOUR, MINUTE, NOW, openPlace, type Place } from "./place.ts";

let place: Place;
afterEach(() => place.close());

const arn = () =>
  `arn:aws:cloudtrail:${HOME}:${place.simulator.organisation.managementAccountId}:trail/${place.simulator.trailName}`;
const describeAll = async (client: CloudTrailClient) =>
  (await client.send(new DescribeTrailsCommand({}))).trailList ?? [];

test("the organisation's trail is described alike by every operation, in its home Region by name", async () => {
  place = await openPlace();
  const { cloudTrail, simulator } = place;
  const [trail] = await describeAll(cloudTrail);
  expect(trail).toMatchObject({
    Name: simulator.trailName,
    TrailARN: arn(),
    HomeRegion: HOME,
    S3BucketName: simulator.bucketName,
    IsMultiRegionTrail: true,
    IsOrganizationTrail: true,
    LogFileValidationEnabled: true,
  });
  for (const Name of [simulator.trailName, arn()])
    expect((await cloudTrail.send(new GetTrailCommand({ Name }))).Trail).toEqual(trail);
  const { Trails } = await cloudTrail.send(new ListTrailsCommand({}));
  expect(Trails).toEqual([{ TrailARN: arn(), Name: simulator.trailName, HomeRegion: HOME }]);
  await expect(cloudTrail.send(new GetTrailCommand({ Name: "none" }))).rejects.toMatchObject({
    name: "TrailNotFoundException",
  });
});

test("another Region shows a shadow of the trail, by ARN alone, and none where shadows are not asked for", async () => {
  place = await openPlace();
  const { cloudTrail } = await place.clients({ region: "us-east-1" });
  expect(await describeAll(cloudTrail)).toMatchObject([{ TrailARN: arn(), HomeRegion: HOME }]);
  const own = new DescribeTrailsCommand({ includeShadowTrails: false });
  expect((await cloudTrail.send(own)).trailList).toEqual([]);
  const named = new DescribeTrailsCommand({ trailNameList: [arn()] });
  expect((await cloudTrail.send(named)).trailList).toHaveLength(1);
  const status = (Name: string) => cloudTrail.send(new GetTrailStatusCommand({ Name }));
  await expect(status(arn())).resolves.toMatchObject({ IsLogging: true });
  await expect(status(place.simulator.trailName)).rejects.toMatchObject({
    name: "TrailNotFoundException",
  });
});

test("a trail of one Region shows in that Region alone", async () => {
  place = await openPlace({ trailSettings: { multiRegion: false } });
  expect(await describeAll(place.cloudTrail)).toMatchObject([{ IsMultiRegionTrail: false }]);
  expect(await describeAll((await place.clients({ region: "us-east-1" })).cloudTrail)).toEqual([]);
});

test("without a trail every list is empty and every question about it fails", async () => {
  place = await openPlace({ trailSettings: { exists: false } });
  const { cloudTrail } = place;
  expect(await describeAll(cloudTrail)).toEqual([]);
  expect((await cloudTrail.send(new ListTrailsCommand({}))).Trails).toEqual([]);
  const name = "TrailNotFoundException";
  const Name = arn();
  await expect(cloudTrail.send(new GetTrailStatusCommand({ Name }))).rejects.toMatchObject({
    name,
  });
  await expect(
    cloudTrail.send(new GetEventSelectorsCommand({ TrailName: Name })),
  ).rejects.toMatchObject({ name });
});

test("the status tells the last delivery of the Region, and of its digests where they are made", async () => {
  place = await openPlace();
  deliver(place, NOW - 10 * MINUTE);
  deliver(place, NOW - 3 * HOUR, { region: "us-east-1" });
  const Name = arn();
  expect(await place.cloudTrail.send(new GetTrailStatusCommand({ Name }))).toMatchObject({
    IsLogging: true,
    LatestDeliveryTime: new Date(NOW - 10 * MINUTE),
  });
  const { cloudTrail } = await place.clients({ region: "us-east-1" });
  expect(await cloudTrail.send(new GetTrailStatusCommand({ Name }))).toMatchObject({
    LatestDeliveryTime: new Date(NOW - 3 * HOUR),
    LatestDigestDeliveryTime: new Date(NOW - 25 * MINUTE),
  });
});

test("a stopped trail without validation says both", async () => {
  place = await openPlace({ trailSettings: { logging: false, validation: false } });
  deliver(place, NOW - 3 * HOUR);
  const status = await place.cloudTrail.send(new GetTrailStatusCommand({ Name: arn() }));
  expect([status.IsLogging, status.LatestDigestDeliveryTime]).toEqual([false, undefined]);
  expect(await describeAll(place.cloudTrail)).toMatchObject([{ LogFileValidationEnabled: false }]);
  expect(place.simulator.objects.list().filter((key) => key.includes("Digest"))).toEqual([]);
});

test.each([
  ["All", [["eventCategory", ["Management"]]]],
  ["WriteOnly", [["eventCategory", ["Management"]], ["readOnly", ["false"]]]],
  ["ReadOnly", [["eventCategory", ["Management"]], ["readOnly", ["true"]]]],
] as const)("selectors of %s events are told in the basic and in the advanced form", async (readWriteType, fields) => {
  place = await openPlace({ trailSettings: { readWriteType } });
  const command = () => new GetEventSelectorsCommand({ TrailName: arn() });
  const basic = await place.cloudTrail.send(command());
  expect(basic.EventSelectors).toMatchObject([{ ReadWriteType: readWriteType, IncludeManagementEvents: true }]);
  expect(basic.AdvancedEventSelectors).toBeUndefined();
  await place.close();
  place = await openPlace({ trailSettings: { readWriteType, selectors: "advanced" } });
  const advanced = await place.cloudTrail.send(command());
  expect(advanced.EventSelectors).toBeUndefined();
  const [selector] = advanced.AdvancedEventSelectors ?? [];
  expect(selector?.FieldSelectors?.map((one) => [one.Field, one.Equals])).toEqual(fields);
}); // prettier-ignore

test("no key is told for a time before the history, and a time that ends before it begins is refused", async () => {
  place = await openPlace();
  const { anchor } = place.simulator.organisation;
  const day = 24 * HOUR;
  const keys = async (from: number, to: number) => {
    const range = { StartTime: new Date(from), EndTime: new Date(to) };
    return (await place.cloudTrail.send(new ListPublicKeysCommand(range))).PublicKeyList ?? [];
  };
  expect(await keys(anchor - 400 * day, anchor - 399 * day)).toEqual([]);
  const [key, ...others] = await keys(anchor, NOW);
  expect(others).toEqual([]);
  const [told] = await place.simulator.publicKeys(HOME);
  expect(Buffer.from(key?.Value ?? [])).toEqual(told?.value);
  expect(key).toMatchObject({
    Fingerprint: told?.fingerprint,
    ValidityStartTime: new Date(told?.validFrom ?? 0),
    ValidityEndTime: new Date(told?.validTo ?? 0),
  });
  await expect(keys(NOW, NOW - day)).rejects.toMatchObject({ name: "InvalidTimeRangeException" });
});
