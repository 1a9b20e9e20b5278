/**
 * What every command stands on: settings, the data directory, the migrated database and the stores. Opening it leaves nothing
 * behind when it fails; closing it stops the built-in Postgres if nobody else uses it.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { settingsOf } from "#core/domain/sessions/durations";
import { PostgresCrawlStore } from "#core/adapters/postgres/access/crawl-store";
import { readActionCatalogue } from "#core/adapters/iam-data/catalogue";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { openDatabase, ping, type Database } from "#core/adapters/postgres/database";
import { PostgresDurationStore } from "#core/adapters/postgres/people/duration-store";
import { PostgresFindingStore } from "#core/adapters/postgres/people/finding-store";
import { migrate } from "#core/adapters/postgres/migrate";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { PostgresOrganisationStore } from "#core/adapters/postgres/people/organisation-store";
import { PostgresPersonHistory } from "#core/adapters/postgres/people/person-history";
import { PostgresResidualStore } from "#core/adapters/postgres/people/residual-store";
import { PostgresSessionStore } from "#core/adapters/postgres/people/session-store";
import { PostgresSweepStore } from "#core/adapters/postgres/people/sweep-store";
import { PostgresUsageStore } from "#core/adapters/postgres/people/usage-store";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import { createdId } from "#core/domain/ids";
import type { SessionSettings } from "#core/domain/session";
import { instant, type Instant } from "#core/domain/time";
import type { JudgePorts } from "#core/flows/judge-people";
import type { OrganisationPorts, OrganisationSources } from "#core/flows/judge-organisation";
import type { SweepPorts } from "#core/flows/sweep-people";
import { readConfig, type Config } from "#core/platform/config";
import { claimDataDirectory, type Claim, type Holding } from "#core/platform/data-directory";
import { startOrJoinPostgres } from "#core/platform/embedded-postgres";
import { systemClock } from "#core/platform/clock";
import type { Clock } from "#core/ports/clock";
import { catalogue } from "#core/rules/catalogue";
import { SimulatedClock } from "#simulator/clock";
import { PORTAL_SESSION_MINUTES } from "#simulator/organisation";
import { EnteredSettings } from "./sessions/entered-settings.ts";
import { readOnce } from "#core/platform/read-once";
import type { CommonOptions, WorldOptions } from "./options.ts";

const MIGRATIONS = fileURLToPath(new URL("../../migrations", import.meta.url));
const CONNECTIONS = 12;

export interface Stores {
  readonly trail: PostgresTrailStore;
  readonly sessions: PostgresSessionStore;
  readonly residuals: PostgresResidualStore;
  readonly usage: PostgresUsageStore;
  readonly history: PostgresPersonHistory;
  readonly access: PostgresAccessStore;
  readonly crawls: PostgresCrawlStore;
  readonly observations: PostgresObservationStore;
  readonly sweep: PostgresSweepStore;
  readonly findings: PostgresFindingStore;
  readonly durations: PostgresDurationStore;
}

export interface Runtime {
  readonly config: Config;
  /** What the data directory holds. */
  readonly holds: Holding["kind"];
  readonly clock: Clock;
  readonly now: () => Instant;
  readonly database: Database;
  /** With the password: a secret. */
  readonly databaseUrl: string;
  /** For people: what the database is and where. */
  readonly engine: string;
  /** As entered when the runtime was opened, or when the last judging run began. */
  readonly settings: SessionSettings;
  readonly stores: Stores;
  readonly judgePorts: JudgePorts & OrganisationSources;
  readonly sweepPorts: SweepPorts;
  readonly organisationPorts: OrganisationPorts;
  readonly newId: (prefix: "rev" | "rpt" | "tok" | "snp" | "step" | "del", now: Instant) => string;
  close(): Promise<void>;
}

/** Alert channels are named here, because the outbox is written whoever sweeps. */
export function channelsOf(config: Config): string[] {
  return config.webhook === null ? [] : ["webhook"];
}

export function demoDirectory(config: Config): string {
  return join(config.dataDirectory, "demo");
}

