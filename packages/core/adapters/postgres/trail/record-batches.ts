/**
 * Redacted records, compressed together for each transaction that appended them, and the way back from an event to its record and to
 * the bytes in the trail. The originals stay where they are: they hold secrets.
 */
import { promisify } from "node:util";
import { constants, deflateRaw, inflateRaw } from "node:zlib";
import type pg from "pg";
import type { Instant } from "../../../domain/time.ts";
import type { AppendBatch } from "../../../ports/trail/trail-store.ts";
import type { EventRecord, RecordStore } from "../../../ports/trail/record-store.ts";
import type { Database } from "../database.ts";
import type { Placed } from "./append-events.ts";

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** Ordinals are those of the whole batch, so that they are known before it is known which events are new. */
export async function insertBatch(
  client: pg.PoolClient,
  batch: AppendBatch,
  batchNo: number,
  kept: readonly Placed[],
): Promise<void> {
  let newest = kept[0]!.stored.occurredAt;
  const lines: string[] = [];
  for (const { ordinal, part, position, decoded, stored } of kept) {
    if (stored.occurredAt > newest) newest = stored.occurredAt;
    lines.push(`${ordinal}\t${part}\t${position}\t${decoded.text}`);
  }
  // Records repeat each other so much that the fastest level already leaves an eighth of them.
  const records = await deflate(lines.join("\n"), {
    level: constants.Z_BEST_SPEED,
    chunkSize: 256 * 1024,
  });
  await client.query(
    `insert into record_batches (batch_no, newest_at, received_at, source, origins, records)
     values ($1, $2, $3, $4, $5, $6)`,
    [
      batchNo,
      newest,
      batch.receivedAt,
      batch.source,
      batch.parts.map((part) => part.origin),
      records,
    ],
  );
}

interface PlaceRow {
  readonly occurred_at: Instant;
  readonly ordinal: number | null;
  readonly received_at: Instant | null;
  readonly origins: string[] | null;
  readonly records: Buffer | null;
}

export class PostgresRecordStore implements RecordStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async record(eventId: string): Promise<EventRecord | null> {
    const { rows } = await this.#database.pool.query<PlaceRow>(
      `select i.occurred_at, i.ordinal, b.received_at, b.origins, b.records
         from event_ids i
         left join record_batches b on b.batch_no = i.batch_no and b.newest_at >= i.occurred_at
        where i.event_id = $1::uuid`,
      [eventId],
    );
    const [row] = rows;
    if (row === undefined) return null;
    const { occurred_at: occurredAt, ordinal } = row;
    if (ordinal === null || row.records === null) return { eventId, occurredAt, kept: null };
    const text = (await inflate(row.records)).toString("utf8");
    const line = text.split("\n").find((one) => one.startsWith(`${ordinal}\t`))!;
    const [, part, position, record] = line.split("\t", 4);
    const origin = row.origins![Number(part)]!;
    return {
      eventId,
      occurredAt,
      kept: {
        record: JSON.parse(record!) as Record<string, unknown>,
        receivedAt: row.received_at!,
        origin,
        position: Number(position),
        file: origin.startsWith("file:") ? await this.#file(origin.slice("file:".length)) : null,
      },
    };
  }

  /** The file by its content, the object that it came as, and what the digests say of it. */
  async #file(sha256: string): Promise<NonNullable<EventRecord["kept"]>["file"]> {
    const { rows } = await this.#database.pool.query<{
      path: string;
      etag: string | null;
      version_id: string | null;
      verdict: string | null;
    }>(
      `select f.path, o.etag, o.version_id, v.verdict
         from trail_files f
         left join trail_objects o on o.sha256 = f.sha256
         left join trail_file_verdicts v on v.bucket = o.bucket and v.key = o.key
        where f.sha256 = $1
        order by o.read_at limit 1`,
      [sha256],
    );
    const [row] = rows;
    if (row === undefined) return null;
    return {
      path: row.path,
      sha256,
      etag: row.etag,
      versionId: row.version_id,
      digestVerdict: row.verdict as "valid" | "invalid" | "missing" | "no-digest" | null,
    };
  }
}
