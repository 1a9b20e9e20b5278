/**
 * TrailStore on Postgres. A batch is one transaction: its events, its rejects, the people it makes due, its coverage and its
 * progress are committed together or not at all, so a kill at any moment loses and doubles nothing.
 */
import type pg from "pg";
import type { DecodedRecord } from "../../../domain/trail/decode.ts";
import { keptSince, withinRetention } from "../../../domain/trail/retention.ts";
import type { Instant } from "../../../domain/time.ts";
import type {
  AppendBatch,
  AppendPart,
  AppendResult,
  FileState,
  FollowedFile,
  TrailStore,
} from "../../../ports/trail/trail-store.ts";
import type { Database } from "../database.ts";
import { appendEvents, placedIn, termsOf, type Appended } from "./append-events.ts";
import { addCoverage } from "../coverage/coverage.ts";
import { markPeopleDue } from "./people-due.ts";
import { Months } from "./months.ts";
import { TermNumbers } from "./terms.ts";
import { refusedData, withoutUnstorable } from "./unstorable.ts";
import { transaction } from "../transaction.ts";

export interface TrailStoreOptions {
  /** Calls of permission sets' roles keep their records too. */
  readonly keepCalls?: boolean;
  /** Null: events are kept for ever. */
  readonly retentionDays?: number | null;
}

export class PostgresTrailStore implements TrailStore {
  readonly #database: Database;
  readonly #terms: TermNumbers;
  readonly #months: Months;
  readonly #keepCalls: boolean;
  readonly #retentionDays: number | null;

  constructor(
    database: Database,
    { keepCalls = false, retentionDays = null }: TrailStoreOptions = {},
  ) {
    this.#database = database;
    this.#terms = new TermNumbers(database.pool);
    this.#months = new Months(database.pool);
    this.#keepCalls = keepCalls;
    this.#retentionDays = retentionDays;
  }

  async fileStates(sha256s: readonly string[]): Promise<Map<string, FileState>> {
    const { rows } = await this.#database.pool.query<
      Omit<AppendResult, "ignored"> & {
        sha256: string;
        position: number;
        ignored: Record<string, number>;
        completed: boolean;
      }
    >(
      `select sha256, position, appended, duplicates, undecodable, ignored, completed_at is not null as completed
         from trail_files where sha256 = any($1)`,
      [sha256s],
    );
    return new Map(
      rows.map(({ sha256, position, completed, ...counts }) => [
        sha256,
        { position, counts, completed },
      ]),
    );
  }

  async append(given: AppendBatch, now: Instant): Promise<AppendResult[]> {
    const since = keptSince(now, this.#retentionDays);
    const batch = since === null ? given : withinRetentionOf(given, since);
    try {
      return await this.#write(batch, now);
    } catch (error) {
      if (refusedData(error) === null) throw error;
      const storable = await withoutUnstorable(batch, (some) => this.#tryOut(some, now));
      return this.#write(storable, now);
    }
  }

  /** Writes the batch and takes it back; terms and months that it made stay, and harm nothing. */
  async #tryOut(batch: AppendBatch, now: Instant): Promise<void> {
    const takenBack = new Error("taken back");
    await this.#write(batch, now, () => {
      throw takenBack;
    }).catch((error: unknown) => {
      if (error !== takenBack) throw error;
    });
  }

  /** `beforeCommit` may throw: nothing of the batch stays then. */
  async #write(
    batch: AppendBatch,
    now: Instant,
    beforeCommit: () => void = () => undefined,
  ): Promise<AppendResult[]> {
    const placed = placedIn(batch);
    await this.#months.make(placed.map((one) => one.stored.occurredAt));
    await this.#terms.learn(termsOf(placed, this.#terms));
    const options = { terms: this.#terms, keepCalls: this.#keepCalls };
    return transaction(this.#database, async (client) => {
      const appended = await appendEvents(client, batch, placed, options);
      const results = await settle(client, batch, appended, now);
      beforeCommit();
      return results;
    });
  }

  async forget(now: Instant): Promise<number> {
    const since = keptSince(now, this.#retentionDays);
    if (since === null) return 0;
    const { rows } = await this.#database.pool.query<{ months: number }>(
      "select curfew_forget_months($1) as months",
      [since],
    );
    return rows[0]!.months;
  }

  async unreadFiles(folder: string, files: readonly FollowedFile[]): Promise<FollowedFile[]> {
    const { rows } = await this.#database.pool.query<{ ordinal: number }>(
      `select f.ordinal
         from unnest($2::text[], $3::bigint[], $4::timestamptz[]) with ordinality as f(path, bytes, modified_at, ordinal)
        where not exists (
                select 1 from followed_files k
                 where k.folder = $1 and k.path = f.path and k.bytes = f.bytes and k.modified_at = f.modified_at)
        order by f.ordinal`,
      [
        folder,
        files.map((file) => file.path),
        files.map((file) => file.bytes),
        files.map((file) => file.modifiedAt),
      ],
    );
    return rows.map((row) => files[row.ordinal - 1]!);
  }

  async markFollowed(
    folder: string,
    files: readonly (FollowedFile & { sha256: string | null; problem: string | null })[],
  ): Promise<void> {
    await this.#database.pool.query(
      `insert into followed_files (folder, path, bytes, modified_at, sha256, problem)
       select $1, r.path, r.bytes, r."modifiedAt", r.sha256, r.problem
         from jsonb_to_recordset($2::jsonb)
              as r(path text, bytes bigint, "modifiedAt" timestamptz, sha256 text, problem text)
        order by r.path
       on conflict (folder, path) do update
          set bytes = excluded.bytes, modified_at = excluded.modified_at,
              sha256 = excluded.sha256, problem = excluded.problem`,
      [folder, JSON.stringify(files)],
    );
  }
}

