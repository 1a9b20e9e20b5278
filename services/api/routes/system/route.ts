/** Liveness, readiness, and what runs: open to anyone, and so without a single name, count or address of the organisation. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { schemaState } from "#core/adapters/postgres/schema-state";
import { Fault } from "#core/domain/fault";
import type { ApiDependencies } from "../../dependencies.ts";
import { route } from "../../http/route.ts";

export function systemRoutes(app: FastifyInstance, dependencies: ApiDependencies): void {
  const { installation, queue } = dependencies;
  route(app, {
    method: "GET",
    path: "/healthz",
    tag: "system",
    summary: "The process answers. Says nothing about what it needs.",
    answers: { 200: z.strictObject({ status: z.literal("alive") }) },
    handle: () => Promise.resolve({ status: "alive" }),
  });
  route(app, {
    method: "GET",
    path: "/readyz",
    tag: "system",
    summary:
      "Database, migrations and queue are as this version needs them; a 503 problem names what is not.",
    answers: { 200: z.strictObject({ status: z.literal("ready") }) },
    async handle() {
      await assertReady(dependencies);
      return { status: "ready" };
    },
  });
  route(app, {
    method: "GET",
    path: "/v1/status",
    tag: "system",
    summary: "What runs here: version, engines, sources.",
    answers: { 200: statusSchema },
    handle: () =>
      Promise.resolve({
        version: installation.version,
        engines: { database: installation.postgres, queue: queue.engine },
        sources: installation.sources,
        demo: installation.demo,
      }),
  });
}

const statusSchema = z.strictObject({
  version: z.string(),
  engines: z.strictObject({
    database: z.enum(["embedded", "external"]),
    queue: z.enum(["postgres", "redis"]),
  }),
  sources: z.array(z.string()),
  demo: z.boolean(),
});

/** Faults: `postgres.unreachable`, `postgres.newer-schema`, `postgres.migration-failed`, `redis.unreachable`. */
async function assertReady({ database, migrationsFolder, queue }: ApiDependencies): Promise<void> {
  const state = await schemaState(database, migrationsFolder);
  if (state === "behind") {
    throw new Fault(
      "postgres.migration-failed",
      "The database lacks migrations of this version: let a start of this version finish migrating it.",
    );
  }
  if (state === "ahead") {
    throw new Fault(
      "postgres.newer-schema",
      "The database was migrated by a newer version: run that version or a later one.",
    );
  }
  await queue.ping();
}
