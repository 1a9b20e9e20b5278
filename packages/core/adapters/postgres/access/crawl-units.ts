/**
 * Writes what a listing of a crawl held. Guarantees the unit with all of its facts or a fault, and that a unit which is stored
 * already stays as it is, so that a reader who was slow changes nothing.
 */
import type pg from "pg";
import { Fault } from "../../../domain/fault.ts";
import { canonicalJson, sha256 } from "../../../domain/ids.ts";
import type { Instant } from "../../../domain/time.ts";
import type { CrawlFact, CrawlUnit } from "../../../ports/access/crawl-store.ts";

/** Facts that travel in one statement: a group of a hundred thousand members must not be one text in memory. */
const AT_ONCE = 5_000;

export async function writeUnit(
  client: pg.PoolClient,
  runId: string,
  { unit, facts, notes }: CrawlUnit,
  at: Instant,
  apiCalls: Readonly<Record<string, number>>,
): Promise<void> {
  const { rowCount: alive } = await client.query(
    `update crawl_runs set touched_at = greatest(touched_at, $2), api_calls = $3
      where id = $1 and state = 'running'`,
    [runId, at, apiCalls],
  );
  if (alive === 0) {
    throw new Fault(
      "snapshot.running",
      "Another process began to read the directory anew: wait until it has published what it reads.",
    );
  }
  const { rowCount: fresh } = await client.query(
    `insert into crawl_units (run_id, unit, read_at, notes) values ($1, $2, $3, $4::jsonb)
     on conflict do nothing`,
    [runId, unit, at, JSON.stringify(notes)],
  );
  if (fresh === 0) return;
  for (let from = 0; from < facts.length; from += AT_ONCE) {
    await writeFacts(client, runId, unit, facts.slice(from, from + AT_ONCE));
  }
}

async function writeFacts(
  client: pg.PoolClient,
  runId: string,
  unit: string,
  facts: readonly CrawlFact[],
): Promise<void> {
  const rows = new Map(
    facts.map(({ kind, key, body }) => [
      `${kind}/${key}`,
      { kind, key, body, sha: sha256(canonicalJson(body)) },
    ]),
  );
  await client.query(
    `insert into crawl_facts (run_id, unit, kind, key, body, body_sha256)
     select $1, $2, kind, key, body, sha
       from jsonb_to_recordset($3::jsonb) as r(kind text, key text, sha text, body jsonb)
     on conflict (run_id, kind, key, unit) do update
        set body = excluded.body, body_sha256 = excluded.body_sha256`,
    [runId, unit, JSON.stringify([...rows.values()])],
  );
}
