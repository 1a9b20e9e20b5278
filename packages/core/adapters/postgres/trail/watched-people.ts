/** People whose every call is kept whole: those under a revocation that is not settled, and those whom a deny lease holds. */
import type pg from "pg";

export interface Watched {
  /** User ids, whatever their store: a lease names no more. */
  readonly people: ReadonlySet<string>;
  /** Names that their role sessions carry. */
  readonly names: ReadonlySet<string>;
}

export async function watchedPeople(client: Pick<pg.PoolClient, "query">): Promise<Watched> {
  const { rows } = await client.query<{ user_id: string; user_name: string | null }>(
    `with watched as (
       select user_id from revocations where not settled
       union select user_id from deny_leases where released_at is null)
     select w.user_id, n.user_name from watched w left join person_names n using (user_id)`,
  );
  return {
    people: new Set(rows.map((row) => row.user_id)),
    names: new Set(rows.flatMap((row) => (row.user_name === null ? [] : [row.user_name]))),
  };
}
