/** Stored sessions, listed. A session's state is derived by the caller from the instant it asks about. */
import type { PersonKey } from "../../../domain/person.ts";
import type { Session, SessionKind } from "../../../domain/session.ts";
import { DAY, plus, type Instant } from "../../../domain/time.ts";
import type { SessionStore } from "../../../ports/people/session-store.ts";
import type { Database } from "../database.ts";

/** AWS: no session without a stated end lasts longer. */
const LONGEST = 90 * DAY;
const ROWS_AT_ONCE = 500;

export interface SessionFilter {
  readonly person?: PersonKey;
  readonly kind?: SessionKind;
  readonly accountId?: string;
  /** Only sessions that started before this instant. */
  readonly startedBefore?: Instant;
  /** Leaves out what surely was not alive at this instant: not begun, ended, or past its hard end. */
  readonly aliveAt?: Instant;
}

/** Where a page begins: after this session, newest first. */
export interface SessionPosition {
  readonly startedAt: Instant;
  readonly id: string;
}

export class PostgresSessionStore implements SessionStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Newest first, at most `limit`. */
  async list(filter: SessionFilter, limit: number, after?: SessionPosition): Promise<Session[]> {
    const { aliveAt } = filter;
    // Instants in a body have one fixed form: as bytes they compare as they read.
    const { rows } = await this.#database.pool.query<{ body: Session }>(
      `select body from sessions
        where ($1::text is null or (identity_store_arn = $1 and user_id = $2))
          and ($3::text is null or kind = $3)
          and ($4::timestamptz is null or started_at < $4)
          and ($5::timestamptz is null or (started_at, id) < ($5, $6))
          and ($8::text is null or account_id = $8)
          and ($9::text is null or (
                started_at <= $9::timestamptz
            and coalesce(body->>'endedAt', 'none') collate "C" > $9
            and coalesce(body->'endsAt'->>'at', 'none') collate "C" > $9
            and (started_at > $10::timestamptz or body->'endsAt'->>'at' is not null)))
        order by started_at desc, id desc limit $7`,
      [
        filter.person?.identityStoreArn ?? null,
        filter.person?.userId ?? null,
        filter.kind ?? null,
        filter.startedBefore ?? null,
        after?.startedAt ?? null,
        after?.id ?? null,
        limit,
        filter.accountId ?? null,
        aliveAt ?? null,
        aliveAt === undefined ? null : plus(aliveAt, -LONGEST),
      ],
    );
    return rows.map((row) => row.body);
  }

  /** Everything of a list, newest first, in bounded memory. */
  async *matching(filter: SessionFilter): AsyncGenerator<Session> {
    let after: SessionPosition | undefined;
    for (;;) {
      const page = await this.list(filter, ROWS_AT_ONCE, after);
      yield* page;
      after = page.at(-1);
      if (page.length < ROWS_AT_ONCE) return;
    }
  }

  async byId(id: string): Promise<Session | null> {
    const { rows } = await this.#database.pool.query<{ body: Session }>(
      "select body from sessions where id = $1",
      [id],
    );
    return rows[0]?.body ?? null;
  }

  /** By an id under which it was shown before an inference took it up; reads every session, so it is for one person's question. */
  async byEarlierId(id: string): Promise<Session | null> {
    const { rows } = await this.#database.pool.query<{ body: Session }>(
      "select body from sessions where body->'earlierIds' ? $1 limit 1",
      [id],
    );
    return rows[0]?.body ?? null;
  }

  /** Newest first; an id of no session is left out. */
  async byIds(ids: readonly string[]): Promise<Session[]> {
    const { rows } = await this.#database.pool.query<{ body: Session }>(
      "select body from sessions where id = any($1) order by started_at desc, id desc",
      [ids],
    );
    return rows.map((row) => row.body);
  }

  /** Sessions whose links name the session, oldest first, at most `limit`. A link never leaves its person. */
  async linkedTo({ id, user }: Session, limit: number): Promise<Session[]> {
    const { rows } = await this.#database.pool.query<{ body: Session }>(
      `select body from sessions
        where identity_store_arn = $1 and user_id = $2 and body->'links' @> $3::jsonb
        order by started_at, id limit $4`,
      [user.identityStoreArn, user.userId, JSON.stringify([{ sessionId: id }]), limit],
    );
    return rows.map((row) => row.body);
  }

  async touching(
    { identityStoreArn, userId }: PersonKey,
    from: Instant,
    to: Instant,
  ): Promise<Session[]> {
    const { rows } = await this.#database.pool.query<{ body: Session }>(
      `select body from sessions
        where identity_store_arn = $1 and user_id = $2 and started_at < $4::timestamptz
          and (last_seen_at >= ($3::text)::timestamptz
               or body->>'endedAt' collate "C" >= $3 or body->'endsAt'->>'at' collate "C" >= $3)
        order by started_at, id`,
      [identityStoreArn, userId, from, to],
    );
    return rows.map((row) => row.body);
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
