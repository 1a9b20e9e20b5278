import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createPostgresBackend, withBackend } from "bullmq";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appendAudit } from "#core/adapters/postgres/audit";
import { openDatabase, type Database } from "#core/adapters/postgres/database";
import { PostgresCrawlStore } from "#core/adapters/postgres/access/crawl-store";
import { factsOf } from "#core/domain/access/facts";
import { transaction } from "#core/adapters/postgres/transaction";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import { openQueue } from "#core/adapters/queue/open-queue";
import { epoch, instant } from "#core/domain/time";
import { ingestFiles } from "#core/flows/ingest/ingest-files";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import { snapshot, user } from "#test/unit/access/directory-facts";
import { RIGHTS, SERVICES, WRITTEN_ONCE, type Service } from "./matrix.ts";

const GRANTS = readFileSync(new URL("../../../infra/grants.sql", import.meta.url), "utf8");
const DENIED = "42501";

let database: TestDatabase;
let columns: ReadonlyMap<string, readonly string[]>;
const logins: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  // BullMQ's schema has to be there for its part of the grants.
  const queue = await openQueue({ databaseUrl: database.url, redisUrl: null, onProblem: () => {} });
  await queue.close();
  await database.pool.query(GRANTS);
  const { rows } = await database.pool.query<{ name: string; columns: string[] }>(
    `select c.table_name as name, array_agg(c.column_name::text order by c.ordinal_position) as columns
       from information_schema.columns c
      where c.table_schema = 'public'
        and not (select t.relispartition from pg_class t where t.oid = format('public.%I', c.table_name)::regclass)
      group by 1`,
  );
  columns = new Map(rows.map((table) => [table.name, table.columns]));
});

afterAll(async () => {
  for (const login of logins) {
    await database.pool.query(`drop owned by ${login}`);
    await database.pool.query(`drop role ${login}`);
  }
  await database.drop();
});

/** A connection that is nothing but the role. */
async function as<T>(role: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query(`set role ${role}`);
    return await work(client);
  } finally {
    await client.end();
  }
}

/** True when the role has the right; the statements touch no row. */
async function allowed(client: pg.Client, statement: string): Promise<boolean> {
  try {
    await client.query(statement);
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === DENIED) return false;
    throw error;
  }
}

const columnsOf = (table: string): readonly string[] => columns.get(table) ?? [];

/** What the role really may do, in the notation of the matrix. */
async function rightsOf(client: pg.Client, table: string) {
  const [first = ""] = columnsOf(table);
  const can = (statement: string): Promise<boolean> => allowed(client, statement);
  const updatable: string[] = [];
  for (const column of columnsOf(table))
    if (await can(`update ${table} set "${column}" = default where false`)) updatable.push(column);
  const whole = updatable.length === columnsOf(table).length;
  const verbs = [
    (await can(`select 1 from ${table} limit 0`)) ? "S" : "",
    (await can(`insert into ${table} ("${first}") select null where false`)) ? "I" : "",
    whole ? "U" : "",
    (await can(`delete from ${table} where false`)) ? "D" : "",
  ].join("");
  return whole || updatable.length === 0 ? { verbs } : { verbs, columns: updatable };
}

/** A login that has nothing but the service's role, as a deployment makes it. */
async function loginOf(service: Service): Promise<{ url: string; database: Database }> {
  const name = `test_${service}_${randomBytes(4).toString("hex")}`;
  const password = randomBytes(12).toString("hex");
  await database.pool.query(`create role ${name} login password '${password}' in role ${service}`);
  logins.push(name);
  const url = new URL(database.url);
  url.username = name;
  url.password = password;
  return {
    url: url.href,
    database: openDatabase(url.href, { maxConnections: 2, applicationName: "curfew test" }),
  };
}

test("every table has a decision for every service", () => {
  expect([...columns.keys()].toSorted()).toEqual(Object.keys(RIGHTS).toSorted());
});

