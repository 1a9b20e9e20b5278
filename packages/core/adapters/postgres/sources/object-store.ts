/**
 * ObjectStore on Postgres. Objects in hand are locked by the transaction that reads them, so a reader that dies leaves them due at
 * once and two readers never hold the same; the records themselves are committed by the trail store before the state of their object.
 */
import type pg from "pg";
import { DAY, plus, type Instant } from "../../../domain/time.ts";
import type {
  DueObject,
  DueSelection,
  ObjectAnnouncement,
  ObjectMark,
  ObjectState,
  ObjectStore,
} from "../../../ports/trail/object-store.ts";
import type { Database } from "../database.ts";
import { transaction } from "../transaction.ts";

/** Locks are held while objects are fetched: longer than a forgotten transaction may last elsewhere. */
const LONGEST_READING = "10min";

export class PostgresObjectStore implements ObjectStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async announce(
    bucket: string,
    objects: readonly ObjectAnnouncement[],
    by: "notification" | "listing",
    now: Instant,
  ): Promise<number> {
    if (objects.length === 0) return 0;
    const rows = objects.map(({ log, ...object }) => ({ ...object, ...log }));
    const given = JSON.stringify(rows);
    const inserted = await this.#database.pool.query(ANNOUNCE, [bucket, given, by, now]);
    if (by !== "listing") return inserted.rowCount ?? 0;
    const back = await this.#database.pool.query(BACK_AGAIN, [bucket, given, now]);
    return (inserted.rowCount ?? 0) + (back.rowCount ?? 0);
  }

  async withDue(
    bucket: string,
    { keys, atMost }: DueSelection,
    now: Instant,
    work: (objects: readonly DueObject[]) => Promise<readonly ObjectMark[]>,
  ): Promise<number> {
    return transaction(this.#database, async (client) => {
      await client.query(`set local idle_in_transaction_session_timeout = '${LONGEST_READING}'`);
      const { rows } = await client.query<DueObject>(DUE, [bucket, now, keys ?? null, atMost]);
      if (rows.length === 0) return 0;
      await keepMarks(client, bucket, await work(rows), now);
      return rows.length;
    });
  }

  async counts(bucket: string): Promise<Partial<Record<ObjectState, number>>> {
    const { rows } = await this.#database.pool.query<{ state: ObjectState; n: number }>(
      "select state, count(*) as n from trail_objects where bucket = $1 group by state",
      [bucket],
    );
    return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
  }

  async unlistedDays(listing: string, days: readonly Instant[]): Promise<Instant[]> {
    const { rows } = await this.#database.pool.query<{ day: Instant }>(
      `select d.day from unnest($2::timestamptz[]) with ordinality as d(day, ordinal)
        where not exists (select from ingest_streams s where s.stream = $1 and s.windows_read @> d.day)
        order by d.ordinal`,
      [listing, days],
    );
    return rows.map(({ day }) => day);
  }

  async markListed(listing: string, day: Instant, now: Instant): Promise<void> {
    await this.#database.pool.query(
      `insert into ingest_streams (stream, windows_read, updated_at)
       values ($1, tstzmultirange(tstzrange($2, $3)), $4)
       on conflict (stream) do update
          set windows_read = ingest_streams.windows_read + excluded.windows_read, updated_at = excluded.updated_at`,
      [listing, day, plus(day, DAY), now],
    );
  }
}

/**
 * New contents only. A row without an ETag stands for whatever content is there when it is read, so it covers every announcement
 * that comes before; and an announcement without one adds nothing to a key that is known. Objects are due since their delivery, which
 * makes the order of `next_attempt_at` the order of newest first. Waits for no row that is in a reader's hand: the reader needs a
 * connection that this statement would keep.
 */
const ANNOUNCE = `
  insert into trail_objects (bucket, key, etag, version_id, account_id, region, delivered_at, bytes, announced_by,
                             state, problem, next_attempt_at, seen_at)
  select distinct on (r.key, r.etag) $1, r.key, r.etag, r."versionId", r."accountId", r.region, r."deliveredAt", r.bytes, $3,
         case when r."accountId" is null then 'foreign' else 'waiting' end, r.problem,
         case when r."accountId" is not null then least(r."deliveredAt", $4::timestamptz) end, $4
    from jsonb_to_recordset($2::jsonb)
         as r(key text, etag text, "versionId" text, "accountId" text, region text, "deliveredAt" timestamptz, bytes bigint, problem text)
   where not exists (
           select from trail_objects k
            where k.bucket = $1 and k.key = r.key
              and (r.etag = '' or k.etag = '' and k.state in ('waiting', 'failing')))
   order by r.key, r.etag
  on conflict do nothing`;

