/**
 * Publishes a crawl. Guarantees that it is published whole or not at all and one after the other, that an unchanged fact keeps its
 * row, and that everybody whose access or name it changes is due in the same transaction.
 */
import type pg from "pg";
import type { AccessSnapshot } from "../../../domain/access.ts";
import { countFacts, factsOf } from "../../../domain/access/facts.ts";
import { Fault } from "../../../domain/fault.ts";
import { canonicalJson, sha256 } from "../../../domain/ids.ts";
import type { Instant } from "../../../domain/time.ts";
import type { Database } from "../database.ts";
import { lockPeople } from "../trail/people-due.ts";
import { transaction } from "../transaction.ts";

export interface CompleteCrawl {
  readonly id: string;
  readonly snapshot: AccessSnapshot;
  /** Requests that left, by `<service>:<Operation>`. */
  readonly apiCalls: Readonly<Record<string, number>>;
  readonly startedAt: Instant;
  readonly completedAt: Instant;
}

/** Throws `input.invalid` for a crawl that was not completed after the newest one that is published. */
export function publishSnapshot(
  database: Database,
  { id, snapshot, apiCalls, startedAt, completedAt }: CompleteCrawl,
): Promise<{ opened: number; closed: number }> {
  const { instanceArn } = snapshot.instance;
  const facts = factsOf(snapshot);
  return transaction(database, async (client) => {
    await oneAtATime(client, instanceArn, completedAt);
    await client.query(
      `insert into access_snapshots (id, instance_arn, started_at, completed_at, counts, api_calls, notes)
         values ($1, $2, $3, $4, $5, $6, $7::jsonb)`,
      [
        id,
        instanceArn,
        startedAt,
        completedAt,
        countFacts(facts),
        apiCalls,
        JSON.stringify(snapshot.notes),
      ],
    );
    const rows = JSON.stringify(
      facts.map((fact) => ({ ...fact, sha: sha256(canonicalJson(fact.body)) })),
    );
    await client.query(
      `create temporary table seen on commit drop as
         select * from jsonb_to_recordset($1::jsonb) as r(kind text, key text, sha text, body jsonb)`,
      [rows],
    );
    const closed = await closeFacts(client, instanceArn, completedAt);
    const opened = await openFacts(client, id, instanceArn, completedAt);
    await lockPeople(client);
    await nameUsers(client, completedAt);
    await markDue(client, instanceArn, completedAt);
    return { opened, closed };
  });
}

/** Publications of one instance queue here; a fact's period must not end before it began. */
async function oneAtATime(client: pg.PoolClient, instanceArn: string, completedAt: Instant) {
  await client.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [
    `access-snapshot ${instanceArn}`,
  ]);
  const { rows } = await client.query<{ newest: Instant | null }>(
    "select max(completed_at) as newest from access_snapshots where instance_arn = $1",
    [instanceArn],
  );
  const newest = rows[0]?.newest ?? null;
  if (newest === null || newest < completedAt) return;
  throw new Fault(
    "input.invalid",
    `This snapshot was completed at ${completedAt}, which is not after the newest one (${newest}): take it again.`,
  );
}

async function closeFacts(
  client: pg.PoolClient,
  instanceArn: string,
  at: Instant,
): Promise<number> {
  const { rowCount } = await client.query(
    `update access_facts f set observed_to = $2
      where f.instance_arn = $1 and f.observed_to is null
        and not exists (select 1 from seen s
                         where s.kind = f.kind and s.key = f.key and s.sha = f.body_sha256)`,
    [instanceArn, at],
  );
  return rowCount ?? 0;
}

async function openFacts(
  client: pg.PoolClient,
  id: string,
  instanceArn: string,
  at: Instant,
): Promise<number> {
  const { rowCount } = await client.query(
    `insert into access_facts (kind, key, instance_arn, body, body_sha256, observed_from, first_snapshot_id)
     select s.kind, s.key, $1, s.body, s.sha, $2, $3 from seen s
      where not exists (select 1 from access_facts f
                         where f.instance_arn = $1 and f.kind = s.kind and f.key = s.key
                           and f.observed_to is null)`,
    [instanceArn, at, id],
  );
  return rowCount ?? 0;
}

/**
 * Everybody whom the crawl names is a person with that name. A name that is new to somebody may take role sessions away from
 * whoever else had it, so both are due. Rows are locked in the order of their key, as every writer of people does.
 */
async function nameUsers(client: pg.PoolClient, at: Instant): Promise<void> {
  const users = `select body->>'identityStoreArn' as arn, key as user_id, body->>'userName' as user_name
                   from seen where kind = 'user'`;
  await client.query(
    `insert into people (identity_store_arn, user_id)
     select arn, user_id from (${users}) u order by 1, 2
     on conflict (identity_store_arn, user_id) do nothing`,
  );
  await client.query(
    `with crawled as (${users}),
     fresh as (
       select c.user_name from crawled c
        where not exists (select 1 from person_names n where n.identity_store_arn = c.arn
                             and n.user_id = c.user_id and n.user_name = c.user_name)),
     due as (
       select p.identity_store_arn, p.user_id from people p
        where (p.identity_store_arn, p.user_id) in (
              select n.identity_store_arn, n.user_id from person_names n
                join fresh using (user_name))
        order by 1, 2 for update)
     update people p set due_at = least(p.due_at, $1) from due
      where p.identity_store_arn = due.identity_store_arn and p.user_id = due.user_id`,
    [at],
  );
  await client.query(
    `insert into person_names (identity_store_arn, user_id, user_name, last_seen_at)
     select arn, user_id, user_name, $1 from (${users}) u order by 1, 2, 3
     on conflict (identity_store_arn, user_id, user_name) do update
        set last_seen_at = greatest(person_names.last_seen_at, excluded.last_seen_at)`,
    [at],
  );
}

/**
 * Due are: changed users; members that came or went; and whoever had or has an assignment that changed itself, or whose group,
 * account or permission set did, directly or through a group, before or after the crawl.
 */
async function markDue(client: pg.PoolClient, instanceArn: string, at: Instant): Promise<void> {
  await client.query(
    `with facts as materialized (
       select kind, key, body, (observed_from = $2 or observed_to = $2) is true as changed
         from access_facts
        where instance_arn = $1 and (observed_to is null or observed_to = $2)),
     touched as (select kind, key from facts where changed),
     principals as (
       select a.body->>'principalId' as id from facts a
        where a.kind = 'assignment' and (a.changed
           or exists (select 1 from touched t where t.kind = 'account' and t.key = a.body->>'accountId')
           or exists (select 1 from touched t where t.kind = 'permission-set' and t.key = a.body->>'permissionSetArn'))
       union
       select key from touched where kind = 'group'),
     users as (
       select key as id from touched where kind = 'user'
       union select m.body->>'userId' from facts m where m.kind = 'membership' and m.changed
       union select id from principals
       union select m.body->>'userId' from facts m join principals on principals.id = m.body->>'groupId'
              where m.kind = 'membership'
       -- Of what was in doubt, a reading may tell the name or the group.
       union select r.user_id from residuals r where r.body->>'unknown' is not null),
     store as (select body->>'identityStoreArn' as arn from facts where kind = 'instance'),
     due as (
       select p.identity_store_arn, p.user_id from people p
         join users on users.id = p.user_id
        where p.identity_store_arn in (select arn from store)
        order by 1, 2 for update of p)
     update people p set due_at = least(p.due_at, $2) from due
      where p.identity_store_arn = due.identity_store_arn and p.user_id = due.user_id`,
    [instanceArn, at],
  );
}
