/**
 * The AWS that a command talks to: an organisation only when `CURFEW_AWS=on` and the credentials belong to the account that was
 * named, trail files alone when only a folder was named, else the demo organisation. The demo never follows from a failure.
 */
import { awsClients, SSO_ADMIN_PER_SECOND, type AwsClients } from "#core/adapters/aws/clients";
import { awsDirectory } from "#core/adapters/aws/directory";
import { verifyAccount } from "#core/adapters/aws/identity";
import { findInstance } from "#core/adapters/aws/directory/instance";
import { awsRevoker } from "#core/adapters/aws/revoker";
import { GLOBAL_EVENTS_REGION, lookupEventsSources } from "#core/adapters/aws/lookup-events";
import { fileFolder } from "#core/adapters/files/folder";
import { PostgresRateBudget } from "#core/adapters/postgres/rate-budget";
import { Fault } from "#core/domain/fault";
import { DAY, HOUR } from "#core/domain/time";
import type { Revoker } from "#core/ports/revoker";
import type { Config } from "#core/platform/config";
import type { Claim, Holding } from "#core/platform/data-directory";
import { startSimulator, type RunningSimulator } from "#simulator/start";
import type { Sources } from "../ingest/sources.ts";
import { bucketSource, bucketWords } from "./bucket.ts";
import type { WorldOptions } from "./options.ts";
import { demoDirectory, type Runtime } from "./runtime.ts";

/** AWS allows 20 requests a second to IAM Identity Center; nobody shares them in the demo. */
const DEMO_SSO_ADMIN_PER_SECOND = 20;
/** The demo's trail files hold everything older: its listing only has to bridge their delay. */
const DEMO_BACKFILL = HOUR;
/** Everything that the demo organisation ever wrote. */
const DEMO_BUCKET_BACKFILL = 366 * DAY;

export interface World {
  readonly kind: "demo" | "organisation" | "files";
  /** Shown before anything else; null where nothing needs saying. */
  readonly banner: string | null;
  /** For people: what is read. */
  readonly sourceNames: readonly string[];
  readonly sources: Sources;
  /** A bucket that is read only when it is asked for: the demo's, whose files are followed as a folder anyway. */
  readonly bucketOnRequest: Sources["bucket"];
  /** What changes AWS, for the worker alone; null where AWS is not used. */
  readonly revoker: Revoker | null;
  readonly simulator: RunningSimulator | null;
  /** Policies that wait for the ids of people to be cut off. */
  readonly denyPolicyIds: readonly string[];
  readonly breakGlass: readonly string[];
  stop(): Promise<void>;
}

/** What a command that talks to AWS puts into the data directory. */
export function worldClaim(
  options: WorldOptions,
): (config: Config, holds: Holding | null) => Claim {
  return (config, holds) => {
    if (options.demo === true) return { kind: "demo" };
    if (config.aws !== null) return { kind: "organisation", accountId: config.aws.accountId };
    if (config.trailDirectory !== null || holds?.kind === "organisation") return { kind: "local" };
    return { kind: "demo" };
  };
}

export async function openWorld(
  runtime: Runtime,
  options: WorldOptions & { readonly speed?: number } = {},
): Promise<World> {
  if (runtime.holds === "demo") return openDemo(runtime, options.speed);
  if (runtime.config.aws !== null) return openOrganisation(runtime, runtime.config.aws);
  return openFiles(runtime.config);
}

async function openDemo(runtime: Runtime, speed: number | undefined): Promise<World> {
  const simulator = await startSimulator({
    directory: demoDirectory(runtime.config),
    ...(speed === undefined ? {} : { speed }),
  });
  useEndpoint(simulator.environment);
  const { organisation } = simulator;
  const clientsOf = clientFactory(
    runtime,
    organisation.managementAccountId,
    DEMO_SSO_ADMIN_PER_SECOND,
  );
  return {
    kind: "demo",
    banner: `Demo organisation: ${organisation.people.length} synthetic people in ${organisation.accounts.length} accounts. Nothing here is AWS.`,
    sourceNames: ["trail files of the demo organisation", "LookupEvents of the simulator"],
    sources: {
      trail: { path: simulator.trailDirectory, folder: fileFolder },
      streams: lookupEventsSources({
        instance: clientsOf(organisation.region),
        global: clientsOf(GLOBAL_EVENTS_REGION),
        clock: runtime.clock,
      }),
      directory: awsDirectory({ clientsOf, regions: [organisation.region] }),
      backfillMilliseconds: DEMO_BACKFILL,
      beforeReading: async () => {
        await simulator.catchUpTrail();
      },
    },
    bucketOnRequest: bucketSource(
      runtime,
      clientsOf,
      organisation.region,
      {
        bucket: simulator.bucketName,
        prefix: "",
        region: null,
        queueUrl: simulator.queueUrl,
      },
      DEMO_BUCKET_BACKFILL,
    ),
    revoker: awsRevoker({ clients: clientsOf(organisation.region), instance: organisation }),
    simulator,
    denyPolicyIds: organisation.denyPolicyIds,
    breakGlass: [organisation.breakGlassUserId],
    stop: () => simulator.stop(),
  };
}

