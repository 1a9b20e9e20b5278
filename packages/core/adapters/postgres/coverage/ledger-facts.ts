/**
 * Reads what is stored of how far the sources were read. Set-based: a few statements whatever the number of accounts. It judges
 * nothing; hours and windows of the time after the instant are in it still, because one row holds them all.
 */
import type pg from "pg";
import type {
  DigestsOfPlace,
  FailingSource,
  FilesOfPlace,
  LedgerFacts,
  ObjectsOfPlace,
  PlaceSeen,
  UnreadDirectory,
  WindowsRead,
} from "../../../domain/coverage/facts.ts";
import { plus, type Instant } from "../../../domain/time.ts";
import { timeSetOf } from "./multirange.ts";

type Queryable = Pick<pg.Pool, "query">;

/** The same rows with sets as Postgres writes them. */
type Stored<T, K extends keyof T> = Omit<T, K> & Record<K, string | null>;

/** @param since hours, digests and objects of the time before it are left out; by default nothing is. */
export async function readLedgerFacts(
  database: Queryable,
  at: Instant,
  since: Instant = plus(at, -Infinity),
): Promise<LedgerFacts> {
  const [places, windows, digests, files, objects, failing, unread] = await Promise.all([
    readPlaces(database, since),
    readWindows(database),
    readDigests(database, at, since),
    readFiles(database, at, since),
    readObjects(database, at, since),
    readFailing(database, at),
    readUnread(database, at),
  ]);
  return { places, windows, digests, files, objects, failing, unread };
}

async function readPlaces(database: Queryable, since: Instant): Promise<PlaceSeen[]> {
  const { rows } = await database.query<Stored<PlaceSeen, "hoursSeen">>(
    `select source, account_id as "accountId", region, first_event_at as "firstEventAt", last_event_at as "lastEventAt",
            (hours_seen * tstzmultirange(tstzrange($1, null)))::text as "hoursSeen", records, last_received_at as "lastReceivedAt"
       from coverage order by source, account_id, region`,
    [since],
  );
  return rows.map((row) => ({ ...row, hoursSeen: timeSetOf(row.hoursSeen) }));
}

/** A listing's name says what it lists: `lookup-events/<account>/<region>/<eventSource>`. */
async function readWindows(database: Queryable): Promise<WindowsRead[]> {
  const { rows } = await database.query<Stored<WindowsRead, "read">>(
    `select split_part(stream, '/', 1) as source, split_part(stream, '/', 2) as "accountId",
            split_part(stream, '/', 3) as region, windows_read::text as read
       from ingest_streams where windows_read <> '{}' and stream like 'lookup-events/%' order by stream`,
  );
  return rows.map((row) => ({ ...row, read: timeSetOf(row.read) }));
}

/**
 * An hour is proven by a digest when the digest is valid, and every file that it names is valid and was read: by the bucket's source, or
 * as the same content from elsewhere. A digest that names nothing proves that nothing happened. One made for late files proves none.
 */
async function readDigests(
  database: Queryable,
  at: Instant,
  since: Instant,
): Promise<DigestsOfPlace[]> {
  const { rows } = await database.query<Stored<DigestsOfPlace, "spoken" | "proven" | "broken">>(
    `with unproven as materialized (
       select distinct v.digest_key
         from trail_file_verdicts v
         left join (select distinct bucket, key from trail_objects where state = 'read') o using (bucket, key)
         left join (select distinct unpacked_sha256 from trail_files where completed_at is not null) f
                on f.unpacked_sha256 = v.expected_sha256
        where v.digest_key is not null
          and (v.verdict <> 'valid' or (o.key is null and f.unpacked_sha256 is null)))
     select d.account_id as "accountId", d.region,
            count(*) filter (where d.verdict = 'valid') as valid,
            count(*) filter (where d.verdict = 'invalid') as invalid,
            count(*) filter (where d.verdict = 'unconfirmed') as unconfirmed,
            range_agg(tstzrange(d.starts_at, d.ends_at))::text as spoken,
            (range_agg(tstzrange(d.starts_at, d.ends_at))
               filter (where d.verdict = 'valid' and not d.backfill and u.digest_key is null))::text as proven,
            (range_agg(tstzrange(d.starts_at, d.ends_at)) filter (where d.verdict = 'invalid'))::text as broken
       from trail_digests d left join unproven u on u.digest_key = d.key
      where d.starts_at < $1 and d.ends_at > $2
      group by 1, 2 order by 1, 2`,
    [at, since],
  );
  return rows.map((row) => ({
    ...row,
    spoken: timeSetOf(row.spoken),
    proven: timeSetOf(row.proven),
    broken: timeSetOf(row.broken),
  }));
}

