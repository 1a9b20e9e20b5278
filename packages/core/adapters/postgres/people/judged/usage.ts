/**
 * Writes what people's use of their access has become: what is new or differs by its digest, and nothing of what is as it was. Whatever
 * depends on the clock is left out: how often it was used of late is counted from the sessions when somebody asks.
 */
import type pg from "pg";
import type { PersonUsage, Usage } from "../../../../domain/access/usage.ts";
import { usageDigest } from "../../../../domain/access/usage-digest.ts";
import type { PersonKey } from "../../../../domain/person.ts";
import { usageKey, type StoredDigests } from "./stored.ts";

type Queryable = Pick<pg.PoolClient, "query">;

interface Row {
  readonly arn: string;
  readonly user: string;
  readonly account: string;
  readonly role: string;
  readonly first: string;
  readonly last: string;
  readonly sha: string;
  readonly body: object;
}

/**
 * All use of these people, who are locked by the caller's transaction; `usages` and `stored`, what `storedDigests` says of them, are in
 * their order.
 */
export async function replaceUsage(
  client: Queryable,
  people: readonly PersonKey[],
  stored: readonly StoredDigests[],
  usages: readonly PersonUsage[],
): Promise<void> {
  const gone: object[] = [];
  const changed: Row[] = [];
  for (const [place, person] of people.entries()) {
    const left = new Map(stored[place]!.usage);
    for (const usage of usages[place]!.values()) {
      const row = rowOf(person, usage);
      const key = usageKey(row.account, row.role);
      if (left.get(key) !== row.sha) changed.push(row);
      left.delete(key);
    }
    for (const key of left.keys()) gone.push(ofKey(person, key));
  }
  if (gone.length > 0) {
    await client.query(
      `delete from access_usage u using jsonb_to_recordset($1::jsonb) as g(arn text, "user" text, account text, role text)
        where u.identity_store_arn = g.arn and u.user_id = g."user" and u.account_id = g.account and u.role_name = g.role`,
      [JSON.stringify(gone)],
    );
  }
  if (changed.length > 0) await client.query(WRITE, [JSON.stringify(changed)]);
}

const WRITE = `
  insert into access_usage (identity_store_arn, user_id, account_id, role_name, first_used_at, last_used_at, body, body_sha256)
  select arn, "user", account, role, first, last, body, sha
    from jsonb_to_recordset($1::jsonb) as r(arn text, "user" text, account text, role text, first timestamptz,
                                            last timestamptz, body jsonb, sha text)
   order by 1, 2, 3, 4
  on conflict (identity_store_arn, user_id, account_id, role_name) do update
     set first_used_at = excluded.first_used_at, last_used_at = excluded.last_used_at,
         body = excluded.body, body_sha256 = excluded.body_sha256`;

function rowOf({ identityStoreArn: arn, userId: user }: PersonKey, usage: Usage): Row {
  const { accountId, roleName, firstUsedAt, lastUsedAt, uses30d: _ofTheClock, ...body } = usage;
  const sha = usageDigest(usage);
  return {
    arn,
    user,
    account: accountId,
    role: roleName,
    first: firstUsedAt,
    last: lastUsedAt,
    sha,
    body,
  };
}

function ofKey({ identityStoreArn: arn, userId: user }: PersonKey, key: string): object {
  const [account, role] = JSON.parse(key) as [string, string];
  return { arn, user, account, role };
}
