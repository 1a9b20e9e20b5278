/**
 * Which IAM Identity Center instance is meant. Guarantees the organisation's, never an account's own, described by its primary
 * Region, because permission sets and assignments are read there only; none or several is a fault that names what was found.
 */
import {
  DescribeInstanceCommand,
  ListInstancesCommand,
  ListRegionsCommand,
  type InstanceMetadata,
  type RegionMetadata,
} from "@aws-sdk/client-sso-admin";
import type { CrawlNote, IdentityCenterInstance, InstanceRegion } from "../../../domain/access.ts";
import { Fault } from "../../../domain/fault.ts";
import type { AwsClients } from "../clients.ts";
import { awsFault, isDenied } from "../faults.ts";
import { collect } from "../paging.ts";
import { managementAccountOf } from "./accounts.ts";

/** The clients of a Region. */
export type ClientsOf = (region: string) => AwsClients;

/** The organisation's instance, as it describes itself. */
export interface FoundInstance {
  readonly instance: IdentityCenterInstance;
  readonly regions: readonly InstanceRegion[];
  readonly permissionSetsEnabled: boolean;
  /** Instances that belong to an account, not to the organisation. */
  readonly notes: readonly CrawlNote[];
}

/** The organisation's instance. Throws `aws.not-configured` when there is none in these Regions or more than one. */
export async function findInstance(
  clientsOf: ClientsOf,
  regions: readonly string[],
): Promise<IdentityCenterInstance> {
  return (await findWhole(clientsOf, regions)).instance;
}

/** With its Regions and what else was found. */
export async function findWhole(
  clientsOf: ClientsOf,
  regions: readonly string[],
): Promise<FoundInstance> {
  const found = new Map<string, Candidate>();
  for (const region of regions) {
    for (const instance of await instancesIn(clientsOf(region))) {
      const arn = instance.InstanceArn ?? "";
      // The instance itself says where its primary Region is, whichever Region answered.
      found.set(arn, { arn, instance, region: instance.PrimaryRegion ?? region });
    }
  }
  const first = regions[0];
  const management =
    found.size === 0 || first === undefined ? null : await managementAccount(clientsOf(first));
  const { organisation, others } = tellApart([...found.values()], management, regions);
  const described = await describe(clientsOf(organisation.region), organisation.arn);
  return { ...described, notes: others.map(accountInstanceNote) };
}

interface Candidate {
  readonly arn: string;
  readonly instance: InstanceMetadata;
  readonly region: string;
}

/** Null where the caller may not ask: a single instance is then taken for the organisation's. */
async function managementAccount(clients: AwsClients): Promise<string | null> {
  try {
    return await managementAccountOf(clients);
  } catch (error) {
    if (isDenied(error)) return null;
    throw error;
  }
}

/** The organisation's instance belongs to the management account (AWS: "Organization and account instances"). */
function tellApart(
  found: readonly Candidate[],
  management: string | null,
  regions: readonly string[],
): { organisation: Candidate; others: readonly Candidate[] } {
  const isAccounts = ({ instance: { OwnerAccountId: owner } }: Candidate) =>
    management !== null && owner !== undefined && owner !== management;
  const others = found.filter(isAccounts);
  const [organisation, ...more] = found.filter((one) => !isAccounts(one));
  const places = regions.join(", ");
  if (organisation === undefined) {
    const only =
      others.length === 0
        ? `No IAM Identity Center instance is in ${places}`
        : `Only account instances of IAM Identity Center are in ${places} (${others.map((one) => one.arn).join(", ")})`;
    throw new Fault("aws.not-configured", `${only}: name the Region that the instance is in.`);
  }
  if (more.length > 0) {
    const arns = [organisation, ...more].map((one) => one.arn).join(", ");
    throw new Fault(
      "aws.not-configured",
      `Several IAM Identity Center instances are in ${places} (${arns}): name the one Region of the instance that is meant.`,
    );
  }
  return { organisation, others };
}

const accountInstanceNote = ({ arn, instance }: Candidate): CrawlNote => ({
  kind: "odd",
  about: arn,
  problem: `This is an instance of account ${instance.OwnerAccountId} alone: it gives no access to accounts, and its people and applications are not read.`,
});

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

async function describe(clients: AwsClients, arn: string): Promise<Omit<FoundInstance, "notes">> {
  const doing = `describe the instance ${arn}`;
  const answer = await clients.call(doing, () =>
    clients.ssoAdmin.send(new DescribeInstanceCommand({ InstanceArn: arn })),
  );
  const { IdentityStoreId: storeId, OwnerAccountId: owner } = answer;
  if (storeId === undefined || owner === undefined) {
    throw awsFault(new Error("the answer lacks IdentityStoreId or OwnerAccountId"), doing);
  }
  const region = answer.PrimaryRegion ?? clients.region;
  const instance = {
    instanceArn: arn,
    identityStoreArn: answer.IdentityStoreArn ?? storeArn(arn, owner, storeId),
    identityStoreId: storeId,
    ownerAccountId: owner,
    region,
  };
  const listed = answer.Regions ?? (await regionsOf(clients, arn));
  const regions = listed.map((one) => ({
    regionName: one.RegionName ?? "",
    status: one.Status ?? "UNKNOWN",
    isPrimary: one.IsPrimaryRegion ?? one.RegionName === region,
  }));
  return { instance, regions, permissionSetsEnabled: answer.PermissionSetsEnabled ?? true };
}

/** For instances that describe themselves without their Regions. */
function regionsOf(clients: AwsClients, instanceArn: string): Promise<RegionMetadata[]> {
  return collect(
    "ListRegions",
    (token) =>
      clients.call(`list the Regions of ${instanceArn}`, () =>
        clients.ssoAdmin.send(
          new ListRegionsCommand({ InstanceArn: instanceArn, NextToken: token }),
        ),
      ),
    (page) => page.Regions,
    (one) => one.RegionName ?? "",
  );
}

/** As CloudTrail writes it in `onBehalfOf`: without a Region. */
function storeArn(instanceArn: string, owner: string, storeId: string): string {
  const partition = instanceArn.split(":")[1] ?? "";
  return `arn:${partition}:identitystore::${owner}:identitystore/${storeId}`;
}
