/**
 * `people.last_event_at` for somebody who was named only now: the newest of the events that were stored before and are theirs by their
 * name or about them. With the events that come later it is the same instant whatever came first. Calls that only a tie between
 * sessions makes theirs do not count.
 */
import type pg from "pg";

/** Call it with the people locked (`lockPeople`), the events appended and the people and their names stored. */
export async function rememberNewest(
  client: Pick<pg.PoolClient, "query">,
  people: readonly { readonly arn: string; readonly user_id: string }[],
): Promise<void> {
  if (people.length === 0) return;
  await client.query(
    `with wanted as (
       select distinct arn, user_id from unnest($1::text[], $2::text[]) as w(arn, user_id)),
     sessions as materialized (
       select w.arn, w.user_id, r.term_no
         from wanted w
         join person_names n on n.identity_store_arn = w.arn and n.user_id = w.user_id
         join event_terms r on r.kind = 'role-session' and r.name = n.user_name),
     newest as (
       select arn, user_id, max(at) as at from (
         select s.arn, s.user_id, l.at from sessions s cross join lateral (
           select max(e.occurred_at) as at from events e where e.role_session_no = s.term_no) l
         union all
         select s.arn, s.user_id, l.at from sessions s cross join lateral (
           select max(c.last_at) as at from role_calls c where c.role_session_no = s.term_no) l
         union all
         select w.arn, w.user_id, l.at from wanted w cross join lateral (
           select max(e.occurred_at) as at from events e where e.subject_user_id = w.user_id) l) t
        group by arn, user_id),
     locked as (
       select n.at, p.identity_store_arn, p.user_id
         from people p join newest n on n.arn = p.identity_store_arn and n.user_id = p.user_id
        where n.at is not null and (p.last_event_at is null or p.last_event_at < n.at)
        order by 2, 3 for update of p)
     update people p set last_event_at = locked.at from locked
      where p.identity_store_arn = locked.identity_store_arn and p.user_id = locked.user_id`,
    [people.map(({ arn }) => arn), people.map(({ user_id: userId }) => userId)],
  );
}
