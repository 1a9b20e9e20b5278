/**
 * DurationStore on Postgres. Entries are added and never changed; whom they concern is due in the same transaction, so that losing a
 * nudge costs time and no session keeps an end that an entry has made wrong.
 */
import type pg from "pg";
import type { AuditEntry } from "../../../domain/audit.ts";
import type { TrailEvent } from "../../../domain/event.ts";
import type {
  EnteredDuration,
  PermissionSetDurations,
  SessionSettings,
} from "../../../domain/session.ts";
import {
  permissionSetDurations,
  type ObservedPermissionSet,
} from "../../../domain/sessions/issued-durations.ts";
import { amended } from "../../../domain/trail/amended.ts";
import type {
  ConfigurationChange,
  DurationEntry,
  DurationStore,
} from "../../../ports/people/duration-store.ts";
import { appendAudit } from "../audit.ts";
import type { Database } from "../database.ts";
import { transaction } from "../transaction.ts";
import { lockPeople } from "../trail/people-due.ts";
import { eventsOfRows, type StoredRow } from "../trail/stored-rows.ts";

const COLUMNS = `identity_store_arn as "identityStoreArn", kind, minutes, effective_from as "effectiveFrom",
                 entered_by as "enteredBy", entered_at as "enteredAt"`;

/** Entries, events and what a crawl saw first are never changed, so their numbers tell whether any were added. */
export const SETTINGS_VERSION = `
  concat_ws(' ', (select count(*) from session_durations),
                 (select count(*) from access_facts where kind = 'permission-set'),
                 (select count(*) from events e join event_terms t on t.term_no = e.type_no
                   where e.administrative and t.kind = 'type'
                     and (t.value like '["instance-setting",%' or t.value like '["permission-set",%')))`;

/** Each store once by the primary key, without reading its people. */
const STORES = `
  with recursive stores as (
    (select identity_store_arn as arn from people order by 1 limit 1)
    union all
    select (select identity_store_arn from people where identity_store_arn > s.arn order by 1 limit 1)
      from stores s where s.arn is not null)
  select arn from stores where arn is not null order by 1`;

export class PostgresDurationStore implements DurationStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async list(limit: number, after: DurationEntry | null): Promise<DurationEntry[]> {
    const { rows } = await this.#database.pool.query<DurationEntry>(
      `select ${COLUMNS} from session_durations
        where $1::timestamptz is null
           or (entered_at, identity_store_arn, kind, effective_from) < ($1, $2, $3, $4::timestamptz)
        order by entered_at desc, identity_store_arn desc, kind desc, effective_from desc limit $5`,
      [
        after?.enteredAt ?? null,
        after?.identityStoreArn ?? null,
        after?.kind ?? null,
        after?.effectiveFrom ?? null,
        limit,
      ],
    );
    return rows;
  }

  async identityStores(): Promise<string[]> {
    const { rows } = await this.#database.pool.query<{ arn: string }>(STORES);
    return rows.map(({ arn }) => arn);
  }

  async changes(): Promise<ConfigurationChange[]> {
    const events = await this.#eventsOf('["instance-setting",%');
    if (events.length === 0) return [];
    const stores = await this.identityStores();
    return events.flatMap((event) => {
      if (event.kind !== "instance-setting" || event.setting !== "configuration") return [];
      if (event.errorCode !== null) return [];
      const { occurredAt: at, eventId } = event;
      const own = stores.filter((arn) => accountOf(arn) === event.accountId);
      const concerned: (string | null)[] = own.length === 0 ? [null] : own;
      return concerned.map((identityStoreArn) => ({ identityStoreArn, at, eventId }));
    });
  }

  async #permissionSets(): Promise<PermissionSetDurations[]> {
    const { rows } = await this.#database.pool.query<ObservedPermissionSet>(
      `select key as arn, body->>'name' as name, coalesce(body->>'sessionDuration', '') as "sessionDuration",
              observed_from as "from"
         from access_facts where kind = 'permission-set' order by key, observed_from`,
    );
    return permissionSetDurations(await this.#eventsOf('["permission-set",%'), rows);
  }

  /** In order; `pattern` is that of their type, which begins with their kind. */
  async #eventsOf(pattern: string): Promise<TrailEvent[]> {
    const { pool } = this.#database;
    const { rows } = await pool.query<StoredRow>(
      `select e.*, null::uuid[] as event_ids, null::int[] as offsets
         from events e join event_terms t on t.term_no = e.type_no
        where e.administrative and t.kind = 'type' and t.value like $1
        order by e.occurred_at, e.event_id`,
      [pattern],
    );
    return amended((await eventsOfRows(pool, rows)).flat());
  }

  enter(entry: DurationEntry, audit: Omit<AuditEntry, "at" | "actor">): Promise<DurationEntry> {
    return transaction(this.#database, async (client) => {
      await lockPeople(client);
      const { rows } = await client.query<DurationEntry>(
        `insert into session_durations (identity_store_arn, kind, minutes, effective_from, entered_by, entered_at)
         select $1, $2, $3, $4, $5,
                greatest($6::timestamptz, (select max(entered_at) + interval '1 millisecond' from session_durations
                                            where identity_store_arn = $1 and kind = $2))
         returning ${COLUMNS}`,
        [
          entry.identityStoreArn,
          entry.kind,
          entry.minutes,
          entry.effectiveFrom,
          entry.enteredBy,
          entry.enteredAt,
        ],
      );
      await makeDue(client, entry);
      await appendAudit(client, { ...audit, at: entry.enteredAt, actor: entry.enteredBy });
      return rows[0]!;
    });
  }

  async settings(
    configured: SessionSettings,
  ): Promise<SessionSettings & { readonly version: string }> {
    // Before what it is the version of: what is entered in between makes it too old, and somebody is judged once more.
    const { rows: versions } = await this.#database.pool.query<{ version: string }>(
      `select ${SETTINGS_VERSION} as version`,
    );
    // A correction has the beginning of what it corrects: the entry that was made last counts.
    const { rows } = await this.#database.pool.query<EnteredDuration>(
      `select distinct on (identity_store_arn, kind, effective_from)
              identity_store_arn as "identityStoreArn", kind, minutes, effective_from as "effectiveFrom"
         from session_durations
        order by identity_store_arn, kind, effective_from, entered_at desc`,
    );
    const changes = await this.changes();
    const permissionSets = await this.#permissionSets();
    return {
      version: versions[0]!.version,
      durations: [...configured.durations, ...rows],
      changedAt: [
        ...configured.changedAt,
        ...changes.map(({ identityStoreArn, at }) => ({ identityStoreArn, at })),
      ],
      permissionSets,
    };
  }
}

/**
 * Due at the entry's own instant, also who was due before: a run that began earlier has read the older durations, and claims
 * nobody who is due later than it began.
 */
async function makeDue(
  client: pg.PoolClient,
  { identityStoreArn, enteredAt }: DurationEntry,
): Promise<void> {
  await client.query(
    `with locked as (
       select user_id from people where identity_store_arn = $1 order by user_id for update)
     update people p set due_at = $2 from locked
      where p.identity_store_arn = $1 and p.user_id = locked.user_id`,
    [identityStoreArn, enteredAt],
  );
}

/** `arn:aws:identitystore::111122223333:identitystore/d-…`: the account that owns the store. */
function accountOf(storeArn: string): string | undefined {
  return storeArn.split(":")[4];
}