describe.each(SERVICES)("%s", (service) => {
  test.each(Object.entries(RIGHTS))(
    "may do with %s exactly what it needs",
    async (table, rights) => {
      const expected = rights[service];
      const actual = await as(service, (client) => rightsOf(client, table));
      expect({ columns: [], ...actual }).toEqual({
        verbs: expected.verbs,
        columns: columnsOf(table).filter((column) => expected.columns?.includes(column) ?? false),
      });
    },
  );

  test("may neither empty a table nor change the schema", async () => {
    await as(service, async (client) => {
      for (const table of Object.keys(RIGHTS))
        expect(await allowed(client, `truncate ${table}`), table).toBe(false);
      for (const statement of [
        "create table mine (id int)",
        "create schema mine",
        "alter table events add column mine int",
        "drop table people",
        "update drizzle.__drizzle_migrations set hash = '' where false",
        "update bullmq.migration set version = 0 where false",
        "create role mine",
      ])
        expect(await allowed(client, statement), statement).toBe(false);
      // Publishing a crawl gathers it in tables of its transaction.
      const temporary = await allowed(client, "create temporary table mine (id int)");
      expect(temporary).toBe(service === "curfew_ingest");
    });
  });

  test("sees which migrations were applied", async () => {
    await as(service, async (client) => {
      const { rows } = await client.query("select hash from drizzle.__drizzle_migrations");
      expect(rows.length).toBeGreaterThan(0);
    });
  });
});

test.each(WRITTEN_ONCE)("not even the migrator may change or remove a row of %s", async (table) => {
  await as("curfew_migrator", async (client) => {
    const rights = await rightsOf(client, table);
    // A report's foreign key locks its row as the owner, which takes UPDATE; removing stays refused.
    expect(rights.verbs).toBe(table === "reports" ? "SIU" : "SI");
    expect(await allowed(client, `truncate ${table} cascade`)).toBe(false);
  });
});

test("the migrator may change the schema, and a new table is closed to every service", async () => {
  await as("curfew_migrator", async (client) => {
    await client.query("create table later (id int primary key)");
    await client.query("alter table people add column later int");
  });
  for (const service of SERVICES)
    for (const statement of [
      "select from later",
      "delete from later",
      "insert into later values (1)",
    ])
      expect(await as(service, (client) => allowed(client, statement)), statement).toBe(false);
  await as("curfew_migrator", async (client) => {
    await client.query("drop table later");
    await client.query("alter table people drop column later");
  });
});

test("applying the grants again changes nothing, and takes back what was opened by hand", async () => {
  const state = async (): Promise<unknown> =>
    (
      await database.pool.query(
        `select c.oid::regclass::text as name, c.relacl::text, c.relowner::regrole::text as owner,
                (select array_agg(a.attacl::text order by a.attnum) from pg_attribute a
                  where a.attrelid = c.oid and a.attacl is not null) as columns
           from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where n.nspname in ('public', 'drizzle', 'bullmq') and c.relkind in ('r', 'S') order by 1`,
      )
    ).rows;
  const rights = (): Promise<unknown> =>
    as("curfew_api", async (client) => [
      await rightsOf(client, "events"),
      await rightsOf(client, "findings"),
    ]);
  const before = await rights();
  await database.pool.query(GRANTS);
  const once = await state();
  await database.pool.query("grant all on events to curfew_api, public");
  await database.pool.query("grant update (evidence) on findings to curfew_api");
  expect(await rights()).not.toEqual(before);
  await database.pool.query(GRANTS);
  expect(await rights()).toEqual(before);
  expect(await state()).toEqual(once);
});