/**
 * Until when a file's records were delivered stands in its name, and they happened within about a quarter of an hour before (AWS:
 * CloudTrail User Guide, log file names and delivery); where the name does not tell, its digest does.
 */
async function readFiles(
  database: Queryable,
  at: Instant,
  since: Instant,
): Promise<FilesOfPlace[]> {
  const { rows } = await database.query<Stored<FilesOfPlace, "broken">>(
    `with named as (
       select v.account_id, v.region, v.verdict, v.checked_at,
              to_timestamp(substring(v.key from '_(\\d{8}T\\d{4})Z_'), 'YYYYMMDD"T"HH24MI') as delivered_at,
              d.starts_at, d.ends_at
         from trail_file_verdicts v left join trail_digests d on d.bucket = v.bucket and d.key = v.digest_key),
     placed as (
       select *, case when delivered_at is not null then tstzrange(delivered_at - interval '15 minutes', delivered_at, '[]')
                      when starts_at is not null then tstzrange(starts_at, ends_at)
                      else tstzrange(checked_at - interval '1 hour', checked_at) end as during
         from named)
     select account_id as "accountId", region,
            count(*) filter (where verdict = 'invalid') as invalid,
            count(*) filter (where verdict = 'missing') as missing,
            count(*) filter (where verdict = 'no-digest') as "withoutDigest",
            (range_agg(tstzrange(lower(during), upper(during))) filter (where verdict in ('invalid', 'missing')))::text as broken
       from placed where lower(during) < $1 and upper(during) > $2 and verdict <> 'valid'
      group by 1, 2 order by 1, 2`,
    [at, since],
  );
  return rows.map((row) => ({ ...row, broken: timeSetOf(row.broken) }));
}

/** What was announced before the instant and is unread still. */
async function readObjects(
  database: Queryable,
  at: Instant,
  since: Instant,
): Promise<ObjectsOfPlace[]> {
  const { rows } = await database.query<Stored<ObjectsOfPlace, "lost" | "awaited">>(
    `with unread as (
       select *, tstzrange(delivered_at - interval '15 minutes', delivered_at) as during
         from trail_objects
        where state in ('waiting', 'failing', 'refused', 'gone') and seen_at < $1
          and (delivered_at is null or (delivered_at < $1 and delivered_at > $2)))
     select account_id as "accountId", region,
            count(*) filter (where state = 'waiting') as waiting,
            count(*) filter (where state = 'failing') as failing,
            count(*) filter (where state = 'refused') as refused,
            count(*) filter (where state = 'gone') as gone,
            (array_agg(problem order by delivered_at desc nulls last, key) filter (where state <> 'waiting'))[1] as problem,
            (range_agg(during) filter (where state <> 'waiting' and delivered_at is not null))::text as lost,
            (range_agg(during) filter (where state = 'waiting' and delivered_at is not null))::text as awaited
       from unread group by 1, 2 order by 1, 2`,
    [at, since],
  );
  return rows.map((row) => ({
    ...row,
    lost: timeSetOf(row.lost),
    awaited: timeSetOf(row.awaited),
  }));
}

async function readFailing(database: Queryable, at: Instant): Promise<FailingSource[]> {
  const { rows } = await database.query<FailingSource>(
    `select source, failing_since as "failingSince", problem from source_states
      where problem is not null and (failing_since is null or failing_since < $1) order by source`,
    [at],
  );
  return rows;
}

/** What the newest snapshot before the instant is without. */
async function readUnread(database: Queryable, at: Instant): Promise<UnreadDirectory[]> {
  const { rows } = await database.query<UnreadDirectory>(
    `select s.completed_at as at, n.about, n.problem
       from (select completed_at, notes from access_snapshots where completed_at <= $1
              order by completed_at desc, id desc limit 1) s,
            jsonb_to_recordset(s.notes) as n(kind text, about text, problem text)
      where n.kind = 'unread' order by n.about collate "C", n.problem limit 1000`,
    [at],
  );
  return rows;
}