async function openOrganisation(runtime: Runtime, aws: NonNullable<Config["aws"]>): Promise<World> {
  const [first, ...others] = regionsOf(aws);
  const clientsOf = clientFactory(runtime, aws.accountId, SSO_ADMIN_PER_SECOND);
  await verifyAccount(clientsOf(first), aws.accountId);
  const instance = await findInstance(clientsOf, [first, ...others]);
  const { config } = runtime;
  const trail = config.trailDirectory;
  const backfillMilliseconds = config.lookupBackfillDays * DAY;
  const bucket =
    aws.trail === null
      ? null
      : bucketSource(runtime, clientsOf, first, aws.trail, backfillMilliseconds);
  const streams = [first, ...others].flatMap((region) =>
    lookupEventsSources({
      instance: clientsOf(region),
      global: clientsOf(GLOBAL_EVENTS_REGION),
      clock: runtime.clock,
    }),
  );
  return {
    kind: "organisation",
    banner: null,
    sourceNames: [
      ...(trail === null ? [] : [`trail files in ${trail}`]),
      ...(bucket === null ? [] : [bucketWords(bucket)]),
      `LookupEvents of account ${aws.accountId} in ${[first, ...others].join(", ")}`,
    ],
    sources: {
      trail: trail === null ? null : { path: trail, folder: fileFolder },
      bucket,
      streams: [...new Map(streams.map((stream) => [stream.stream, stream])).values()],
      directory: awsDirectory({
        clientsOf,
        regions: [first, ...others],
        accountReadRole: aws.accountReadRole,
      }),
      backfillMilliseconds,
      beforeReading: null,
    },
    bucketOnRequest: null,
    revoker: awsRevoker({ clients: clientsOf(instance.region), instance }),
    simulator: null,
    denyPolicyIds: config.contain.denyPolicyIds,
    breakGlass: config.contain.breakGlass,
    stop: () => Promise.resolve(),
  };
}

function openFiles(config: Config): World {
  const trail = config.trailDirectory;
  return {
    kind: "files",
    banner: null,
    sourceNames: trail === null ? [] : [`trail files in ${trail}`],
    sources: {
      trail: trail === null ? null : { path: trail, folder: fileFolder },
      streams: [],
      directory: null,
      backfillMilliseconds: DAY,
      beforeReading: null,
    },
    bucketOnRequest: null,
    revoker: null,
    simulator: null,
    denyPolicyIds: [],
    breakGlass: config.contain.breakGlass,
    stop: () => Promise.resolve(),
  };
}

function regionsOf(aws: NonNullable<Config["aws"]>): [string, ...string[]] {
  const fallback = process.env["AWS_REGION"] ?? process.env["AWS_DEFAULT_REGION"];
  const [first, ...others] = aws.regions.length > 0 ? aws.regions : [fallback];
  if (first === undefined) {
    throw new Fault(
      "aws.not-configured",
      "No Region is set: name the Regions of IAM Identity Center in CURFEW_AWS_REGIONS, such as eu-central-1.",
    );
  }
  return [first, ...others.filter((region) => region !== undefined)];
}

/** One set of clients a Region, so that a Region's requests are counted and paced once. */
function clientFactory(runtime: Runtime, accountId: string, ssoAdminPerSecond: number) {
  const budget = new PostgresRateBudget(runtime.database);
  const known = new Map<string, AwsClients>();
  return (region: string): AwsClients => {
    const clients =
      known.get(region) ?? awsClients({ region, accountId, budget, ssoAdminPerSecond });
    known.set(region, clients);
    return clients;
  };
}

/** The SDK's own settings lead to the simulator, and nothing that lies about on this machine leads elsewhere. */
function useEndpoint(environment: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env)) {
    if (name.startsWith("AWS_") && !name.startsWith("AWS_SDK_JS_")) delete process.env[name];
  }
  Object.assign(process.env, environment);
}