describe("the product's own code", () => {
  const at = instant(Date.UTC(2026, 10, 2));

  test("ingests with the role of ingest, and with no other", async () => {
    const record = {
      eventVersion: "1.11",
      userIdentity: {
        type: "IdentityCenterUser",
        accountId: "111122223333",
        onBehalfOf: {
          userId: "94d00cd8-e9e6-4810-b177-b08e84725435",
          identityStoreArn: "arn:aws:identitystore::111122223333:identitystore/d-1234567890",
        },
      },
      eventTime: at,
      eventSource: "sso.amazonaws.com",
      eventName: "Authenticate",
      awsRegion: "eu-central-1",
      sourceIPAddress: "203.0.113.7",
      eventID: "27ea7725-c1fd-4355-bdba-d0e628e0e604",
      recipientAccountId: "111122223333",
    };
    const file = { path: "a.ndjson", bytes: Buffer.from(`${JSON.stringify(record)}\n{broken\n`) };
    const clock = { now: () => epoch(at) };
    const ingest = await loginOf("curfew_ingest");
    const api = await loginOf("curfew_api");
    try {
      const read = (own: Database) => ingestFiles([file], new PostgresTrailStore(own), clock);
      await expect(read(api.database)).rejects.toThrow(/permission denied/);
      expect(await read(ingest.database)).toMatchObject([
        { receipt: { appended: 1, undecodable: 1 } },
      ]);
    } finally {
      await ingest.database.close();
      await api.database.close();
    }
  });

  test("publishes a crawl as ingest", async () => {
    const { database: own } = await loginOf("curfew_ingest");
    const store = new PostgresCrawlStore(own);
    const completedAt = instant(epoch(at) + 1);
    const { instance } = snapshot();
    try {
      const published = await store.exclusively(instance.instanceArn, async () => {
        await store.begin("snp_granted", instance.instanceArn, at, null);
        const facts = factsOf(snapshot({ users: [user("ann")] }));
        await store.write("snp_granted", { unit: "users", facts, notes: [] }, at, {});
        const publication = { completedAt, apiCalls: {}, notes: [], replaces: null };
        return store.publish("snp_granted", publication);
      });
      expect(published).toMatchObject({ opened: 2, closed: 0 });
    } finally {
      await own.close();
    }
  });

  test("appends to the audit chain as worker and as API", async () => {
    for (const service of ["curfew_worker", "curfew_api"] as const) {
      const { database: own } = await loginOf(service);
      const entry = { at, actor: service, action: "test.done", subject: "a", body: {} };
      const { sequence } = await transaction(own, (client) => appendAudit(client, entry));
      await own.close();
      expect(sequence).toBeGreaterThan(0);
    }
  });

  test("nudges as ingest and works as worker, over the queue in Postgres", async () => {
    const { Queue, Worker } = withBackend(createPostgresBackend);
    const producer = await loginOf("curfew_ingest");
    const consumer = await loginOf("curfew_worker");
    const over = (url: string) => ({ connection: { connectionString: url, schema: "bullmq" } });
    const queue = new Queue("curfew", over(producer.url));
    const done = new Promise<string>((resolve, reject) => {
      const worker = new Worker("curfew", (job) => Promise.resolve(job.name), over(consumer.url));
      worker.on("error", reject);
      worker.on("completed", (job) => {
        worker.close().then(() => resolve(job.name), reject);
      });
    });
    await queue.add("sweep-people", {});
    expect(await done).toBe("sweep-people");
    await queue.close();
    await producer.database.close();
    await consumer.database.close();
  });

  test("seals a report as worker: its files refer to it", async () => {
    const sealing = as("curfew_worker", async (client) => {
      await client.query(
        "insert into reports (id, kind, as_of, created_at, manifest) values ('r', 'access-review', now(), now(), '{}')",
      );
      await client.query(
        "insert into report_files (report_id, name, media_type, sha256, bytes, content) values ('r', 'a', 'text/csv', '', 0, '')",
      );
      const { rows } = await client.query("select report_id from report_files");
      return rows;
    });
    expect(await sealing).toEqual([{ report_id: "r" }]);
  });
});