/** What was gone or replaced and is listed is back. */
const BACK_AGAIN = `
  update trail_objects o
     set state = 'waiting', problem = null, attempts = 0, next_attempt_at = least(o.delivered_at, $3::timestamptz)
    from jsonb_to_recordset($2::jsonb) as r(key text, etag text)
   where o.bucket = $1 and o.key = r.key and o.etag = r.etag and o.state in ('gone', 'superseded')
     and not exists (
           select from trail_objects k
            where k.bucket = $1 and k.key = r.key and k.etag = '' and k.state in ('waiting', 'failing'))`;

const DUE = `
  select key, etag, bytes, attempts from trail_objects
   where bucket = $1 and state in ('waiting', 'failing') and next_attempt_at <= $2
     and ($3::text[] is null or key = any($3))
   order by next_attempt_at desc, key
   limit $4
   for update skip locked`;

async function keepMarks(
  client: pg.PoolClient,
  bucket: string,
  marks: readonly ObjectMark[],
  now: Instant,
): Promise<void> {
  if (marks.length === 0) return;
  const rows = marks.map(({ object, ...mark }) => ({
    ...mark,
    key: object.key,
    etag: object.etag,
    learned: mark.state === "read" ? mark.etag : object.etag,
  }));
  const given = JSON.stringify(rows);
  await client.query(KEEP, [bucket, given, now]);
  if (rows.some((row) => row.state === "read" && row.learned !== row.etag))
    await client.query(LEARN_ETAGS, [bucket, given]);
  if (rows.some((row) => row.state === "superseded"))
    await client.query(AWAIT_PRESENT_CONTENT, [bucket, given, now]);
}

const GIVEN = `jsonb_to_recordset($2::jsonb)
  as r(key text, etag text, learned text, state text, problem text, "nextAttemptAt" timestamptz, "versionId" text, bytes bigint, sha256 text)`;

const KEEP = `
  update trail_objects o
     set state = r.state, problem = r.problem, attempts = o.attempts + 1, next_attempt_at = r."nextAttemptAt",
         version_id = coalesce(r."versionId", o.version_id), bytes = coalesce(r.bytes, o.bytes),
         sha256 = coalesce(r.sha256, o.sha256), read_at = case when r.state = 'read' then $3::timestamptz else o.read_at end
    from ${GIVEN}
   where o.bucket = $1 and o.key = r.key and o.etag = r.etag`;

/** A row that had no ETag takes that of the content that was read, or the place of the row that has it already. */
const LEARN_ETAGS = `
  with learned as (
    delete from trail_objects o using ${GIVEN}
     where o.bucket = $1 and o.key = r.key and o.etag = r.etag and r.state = 'read' and r.learned <> r.etag
    returning o.*, r.learned)
  insert into trail_objects (bucket, key, etag, version_id, account_id, region, delivered_at, bytes, announced_by, state, attempts,
                             sha256, seen_at, read_at)
  select bucket, key, learned, version_id, account_id, region, delivered_at, bytes, announced_by, state, attempts, sha256, seen_at, read_at
    from learned order by key
  on conflict (bucket, key, etag) do update
     set state = excluded.state, problem = null, next_attempt_at = null, attempts = trail_objects.attempts + excluded.attempts,
         version_id = excluded.version_id, bytes = excluded.bytes, sha256 = excluded.sha256, read_at = excluded.read_at`;

const AWAIT_PRESENT_CONTENT = `
  insert into trail_objects (bucket, key, etag, account_id, region, delivered_at, announced_by, state, next_attempt_at, seen_at)
  select o.bucket, o.key, '', o.account_id, o.region, o.delivered_at, o.announced_by, 'waiting', least(o.delivered_at, $3::timestamptz), $3
    from ${GIVEN} join trail_objects o on o.bucket = $1 and o.key = r.key and o.etag = r.etag
   where r.state = 'superseded'
   order by o.key
  on conflict (bucket, key, etag) do update
     set state = 'waiting', problem = null, next_attempt_at = excluded.next_attempt_at`;
