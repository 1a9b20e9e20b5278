/** ObservationStore on Postgres. */
import type { LedgerFacts } from "../../../domain/coverage/facts.ts";
import type { TrailEvent } from "../../../domain/event.ts";
import type { Instant } from "../../../domain/time.ts";
import { decodeStored } from "../../../domain/trail/decode.ts";
import type { CoverageRow, ObservationStore } from "../../../ports/observation-store.ts";
import type { Database } from "../database.ts";
import { readLedgerFacts } from "../coverage/ledger-facts.ts";

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

  ledgerFacts(at: Instant): Promise<LedgerFacts> {
    return readLedgerFacts(this.#database.pool, at);
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
