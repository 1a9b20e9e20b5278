/** Everybody whom an event or a crawl named, listed in the order of their key. It says who is known, not who still exists. */
import type { Person, PersonKey } from "../../../domain/person.ts";
import type { Instant } from "../../../domain/time.ts";
import type { Database } from "../database.ts";

export interface PersonSummary {
  readonly user: Person;
  /** Null for somebody whom only a crawl named. */
  readonly firstEventAt: Instant | null;
  readonly lastEventAt: Instant | null;
  /** When their sessions and findings were last judged. */
  readonly judgedAt: Instant | null;
  readonly sessions: number;
  readonly openFindings: number;
}

export class PostgresPeopleStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** At most `limit` after a person, in the order of (identityStoreArn, userId). */
  async list(limit: number, after: PersonKey | null): Promise<PersonSummary[]> {
    // The counts are taken for the page only: a lateral join after the limit.
    const { rows } = await this.#database.pool.query<Omit<PersonSummary, "user"> & Person>(
      `select p.identity_store_arn as "identityStoreArn", p.user_id as "userId", n.user_name as "userName",
              p.first_event_at as "firstEventAt", p.last_event_at as "lastEventAt", p.judged_at as "judgedAt",
              s.sessions, f.open as "openFindings"
         from (select * from people
                where $1::text is null or (identity_store_arn, user_id) > ($1, $2)
                order by identity_store_arn, user_id limit $3) p
         left join lateral (select user_name from person_names w
                where w.identity_store_arn = p.identity_store_arn and w.user_id = p.user_id
                order by last_seen_at desc, user_name limit 1) n on true
        cross join lateral (select count(*) as sessions from sessions w
                where w.identity_store_arn = p.identity_store_arn and w.user_id = p.user_id) s
        cross join lateral (select count(*) as open from findings w
                where w.identity_store_arn = p.identity_store_arn and w.user_id = p.user_id
                  and w.state <> 'resolved') f
        order by 1, 2`,
      [after?.identityStoreArn ?? null, after?.userId ?? null, limit],
    );
    return rows.map(({ identityStoreArn, userId, userName, ...rest }) => ({
      user: { identityStoreArn, userId, userName },
      ...rest,
    }));
  }

  async count(): Promise<number> {
    const { rows } = await this.#database.pool.query<{ count: number }>(
      "select count(*) from people",
    );
    return rows[0]!.count;
  }
}
