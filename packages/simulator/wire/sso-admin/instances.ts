/**
 * The organisation's instance, an account's own beside it where the switch says so, and the check that every other operation of the
 * service begins with. The instance is listed and described in each of its Regions; permission sets and assignments are read in
 * the primary one only. AWS: multi-Region IAM Identity Center, API support in additional Regions.
 */
import { seconds } from "../http/json.ts";
import { text } from "../http/input.ts";
import { nextToken, page } from "../http/paging.ts";
import { notFound, WireError } from "../http/wire-error.ts";
import type { Call, Operation } from "../service.ts";

/** Throws unless the call names the organisation's instance in its primary Region. */
export function requireInstance(call: Call): void {
  const { organisation } = call.world;
  const asked = requireAnyInstance(call);
  if (asked !== organisation.instanceArn)
    throw new WireError(
      "ValidationException",
      `${call.operation} is not supported for an account instance.`,
    );
  if (call.region !== organisation.region) throw missing(call, asked);
}

/** The instance that the call names; an account's own counts too. Throws ResourceNotFoundException. */
export function requireAnyInstance(call: Call): string {
  const asked = text(call.members, "InstanceArn");
  if (!instancesOf(call).some((one) => one.InstanceArn === asked)) throw missing(call, asked);
  return asked;
}

function missing(call: Call, asked: string): WireError {
  return notFound(`Instance ${asked} does not exist in ${call.region}.`);
}

export const INSTANCES: Readonly<Record<string, Operation>> = {
  ListInstances: {
    handle: (call) => {
      const instances = page(instancesOf(call), (one) => one.InstanceArn, {
        scope: "ListInstances",
        members: call.members,
        most: 100,
      });
      return { Instances: instances.items, ...nextToken(instances) };
    },
  },
  DescribeInstance: {
    handle: (call) => {
      const asked = requireAnyInstance(call);
      return {
        ...instancesOf(call).find((one) => one.InstanceArn === asked),
        PermissionSetsEnabled: asked === call.world.organisation.instanceArn,
        EncryptionConfigurationDetails: {
          KeyType: "AWS_OWNED_KMS_KEY",
          EncryptionStatus: "ENABLED",
        },
      };
    },
  },
  ListRegions: {
    handle: (call) => {
      const asked = requireAnyInstance(call);
      const regions = page(regionsOf(call, asked), (one) => one.RegionName, {
        scope: "ListRegions",
        members: call.members,
        most: 100,
      });
      return { Regions: regions.items, ...nextToken(regions) };
    },
  },
  DescribeRegion: {
    handle: (call) => {
      const asked = requireAnyInstance(call);
      const name = text(call.members, "RegionName");
      const found = regionsOf(call, asked).find((one) => one.RegionName === name);
      if (found === undefined) throw notFound(`Instance ${asked} is not enabled in ${name}.`);
      return found;
    },
  },
};

/** The instances of the Region that is asked. */
function instancesOf(call: Call) {
  const { organisation, switches } = call.world;
  const { region, estate } = organisation;
  const created = seconds(
    Math.min(...organisation.permissionSets.map((one) => one.createdAt), call.now),
  );
  const common = { CreatedDate: created, Status: "ACTIVE", PrimaryRegion: region };
  const own = {
    ...common,
    InstanceArn: organisation.instanceArn,
    IdentityStoreId: organisation.identityStoreId,
    IdentityStoreArn: organisation.identityStoreArn,
    OwnerAccountId: organisation.managementAccountId,
    Name: "workforce",
    Regions: regionsOf(call, organisation.instanceArn),
  };
  const { arn, identityStoreId, ownerAccountId, name } = estate.accountInstance;
  const [partition] = organisation.identityStoreArn.split(":identitystore:");
  const other = {
    ...common,
    InstanceArn: arn,
    IdentityStoreId: identityStoreId,
    IdentityStoreArn: `${partition}:identitystore::${ownerAccountId}:identitystore/${identityStoreId}`,
    OwnerAccountId: ownerAccountId,
    Name: name,
    Regions: regionsOf(call, arn),
  };
  return [
    ...(own.Regions.some((one) => one.RegionName === call.region) ? [own] : []),
    ...(switches.accountInstanceListed && call.region === region ? [other] : []),
  ];
}

function regionsOf(call: Call, instanceArn: string) {
  const { region: primary, estate, instanceArn: own } = call.world.organisation;
  return estate.regions
    .filter((one) => one.addedAt <= call.now)
    .filter((one) => instanceArn === own || one.name === primary)
    .map((one) => ({
      RegionName: one.name,
      Status: "ACTIVE",
      AddedDate: seconds(one.addedAt),
      IsPrimaryRegion: one.name === primary,
    }));
}
