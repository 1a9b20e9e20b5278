/** Stored sessions, listed. A session's state is derived by the caller from the instant it asks about. */
import type { PersonKey } from "../../../domain/person.ts";
import type { Session, SessionKind } from "../../../domain/session.ts";
import type { Instant } from "../../../domain/time.ts";
import type { Database } from "../database.ts";

export interface SessionFilter {
  readonly person?: PersonKey;
  readonly kind?: SessionKind;
  /** Only sessions that started before this instant. */
  readonly startedBefore?: Instant;
}

/** Where a page begins: after this session, newest first. */
export interface SessionPosition {
  readonly startedAt: Instant;
  readonly id: string;
}

export class PostgresSessionStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Newest first, at most `limit`. */
  async list(filter: SessionFilter, limit: number, after?: SessionPosition): Promise<Session[]> {
    const { rows } = await this.#database.pool.query<{ body: Session }>(
      `select body from sessions
        where ($1::text is null or (identity_store_arn = $1 and user_id = $2))
          and ($3::text is null or kind = $3)
          and ($4::timestamptz is null or started_at < $4)
          and ($5::timestamptz is null or (started_at, id) < ($5, $6))
        order by started_at desc, id desc limit $7`,
      [
        filter.person?.identityStoreArn ?? null,
        filter.person?.userId ?? null,
        filter.kind ?? null,
        filter.startedBefore ?? null,
        after?.startedAt ?? null,
        after?.id ?? null,
        limit,
      ],
    );
    return rows.map((row) => row.body);
  }

  async byId(id: string): Promise<Session | null> {
    const { rows } = await this.#database.pool.query<{ body: Session }>(
      "select body from sessions where id = $1",
      [id],
    );
    return rows[0]?.body ?? null;
  }

  /** Every session, oldest id first, in bounded memory. */
  async *everything(): AsyncGenerator<Session> {
    let after = "";
    for (;;) {
      const { rows } = await this.#database.pool.query<{ id: string; body: Session }>(
        "select id, body from sessions where id > $1 order by id limit 1000",
        [after],
      );
      if (rows.length === 0) return;
      for (const row of rows) yield row.body;
      after = rows.at(-1)!.id;
    }
  }
}
