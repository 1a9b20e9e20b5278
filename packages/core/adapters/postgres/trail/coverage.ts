/** What a batch shows of each account and Region, ignored records included. */
import type pg from "pg";
import type { SeenRecord } from "../../../domain/trail/decode.ts";
import type { AppendBatch } from "../../../ports/trail-store.ts";

interface Row {
  accountId: string;
  region: string;
  first: string;
  last: string;
  records: number;
}

export async function addCoverage(client: pg.PoolClient, batch: AppendBatch): Promise<void> {
  const rows = new Map<string, Row>();
  for (const { decoded } of batch.parts.flatMap((part) => part.records)) {
    const seen: SeenRecord | null =
      decoded.outcome === "event"
        ? decoded.event
        : decoded.outcome === "ignored"
          ? decoded.seen
          : null;
    // A record that claims to be of the future shows nothing of what was read up to then.
    if (seen !== null && seen.occurredAt <= batch.receivedAt) count(rows, seen);
  }
  if (rows.size === 0) return;
  await client.query(
    `insert into coverage (source, account_id, region, first_event_at, last_event_at, records, last_received_at)
     select $1, r."accountId", r.region, r.first, r.last, r.records, $3
       from jsonb_to_recordset($2::jsonb)
            as r("accountId" text, region text, first timestamptz, last timestamptz, records bigint)
      order by r."accountId", r.region
     on conflict (source, account_id, region) do update
        set first_event_at = least(coverage.first_event_at, excluded.first_event_at),
            last_event_at = greatest(coverage.last_event_at, excluded.last_event_at),
            records = coverage.records + excluded.records,
            last_received_at = greatest(coverage.last_received_at, excluded.last_received_at)`,
    [batch.source, JSON.stringify([...rows.values()]), batch.receivedAt],
  );
}

function count(rows: Map<string, Row>, seen: SeenRecord): void {
  const { accountId, region, occurredAt } = seen;
  const key = `${accountId} ${region}`;
  const row = rows.get(key);
  if (row === undefined) {
    rows.set(key, { accountId, region, first: occurredAt, last: occurredAt, records: 1 });
    return;
  }
  row.records += 1;
  if (occurredAt < row.first) row.first = occurredAt;
  if (occurredAt > row.last) row.last = occurredAt;
}
