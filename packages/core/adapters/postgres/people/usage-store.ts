/** UsageStore on Postgres: reads only, because use is written with the sessions of those who were judged. */
import type { SeenUse } from "../../../domain/access.ts";
import type { LastingUsage } from "../../../domain/access/usage-digest.ts";
import { usageKey, type PersonUsage, type Usage } from "../../../domain/access/usage.ts";
import { personKey, type PersonKey } from "../../../domain/person.ts";
import { DAY, plus, type Instant } from "../../../domain/time.ts";
import type { UsageStore } from "../../../ports/people/usage-store.ts";
import type { Database } from "../database.ts";

interface UsageRow {
  readonly arn: string;
  readonly user_id: string;
  readonly account_id: string;
  readonly role_name: string;
  readonly first_used_at: Instant;
  readonly last_used_at: Instant;
  readonly body: Omit<LastingUsage, "accountId" | "roleName" | "firstUsedAt" | "lastUsedAt">;
}

interface SeenRow {
  readonly arn: string;
  readonly user_id: string;
  readonly used: string;
  readonly first_used_at: Instant;
  readonly last_used_at: Instant;
  readonly days: number;
  readonly calls: number;
  readonly denied: number;
}

const ROW = `u.identity_store_arn as arn, u.user_id, u.account_id, u.role_name, u.first_used_at, u.last_used_at, u.body`;

const PAGE = 1_000;

export class PostgresUsageStore implements UsageStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async ofPeople(people: readonly PersonKey[], now: Instant): Promise<Map<string, PersonUsage>> {
    const begun = await this.#begun(people, now);
    const { rows } = await this.#database.pool.query<UsageRow>(
      `select ${ROW} from unnest($1::text[], $2::text[]) as w(arn, user_id)
         join access_usage u on u.identity_store_arn = w.arn and u.user_id = w.user_id
        order by u.identity_store_arn, u.user_id, u.account_id collate "C", u.role_name collate "C"`,
      [people.map((person) => person.identityStoreArn), people.map((person) => person.userId)],
    );
    const usages = new Map<string, Map<string, Usage>>();
    for (const row of rows) {
      const { arn: identityStoreArn, user_id: userId } = row;
      const person = personKey({ identityStoreArn, userId });
      const used = usageKey(row.account_id, row.role_name);
      const uses30d = begun.get(`${person} ${used}`) ?? 0;
      const known = usages.get(person) ?? new Map<string, Usage>();
      usages.set(person, known.set(used, { ...usageOf(row), uses30d }));
    }
    return usages;
  }

  async seenBy(
    people: readonly PersonKey[],
    now: Instant,
  ): Promise<Map<string, ReadonlyMap<string, SeenUse>>> {
    const begun = await this.#begun(people, now);
    const { rows } = await this.#database.pool.query<SeenRow>(
      `select u.identity_store_arn as arn, u.user_id, u.account_id || '/' || u.role_name as used, u.first_used_at,
              u.last_used_at, (u.body->'usedDays')::int as days, (u.body->'calls')::int as calls,
              (u.body->'deniedCalls')::int as denied
         from unnest($1::text[], $2::text[]) as w(arn, user_id)
         join access_usage u on u.identity_store_arn = w.arn and u.user_id = w.user_id`,
      [people.map((person) => person.identityStoreArn), people.map((person) => person.userId)],
    );
    const seen = new Map<string, Map<string, SeenUse>>();
    for (const { arn: identityStoreArn, user_id: userId, used, days, denied, ...row } of rows) {
      const person = personKey({ identityStoreArn, userId });
      const known = seen.get(person) ?? new Map<string, SeenUse>();
      seen.set(
        person,
        known.set(used, {
          firstUsedAt: row.first_used_at,
          lastUsedAt: row.last_used_at,
          uses30d: begun.get(`${person} ${used}`) ?? 0,
          usedDays: days,
          calls: row.calls,
          deniedCalls: denied,
        }),
      );
    }
    return seen;
  }

  /** Sessions begun in the 30 days before, by person and what they are a use of. */
  async #begun(people: readonly PersonKey[], now: Instant): Promise<Map<string, number>> {
    const { rows } = await this.#database.pool.query<{
      arn: string;
      user_id: string;
      account_id: string;
      held: string;
      count: number;
    }>(
      `select identity_store_arn as arn, user_id, account_id, held, count(*) as count
         from (select s.identity_store_arn, s.user_id, s.account_id,
                      coalesce(s.permission_set_name,
                               (select k.key from jsonb_array_elements_text(s.body->'keys') with ordinality as k(key, place)
                                 where k.key ~ '^arn:[a-z0-9-]+:iam::[0-9]{12}:role/' order by k.place limit 1)) as held
                 from unnest($1::text[], $2::text[]) as w(arn, user_id)
                 join sessions s on s.identity_store_arn = w.arn and s.user_id = w.user_id
                where s.started_at >= $3 and s.started_at < $4
                  and (s.kind in ('role', 'aws-login') and s.permission_set_name is not null
                       or s.kind = 'entitlement-role')) b
        where held is not null
        group by 1, 2, 3, 4`,
      [
        people.map((person) => person.identityStoreArn),
        people.map((person) => person.userId),
        plus(now, -30 * DAY),
        now,
      ],
    );
    return new Map(
      rows.map(({ arn: identityStoreArn, user_id: userId, account_id, held, count }) => [
        `${personKey({ identityStoreArn, userId })} ${usageKey(account_id, held)}`,
        count,
      ]),
    );
  }

  async *everything(): AsyncGenerator<PersonKey & { readonly usage: LastingUsage }> {
    let after: readonly string[] = ["", "", "", ""];
    for (;;) {
      const { rows } = await this.#database.pool.query<UsageRow>(
        `select ${ROW} from access_usage u
          where (u.identity_store_arn, u.user_id, u.account_id, u.role_name) > ($1, $2, $3, $4)
          order by u.identity_store_arn, u.user_id, u.account_id, u.role_name limit ${PAGE}`,
        [...after],
      );
      for (const row of rows) {
        yield { identityStoreArn: row.arn, userId: row.user_id, usage: usageOf(row) };
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      after = [last.arn, last.user_id, last.account_id, last.role_name];
    }
  }
}

function usageOf(row: UsageRow): LastingUsage {
  const { account_id: accountId, role_name: roleName } = row;
  const { first_used_at: firstUsedAt, last_used_at: lastUsedAt, body } = row;
  return { accountId, roleName, firstUsedAt, lastUsedAt, ...body };
}
