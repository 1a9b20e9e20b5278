/** ObservationStore on Postgres. */
import type { TrailEvent } from "../../../domain/event.ts";
import type { Instant } from "../../../domain/time.ts";
import { decodeStored } from "../../../domain/trail/decode.ts";
import type {
  CoverageBefore,
  CoverageRow,
  ObservationStore,
} from "../../../ports/observation-store.ts";
import type { Database } from "../database.ts";

export class PostgresObservationStore implements ObservationStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async coverage(): Promise<CoverageRow[]> {
    const { rows } = await this.#database.pool.query<CoverageRow>(
      `select source, account_id as "accountId", region, first_event_at as "firstEventAt",
              last_event_at as "lastEventAt", records, last_received_at as "lastReceivedAt"
         from coverage order by source, account_id, region`,
    );
    return rows;
  }

  async coverageBefore(at: Instant): Promise<CoverageBefore[]> {
    // The ledger's counts include what came after the instant, so they are made anew from the events that are kept.
    const { rows } = await this.#database.pool.query<CoverageBefore>(
      `with kept as (
         select case when origin like 'lookup-events/%' then 'lookup-events' else 'files' end as source,
                account_id, region, max(occurred_at) as last_event_at, count(*)::int as events
           from events where occurred_at < $1 group by 1, 2, 3)
       select source, account_id as "accountId", region, c.first_event_at as "firstEventAt",
              k.last_event_at as "lastEventAt", coalesce(k.events, 0) as events,
              least(c.last_received_at, $1::timestamptz) as "lastReceivedAt"
         from coverage c left join kept k using (source, account_id, region)
        where c.first_event_at < $1
        order by source, account_id, region`,
      [at],
    );
    return rows;
  }

  async snapshotTimes(): Promise<{ newest: Instant | null; neededSince: Instant | null }> {
    const { rows } = await this.#database.pool.query<{
      newest: Instant | null;
      neededSince: Instant | null;
    }>(
      `select (select max(started_at) from access_snapshots) as newest,
              (select max(greatest(r.requested_at, s.performed_at, s.confirmed_at))
                 from revocations r left join revocation_steps s on s.revocation_id = r.id
                where not r.settled and (r.approved_at is not null or not r.approval_needed)) as "neededSince"`,
    );
    return rows[0]!;
  }

  async grantEvents(before: Instant): Promise<TrailEvent[]> {
    const { rows } = await this.#database.pool.query<{ record: unknown }>(
      `select record from events
        where kind in ('assignment', 'membership') and occurred_at < $1
        order by occurred_at, event_id`,
      [before],
    );
    return rows.map((row) => decodeStored(row.record));
  }
}
