/** ObservationStore on Postgres. */
import { AMENDING_KINDS } from "../../../domain/access/amend/amend.ts";
import type { LedgerFacts } from "../../../domain/coverage/facts.ts";
import type { TrailEvent } from "../../../domain/event.ts";
import type { AccessFacts } from "../../../domain/sessions/residual/access-history.ts";
import type { Instant } from "../../../domain/time.ts";

import type { CoverageRow, ObservationStore } from "../../../ports/observation-store.ts";
import type { Database } from "../database.ts";
import { KeptWhileUnchanged, readAccessFacts } from "../people/access-facts.ts";
import { readLedgerFacts } from "./ledger-facts.ts";
import { eventsOfRows, type StoredRow } from "../trail/stored-rows.ts";

export class PostgresObservationStore implements ObservationStore {
  readonly #database: Database;
  /** Every sweep asks for them, and hardly any finds another one. */
  readonly #grantEvents = new KeptWhileUnchanged((_, before) =>
    this.#eventsOf(["assignment", "entitlement", "membership"], before),
  );

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

  accessFacts(before: Instant): Promise<AccessFacts> {
    return readAccessFacts(this.#database.pool, before);
  }

  grantEvents(before: Instant): Promise<TrailEvent[]> {
    return this.#grantEvents.at(this.#database.pool, before);
  }

  accessEvents(before: Instant): Promise<TrailEvent[]> {
    return this.#eventsOf(AMENDING_KINDS, before);
  }

  /** In the order of their instants; a type's text begins with its kind. */
  async #eventsOf(kinds: readonly TrailEvent["kind"][], before: Instant): Promise<TrailEvent[]> {
    const { rows } = await this.#database.pool.query<StoredRow>(
      `select e.*, null::uuid[] as event_ids, null::int[] as offsets
         from events e join event_terms t on t.term_no = e.type_no
        where e.administrative and e.occurred_at < $1
          and t.kind = 'type' and t.value like any($2)
        order by e.occurred_at, e.event_id`,
      [before, kinds.map((kind) => `["${kind}",%`)],
    );
    return (await eventsOfRows(this.#database.pool, rows)).flat();
  }
}
