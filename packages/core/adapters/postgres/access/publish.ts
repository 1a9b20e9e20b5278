/**
 * Publishes a crawl. Guarantees that it is published whole or not at all and one after the other, that an unchanged fact keeps its
 * row, that the crawl's own rows go with it, and that everybody whose access or name it changes is due in the same transaction.
 */
import type pg from "pg";
import type { AccessSnapshot, CrawlNote } from "../../../domain/access.ts";
import { FACT_KINDS, factsOf, type FactKind } from "../../../domain/access/facts.ts";
import { Fault } from "../../../domain/fault.ts";
import type { Instant } from "../../../domain/time.ts";
import type { Publication, Published, Replaced } from "../../../ports/access/crawl-store.ts";
import type { Database } from "../database.ts";
import { lockPeople } from "../trail/people-due.ts";
import { transaction } from "../transaction.ts";
import { writeUnit } from "./crawl-units.ts";
import { danglingIn, danglingNotes } from "./dangling.ts";
import { markDue, nameUsers } from "./publish-due.ts";

interface RunRow {
  instance_arn: string;
  started_at: Instant;
}

/** Throws `input.invalid` for a run that was not completed after the newest snapshot. */
export async function publishRun(
  client: pg.PoolClient,
  runId: string,
  { completedAt, apiCalls, notes: more, replaces }: Publication,
): Promise<Published> {
  const { instance_arn: instanceArn, started_at: begun } = await runOf(client, runId);
  const base = await oneAtATime(client, instanceArn, completedAt);
  await gather(client, runId, instanceArn, replaces);
  const dangling = await danglingIn(client);
  const notes = [
    ...(replaces === null ? [] : unlessReplaced(base?.notes ?? [], more)),
    ...(await notesOf(client, runId)),
    ...more,
    ...(replaces === null ? danglingNotes(dangling) : []),
  ];
  const counts = await countSeen(client);
  await client.query(
    `insert into access_snapshots (id, instance_arn, started_at, completed_at, counts, api_calls, notes)
     values ($1, $2, $3, $4, $5, $6, $7::jsonb)`,
    [
      runId,
      instanceArn,
      // What a refresh leaves as it was is no newer than its base: events since then still amend it.
      replaces === null ? begun : (base?.started_at ?? begun),
      completedAt,
      counts,
      apiCalls,
      JSON.stringify(notes),
    ],
  );
  const closed = await closeFacts(client, instanceArn, completedAt);
  const opened = await openFacts(client, runId, instanceArn, completedAt);
  await lockPeople(client);
  await nameUsers(client, completedAt);
  await markDue(client, instanceArn, completedAt);
  await client.query(
    `insert into organisations (instance_arn, due_at) values ($1, $2)
     on conflict (instance_arn) do update set due_at = least(organisations.due_at, excluded.due_at)`,
    [instanceArn, completedAt],
  );
  await client.query("delete from crawl_facts where run_id = $1", [runId]);
  await client.query("delete from crawl_runs where id = $1", [runId]);
  return { opened, closed, counts, dangling, notes };
}

export interface CompleteCrawl {
  readonly id: string;
  readonly snapshot: AccessSnapshot;
  /** Requests that left, by `<service>:<Operation>`. */
  readonly apiCalls: Readonly<Record<string, number>>;
  readonly startedAt: Instant;
  readonly completedAt: Instant;
}

/** Publishes a crawl that is at hand whole, as a run of one listing. */
export function publishSnapshot(
  database: Database,
  { id, snapshot, apiCalls, startedAt, completedAt }: CompleteCrawl,
): Promise<{ opened: number; closed: number }> {
  const { instanceArn } = snapshot.instance;
  return transaction(database, async (client) => {
    await client.query("delete from crawl_runs where instance_arn = $1", [instanceArn]);
    await client.query(
      "insert into crawl_runs (id, instance_arn, started_at, touched_at, api_calls) values ($1, $2, $3, $3, $4)",
      [id, instanceArn, startedAt, apiCalls],
    );
    const unit = { unit: "whole", facts: factsOf(snapshot), notes: snapshot.notes };
    await writeUnit(client, id, unit, completedAt, apiCalls);
    const { opened, closed } = await publishRun(client, id, {
      completedAt,
      apiCalls,
      notes: [],
      replaces: null,
    });
    return { opened, closed };
  });
}

