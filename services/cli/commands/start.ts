/** `curfew start`: database, ingest, worker and API in one process group, until a signal ends them in order. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { webhookSink } from "#core/adapters/alerts/webhook";
import { PostgresDeliveryStore } from "#core/adapters/postgres/people/delivery-store";
import { PostgresWindowStore } from "#core/adapters/postgres/sources/window-store";
import { openQueue, type OpenedQueue } from "#core/adapters/queue/open-queue";
import { createLogger, type Logger } from "#core/platform/logger";
import { createShutdown, type Shutdown } from "#core/platform/shutdown";
import { catalogue } from "#core/rules/catalogue";
import { ensureOperatorToken, startApi } from "../../api/main.ts";
import { startIngest } from "../../ingest/main.ts";
import { startWorker } from "../../worker/main.ts";
import { numberOption, withCommonOptions, withDemo, type WorldOptions } from "../options.ts";
import { containSettings, stepPorts } from "../revocation-ports.ts";
import { reportPorts } from "../reports.ts";
import { openRuntime, type Runtime } from "../runtime.ts";
import { version } from "../version.ts";
import { openWorld, worldClaim, type World } from "../world.ts";

const MIGRATIONS = fileURLToPath(new URL("../../../migrations", import.meta.url));
const FASTEST_DEMO = 3_600;

interface StartOptions extends WorldOptions {
  readonly port?: string;
  readonly demoSpeed?: string;
}

export function addStart(program: Command): void {
  withDemo(withCommonOptions(program.command("start")))
    .description("run everything: database, ingest, worker, API and page")
    .option(
      "--port <number>",
      "TCP port of the API and the page, 0 for any free one (default 8580)",
    )
    .option(
      "--demo-speed <factor>",
      "let the demo organisation live faster than the clock, e.g. 60",
    )
    .action(start);
}

async function start(options: StartOptions): Promise<void> {
  const speed = numberOption(options.demoSpeed, "--demo-speed", 1, FASTEST_DEMO);
  const shutdown = createShutdown({
    onProblem: (part, error) =>
      process.stderr.write(`${part} did not end cleanly: ${String(error)}\n`),
  });
  try {
    await run(options, speed, shutdown);
  } catch (error) {
    await shutdown.end();
    throw error;
  }
}

async function run(
  options: StartOptions,
  speed: number | undefined,
  shutdown: Shutdown,
): Promise<void> {
  const runtime = await openRuntime(options, worldClaim(options));
  shutdown.add("database", () => runtime.close());
  const world = await openWorld(runtime, speed === undefined ? options : { ...options, speed });
  shutdown.add(world.kind === "demo" ? "demo organisation" : "sources", () => world.stop());
  const log = createLogger({ service: "curfew", level: runtime.config.logLevel });
  const queue = await openQueue({
    databaseUrl: runtime.databaseUrl,
    redisUrl: runtime.config.redisUrl?.reveal() ?? null,
    onProblem: ({ what, job, error }) =>
      log.warn(`queue.${what}`, job === null ? {} : { jobId: job }, error),
  });
  shutdown.add("queue", () => queue.close());
  const tokenFile = await operatorToken(runtime);
  const api = await openApi(runtime, world, queue, log);
  shutdown.add("api", () => api.stop());
  // Judged half-way through its first reading, an organisation would look idle, and alerts would say so.
  const turned = new Set<string>();
  const caughtUp = () =>
    turned.has("files") && turned.has("lookup-events") && turned.has("snapshot");
  const worker = await openWorker(runtime, world, queue, log, caughtUp);
  shutdown.add("worker", () => worker.stop());
  const ingest = startIngest({
    sources: world.sources,
    ports: {
      store: runtime.stores.trail,
      windows: new PostgresWindowStore(runtime.database),
      clock: runtime.clock,
    },
    crawls: runtime.stores.crawls,
    observations: runtime.stores.observations,
    newSnapshotId: (now) => runtime.newId("snp", now),
    queue,
    log,
    onTurn: (source) => turned.add(source),
  });
  shutdown.add("ingest", () => ingest.stop());
  announce(runtime, world, queue, api.url, tokenFile, options.quiet === true);
}

function openApi(runtime: Runtime, world: World, queue: OpenedQueue, log: Logger) {
  return startApi(
    {
      database: runtime.database,
      queue,
      clock: runtime.clock,
      log,
      contain: containSettings(runtime, world),
      sessionSettings: runtime.settings,
      productionAccounts: runtime.config.rules.productionAccounts,
      actions: runtime.judgePorts.actions,
      rules: catalogue,
      installation: {
        version: version(),
        postgres: runtime.config.databaseUrl === null ? "embedded" : "external",
        demo: world.kind === "demo",
        sources: world.sourceNames,
      },
      migrationsFolder: MIGRATIONS,
    },
    { host: runtime.config.host, port: runtime.config.port },
  );
}

function openWorker(
  runtime: Runtime,
  world: World,
  queue: OpenedQueue,
  log: Logger,
  caughtUp: () => boolean,
) {
  const { webhook } = runtime.config;
  const sinks =
    webhook === null
      ? []
      : [
          webhookSink({
            channel: "webhook",
            url: webhook.url.reveal(),
            secrets: [webhook.secret.reveal()],
          }),
        ];
  return startWorker({
    queue,
    sweep: { people: runtime.sweepPorts, organisation: runtime.organisationPorts },
    caughtUp,
    deliver: {
      deliveries: new PostgresDeliveryStore(runtime.database),
      sinks,
      clock: runtime.clock,
    },
    revocations: stepPorts(runtime, world, "worker"),
    forget: () => runtime.stores.trail.forget(runtime.now()),
    seal: {
      ...reportPorts(runtime),
      readyForFirst: async () =>
        caughtUp() && (await runtime.stores.sweep.dueCount(runtime.now())) === 0,
    },
    log,
  });
}

/** The first operator's token, 0600 beside the database: made once, and anew when it was lost or revoked. */
async function operatorToken(runtime: Runtime): Promise<string> {
  const file = join(runtime.config.dataDirectory, "operator-token");
  const token = await ensureOperatorToken(runtime.database, runtime.now(), readIfThere(file));
  const fresh = `${file}.new`;
  writeFileSync(fresh, `${token}\n`, { mode: 0o600 });
  renameSync(fresh, file);
  return file;
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return null;
  }
}

/** People read standard error; programs wait for the one line on standard output. */
function announce(
  runtime: Runtime,
  world: World,
  queue: OpenedQueue,
  url: string,
  operatorTokenFile: string,
  quiet: boolean,
): void {
  const sources = world.sourceNames.length === 0 ? "none" : world.sourceNames.join("; ");
  const lines = [
    ...(world.banner === null ? [] : [world.banner]),
    `Database: ${runtime.engine}`,
    `Queue: BullMQ on ${queue.engine === "redis" ? "Redis" : "Postgres"}`,
    `Sources: ${sources}`,
    `Page and API: ${url} (token in ${operatorTokenFile})`,
  ];
  if (!quiet) process.stderr.write(`${lines.join("\n")}\n`);
  process.stdout.write(`${JSON.stringify({ event: "ready", url, operatorTokenFile })}\n`);
}
