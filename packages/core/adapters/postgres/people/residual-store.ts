/**
 * ResidualStore on Postgres: reads only, because residuals are written with the sessions of those who were judged. Whether a residual is
 * open is asked with an instant and stands in no column.
 */
import type { Residual } from "../../../domain/sessions/residual/removal.ts";
import type {
  ResidualFilter,
  ResidualPosition,
  ResidualStore,
} from "../../../ports/residual-store.ts";
import type { Database } from "../database.ts";

export class PostgresResidualStore implements ResidualStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async list(filter: ResidualFilter, limit: number, after?: ResidualPosition): Promise<Residual[]> {
    // Where no end is known it counts as open for the 90 days that AWS lets a session live at most; see `overAt`.
    const { rows } = await this.#database.pool.query<{ body: Residual }>(
      `select body from residuals
        where ($1::text is null or (identity_store_arn = $1 and user_id = $2))
          and ($3::text is null or session_id = $3)
          and ($4::timestamptz is null or removed_at < $4)
          and ($5::timestamptz is null
               or coalesce(closed_at, until, removed_at + interval '2160 hours') > $5)
          and ($6::timestamptz is null or (removed_at, id) < ($6, $7))
        order by removed_at desc, id desc limit $8`,
      [
        filter.person?.identityStoreArn ?? null,
        filter.person?.userId ?? null,
        filter.sessionId ?? null,
        filter.removedBefore ?? null,
        filter.openAt ?? null,
        after?.removedAt ?? null,
        after?.id ?? null,
        limit,
      ],
    );
    return rows.map((row) => row.body);
  }

  async *everything(): AsyncGenerator<Residual> {
    let after = "";
    for (;;) {
      const { rows } = await this.#database.pool.query<{ id: string; body: Residual }>(
        "select id, body from residuals where id > $1 order by id limit 1000",
        [after],
      );
      if (rows.length === 0) return;
      for (const row of rows) yield row.body;
      after = rows.at(-1)!.id;
    }
  }
}
