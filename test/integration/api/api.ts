/** An API over a database of its own, with a token of each role, and short ways to ask it. */
import { fileURLToPath } from "node:url";
import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import { settingsOf } from "#core/domain/sessions/durations";
import { PostgresTokenStore } from "#core/adapters/postgres/token-store";
import type { JobName } from "#core/ports/job-queue";
import { createLogger } from "#core/platform/logger";
import { instant } from "#core/domain/time";
import { issueToken } from "#services/api/auth/issue-token";
import { type Role, ROLES } from "#services/api/auth/roles";
import type { ApiDependencies } from "#services/api/dependencies";
import { buildServer } from "#services/api/server";
import { NO_RULE_SETTINGS } from "#core/rules/settings";
import { actions } from "#test/support/actions";
import { createTestDatabase, type TestDatabase } from "#test/support/database";

export interface TestApi {
  readonly app: FastifyInstance;
  readonly database: TestDatabase;
  readonly dependencies: ApiDependencies;
  readonly tokens: Readonly<Record<Role, string>>;
  readonly nudges: JobName[];
  readonly logLines: string[];
  /** Moves the clock that the API reads. */
  setNow(epochMilliseconds: number): void;
  get(path: string, token?: string): Promise<LightMyRequestResponse>;
  /** With a fresh Idempotency-Key unless headers bring one; `{ "idempotency-key": "" }` sends none. */
  send(
    method: "POST" | "DELETE",
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<LightMyRequestResponse>;
  close(): Promise<void>;
}

export const START = Date.parse("2026-03-02T09:00:00.000Z");

export async function startTestApi(own: Partial<ApiDependencies> = {}): Promise<TestApi> {
  const database = await createTestDatabase();
  let now = START;
  const nudges: JobName[] = [];
  const logLines: string[] = [];
  const dependencies: ApiDependencies = {
    database,
    queue: {
      engine: "postgres",
      ping: () => Promise.resolve(),
      nudge: (job) => Promise.resolve(void nudges.push(job)),
    },
    clock: { now: () => now },
    log: createLogger({
      service: "api",
      level: "info",
      destination: { write: (line) => void logLines.push(line) },
    }),
    contain: {
      contain: "demo",
      breakGlass: [],
      peopleIn24h: 5,
      denyPolicyIds: ["p-examplepolicy"],
    },
    sessionSettings: settingsOf(null),
    productionAccounts: NO_RULE_SETTINGS.productionAccounts,
    actions,
    rules: [],
    installation: {
      version: "0.0.0-test",
      postgres: "embedded",
      demo: true,
      sources: ["trail files"],
    },
    migrationsFolder: fileURLToPath(new URL("../../../migrations", import.meta.url)),
    requestsPerMinute: 1_000_000,
    ...own,
  };
  const app = await buildServer(dependencies);
  const store = new PostgresTokenStore(database);
  const tokens = {} as Record<Role, string>;
  for (const role of ROLES) {
    const asked = { name: `test-${role}`, roles: [role], expiresAt: null };
    tokens[role] = (await issueToken(store, asked, "test", instant(now))).token;
  }
  let keys = 0;
  return {
    app,
    database,
    dependencies,
    tokens,
    nudges,
    logLines,
    setNow(milliseconds) {
      now = milliseconds;
    },
    get: (path, token = tokens.admin) =>
      app.inject({ method: "GET", url: path, headers: { authorization: `Bearer ${token}` } }),
    send: (method, path, body, headers = {}) =>
      app.inject({
        method,
        url: path,
        ...(body === undefined ? {} : { payload: body as object }),
        headers: {
          authorization: `Bearer ${tokens.admin}`,
          "idempotency-key": `key-${(keys += 1)}`,
          ...headers,
        },
      }),
    async close() {
      await app.close();
      await database.drop();
    },
  };
}