function withinRetentionOf(batch: AppendBatch, since: Instant): AppendBatch {
  const parts = batch.parts.map((part) => ({
    ...part,
    records: part.records.map((record) => ({
      ...record,
      decoded: withinRetention(record.decoded, since),
    })),
  }));
  return { ...batch, parts };
}

/** All that goes with the events: rejects, people due, coverage, progress. */
async function settle(
  client: pg.PoolClient,
  batch: AppendBatch,
  { appended, conflicts }: Appended,
  now: Instant,
): Promise<AppendResult[]> {
  const rejects = batch.parts.map((part, index) => [...undecodableOf(part), ...conflicts[index]!]);
  await keepUndecodable(
    client,
    batch.parts.flatMap(({ origin }, index) =>
      rejects[index]!.map((reject) => ({ origin, ...reject })),
    ),
  );
  await markPeopleDue(client, appended.flat(), now);
  await addCoverage(client, batch);
  const results = batch.parts.map((part, index): AppendResult => {
    const ignored = countIgnored(part);
    const others = sumOf(ignored) + rejects[index]!.length + appended[index]!.length;
    return {
      appended: appended[index]!.length,
      duplicates: recordsIn(part) - others,
      ignored,
      undecodable: rejects[index]!.length,
    };
  });
  await advance(client, batch.parts, results, now);
  return results;
}

type Undecodable = Extract<DecodedRecord, { outcome: "undecodable" }> & { position: number };

function undecodableOf(part: AppendPart): Undecodable[] {
  return part.records.flatMap(({ position, decoded }) =>
    decoded.outcome === "undecodable" ? [{ ...decoded, position }] : [],
  );
}

function recordsIn({ records, passedOver = [] }: AppendPart): number {
  return passedOver.reduce((total, span) => total + span.records, records.length);
}

function countIgnored({ records, passedOver = [] }: AppendPart): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const span of passedOver) counts[span.reason] = (counts[span.reason] ?? 0) + span.records;
  for (const { decoded } of records) {
    if (decoded.outcome === "ignored") counts[decoded.reason] = (counts[decoded.reason] ?? 0) + 1;
  }
  return counts;
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

async function keepUndecodable(
  client: pg.PoolClient,
  rejects: readonly (Undecodable & { origin: string })[],
): Promise<void> {
  if (rejects.length === 0) return;
  await client.query(
    `insert into undecodable_records (origin, position, record_sha256, reason, excerpt, event_id)
     select r.origin, r.position, r."recordSha256", r.reason, r.excerpt, r."eventId"
       from jsonb_to_recordset($1::jsonb)
            as r(origin text, position int, "recordSha256" text, reason text, excerpt text, "eventId" text)
      order by r.origin, r.position, r."recordSha256"
     on conflict do nothing`,
    [JSON.stringify(rejects)],
  );
}

async function advance(
  client: pg.PoolClient,
  parts: readonly AppendPart[],
  results: readonly AppendResult[],
  now: Instant,
): Promise<void> {
  const files = parts.flatMap(({ progress }, index) =>
    progress.kind === "file" ? [{ ...progress, ...results[index]! }] : [],
  );
  if (files.length > 0) await client.query(ADVANCE_FILES, [JSON.stringify(files), now]);
}

/** The counts of a place that another process committed first are not added again. */
const ADVANCE_FILES = `
  insert into trail_files as f (sha256, unpacked_sha256, path, bytes, records, position, appended, duplicates, undecodable, ignored, completed_at)
  select r.sha256, r."unpackedSha256", r.path, r.bytes, r.records, r.position, r.appended, r.duplicates, r.undecodable, r.ignored,
         case when r.position = r.records then $2::timestamptz end
    from jsonb_to_recordset($1::jsonb)
         as r(sha256 text, "unpackedSha256" text, path text, bytes bigint, records int, position int, appended int, duplicates int,
              undecodable int, ignored jsonb)
   order by r.sha256
  on conflict (sha256) do update
     set position = excluded.position,
         appended = f.appended + excluded.appended,
         duplicates = f.duplicates + excluded.duplicates,
         undecodable = f.undecodable + excluded.undecodable,
         ignored = (select coalesce(jsonb_object_agg(reason, total), '{}')
                      from (select reason, sum(count::int) as total
                              from (select * from jsonb_each_text(f.ignored)
                                    union all select * from jsonb_each_text(excluded.ignored)) as both_counts(reason, count)
                             group by reason) as sums),
         completed_at = excluded.completed_at
   where f.position < excluded.position`;