/**
 * @param claim what the command will put into the data directory, given what it holds; left out by commands that only look.
 */
export async function openRuntime(
  options: CommonOptions & { readonly port?: string },
  claim: (config: Config, holds: Holding | null) => Claim = () => ({ kind: "read" }),
): Promise<Runtime> {
  const config = readConfig(process.env, {
    dataDirectory: options.dataDir,
    databaseUrl: options.databaseUrl,
    port: options.port,
  });
  const before = await claimDataDirectory(config.dataDirectory, { kind: "read" });
  const claimed = await claimDataDirectory(config.dataDirectory, claim(config, before.holds));
  const holds = claimed.holds?.kind ?? "organisation";
  const clock = holds === "demo" ? SimulatedClock.open(demoDirectory(config)) : systemClock();
  const server = await openServer(config);
  try {
    await migrate(server.url, MIGRATIONS);
    const database = openDatabase(server.url, {
      maxConnections: CONNECTIONS,
      applicationName: "curfew",
    });
    await ping(database, server.url);
    return await runtimeOf(config, holds, clock, database, server);
  } catch (error) {
    await server.release();
    throw error;
  }
}

/** Commands that only look take what is there; told `--demo`, they refuse a directory that holds an organisation. */
export function lookClaim(options: WorldOptions): () => Claim {
  return () => ({ kind: options.demo === true ? "demo" : "read" });
}

interface Server {
  readonly url: string;
  readonly engine: string;
  release(): Promise<void>;
}

async function openServer(config: Config): Promise<Server> {
  if (config.databaseUrl !== null) {
    const url = config.databaseUrl.reveal();
    const { host, pathname } = new URL(url);
    return { url, engine: `Postgres at ${host}${pathname}`, release: () => Promise.resolve() };
  }
  const embedded = await startOrJoinPostgres({ dataDirectory: config.dataDirectory });
  return {
    url: embedded.url,
    engine: `built-in Postgres in ${embedded.location}`,
    release: () => embedded.release(),
  };
}

function storesOf(config: Config, database: Database): Stores {
  return {
    trail: new PostgresTrailStore(database, config.keeping),
    sessions: new PostgresSessionStore(database),
    residuals: new PostgresResidualStore(database),
    usage: new PostgresUsageStore(database),
    history: new PostgresPersonHistory(database),
    access: new PostgresAccessStore(database),
    crawls: new PostgresCrawlStore(database),
    observations: new PostgresObservationStore(database),
    sweep: new PostgresSweepStore(database),
    findings: new PostgresFindingStore(database),
    durations: new PostgresDurationStore(database),
  };
}

function judgePortsOf(
  config: Config,
  stores: Stores,
  settings: SessionSettings,
): Runtime["judgePorts"] {
  return {
    history: stores.history,
    access: stores.access,
    observations: stores.observations,
    catalogue,
    settings,
    ruleSettings: config.rules,
    actions: readOnce(readActionCatalogue),
  };
}

async function runtimeOf(
  config: Config,
  holds: Runtime["holds"],
  clock: Clock,
  database: Database,
  server: Server,
): Promise<Runtime> {
  const stores = storesOf(config, database);
  const configured = settingsOf(
    config.portalSessionMinutes ?? (holds === "demo" ? PORTAL_SESSION_MINUTES : null),
  );
  const settings = new EnteredSettings(stores.durations, configured);
  await settings.readAgain();
  const judgePorts = judgePortsOf(config, stores, settings);
  return {
    config,
    holds,
    clock,
    now: () => instant(clock.now()),
    database,
    databaseUrl: server.url,
    engine: server.engine,
    settings,
    stores,
    judgePorts,
    sweepPorts: {
      ...judgePorts,
      sweep: settings.readBefore(stores.sweep),
      channels: channelsOf(config),
      clock,
    },
    organisationPorts: {
      ...judgePorts,
      organisations: new PostgresOrganisationStore(database),
      channels: channelsOf(config),
      clock,
    },
    newId: (prefix, now) => createdId(prefix, now, randomBytes(10)),
    close: async () => {
      await database.close();
      await server.release();
    },
  };
}
