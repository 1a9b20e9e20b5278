/**
 * TrailStore on Postgres. A batch is one transaction: its events, its rejects, the people it makes due, its coverage and its
 * progress are committed together or not at all, so a kill at any moment loses and doubles nothing.
 */
import type pg from "pg";
import type { DecodedRecord } from "../../domain/trail/decode.ts";
import type { Instant } from "../../domain/time.ts";
import type { SourcedRecord } from "../../ports/event-source.ts";
import type {
  AppendBatch,
  AppendResult,
  FileState,
  FollowedFile,
  TrailStore,
} from "../../ports/trail-store.ts";
import type { Database } from "./database.ts";
import { appendEvents } from "./trail/append-events.ts";
import { addCoverage } from "./trail/coverage.ts";
import { markPeopleDue } from "./trail/people-due.ts";
import { transaction } from "./transaction.ts";

type Undecodable = Extract<DecodedRecord, { outcome: "undecodable" }> & { position: number };

export class PostgresTrailStore implements TrailStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async beginFile(file: {
    sha256: string;
    path: string;
    bytes: number;
    records: number;
  }): Promise<FileState> {
    await this.#database.pool.query(
      `insert into trail_files (sha256, path, bytes, records) values ($1, $2, $3, $4)
       on conflict (sha256) do nothing`,
      [file.sha256, file.path, file.bytes, file.records],
    );
    return (await this.fileState(file.sha256))!;
  }

  async fileState(sha256: string): Promise<FileState | null> {
    const { rows } = await this.#database.pool.query<{
      position: number;
      appended: number;
      duplicates: number;
      undecodable: number;
      ignored: Record<string, number>;
      completed_at: Instant | null;
    }>(
      `select position, appended, duplicates, undecodable, ignored, completed_at
         from trail_files where sha256 = $1`,
      [sha256],
    );
    const row = rows[0];
    if (row === undefined) return null;
    const { position, appended, duplicates, undecodable, ignored } = row;
    return {
      position,
      counts: { appended, duplicates, undecodable, ignored },
      completed: row.completed_at !== null,
    };
  }

  async append(batch: AppendBatch, now: Instant): Promise<AppendResult> {
    return transaction(this.#database, async (client) => {
      const events = batch.records.flatMap(({ position, decoded }) =>
        decoded.outcome === "event" ? [{ position, decoded }] : [],
      );
      const written = await appendEvents(client, batch, events);
      const rejects = [
        ...batch.records.flatMap(({ position, decoded }): Undecodable[] =>
          decoded.outcome === "undecodable" ? [{ ...decoded, position }] : [],
        ),
        ...written.conflicts,
      ];
      await keepUndecodable(client, batch.origin, rejects);
      await markPeopleDue(client, written.appendedEvents, now);
      await addCoverage(client, batch);
      const result: AppendResult = {
        appended: written.appendedEvents.length,
        duplicates: events.length - written.appendedEvents.length - written.conflicts.length,
        ignored: countIgnored(batch.records),
        undecodable: rejects.length,
      };
      await advance(client, batch, result, now);
      return result;
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
    return rows.map((row) => files[Number(row.ordinal) - 1]!);
  }

  async markFollowed(
    folder: string,
    file: FollowedFile,
    read: { sha256: string | null; problem: string | null },
  ): Promise<void> {
    await this.#database.pool.query(
      `insert into followed_files (folder, path, bytes, modified_at, sha256, problem)
       values ($1, $2, $3, $4, $5, $6)
       on conflict (folder, path) do update
          set bytes = excluded.bytes, modified_at = excluded.modified_at,
              sha256 = excluded.sha256, problem = excluded.problem`,
      [folder, file.path, file.bytes, file.modifiedAt, read.sha256, read.problem],
    );
  }
}

function countIgnored(records: readonly SourcedRecord[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { decoded } of records) {
    if (decoded.outcome === "ignored") counts[decoded.reason] = (counts[decoded.reason] ?? 0) + 1;
  }
  return counts;
}

async function keepUndecodable(
  client: pg.PoolClient,
  origin: string,
  rejects: readonly Undecodable[],
): Promise<void> {
  if (rejects.length === 0) return;
  await client.query(
    `insert into undecodable_records (origin, position, record_sha256, reason, excerpt, event_id)
     select $1, r.position, r."recordSha256", r.reason, r.excerpt, r."eventId"
       from jsonb_to_recordset($2::jsonb)
            as r(position int, "recordSha256" text, reason text, excerpt text, "eventId" text)
      order by r.position, r."recordSha256"
     on conflict do nothing`,
    [origin, JSON.stringify(rejects)],
  );
}

async function advance(
  client: pg.PoolClient,
  batch: AppendBatch,
  result: AppendResult,
  now: Instant,
): Promise<void> {
  const { progress } = batch;
  if (progress.kind === "cursor") {
    await client.query(
      `insert into ingest_cursors (stream, read_through, updated_at) values ($1, $2, $3)
       on conflict (stream) do update
          set read_through = greatest(ingest_cursors.read_through, excluded.read_through),
              updated_at = excluded.updated_at`,
      [progress.stream, progress.readThrough, now],
    );
  }
  if (progress.kind === "file") await advanceFile(client, progress, result, now);
}

async function advanceFile(
  client: pg.PoolClient,
  progress: Extract<AppendBatch["progress"], { kind: "file" }>,
  result: AppendResult,
  now: Instant,
): Promise<void> {
  // The counts of a place that another process committed first are not added again.
  await client.query(
    `update trail_files f
        set position = $2,
            appended = f.appended + $3,
            duplicates = f.duplicates + $4,
            undecodable = f.undecodable + $5,
            ignored = (select coalesce(jsonb_object_agg(reason, total), '{}')
                         from (select reason, sum(count::int) as total
                                 from (select * from jsonb_each_text(f.ignored)
                                       union all select * from jsonb_each_text($6::jsonb)) as both_counts(reason, count)
                                group by reason) as sums),
            completed_at = case when $7 then $8::timestamptz end
      where sha256 = $1 and position < $2 or sha256 = $1 and $7 and completed_at is null`,
    [
      progress.sha256,
      progress.position,
      result.appended,
      result.duplicates,
      result.undecodable,
      JSON.stringify(result.ignored),
      progress.last,
      now,
    ],
  );
}
