/**
 * DigestStore on Postgres. A day's verdicts are one transaction; a repetition changes nothing. Gaps and valid hours are computed
 * from the verdicts whenever they are asked for, never remembered.
 */
import { belowAwsLogs, logName } from "../../../domain/digest/name.ts";
import type {
  DigestGap,
  DigestPlace,
  DigestVerdict,
  FileVerdict,
} from "../../../domain/digest/verdict.ts";
import type { Instant } from "../../../domain/time.ts";
import type {
  DigestDay,
  DigestState,
  DigestStore,
  LogAddress,
} from "../../../ports/trail/digest-store.ts";
import type { Database } from "../database.ts";
import { transaction } from "../transaction.ts";

export class PostgresDigestStore implements DigestStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async digestState(accountId: string, region: string): Promise<DigestState> {
    const [state] = await this.#states(accountId, region);
    const nothing = { validHours: "{}", newestEndsAt: null, invalidDigests: 0, gaps: [] };
    const counts = { unconfirmedDigests: 0, invalid: 0, missing: 0, noDigest: 0 };
    return state ?? { accountId, region, ...nothing, ...counts };
  }

  digestStates(): Promise<DigestState[]> {
    return this.#states(null, null);
  }

  async digestGaps(limit = 10_000): Promise<DigestGap[]> {
    return this.#gaps(null, null, limit);
  }

  async verdictOfFile(pathOrKey: string): Promise<FileVerdict | null> {
    const { condition, values } = addressed(pathOrKey);
    const { rows } = await this.#database.pool.query<FileVerdict>(
      `${FILE_VERDICT} where ${condition}
        order by array_position(array['invalid', 'missing', 'no-digest', 'valid'], verdict), bucket
        limit 1`,
      values,
    );
    return rows[0] ?? null;
  }

  async judgedDigests(place: DigestPlace, from: Instant, to: Instant): Promise<DigestVerdict[]> {
    const { rows } = await this.#database.pool.query<DigestVerdict>(
      `select account_id as "accountId", region, bucket, key, starts_at as "startsAt", ends_at as "endsAt",
              backfill, verdict, reason, previous_key as "previousKey"
         from trail_digests
        where account_id = $1 and region = $2 and ends_at > $3 and ends_at <= $4
        order by ends_at, bucket, key`,
      [place.accountId, place.region, from, to],
    );
    return rows;
  }

  async chainEnd({ accountId, region }: DigestPlace): Promise<Instant | null> {
    const { rows } = await this.#database.pool.query<{ end: Instant | null }>(
      `select max(ends_at) as "end" from trail_digests
        where account_id = $1 and region = $2 and verdict = 'valid' and not backfill`,
      [accountId, region],
    );
    return rows[0]!.end;
  }

  async hashesRead(files: readonly LogAddress[]): Promise<Map<string, string[]>> {
    if (files.length === 0) return new Map();
    // One version whose hash was not kept makes the file's own bytes the only proof.
    const { rows } = await this.#database.pool.query<{ id: string; hashes: string[] }>(
      `select o.bucket || '/' || o.key as id, array_agg(distinct f.unpacked_sha256) as hashes
         from unnest($1::text[], $2::text[]) as asked(bucket, key)
         join trail_objects o on o.bucket = asked.bucket and o.key = asked.key and o.state = 'read'
         join trail_files f on f.sha256 = o.sha256
        group by o.bucket, o.key
       having bool_and(f.unpacked_sha256 is not null)`,
      [files.map(({ bucket }) => bucket), files.map(({ key }) => key)],
    );
    return new Map(rows.map(({ id, hashes }) => [id, hashes]));
  }

  async save({ digests, files }: DigestDay, checkedAt: Instant): Promise<void> {
    await transaction(this.#database, async (client) => {
      await client.query(SAVE_DIGESTS, [JSON.stringify(digests.map(withoutLogs)), checkedAt]);
      await client.query(SAVE_FILES, [JSON.stringify(files), checkedAt]);
    });
  }

  async markUnnamed(
    from: Instant,
    to: Instant,
    overdueBefore: Instant,
    now: Instant,
  ): Promise<number> {
    const { rowCount } = await this.#database.pool.query(MARK_UNNAMED, [
      from,
      to,
      overdueBefore,
      now,
    ]);
    return rowCount ?? 0;
  }

  async #states(accountId: string | null, region: string | null): Promise<DigestState[]> {
    type Row = Omit<DigestState, "gaps">;
    const { rows } = await this.#database.pool.query<Row>(STATES, [accountId, region]);
    const gaps = new Map<string, DigestGap[]>();
    for (const gap of await this.#gaps(accountId, region, null)) {
      const place = `${gap.accountId}/${gap.region}`;
      const known = gaps.get(place);
      if (known === undefined) gaps.set(place, [gap]);
      else known.push(gap);
    }
    return rows.map((row) => ({ ...row, gaps: gaps.get(`${row.accountId}/${row.region}`) ?? [] }));
  }

  async #gaps(
    accountId: string | null,
    region: string | null,
    limit: number | null,
  ): Promise<DigestGap[]> {
    const { rows } = await this.#database.pool.query<DigestGap>(GAPS, [accountId, region, limit]);
    return rows;
  }
}

