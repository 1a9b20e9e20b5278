/**
 * What is stored of people's sessions, residuals and use, by digests: what differs from them is written, and what is no longer made is
 * deleted. It says nothing of the bodies: a row that was changed by hand has the digest that it had.
 */
import type pg from "pg";
import type { PersonKey } from "../../../../domain/person.ts";

type Queryable = Pick<pg.PoolClient, "query">;

/** Digests of stored bodies by their ids, of one person; empty text where none was kept. */
export interface StoredDigests {
  readonly sessions: ReadonlyMap<string, string>;
  readonly residuals: ReadonlyMap<string, string>;
  /** By `usageKey`. */
  readonly usage: ReadonlyMap<string, string>;
}

/** Of one person's use of a role in an account. */
export function usageKey(accountId: string, roleName: string): string {
  return JSON.stringify([accountId, roleName]);
}

/** In the order of the people, who are locked by the caller's transaction. One statement, whatever their number. */
export async function storedDigests(
  client: Queryable,
  people: readonly PersonKey[],
): Promise<StoredDigests[]> {
  const { rows } = await client.query<{
    place: number;
    kind: keyof StoredDigests;
    id: string;
    role: string | null;
    digest: string;
  }>(STORED, [
    people.map((person) => person.identityStoreArn),
    people.map((person) => person.userId),
  ]);
  const stored = people.map(() => ({
    sessions: new Map<string, string>(),
    residuals: new Map<string, string>(),
    usage: new Map<string, string>(),
  }));
  for (const { place, kind, id, role, digest } of rows) {
    stored[place - 1]![kind].set(role === null ? id : usageKey(id, role), digest);
  }
  return stored;
}

const STORED = `
  with w as materialized (
    select arn, user_id, place::int as place from unnest($1::text[], $2::text[]) with ordinality as w(arn, user_id, place))
  select w.place, 'sessions' as kind, s.id, null as role, s.body_sha256 as digest
    from w join sessions s on s.identity_store_arn = w.arn and s.user_id = w.user_id
  union all
  select w.place, 'residuals', r.id, null, r.body_sha256
    from w join residuals r on r.identity_store_arn = w.arn and r.user_id = w.user_id
  union all
  select w.place, 'usage', u.account_id, u.role_name, u.body_sha256
    from w join access_usage u on u.identity_store_arn = w.arn and u.user_id = w.user_id`;
