/**
 * `curfew start` from its ready line to its end, killed and restarted, and with its database killed under it; and every refusal of
 * the command: an exit code, one sentence on standard error, nothing on standard output and nothing half-done.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { migrate } from "#core/adapters/postgres/migrate";
import { claimDataDirectory } from "#core/platform/data-directory";
import { startOrJoinPostgres, type EmbeddedPostgres } from "#core/platform/embedded-postgres";
import { signIn } from "#test/support/records";
import {
  curfew,
  endAll,
  lives,
  postmasterOf,
  started,
  temporaryFolder,
  until,
  type Ready,
} from "./command.ts";

const MIGRATIONS = fileURLToPath(new URL("../../migrations", import.meta.url));
const NOBODY = 65_534;
const AS_ROOT = process.getuid?.() === 0;

let folder: string;
let demo: string;
beforeAll(() => {
  folder = temporaryFolder("start");
  demo = join(folder, "demo");
});
afterAll(() => endAll(folder, demo, join(folder, "cluster")));

/** What the API answers to the operator; null while it cannot be reached. */
async function answers({ url, operatorTokenFile }: Ready, path: string): Promise<number | null> {
  const token = readFileSync(operatorTokenFile, "utf8").trim();
  const headers = { authorization: `Bearer ${token}` };
  return fetch(`${url}${path}`, { headers }).then(
    async (response) => {
      await response.arrayBuffer();
      return response.status;
    },
    () => null,
  );
}

describe("start", () => {
  const args = () => ["--demo", "--port", "0", "--data-dir", demo];

  test("says once that it is ready, answers the operator alone, and ends in order", async () => {
    const { child, ended, ready, said } = await started(args());
    expect(said().stdout).toBe(`${JSON.stringify({ event: "ready", ...ready })}\n`);
    expect(said().stderr).toContain("Demo organisation");
    expect(new URL(ready.url).hostname).toBe("127.0.0.1");
    expect(statSync(ready.operatorTokenFile).mode & 0o777).toBe(0o600);
    expect(await answers(ready, "/v1/sessions?limit=1")).toBe(200);
    expect((await fetch(`${ready.url}/v1/sessions`)).status).toBe(401);
    expect((await fetch(ready.url)).status).toBe(200);

    const postmaster = postmasterOf(demo)!;
    const asked = performance.now();
    child.kill("SIGTERM");
    expect((await ended).code).toBe(0);
    expect(performance.now() - asked).toBeLessThan(25_000);
    expect(lives(postmaster)).toBe(false);
    expect(postmasterOf(demo)).toBe(null);
  });

  test("outlives the death of its database, and starts again on what it left when it was killed", async () => {
    const first = await started(args());
    const token = readFileSync(first.ready.operatorTokenFile, "utf8");
    const postmaster = postmasterOf(demo)!;
    process.kill(postmaster, "SIGKILL");
    await until(() => !lives(postmaster));
    await until(async () => (await answers(first.ready, "/v1/sessions?limit=1")) === 200);
    expect(postmasterOf(demo)).not.toBe(postmaster);
    first.child.kill("SIGKILL");
    expect((await first.ended).code).toBe(null);

    const { child, ended, ready } = await started(args());
    expect(readFileSync(ready.operatorTokenFile, "utf8")).toBe(token);
    expect(await answers(ready, "/v1/sessions?limit=1")).toBe(200);
    const second = postmasterOf(demo)!;
    child.kill("SIGTERM");
    expect((await ended).code).toBe(0);
    expect(lives(second)).toBe(false);
  });
});

