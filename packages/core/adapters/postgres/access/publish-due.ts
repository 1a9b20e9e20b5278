/**
 * Who is due by a publication. Guarantees that everybody whose access or name it changes is judged again, and that rows are locked in
 * the order of their key, as every writer of people does.
 */
import type pg from "pg";
import type { Instant } from "../../../domain/time.ts";
import { rememberNewest } from "../trail/newest-event.ts";

/**
 * Everybody whom the crawl names is a person with that name. A name that is new to somebody may take role sessions away from
 * whoever else had it, so both are due. Rows are locked in the order of their key, as every writer of people does.
 */
export async function nameUsers(client: pg.PoolClient, at: Instant): Promise<void> {
  const users = `select body->>'identityStoreArn' as arn, key as user_id, body->>'userName' as user_name
                   from seen where kind = 'user'`;
  await client.query(
    `insert into people (identity_store_arn, user_id)
     select arn, user_id from (${users}) u order by 1, 2
     on conflict (identity_store_arn, user_id) do nothing`,
  );
  const fresh = `select c.arn, c.user_id, c.user_name from (${users}) c
                   where not exists (select 1 from person_names n where n.identity_store_arn = c.arn
                                        and n.user_id = c.user_id and n.user_name = c.user_name)`;
  const { rows: named } = await client.query<{ arn: string; user_id: string }>(fresh);
  await client.query(
    `with fresh as (${fresh}),
     due as (
       select p.identity_store_arn, p.user_id from people p
        where (p.identity_store_arn, p.user_id) in (
              select n.identity_store_arn, n.user_id from person_names n
                join fresh using (user_name))
        order by 1, 2 for update)
     update people p set due_at = least(p.due_at, $1) from due
      where p.identity_store_arn = due.identity_store_arn and p.user_id = due.user_id`,
    [at],
  );
  await client.query(
    `insert into person_names (identity_store_arn, user_id, user_name, last_seen_at)
     select arn, user_id, user_name, $1 from (${users}) u order by 1, 2, 3
     on conflict (identity_store_arn, user_id, user_name) do update
        set last_seen_at = greatest(person_names.last_seen_at, excluded.last_seen_at)`,
    [at],
  );
  // What was stored under a name before anybody had it is theirs from now on.
  await rememberNewest(client, named);
}

/**
 * Due are: changed users; members that came or went; and whoever had or has an assignment that changed itself, or whose group,
 * account or permission set did, directly or through a group, before or after the crawl. Tables of the transaction's own, analysed:
 * without their sizes the planner joins a large organisation row by row.
 */
export async function markDue(
  client: pg.PoolClient,
  instanceArn: string,
  at: Instant,
): Promise<void> {
  await client.query(
    `create temporary table around on commit drop as
     select kind, key, (observed_from = $2 or observed_to = $2) is true as changed,
            body->>'accountId' as account_id, body->>'permissionSetArn' as set_arn, body->>'principalId' as principal_id,
            body->>'groupId' as group_id, body->>'userId' as user_id
       from access_facts
      where instance_arn = $1 and (observed_to is null or observed_to = $2)
        and kind in ('user', 'group', 'membership', 'permission-set', 'account', 'assignment')`,
    [instanceArn, at],
  );
  await client.query("analyze around");
  await client.query(
    `create temporary table principals on commit drop as
     select distinct principal_id as id from around
      where kind = 'assignment'
        and (changed
             or account_id in (select key from around where kind = 'account' and changed)
             or set_arn in (select key from around where kind = 'permission-set' and changed))
     union
     select key from around where kind = 'group' and changed`,
  );
  await client.query("analyze principals");
  await client.query(
    `with users as (
       select key as id from around where kind = 'user' and changed
       union select user_id from around where kind = 'membership' and changed
       union select id from principals
       union select m.user_id from around m join principals on principals.id = m.group_id where m.kind = 'membership'
       -- Of what was in doubt, a reading may tell the name or the group.
       union select r.user_id from residuals r where r.body->>'unknown' is not null),
     store as (
       select body->>'identityStoreArn' as arn from access_facts
        where instance_arn = $1 and kind = 'instance' and (observed_to is null or observed_to = $2)),
     due as (
       select p.identity_store_arn, p.user_id from people p
         join users on users.id = p.user_id
        where p.identity_store_arn in (select arn from store)
        order by 1, 2 for update of p)
     update people p set due_at = least(p.due_at, $2) from due
      where p.identity_store_arn = due.identity_store_arn and p.user_id = due.user_id`,
    [instanceArn, at],
  );
}
