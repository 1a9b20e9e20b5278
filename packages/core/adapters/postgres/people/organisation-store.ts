/**
 * OrganisationStore on Postgres: claim, judge and write are one transaction on the organisation's row, so that a kill leaves it due
 * and no second process judges it meanwhile (FOR UPDATE SKIP LOCKED). A crawl or event that is stored meanwhile waits for the row
 * and makes it due again.
 */
import type pg from "pg";
import type { RoleUse } from "../../../domain/access/proposal/role-use.ts";
import type { Instant } from "../../../domain/time.ts";
import type {
  DueOrganisation,
  OrganisationJudgement,
  OrganisationStore,
} from "../../../ports/sweep-store.ts";
import type { Database } from "../database.ts";
import { transaction } from "../transaction.ts";
import { ACCESS_CHANGES } from "./access-facts.ts";
import { applyReconciliation, openFindingsOf } from "./finding-store.ts";
import { COMPARED_WITH_PEERS } from "./peers-due.ts";

export class PostgresOrganisationStore implements OrganisationStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  sweep(
    now: Instant,
    dueBy: Instant,
    channels: readonly string[],
    judge: (due: DueOrganisation) => Promise<OrganisationJudgement>,
  ): Promise<boolean> {
    return transaction(this.#database, async (client) => {
      const { rows } = await client.query<{ instance_arn: string }>(
        `select instance_arn from organisations where due_at <= $1
          order by due_at, instance_arn limit 1 for update skip locked`,
        [dueBy],
      );
      const [claimed] = rows;
      if (claimed === undefined) return false;
      const organisation = { instanceArn: claimed.instance_arn };
      const findings = await openFindingsOf(client, organisation);
      const judgement = await judge({ organisation, findings, usage: await usage(client, now) });
      await applyReconciliation(client, judgement.reconciliation, channels, now);
      await client.query(SETTLE, [
        organisation.instanceArn,
        now,
        judgement.nextDecisionAt,
        ACCESS_CHANGES,
      ]);
      return true;
    });
  }

  async usageChanged(now: Instant, rest: number): Promise<void> {
    await this.#database.pool.query(
      `update organisations
          set due_at = least(due_at, greatest($1::timestamptz, coalesce(judged_at + $2 * interval '1 millisecond', $1)))
        where due_at is null or due_at > $1`,
      [now, rest],
    );
  }

  async comparePeersAgain(now: Instant): Promise<void> {
    await this.#database.pool.query(
      `with changed as materialized (
         select o.instance_arn from organisations o
          where o.due_at <= $1
            -- An event makes it due as of its last judgement or earlier; the next decision and new use, later.
            and (o.due_at <= o.judged_at or exists (
                  select 1 from access_snapshots s where s.instance_arn = o.instance_arn
                     and s.completed_at <= $1 and s.completed_at > o.judged_at))),
       ${COMPARED_WITH_PEERS},
       due as (
         select p.identity_store_arn, p.user_id
           from people p join compared c on c.id = p.user_id
          where p.identity_store_arn in (select f.body->>'identityStoreArn' from access_facts f join changed using (instance_arn)
                                          where f.kind = 'instance' and f.observed_to is null)
          order by 1, 2 for update of p)
       update people p set due_at = least(p.due_at, $1) from due
        where p.identity_store_arn = due.identity_store_arn and p.user_id = due.user_id`,
      [now],
    );
  }
}

/**
 * When it is due again: at the next decision, when a crawl has come that was published for later than this judgement, or when a change
 * of access has come that carries a later time.
 */
const SETTLE = `
  update organisations o
     set judged_at = $2,
         due_at = least($3::timestamptz,
           (select min(s.completed_at) from access_snapshots s where s.instance_arn = o.instance_arn and s.completed_at > $2),
           (select interval '1 millisecond' + min(e.occurred_at) from events e join event_terms t on t.term_no = e.type_no
             where e.administrative and e.occurred_at >= $2 and t.kind = 'type' and t.value like any($4)))
   where o.instance_arn = $1`;

/**
 * By account and role, as the use of everybody is stored with their sessions. The sums of each service and action are made here, so
 * that memory holds roles and not people.
 */
const USAGE = `
  with u as materialized (
    select account_id, role_name, identity_store_arn, user_id, first_used_at, last_used_at, body
      from access_usage where first_used_at < $1),
  counts as (
    select account_id, role_name, kind, jsonb_object_agg(name, calls) as calls
      from (select u.account_id, u.role_name, k.kind, c.name, sum(c.calls::bigint) as calls
              from u cross join lateral (values ('services', u.body->'services'), ('actions', u.body->'actions')) k(kind, calls)
             cross join lateral jsonb_each_text(k.calls) c(name, calls)
             group by 1, 2, 3, 4) each
     group by 1, 2, 3)
  select u.account_id as "accountId", u.role_name as "roleName", count(*)::int as people,
         min(u.first_used_at) as "firstUsedAt", max(u.last_used_at) as "lastUsedAt",
         sum((u.body->>'calls')::bigint)::float8 as calls, sum((u.body->>'deniedCalls')::bigint)::float8 as "deniedCalls",
         sum((u.body->>'otherActionCalls')::bigint)::float8 as "otherActionCalls",
         coalesce((select c.calls from counts c where c.account_id = u.account_id and c.role_name = u.role_name
                      and c.kind = 'services'), '{}') as services,
         coalesce((select c.calls from counts c where c.account_id = u.account_id and c.role_name = u.role_name
                      and c.kind = 'actions'), '{}') as actions
    from u group by u.account_id, u.role_name
   order by u.account_id collate "C", u.role_name collate "C"`;

async function usage(client: pg.PoolClient, before: Instant): Promise<RoleUse[]> {
  const { rows } = await client.query<RoleUse>(USAGE, [before]);
  return rows;
}