/** A walk hands over digests with the files they name: far more than a row holds. */
function withoutLogs(digest: DigestVerdict): DigestVerdict {
  const { accountId, region, bucket, key, startsAt, endsAt, backfill } = digest;
  const { verdict, reason, previousKey } = digest;
  const place = { accountId, region, bucket, key, startsAt, endsAt, backfill };
  return { ...place, verdict, reason, previousKey };
}

/** How a file is named: its object, its key, or a path of a copy that keeps the key's part from `AWSLogs/` on. */
function addressed(pathOrKey: string): { readonly condition: string; readonly values: string[] } {
  const object = /^s3:\/\/([^/]+)\/(.+)$/.exec(pathOrKey);
  if (object !== null) {
    return { condition: "bucket = $1 and key = $2", values: [object[1]!, object[2]!] };
  }
  const below = belowAwsLogs(pathOrKey);
  const place = below === null ? null : logName(below);
  if (below === null || place === null) return { condition: "key = $1", values: [pathOrKey] };
  return {
    // Account and Region lead to the few rows whose keys are compared.
    condition:
      "account_id = $1 and region = $2 and (key = $3 or right(key, length($3) + 1) = '/' || $3)",
    values: [place.accountId, place.region, below],
  };
}

const FILE_VERDICT = `
  select account_id as "accountId", region, bucket, key, digest_key as "digestKey",
         expected_sha256 as "expectedSha256", verdict, reason
    from trail_file_verdicts`;

const SAVE_DIGESTS = `
  insert into trail_digests (bucket, key, account_id, region, starts_at, ends_at, backfill, verdict, reason, previous_key, checked_at)
  select r.bucket, r.key, r."accountId", r.region, r."startsAt", r."endsAt", r.backfill, r.verdict, r.reason, r."previousKey", $2
    from jsonb_to_recordset($1::jsonb)
         as r(bucket text, key text, "accountId" text, region text, "startsAt" timestamptz, "endsAt" timestamptz,
              backfill boolean, verdict text, reason text, "previousKey" text)
   order by r.bucket, r.key
  on conflict (bucket, key) do update
     set starts_at = excluded.starts_at, ends_at = excluded.ends_at, verdict = excluded.verdict, reason = excluded.reason,
         previous_key = excluded.previous_key, checked_at = excluded.checked_at`;

/** What a valid digest proved of a file is not taken back because another digest that proves nothing names it too. */
const SAVE_FILES = `
  insert into trail_file_verdicts as f (bucket, key, account_id, region, digest_key, expected_sha256, verdict, reason, checked_at)
  select r.bucket, r.key, r."accountId", r.region, r."digestKey", r."expectedSha256", r.verdict, r.reason, $2
    from jsonb_to_recordset($1::jsonb)
         as r(bucket text, key text, "accountId" text, region text, "digestKey" text, "expectedSha256" text, verdict text,
              reason text)
   order by r.bucket, r.key
  on conflict (bucket, key) do update
     set digest_key = excluded.digest_key, expected_sha256 = excluded.expected_sha256, verdict = excluded.verdict,
         reason = excluded.reason, checked_at = excluded.checked_at
   where excluded.verdict <> 'no-digest' or f.verdict = 'no-digest' or f.digest_key = excluded.digest_key`;

