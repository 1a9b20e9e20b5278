/**
 * WindowStore on Postgres: one set of instants a stream, joined by the database. Two processes that mark different windows at the
 * same time keep both. It knows nothing of the events: the caller commits those first.
 */
import type { Instant } from "../../../domain/time.ts";
import type { TimeWindow, WindowStore } from "../../../ports/trail/window-store.ts";
import type { Database } from "../database.ts";

export class PostgresWindowStore implements WindowStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async windowsRead(stream: string): Promise<TimeWindow[]> {
    const { rows } = await this.#database.pool.query<TimeWindow>(
      `select lower(w) as "from", upper(w) as "to"
         from ingest_streams, unnest(windows_read) as w
        where stream = $1 order by lower(w)`,
      [stream],
    );
    return rows;
  }

  async markRead(
    stream: string,
    { from, to }: TimeWindow,
    { believedUntil, now }: { readonly believedUntil: Instant; readonly now: Instant },
  ): Promise<void> {
    await this.#database.pool.query(
      `insert into ingest_streams as s (stream, windows_read, updated_at)
       values ($1, tstzmultirange(tstzrange($2, $3)), $5)
       on conflict (stream) do update
          set windows_read = s.windows_read * tstzmultirange(tstzrange(null, $4)) + excluded.windows_read,
              updated_at = excluded.updated_at`,
      [stream, from, to, believedUntil, now],
    );
  }
}
