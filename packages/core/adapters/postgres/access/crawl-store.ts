/**
 * CrawlStore on Postgres. Guarantees that a unit is stored with all of its facts or not at all, that a run which somebody else took
 * over is written to by nobody else, and that one process at a time crawls an instance: the lock goes with its connection.
 */
import { Fault } from "../../../domain/fault.ts";
import type { FactKind } from "../../../domain/access/facts.ts";
import type { TrailEvent } from "../../../domain/event.ts";
import type { Instant } from "../../../domain/time.ts";
import type {
  CrawlRun,
  CrawlStore,
  CrawlUnit,
  NewestSnapshot,
  Publication,
  Published,
} from "../../../ports/access/crawl-store.ts";
import type { Database } from "../database.ts";
import { transaction } from "../transaction.ts";
import { eventsOfRows, type StoredRow } from "../trail/stored-rows.ts";
import { writeUnit } from "./crawl-units.ts";
import { publishRun } from "./publish.ts";

interface RunRow {
  id: string;
  started_at: Instant;
  api_calls: Readonly<Record<string, number>>;
}

export class PostgresCrawlStore implements CrawlStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async exclusively<T>(instanceArn: string, work: () => Promise<T>): Promise<T> {
    const client = await this.#database.pool.connect();
    const key = `crawl ${instanceArn}`;
    let held = false;
    try {
      const { rows } = await client.query<{ held: boolean }>(
        "select pg_try_advisory_lock(hashtextextended($1, 0)) as held",
        [key],
      );
      held = rows[0]?.held === true;
      if (!held) {
        throw new Fault(
          "snapshot.running",
          "Another process reads the directory already: wait until it has published what it reads.",
        );
      }
      return await work();
    } finally {
      // A connection that broke has given the lock back by itself.
      const broken = held
        ? await client
            .query("select pg_advisory_unlock(hashtextextended($1, 0))", [key])
            .then(() => undefined)
            .catch((error: Error) => error)
        : undefined;
      client.release(broken);
    }
  }

  begin(
    id: string,
    instanceArn: string,
    now: Instant,
    aliveSince: Instant | null,
  ): Promise<CrawlRun> {
    return transaction(this.#database, async (client) => {
      const { rows } = await client.query<RunRow & { alive: boolean }>(
        `select id, started_at, api_calls, coalesce(touched_at >= $2 and started_at >= $2 - interval '1 day', false) as alive
           from crawl_runs where instance_arn = $1 and state = 'running' for update`,
        [instanceArn, aliveSince],
      );
      const [running] = rows;
      if (running?.alive === true) {
        const { id: known, started_at: startedAt, api_calls: apiCalls } = running;
        return { id: known, instanceArn, startedAt, resumed: true, apiCalls };
      }
      await client.query("delete from crawl_runs where instance_arn = $1", [instanceArn]);
      await client.query(
        "insert into crawl_runs (id, instance_arn, started_at, touched_at, api_calls) values ($1, $2, $3, $3, '{}')",
        [id, instanceArn, now],
      );
      return { id, instanceArn, startedAt: now, resumed: false, apiCalls: {} };
    });
  }

  async unitsRead(runId: string): Promise<string[]> {
    const { rows } = await this.#database.pool.query<{ unit: string }>(
      "select unit from crawl_units where run_id = $1",
      [runId],
    );
    return rows.map((row) => row.unit);
  }

  write(
    runId: string,
    unit: CrawlUnit,
    at: Instant,
    apiCalls: Readonly<Record<string, number>>,
  ): Promise<void> {
    return transaction(this.#database, (client) => writeUnit(client, runId, unit, at, apiCalls));
  }

  async drop(runId: string, units: readonly string[]): Promise<void> {
    await this.#database.pool.query(
      "delete from crawl_units where run_id = $1 and unit = any($2)",
      [runId, units],
    );
  }

  async keepOnly(runId: string, units: readonly string[]): Promise<void> {
    await this.#database.pool.query(
      `delete from crawl_units u where run_id = $1
          and not exists (select 1 from unnest($2::text[]) as kept(unit) where kept.unit = u.unit)`,
      [runId, units],
    );
  }

  async keys(runId: string, kind: string): Promise<string[]> {
    const { rows } = await this.#database.pool.query<{ key: string }>(
      `select distinct key collate "C" as key from crawl_facts where run_id = $1 and kind = $2 order by 1`,
      [runId, kind],
    );
    return rows.map((row) => row.key);
  }

  async count(runId: string, kind: string): Promise<number> {
    const { rows } = await this.#database.pool.query<{ count: number }>(
      "select count(distinct key) as count from crawl_facts where run_id = $1 and kind = $2",
      [runId, kind],
    );
    return rows[0]?.count ?? 0;
  }

  async bodies<T>(runId: string, kind: string): Promise<T[]> {
    const { rows } = await this.#database.pool.query<{ body: T }>(
      `select body from crawl_facts where run_id = $1 and kind = $2 order by key collate "C", unit`,
      [runId, kind],
    );
    return rows.map((row) => row.body);
  }

  async provisionedIn(
    runId: string,
    accountIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    const { rows } = await this.#database.pool.query<{ account: string; sets: string[] }>(
      `select body->>'accountId' as account,
              array_agg(distinct (body->>'permissionSetArn') collate "C" order by (body->>'permissionSetArn') collate "C") as sets
         from crawl_facts
        where run_id = $1 and kind = 'provisioning' and body->>'accountId' = any($2)
        group by 1`,
      [runId, accountIds],
    );
    return new Map(rows.map(({ account, sets }) => [account, sets]));
  }

  async digests(runId: string, unit: string): Promise<ReadonlyMap<string, string> | null> {
    const { rows } = await this.#database.pool.query<{ key: string | null; sha: string }>(
      `select f.kind || '/' || f.key as key, f.body_sha256 as sha
         from crawl_units u left join crawl_facts f using (run_id, unit)
        where u.run_id = $1 and u.unit = $2`,
      [runId, unit],
    );
    if (rows.length === 0) return null;
    return new Map(rows.flatMap(({ key, sha }) => (key === null ? [] : [[key, sha] as const])));
  }

  publish(runId: string, publication: Publication): Promise<Published> {
    return transaction(this.#database, (client) => publishRun(client, runId, publication));
  }

  async abandon(runId: string): Promise<void> {
    await this.#database.pool.query("delete from crawl_runs where id = $1", [runId]);
  }

  async newest(): Promise<NewestSnapshot | null> {
    const { rows } = await this.#database.pool.query<NewestSnapshot>(
      `select id, instance_arn as "instanceArn", started_at as "startedAt", completed_at as "completedAt", notes
         from access_snapshots order by completed_at desc, id desc limit 1`,
    );
    return rows[0] ?? null;
  }

  async publishedKeys(instanceArn: string, kind: FactKind): Promise<string[]> {
    const { rows } = await this.#database.pool.query<{ key: string }>(
      `select key from access_facts where instance_arn = $1 and kind = $2 and observed_to is null
        order by key collate "C"`,
      [instanceArn, kind],
    );
    return rows.map((row) => row.key);
  }

  async isRunning(instanceArn: string): Promise<boolean> {
    const { rows } = await this.#database.pool.query(
      `select from crawl_runs r where instance_arn = $1 and state = 'running'
          and not exists (select 1 from crawl_units u where u.run_id = r.id and u.unit = 'refresh')`,
      [instanceArn],
    );
    return rows.length > 0;
  }

  async changesBetween(from: Instant, to: Instant): Promise<TrailEvent[]> {
    const { pool } = this.#database;
    const { rows } = await pool.query<StoredRow>(
      `select e.*, null::uuid[] as event_ids, null::int[] as offsets
         from events e join event_terms t on t.term_no = e.type_no
        where e.administrative and e.occurred_at > $1 and e.occurred_at <= $2
          and t.kind = 'type' and t.value like any($3)
        order by e.occurred_at, e.event_id`,
      [from, to, REFRESHED_KINDS],
    );
    const events = (await eventsOfRows(pool, rows)).flat();
    return events.filter((event) => event.errorCode === null);
  }
}

/** Patterns of the types of events; a type's text begins with its kind. */
const REFRESHED_KINDS = ["permission-set", "application", "trusted-token-issuer"].map(
  (kind) => `["${kind}",%`,
);
