/**
 * TrailStore on Postgres. A batch is one transaction: its events, its rejects, the people it makes due, its coverage and its
 * progress are committed together or not at all, so a kill at any moment loses and doubles nothing.
 */
import type pg from "pg";
import type { DecodedRecord } from "../../../domain/trail/decode.ts";
import type { Instant } from "../../../domain/time.ts";
import type { SourcedRecord } from "../../../ports/event-source.ts";
import type {
  AppendBatch,
  AppendPart,
  AppendResult,
  FileState,
  FollowedFile,
  TrailStore,
} from "../../../ports/trail-store.ts";
import type { Database } from "../database.ts";
import { appendEvents } from "./append-events.ts";
import { addCoverage } from "./coverage.ts";
import { markPeopleDue } from "./people-due.ts";
import { refusedData, withoutUnstorable } from "./unstorable.ts";
import { transaction } from "../transaction.ts";

export class PostgresTrailStore implements TrailStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
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

  async append(batch: AppendBatch, now: Instant): Promise<AppendResult[]> {
    const appended = (storable: AppendBatch) =>
      transaction(this.#database, (client) => write(client, storable, now));
    try {
      return await appended(batch);
    } catch (error) {
      if (refusedData(error) === null) throw error;
      return appended(await withoutUnstorable(batch, (some) => this.#tryOut(some, now)));
    }
  }

  /** Writes the batch and takes it back. */
  async #tryOut(batch: AppendBatch, now: Instant): Promise<void> {
    const takenBack = new Error("taken back");
    await transaction(this.#database, async (client) => {
      await write(client, batch, now);
      throw takenBack;
    }).catch((error: unknown) => {
      if (error !== takenBack) throw error;
    });
  }

  async readThrough(stream: string): Promise<Instant | null> {
    const { rows } = await this.#database.pool.query<{ read_through: Instant }>(
      "select read_through from ingest_cursors where stream = $1",
      [stream],
    );
    return rows[0]?.read_through ?? null;
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

async function write(
  client: pg.PoolClient,
  batch: AppendBatch,
  now: Instant,
): Promise<AppendResult[]> {
  const { appended, conflicts } = await appendEvents(client, batch);
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
    const ignored = countIgnored(part.records);
    const others = sumOf(ignored) + rejects[index]!.length + appended[index]!.length;
    return {
      appended: appended[index]!.length,
      duplicates: part.records.length - others,
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

function countIgnored(records: readonly SourcedRecord[]): Record<string, number> {
  const counts: Record<string, number> = {};
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
  for (const { progress } of parts) {
    if (progress.kind !== "cursor") continue;
    // A cursor of the future stems from a clock that was set back since.
    await client.query(
      `insert into ingest_cursors (stream, read_through, updated_at) values ($1, $2, $3)
       on conflict (stream) do update
          set read_through = case when ingest_cursors.read_through > $3 then excluded.read_through
                                  else greatest(ingest_cursors.read_through, excluded.read_through) end,
              updated_at = excluded.updated_at`,
      [progress.stream, progress.readThrough, now],
    );
  }
}

/** The counts of a place that another process committed first are not added again. */
const ADVANCE_FILES = `
  insert into trail_files as f (sha256, path, bytes, records, position, appended, duplicates, undecodable, ignored, completed_at)
  select r.sha256, r.path, r.bytes, r.records, r.position, r.appended, r.duplicates, r.undecodable, r.ignored,
         case when r.position = r.records then $2::timestamptz end
    from jsonb_to_recordset($1::jsonb)
         as r(sha256 text, path text, bytes bigint, records int, position int, appended int, duplicates int,
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
