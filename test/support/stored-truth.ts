/**
 * What a database holds after ingest, as values that two databases can be compared by: every id with its content, every row that hangs
 * on it, the sum of each file, people, coverage, sessions and findings. Numbers that the database hands out are left out of it.
 */
import { createHash } from "node:crypto";
import type pg from "pg";
import { expect } from "vitest";

/** One line a kind: how many, and a digest over all of them in order. */
export type Stored = Readonly<Record<string, { readonly rows: number; readonly digest: string }>>;

const TERMS = `(select value from event_terms t where t.term_no = x.type_no) as type,
  (select value from event_terms t where t.term_no = x.person_no) as person,
  (select value from event_terms t where t.term_no = x.agent_no) as agent,
  (select value from event_terms t where t.term_no = x.role_session_no) as role_session`;

const QUERIES: Readonly<Record<string, string>> = {
  ids: "select event_id, occurred_at, encode(content_sha256, 'hex') as content from event_ids",
  events: `select x.event_id, x.occurred_at, x.administrative, x.subject_user_id, x.body, ${TERMS} from events x`,
  calls: `select u.id, x.first_at + u.after * interval '1 millisecond' as at, x.body, ${TERMS}
            from role_calls x cross join lateral unnest(x.event_ids, x.offsets) as u(id, after)`,
  undecodable: "select position, record_sha256, reason, event_id from undecodable_records",
  people: "select identity_store_arn, user_id, first_event_at, last_event_at from people",
  names: "select identity_store_arn, user_id, user_name, last_seen_at from person_names",
  coverage:
    "select account_id, region, first_event_at, last_event_at, hours_seen::text as hours from coverage",
  sessions: "select id, body::text as body from sessions",
  findings: `select id, rule_id, rule_version, severity, subject_kind, subject_id, opened_at, summary
               from findings where state <> 'resolved'`,
};

export async function storedIn(pool: Pick<pg.Pool, "query">): Promise<Stored> {
  const stored: Record<string, { rows: number; digest: string }> = {};
  for (const [kind, query] of Object.entries(QUERIES)) {
    const { rows } = await pool.query<{ rows: number; digest: string | null }>(
      `select count(*)::int as rows, md5(string_agg(line, E'\\n' order by line)) as digest
         from (select row(x.*)::text as line from (${query}) as x) as lines`,
    );
    stored[kind] = { rows: rows[0]!.rows, digest: rows[0]!.digest ?? "" };
  }
  return stored;
}

/**
 * Nothing lost, nothing twice, nothing half: the ids are those of the files, each file's counts sum to its records, and every id has
 * exactly one row that it belongs to.
 */
export async function expectWhole(
  pool: Pick<pg.Pool, "query">,
  ids: readonly string[],
): Promise<void> {
  const { rows } = await pool.query<{ n: number; digest: string | null }>(
    "select count(*)::int as n, md5(string_agg(event_id::text, ',' order by event_id)) as digest from event_ids",
  );
  const digest = createHash("md5").update(ids.join(",")).digest("hex");
  expect(rows[0]).toEqual({ n: ids.length, digest: ids.length === 0 ? null : digest });
  const { rows: unsound } = await pool.query<{ what: string; n: number }>(UNSOUND);
  expect(unsound.filter(({ n }) => n > 0)).toEqual([]);
}

const UNSOUND = `
  select 'files whose counts are not their records' as what, count(*)::int as n from trail_files
   where completed_at is not null
     and (position <> records or appended + duplicates + undecodable
          + (select coalesce(sum(value::int), 0) from jsonb_each_text(ignored)) <> records)
  union all
  select 'files that were begun and not ended', count(*)::int from trail_files where completed_at is null
  union all
  select 'kept events without a batch', count(*)::int from event_ids i
   where batch_no is not null and not exists (select from record_batches b where b.batch_no = i.batch_no)
  union all
  select 'ids without exactly one row', count(*)::int from (
    select i.event_id from event_ids i
      left join (select event_id from events union all select unnest(event_ids) from role_calls) r using (event_id)
     group by i.event_id having count(r.event_id) <> 1) as wrong
  union all
  select 'rows without an id', count(*)::int from (
    select event_id from events union all select unnest(event_ids) from role_calls) r
   where not exists (select from event_ids i where i.event_id = r.event_id)
  union all
  select 'people who are due and were not judged', count(*)::int from people where judged_at is null`;
