/**
 * An endpoint with a real organisation, a clock that tests move and the official clients on it. Requests are never throttled
 * unless the stopwatch stands still. Holds no trail: tests hand over the records they need.
 */
import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { IAMClient } from "@aws-sdk/client-iam";
import { IdentitystoreClient } from "@aws-sdk/client-identitystore";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { Change, Switches, TrailRecord } from "#simulator/model";
import { buildOrganisation } from "#simulator/organisation";
import { stateAt } from "#simulator/state";
import { rootCredentials, type Credentials } from "#simulator/wire/callers";
import { openEndpoint, type Faults } from "#simulator/wire/endpoint";
import type { World } from "#simulator/wire/world";

export const ANCHOR = Date.UTC(2026, 0, 5);
export const NOW = ANCHOR + 120 * 86_400_000 + 9 * 3_600_000;

export const SWITCHES: Switches = {
  userStatusReadable: true,
  principalListingIncludesGroups: false,
  batchDeleteNamesSession: true,
  denialNamesPolicy: true,
  lastAssignmentKillsSessions: false,
  onBehalfOfShare: 0.87,
  shape: "new",
  helpDeskMinutes: null,
  duplicateShare: 0,
  lateShare: 0,
  missingIdShare: 0,
  accountInstanceListed: false,
  readerRole: "curfew-read",
  readerRoleMissingIn: "dns",
  emptyEntitlementFilter: true,
  accountAccess: "served",
};

export interface Office {
  url: string;
  world: World;
  clock: { now: number };
  /** While it stands still no limit refills. */
  stopwatch: { ms: number; runs: boolean };
  changes: Change[];
  clients(options?: ClientOptions): Clients;
  /** Clients of a role session; the role is of the management account unless another is named. */
  as(roleName: string, accountId?: string): Promise<Clients>;
  close(): Promise<void>;
}

interface ClientOptions {
  region?: string;
  credentials?: Partial<Credentials>;
  maxAttempts?: number;
}

export interface Clients {
  cloudTrail: CloudTrailClient;
  ssoAdmin: SSOAdminClient;
  identityStore: IdentitystoreClient;
  organizations: OrganizationsClient;
  sts: STSClient;
  iam: IAMClient;
}

export interface OfficeOptions {
  faults?: Faults;
  switches?: Partial<Switches>;
  records?: (from: number, to: number) => Iterable<TrailRecord>;
}

export async function openOffice(options: OfficeOptions = {}): Promise<Office> {
  const clock = { now: NOW };
  const stopwatch = { ms: 0, runs: true };
  const changes: Change[] = [];
  const organisation = buildOrganisation(7, ANCHOR);
  const world: World = {
    organisation,
    switches: { ...SWITCHES, ...options.switches },
    now: () => clock.now,
    changes: () => changes,
    append: (change) => void changes.push(change),
    at: (instant) => stateAt(organisation, changes, instant),
    records: options.records ?? (() => []),
  };
  const endpoint = await openEndpoint({
    world,
    faults: options.faults,
    port: 0,
    monotonicMs: () => (stopwatch.runs ? (stopwatch.ms += 10_000) : stopwatch.ms),
    wallClock: Date.now,
  });
  const { accessKeyId, secretAccessKey } = rootCredentials(organisation);
  const opened: Clients[] = [];
  const clients = (wanted: ClientOptions = {}): Clients => {
    const made = clientsOf(endpoint.url, organisation.region, {
      maxAttempts: 1,
      ...wanted,
      credentials: { accessKeyId, secretAccessKey, ...wanted.credentials },
    });
    opened.push(made);
    return made;
  };
  return {
    url: endpoint.url,
    world,
    clock,
    stopwatch,
    changes,
    clients,
    async as(roleName, accountId = organisation.managementAccountId) {
      const command = new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${accountId}:role/${roleName}`,
        RoleSessionName: "test-session",
      });
      const { Credentials: issued } = await clients().sts.send(command);
      return clients({
        credentials: {
          accessKeyId: issued?.AccessKeyId ?? "",
          secretAccessKey: issued?.SecretAccessKey ?? "",
          sessionToken: issued?.SessionToken ?? "",
        },
      });
    },
    async close() {
      for (const one of opened) for (const client of Object.values(one)) client.destroy();
      await endpoint.close();
    },
  };
}

function clientsOf(endpoint: string, home: string, options: ClientOptions): Clients {
  const { accessKeyId = "", secretAccessKey = "", sessionToken } = options.credentials ?? {};
  const configuration = {
    endpoint,
    region: options.region ?? home,
    maxAttempts: options.maxAttempts ?? 1,
    credentials: {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
    },
  };
  return {
    cloudTrail: new CloudTrailClient(configuration),
    ssoAdmin: new SSOAdminClient(configuration),
    identityStore: new IdentitystoreClient(configuration),
    organizations: new OrganizationsClient(configuration),
    sts: new STSClient(configuration),
    iam: new IAMClient(configuration),
  };
}

/** A list's rows to its end; `pages` counts the requests. */
export async function walk<Page, Row>(
  pages: AsyncIterable<Page>,
  rowsOf: (page: Page) => Row[] | undefined,
): Promise<{ rows: Row[]; pages: number }> {
  const rows: Row[] = [];
  let count = 0;
  for await (const page of pages) {
    count += 1;
    rows.push(...(rowsOf(page) ?? []));
  }
  return { rows, pages: count };
}

/** The first of a list that a test relies on. */
export function first<T>(list: readonly T[] | undefined): T {
  const [found] = list ?? [];
  if (found === undefined)
    throw new Error("The simulated organisation has none of what the test needs.");
  return found;
}

/** Ids in an order of their own, to compare lists as sets that show repetitions. */
export function sorted(ids: readonly (string | undefined)[]): string[] {
  return ids.map((one) => one ?? "(none)").toSorted();
}
