/**
 * Keeps what a batch shows of each account and Region, ignored records included: one statement, in the transaction of the append. Hours
 * only ever join, so the order in which batches come makes no difference; a batch that comes twice counts its records twice.
 */
import type pg from "pg";
import { seenPlaces, type SeenRecords } from "../../../domain/coverage/seen.ts";
import type { Instant } from "../../../domain/time.ts";
import type { SeenRecord } from "../../../domain/trail/decode.ts";
import type { SourcedRecord } from "../../../ports/trail/event-source.ts";
import { multirangeText } from "./multirange.ts";

/** What of a batch tells what was read. */
export interface SeenBatch {
  /** Key of the ledger: `files`, `s3` or `lookup-events`. */
  readonly source: string;
  readonly receivedAt: Instant;
  readonly parts: readonly {
    readonly records: readonly SourcedRecord[];
    /** Records that were passed over without decoding them, summed. */
    readonly passedOver?: readonly SeenRecords[];
  }[];
}

export async function addCoverage(client: pg.PoolClient, batch: SeenBatch): Promise<void> {
  const places = seenPlaces(seenIn(batch), batch.receivedAt);
  if (places.length === 0) return;
  // Most batches show no hour that is new: then the stored set stays the very same value.
  await client.query(
    `insert into coverage (source, account_id, region, first_event_at, last_event_at, hours_seen, records, last_received_at)
     select $1, r."accountId", r.region, r.first, r.last, r.hours, r.records, $3
       from jsonb_to_recordset($2::jsonb)
            as r("accountId" text, region text, first timestamptz, last timestamptz, hours tstzmultirange, records bigint)
      order by r."accountId", r.region
     on conflict (source, account_id, region) do update
        set first_event_at = least(coverage.first_event_at, excluded.first_event_at),
            last_event_at = greatest(coverage.last_event_at, excluded.last_event_at),
            hours_seen = case when coverage.hours_seen @> excluded.hours_seen then coverage.hours_seen
                              else coverage.hours_seen + excluded.hours_seen end,
            records = coverage.records + excluded.records,
            last_received_at = greatest(coverage.last_received_at, excluded.last_received_at)`,
    [
      batch.source,
      JSON.stringify(places.map((place) => ({ ...place, hours: multirangeText(place.hours) }))),
      batch.receivedAt,
    ],
  );
}

function* seenIn({ parts }: SeenBatch): Generator<SeenRecord | SeenRecords> {
  for (const { records, passedOver } of parts) {
    for (const { decoded } of records) {
      if (decoded.outcome === "event") yield decoded.event;
      else if (decoded.outcome === "ignored" && decoded.seen !== null) yield decoded.seen;
    }
    if (passedOver !== undefined) yield* passedOver;
  }
}
