/** What is stored of listings: the oracle of these tests, and a clean slate between them. */
import type { Database } from "#core/adapters/postgres/database";

/** Ids of every event, in order; an id that stands twice would be there twice. */
export async function storedIds({ pool }: Database): Promise<string[]> {
  const { rows } = await pool.query<{ event_id: string }>(
    "select event_id from events order by event_id",
  );
  return rows.map((row) => row.event_id);
}

export async function forget({ pool }: Database): Promise<void> {
  await pool.query(
    "truncate events, event_ids, role_calls, record_batches, undecodable_records, people, person_names, sessions, coverage, ingest_streams, rate_budgets cascade",
  );
}