/** A key has its time to the minute: the whole minute must be spoken for before a file counts as left out. */
const MARK_UNNAMED = `
  insert into trail_file_verdicts (bucket, key, account_id, region, verdict, reason, checked_at)
  select distinct o.bucket, o.key, o.account_id, o.region, 'no-digest', 'no digest names it', $4::timestamptz
    from trail_objects o
   where o.state = 'read' and o.delivered_at >= $1 and o.delivered_at < $2
     and o.account_id is not null and o.region is not null
     and not exists (select from trail_file_verdicts v where v.bucket = o.bucket and v.key = o.key)
     and (o.delivered_at < $3
          or exists (select from trail_digests d
                      where d.account_id = o.account_id and d.region = o.region and d.verdict = 'valid' and not d.backfill
                        and d.starts_at <= o.delivered_at and d.ends_at >= o.delivered_at + interval '1 minute'))
   order by o.bucket, o.key
  on conflict do nothing`;

const STATES = `
  with digests as (
    select account_id, region,
           coalesce(range_agg(tstzrange(starts_at, ends_at)) filter (where verdict = 'valid' and not backfill), '{}') as valid,
           max(ends_at) filter (where not backfill) as newest,
           count(*) filter (where verdict = 'invalid') as invalid,
           count(*) filter (where verdict = 'unconfirmed') as unconfirmed
      from trail_digests
     where ($1::text is null or account_id = $1) and ($2::text is null or region = $2)
     group by account_id, region
  ), files as (
    select account_id, region,
           count(*) filter (where verdict = 'invalid') as invalid,
           count(*) filter (where verdict = 'missing') as missing,
           count(*) filter (where verdict = 'no-digest') as no_digest
      from trail_file_verdicts
     where ($1::text is null or account_id = $1) and ($2::text is null or region = $2)
     group by account_id, region
  )
  select account_id as "accountId", region, coalesce(d.valid, '{}')::text as "validHours", d.newest as "newestEndsAt",
         coalesce(d.invalid, 0) as "invalidDigests", coalesce(d.unconfirmed, 0) as "unconfirmedDigests",
         coalesce(f.invalid, 0) as invalid, coalesce(f.missing, 0) as missing, coalesce(f.no_digest, 0) as "noDigest"
    from digests d full join files f using (account_id, region)
   order by account_id, region`;

/** The same gaps and causes as `gapsOf` of the domain finds in the same verdicts. */
const GAPS = `
  with hours as (
    select account_id, region,
           tstzmultirange(range_merge(range_agg(tstzrange(starts_at, ends_at))))
             - coalesce(range_agg(tstzrange(starts_at, ends_at)) filter (where verdict = 'valid'), '{}') as missing
      from trail_digests
     where not backfill and ($1::text is null or account_id = $1) and ($2::text is null or region = $2)
     group by account_id, region
  )
  select h.account_id as "accountId", h.region, lower(gap) as "from", upper(gap) as "to",
         case when bool_or(d.verdict = 'invalid') then 'invalid'
              when bool_or(d.verdict = 'unconfirmed') then 'unconfirmed'
              when bool_or(d.verdict = 'valid' and d.starts_at = upper(gap) and d.previous_key is null) then 'restarted'
              else 'absent' end as cause
    from hours h
   cross join unnest(h.missing) as gap
    left join trail_digests d
      on d.account_id = h.account_id and d.region = h.region and not d.backfill
     and d.starts_at <= upper(gap) and d.ends_at > lower(gap) and (d.verdict = 'valid' or d.starts_at < upper(gap))
   group by h.account_id, h.region, gap
   order by h.account_id, h.region, lower(gap)
   limit $3`;
