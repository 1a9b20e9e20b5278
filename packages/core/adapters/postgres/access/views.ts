/** AccessViewStore on Postgres: reads only. */
import { AMENDING_KINDS } from "../../../domain/access/amend/amend.ts";
import type { LastingUsage } from "../../../domain/access/usage-digest.ts";
import { DAY, plus, type Instant } from "../../../domain/time.ts";
import type {
  AccessViewStore,
  FindingCount,
  PersonUse,
  RoleUseTotal,
} from "../../../ports/access/access-views.ts";
import type { Database } from "../database.ts";

export class PostgresAccessViewStore implements AccessViewStore {
  readonly #database: Database;
  readonly #now: () => Instant;

  /** @param now the 30 days of `usesOf` end there. */
  constructor(database: Database, now: () => Instant) {
    this.#database = database;
    this.#now = now;
  }

  async version(at: Instant): Promise<string | null> {
    // Every change counts, those before the crawl too: one that comes late may tell who made a grant.
    const { rows } = await this.#database.pool.query<{ snapshot: string | null; version: string }>(
      `with newest as (
         select id, completed_at from access_snapshots where completed_at <= $1 order by completed_at desc, id desc limit 1)
       select (select id from newest) as snapshot,
              concat_ws(' ', (select id from newest),
                (select concat_ws(' ', count(*), max(e.occurred_at))
                   from events e join event_terms t on t.term_no = e.type_no
                  where e.administrative and e.occurred_at < $1
                    and t.kind = 'type' and t.value like any($2))) as version`,
      [at, AMENDING_KINDS.map((kind) => `["${kind}",%`)],
    );
    const [row] = rows;
    return row === undefined || row.snapshot === null ? null : row.version;
  }

  async readVersion(): Promise<string> {
    const { rows } = await this.#database.pool.query<{ version: string }>(
      `select concat_ws(' ', (select count(*) from coverage), (select sum(records) from coverage),
                        (select max(batch_no) from record_batches)) as version`,
    );
    return rows[0]!.version;
  }

  async roleUses(): Promise<Map<string, RoleUseTotal>> {
    const { rows } = await this.#database.pool.query<RoleUseTotal & { role: string }>(
      `select role_name as role, max(last_used_at) as "lastUsedAt",
              count(distinct (identity_store_arn, user_id))::int as people
         from access_usage group by role_name`,
    );
    return new Map(rows.map(({ role, lastUsedAt, people }) => [role, { lastUsedAt, people }]));
  }

  async usesOf(roleName: string): Promise<PersonUse[]> {
    const now = this.#now();
    const { rows } = await this.#database.pool.query<UseRow>(
      `select u.identity_store_arn as "identityStoreArn", u.user_id as "userId", u.account_id as "accountId",
              u.role_name as "roleName", u.first_used_at as "firstUsedAt", u.last_used_at as "lastUsedAt", u.body,
              (select n.user_name from person_names n
                where n.identity_store_arn = u.identity_store_arn and n.user_id = u.user_id
                order by n.last_seen_at desc, n.user_name limit 1) as "userName",
              (select count(*)::int from sessions s
                where s.identity_store_arn = u.identity_store_arn and s.user_id = u.user_id
                  and s.account_id = u.account_id and s.permission_set_name = u.role_name
                  and s.kind in ('role', 'aws-login') and s.started_at >= $2 and s.started_at < $3) as begun
         from access_usage u where u.role_name = $1
        order by u.identity_store_arn, u.user_id, u.account_id collate "C"`,
      [roleName, plus(now, -30 * DAY), now],
    );
    return rows.map(({ identityStoreArn, userId, userName, body, begun, ...use }) => ({
      person: { identityStoreArn, userId, userName },
      use: { ...use, ...body, uses30d: begun },
    }));
  }

  async openFindings(at: Instant): Promise<Map<string, number>> {
    const { rows } = await this.#database.pool.query<{ id: string; count: number }>(
      `select subject_id as id, count(*)::int as count from findings
        where subject_kind = 'permission-set' and ${OPEN_AT} group by subject_id`,
      [at],
    );
    return new Map(rows.map(({ id, count }) => [id, count]));
  }

  async findingsAbout(permissionSetArn: string, at: Instant): Promise<string[]> {
    const { rows } = await this.#database.pool.query<{ id: string }>(
      `select id from findings where subject_kind = 'permission-set' and subject_id = $2 and ${OPEN_AT}
        order by opened_at desc, id desc limit 100`,
      [at, permissionSetArn],
    );
    return rows.map(({ id }) => id);
  }

  async findingsOfHolders(permissionSetArn: string, at: Instant): Promise<FindingCount[]> {
    // The subject of a finding about access is `<12 digits>/<ARN>`.
    const { rows } = await this.#database.pool.query<FindingCount>(
      `select rule_id as "ruleId", severity, count(*)::int as count from findings
        where subject_kind = 'access' and substr(subject_id, 14) = $2 and ${OPEN_AT}
        group by rule_id, severity order by rule_id, severity`,
      [at, permissionSetArn],
    );
    return rows;
  }
}

const OPEN_AT = "opened_at <= $1 and (resolved_at is null or resolved_at > $1)";

interface UseRow {
  readonly identityStoreArn: string;
  readonly userId: string;
  readonly userName: string | null;
  readonly accountId: string;
  readonly roleName: string;
  readonly firstUsedAt: Instant;
  readonly lastUsedAt: Instant;
  readonly body: Omit<LastingUsage, "accountId" | "roleName" | "firstUsedAt" | "lastUsedAt">;
  readonly begun: number;
}
