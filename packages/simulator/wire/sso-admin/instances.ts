/**
 * The one instance of the organisation, and the check that every other operation of the service begins with.
 * In another Region there is no instance: permission sets and assignments are read in the primary Region only.
 */
import { seconds } from "../http/json.ts";
import { text } from "../http/input.ts";
import { nextToken, page } from "../http/paging.ts";
import { notFound } from "../http/wire-error.ts";
import type { Call, Operation } from "../service.ts";

/** Throws ResourceNotFoundException unless the call names the instance in its own Region. */
export function requireInstance(call: Call): void {
  const { organisation } = call.world;
  const asked = text(call.members, "InstanceArn");
  if (asked !== organisation.instanceArn || call.region !== organisation.region) {
    throw notFound(`Instance ${asked} does not exist in ${call.region}.`);
  }
}

export const INSTANCES: Readonly<Record<string, Operation>> = {
  ListInstances: {
    handle: (call) => {
      const here = call.region === call.world.organisation.region;
      const instances = page(here ? [basics(call)] : [], (one) => one.InstanceArn, {
        scope: "ListInstances",
        members: call.members,
        most: 100,
      });
      return { Instances: instances.items, ...nextToken(instances) };
    },
  },
  DescribeInstance: {
    handle: (call) => {
      requireInstance(call);
      return {
        ...basics(call),
        PermissionSetsEnabled: true,
        EncryptionConfigurationDetails: {
          KeyType: "AWS_OWNED_KMS_KEY",
          EncryptionStatus: "ENABLED",
        },
      };
    },
  },
};

function basics(call: Call) {
  const { organisation } = call.world;
  const created = seconds(
    Math.min(...organisation.permissionSets.map((one) => one.createdAt), call.now),
  );
  return {
    InstanceArn: organisation.instanceArn,
    IdentityStoreId: organisation.identityStoreId,
    IdentityStoreArn: organisation.identityStoreArn,
    OwnerAccountId: organisation.managementAccountId,
    Name: "workforce",
    CreatedDate: created,
    Status: "ACTIVE",
    PrimaryRegion: organisation.region,
    Regions: [
      {
        RegionName: organisation.region,
        Status: "ACTIVE",
        AddedDate: created,
        IsPrimaryRegion: true,
      },
    ],
  };
}
