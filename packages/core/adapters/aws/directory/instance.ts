/**
 * Which IAM Identity Center instance is meant. Guarantees exactly one, described by its primary Region, because permission sets
 * and assignments are read there only; none or several is a fault that names what was found.
 */
import {
  DescribeInstanceCommand,
  ListInstancesCommand,
  type InstanceMetadata,
} from "@aws-sdk/client-sso-admin";
import type { IdentityCenterInstance } from "../../../domain/access.ts";
import { Fault } from "../../../domain/fault.ts";
import type { AwsClients } from "../clients.ts";
import { awsFault } from "../faults.ts";
import { collect } from "../paging.ts";

/** The clients of a Region. */
export type ClientsOf = (region: string) => AwsClients;

/** The one instance in these Regions. Throws `aws.not-configured` when there is none or more than one. */
export async function findInstance(
  clientsOf: ClientsOf,
  regions: readonly string[],
): Promise<IdentityCenterInstance> {
  const found = new Map<string, { instance: InstanceMetadata; region: string }>();
  for (const region of regions) {
    for (const instance of await instancesIn(clientsOf(region))) {
      const arn = instance.InstanceArn ?? "";
      found.set(arn, { instance, region: instance.PrimaryRegion ?? region });
    }
  }
  const [only, ...others] = found.values();
  if (only === undefined) {
    throw new Fault(
      "aws.not-configured",
      `No IAM Identity Center instance is in ${regions.join(", ")}: name the Region that the instance is in.`,
    );
  }
  if (others.length > 0) {
    throw new Fault(
      "aws.not-configured",
      `Several IAM Identity Center instances are in ${regions.join(", ")} (${[...found.keys()].join(", ")}): name the one Region of the instance that is meant.`,
    );
  }
  return describe(clientsOf(only.region), only.instance.InstanceArn ?? "");
}

function instancesIn(clients: AwsClients): Promise<InstanceMetadata[]> {
  return collect(
    "ListInstances",
    (token) =>
      clients.call(`list the instances in ${clients.region}`, () =>
        clients.ssoAdmin.send(new ListInstancesCommand({ NextToken: token })),
      ),
    (page) => page.Instances,
    (instance) => instance.InstanceArn ?? "",
  );
}

async function describe(clients: AwsClients, arn: string): Promise<IdentityCenterInstance> {
  const doing = `describe the instance ${arn}`;
  const answer = await clients.call(doing, () =>
    clients.ssoAdmin.send(new DescribeInstanceCommand({ InstanceArn: arn })),
  );
  const { IdentityStoreId: storeId, OwnerAccountId: owner } = answer;
  if (storeId === undefined || owner === undefined) {
    throw awsFault(new Error("the answer lacks IdentityStoreId or OwnerAccountId"), doing);
  }
  return {
    instanceArn: arn,
    identityStoreArn: answer.IdentityStoreArn ?? storeArn(arn, owner, storeId),
    identityStoreId: storeId,
    ownerAccountId: owner,
    region: answer.PrimaryRegion ?? clients.region,
  };
}

/** As CloudTrail writes it in `onBehalfOf`: without a Region. */
function storeArn(instanceArn: string, owner: string, storeId: string): string {
  const partition = instanceArn.split(":")[1] ?? "";
  return `arn:${partition}:identitystore::${owner}:identitystore/${storeId}`;
}