async function runOf(client: pg.PoolClient, runId: string): Promise<RunRow> {
  const { rows } = await client.query<RunRow>(
    "select instance_arn, started_at from crawl_runs where id = $1 and state = 'running' for update",
    [runId],
  );
  const [run] = rows;
  if (run !== undefined) return run;
  throw new Fault(
    "snapshot.running",
    "Another process began to read the directory anew: wait until it has published what it reads.",
  );
}

interface Base {
  started_at: Instant;
  completed_at: Instant;
  notes: readonly CrawlNote[];
}

/** Publications of one instance queue here; a fact's period must not end before it began. Answers the newest snapshot before. */
async function oneAtATime(
  client: pg.PoolClient,
  instanceArn: string,
  completedAt: Instant,
): Promise<Base | null> {
  await client.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [
    `access-snapshot ${instanceArn}`,
  ]);
  const { rows } = await client.query<Base>(
    `select started_at, completed_at, notes from access_snapshots where instance_arn = $1
      order by completed_at desc, id desc limit 1`,
    [instanceArn],
  );
  const newest = rows[0] ?? null;
  if (newest === null || newest.completed_at < completedAt) return newest;
  throw new Fault(
    "input.invalid",
    `This snapshot was completed at ${completedAt}, which is not after the newest one (${newest.completed_at}): take it again.`,
  );
}

/**
 * `seen`: the whole directory as it is published, each fact once; where two listings answered it, as the later one did. A refresh
 * takes what it does not replace from the newest snapshot.
 */
async function gather(
  client: pg.PoolClient,
  runId: string,
  instanceArn: string,
  replaces: readonly Replaced[] | null,
): Promise<void> {
  const scopes = (replaces ?? []).map(({ kind, key, member }) => ({
    kind,
    key: key ?? null,
    name: member?.name ?? null,
    value: member?.value ?? null,
  }));
  await client.query(
    `create temporary table seen on commit drop as
     select distinct on (kind, key) kind, key, sha, body from (
       select f.kind, f.key, f.body_sha256 as sha, f.body, u.read_at, f.unit
         from crawl_facts f join crawl_units u using (run_id, unit)
        where f.run_id = $1 and f.kind = any($2)
       union all
       select f.kind, f.key, f.body_sha256, f.body, '-infinity'::timestamptz, ''
         from access_facts f
        where $3 and f.instance_arn = $4 and f.observed_to is null
          and not exists (select 1 from jsonb_to_recordset($5::jsonb) as r(kind text, key text, name text, value text)
                           where r.kind = f.kind and (r.key is null or r.key = f.key)
                             and (r.name is null or f.body->>r.name = r.value))) all_facts
      order by kind, key, read_at desc, unit desc`,
    [runId, FACT_KINDS, replaces !== null, instanceArn, JSON.stringify(scopes)],
  );
  // However the planner joins it to the facts before, of which it may know little yet.
  await client.query("create index on seen (kind, key)");
  await client.query("analyze seen");
}

/** What was noted of something that was read again no longer holds. */
const unlessReplaced = (notes: readonly CrawlNote[], by: readonly CrawlNote[]): CrawlNote[] => {
  const about = new Set(by.map((note) => note.about));
  return notes.filter((note) => !about.has(note.about));
};

async function notesOf(client: pg.PoolClient, runId: string): Promise<CrawlNote[]> {
  const { rows } = await client.query<{ notes: CrawlNote[] }>(
    `select notes from crawl_units where run_id = $1 and notes <> '[]' order by unit collate "C"`,
    [runId],
  );
  return rows.flatMap((row) => row.notes);
}

async function countSeen(client: pg.PoolClient): Promise<Record<FactKind, number>> {
  const { rows } = await client.query<{ kind: FactKind; count: number }>(
    "select kind, count(*) as count from seen group by kind",
  );
  const found = new Map(rows.map(({ kind, count }) => [kind, count]));
  return Object.fromEntries(FACT_KINDS.map((kind) => [kind, found.get(kind) ?? 0])) as Record<
    FactKind,
    number
  >;
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
  // Apart from the insertion: a plan for a table that is said to be empty would walk the new rows once for each of them.
  await client.query(
    `create temporary table still_open on commit drop as
     select kind, key from access_facts where instance_arn = $1 and observed_to is null`,
    [instanceArn],
  );
  await client.query("analyze still_open");
  const { rowCount } = await client.query(
    `insert into access_facts (kind, key, instance_arn, body, body_sha256, observed_from, first_snapshot_id)
     select s.kind, s.key, $1, s.body, s.sha, $2, $3 from seen s
      where not exists (select 1 from still_open o where o.kind = s.kind and o.key = s.key)`,
    [instanceArn, at, id],
  );
  return rowCount ?? 0;
}
