/** What a batch shows of each account and Region, ignored records included. */
import type pg from "pg";
import type { SeenRecord } from "../../../domain/trail/decode.ts";
import { HOUR } from "../../../domain/time.ts";
import type { AppendBatch } from "../../../ports/trail-store.ts";

/**
 * A silence up to this long is still taken for a read trail: a quiet account writes about one record an hour. A longer one may be
 * a file that was never read, and what lies before it is no longer covered.
 */
const BELIEVED_SILENCE = 3 * HOUR;

interface Row {
  accountId: string;
  region: string;
  first: string;
  last: string;
  records: number;
  /** Instants of the records, to find gaps among them. */
  readonly seenAt: string[];
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
    `insert into coverage (source, account_id, region, first_event_at, last_event_at, unbroken_since, records, last_received_at)
     select $1, r."accountId", r.region, r.first, r.last, r."unbrokenSince", r.records, $3
       from jsonb_to_recordset($2::jsonb)
            as r("accountId" text, region text, first timestamptz, last timestamptz, "unbrokenSince" timestamptz, records bigint)
      order by r."accountId", r.region
     on conflict (source, account_id, region) do update
        set first_event_at = least(coverage.first_event_at, excluded.first_event_at),
            last_event_at = greatest(coverage.last_event_at, excluded.last_event_at),
            unbroken_since = case
              -- Both stretches touch: they are one.
              when excluded.unbroken_since <= coverage.last_event_at + $4::interval
                   and coverage.unbroken_since <= excluded.last_event_at + $4::interval
                then least(coverage.unbroken_since, excluded.unbroken_since)
              when excluded.last_event_at > coverage.last_event_at then excluded.unbroken_since
              else coverage.unbroken_since end,
            records = coverage.records + excluded.records,
            last_received_at = greatest(coverage.last_received_at, excluded.last_received_at)`,
    [
      batch.source,
      JSON.stringify(
        [...rows.values()].map(({ seenAt, ...row }) => ({
          ...row,
          unbrokenSince: lastStretch(seenAt),
        })),
      ),
      batch.receivedAt,
      `${BELIEVED_SILENCE} milliseconds`,
    ],
  );
}

function count(rows: Map<string, Row>, seen: SeenRecord): void {
  const { accountId, region, occurredAt } = seen;
  const key = `${accountId} ${region}`;
  const row = rows.get(key);
  if (row === undefined) {
    rows.set(key, {
      accountId,
      region,
      first: occurredAt,
      last: occurredAt,
      records: 1,
      seenAt: [occurredAt],
    });
    return;
  }
  row.seenAt.push(occurredAt);
  row.records += 1;
  if (occurredAt < row.first) row.first = occurredAt;
  if (occurredAt > row.last) row.last = occurredAt;
}

/** Where the stretch that ends with the newest record begins: behind the last silence that is too long to be believed. */
function lastStretch(seenAt: readonly string[]): string {
  const newestFirst = seenAt.toSorted((left, right) => (left < right ? 1 : -1));
  let since = newestFirst[0]!;
  for (const at of newestFirst) {
    if (Date.parse(since) - Date.parse(at) > BELIEVED_SILENCE) break;
    since = at;
  }
  return since;
}