describe("refusals", () => {
  let cluster: EmbeddedPostgres;
  let busy: Server;
  let busyPort: string;

  beforeAll(async () => {
    cluster = await startOrJoinPostgres({
      dataDirectory: join(folder, "cluster"),
      durability: "off",
    });
    const client = new pg.Client({ connectionString: cluster.url });
    await client.connect();
    await client.query("create database newer");
    await client.end();
    await migrate(databaseNamed("newer"), MIGRATIONS);
    const newer = new pg.Client({ connectionString: databaseNamed("newer") });
    await newer.connect();
    await newer.query(
      "insert into drizzle.__drizzle_migrations (hash, created_at) values ('of another version', 32503680000000)",
    );
    await newer.end();
    await claimDataDirectory(directory("holds-demo"), { kind: "demo" });
    await claimDataDirectory(directory("holds-organisation"), {
      kind: "organisation",
      accountId: "111122223333",
    });
    mkdirSync(directory("closed"));
    chmodSync(directory("closed"), AS_ROOT ? 0o700 : 0o000);
    mkdirSync(directory("trail"));
    writeFileSync(
      join(directory("trail"), "one.json"),
      JSON.stringify({ Records: [signIn("2026-11-02T08:00:00Z")] }),
    );
    busy = createServer().listen(0, "127.0.0.1");
    await once(busy, "listening");
    busyPort = String((busy.address() as { port: number }).port);
  });
  afterAll(async () => {
    busy.close();
    chmodSync(directory("closed"), 0o700);
    await cluster.release();
  });

  const directory = (name: string): string => join(folder, name);
  function databaseNamed(name: string): string {
    const url = new URL(cluster.url);
    url.pathname = `/${name}`;
    return url.href;
  }

  interface Refusal {
    readonly what: string;
    readonly args: () => string[];
    readonly env?: () => Record<string, string>;
    readonly uid?: number;
    readonly exitCode: 2 | 3;
    readonly code: string;
    /** What the sentence names. */
    readonly names: string;
  }

  const fresh = (...args: string[]) => [...args, "--data-dir", directory("fresh")];
  const REFUSALS: Refusal[] = [
    {
      what: "an unknown command",
      args: () => ["frobnicate"],
      exitCode: 2,
      code: "input.invalid",
      names: "frobnicate",
    },
    {
      what: "an unknown option",
      args: () => fresh("sessions", "--nope"),
      exitCode: 2,
      code: "input.invalid",
      names: "--nope",
    },
    {
      what: "a missing argument",
      args: () => fresh("ingest"),
      exitCode: 2,
      code: "input.invalid",
      names: "path",
    },
    {
      what: "a word that is not one of the words",
      args: () => fresh("sync", "--demo", "--source", "nope"),
      exitCode: 2,
      code: "input.invalid",
      names: "--source",
    },
    {
      what: "a port beyond the last",
      args: () => fresh("start", "--port", "99999"),
      exitCode: 2,
      code: "config.invalid",
      names: "port",
    },
    {
      what: "a malformed setting",
      args: () => fresh("sessions"),
      env: () => ({ CURFEW_LOG_LEVEL: "loud" }),
      exitCode: 2,
      code: "config.invalid",
      names: "CURFEW_LOG_LEVEL",
    },
    {
      what: "an unknown setting",
      args: () => fresh("sessions"),
      env: () => ({ CURFEW_PROT: "1" }),
      exitCode: 2,
      code: "config.unknown-setting",
      names: "CURFEW_PROT",
    },
    {
      what: "AWS without the account that must be found",
      args: () => fresh("sync"),
      env: () => ({ CURFEW_AWS: "on" }),
      exitCode: 2,
      code: "config.invalid",
      names: "CURFEW_AWS_ACCOUNT_ID",
    },
    {
      what: "a DATABASE_URL that is none",
      args: () => fresh("sessions"),
      env: () => ({ DATABASE_URL: "mysql://u:hunter2@db.example/x" }),
      exitCode: 2,
      code: "config.invalid",
      names: "DATABASE_URL",
    },
    {
      what: "a DATABASE_URL that nobody answers",
      args: () => fresh("sessions"),
      env: () => ({ DATABASE_URL: "postgres://u:hunter2@127.0.0.1:1/x" }),
      exitCode: 3,
      code: "postgres.unreachable",
      names: "127.0.0.1",
    },
    {
      what: "a database of a newer version",
      args: () => fresh("sessions", "--database-url", databaseNamed("newer")),
      exitCode: 3,
      code: "postgres.newer-schema",
      names: "newer",
    },
    {
      what: "a file that is not there",
      args: () => fresh("ingest", directory("nowhere.json")),
      exitCode: 2,
      code: "input.no-such-file",
      names: "nowhere.json",
    },
    {
      what: "a demo's directory for trail files",
      args: () => ["ingest", directory("trail"), "--data-dir", directory("holds-demo")],
      exitCode: 3,
      code: "data-directory.other-kind",
      names: "demo",
    },
    {
      what: "an organisation's directory for the demo",
      args: () => ["sync", "--demo", "--data-dir", directory("holds-organisation")],
      exitCode: 3,
      code: "data-directory.other-kind",
      names: "111122223333",
    },
    {
      what: "a directory of somebody else",
      args: () => ["sessions", "--data-dir", directory("closed")],
      ...(AS_ROOT ? { uid: NOBODY } : {}),
      exitCode: 3,
      code: "data-directory.no-permission",
      names: "closed",
    },
    {
      what: "a port in use",
      args: () => [
        "start",
        "--port",
        busyPort,
        "--data-dir",
        directory("local"),
        "--database-url",
        cluster.url,
      ],
      env: () => ({ CURFEW_TRAIL_DIR: directory("trail") }),
      exitCode: 3,
      code: "port.in-use",
      names: "port",
    },
    {
      what: "an instant without a zone",
      args: () =>
        fresh("sessions", "--as-of", "2026-11-02T08:00:00", "--database-url", cluster.url),
      exitCode: 2,
      code: "input.invalid",
      names: "--as-of",
    },
    {
      what: "a person whom nobody knows",
      args: () => fresh("sessions", "--user", "nobody@corp.example", "--database-url", cluster.url),
      exitCode: 2,
      code: "input.unknown-person",
      names: "nobody@corp.example",
    },
  ];

  test.each(REFUSALS)(
    "$what: exit code $exitCode and $code",
    async ({ args, env, uid, exitCode, code, names }) => {
      const options = { env: env?.() ?? {}, ...(uid === undefined ? {} : { uid }) };
      const ended = await curfew([...args(), "--json"], options);
      expect(ended).toMatchObject({ code: exitCode, stdout: "" });
      expect(ended.stderr).toMatch(/^[^\n]+\n$/);
      const { error } = JSON.parse(ended.stderr) as { error: { code: string; message: string } };
      expect(error.code).toBe(code);
      expect(error.message).toContain(names);
      expect(error.message).not.toContain("hunter2");
    },
  );

  test.each([
    ["a setting", ["sessions"], { CURFEW_PROT: "1" }],
    ["an option", ["sync", "--demo", "--source", "nope"], {}],
    ["a path", ["ingest", "nowhere.json"], {}],
  ])(
    "the refusal of %s is one sentence for people, and leaves nothing behind",
    async (_what, args, env) => {
      const ended = await curfew([...args, "--data-dir", directory("untouched")], { env });
      expect(ended).toMatchObject({ code: 2, stdout: "" });
      expect(ended.stderr).toMatch(/^curfew: [^\n]+\.\n$/);
      expect(existsSync(directory("untouched"))).toBe(false);
    },
  );
});
