/**
 * Writes what people's use of their access has become: what is new or differs by its digest, and nothing of what is as it was. Whatever
 * depends on the clock is left out: how often it was used of late is counted from the sessions when somebody asks.
 */
import type pg from "pg";
import type { PersonUsage, Usage } from "../../../../domain/access/usage.ts";
import { usageDigest } from "../../../../domain/access/usage-digest.ts";
import type { PersonKey } from "../../../../domain/person.ts";

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

/** All use of these people, who are locked by the caller's transaction; `usages` are in their order. */
export async function replaceUsage(
  client: Queryable,
  people: readonly PersonKey[],
  usages: readonly PersonUsage[],
): Promise<void> {
  const gone = await storedDigests(client, people);
  const changed: Row[] = [];
  for (const [place, person] of people.entries()) {
    for (const usage of usages[place]!.values()) {
      const row = rowOf(person, usage);
      const key = keyOf(row);
      if (gone.get(key) !== row.sha) changed.push(row);
      gone.delete(key);
    }
  }
  if (gone.size > 0) {
    await client.query(
      `delete from access_usage u using jsonb_to_recordset($1::jsonb) as g(arn text, "user" text, account text, role text)
        where u.identity_store_arn = g.arn and u.user_id = g."user" and u.account_id = g.account and u.role_name = g.role`,
      [JSON.stringify([...gone.keys()].map(ofKey))],
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

const keyOf = ({
  arn,
  user,
  account,
  role,
}: Omit<Row, "first" | "last" | "sha" | "body">): string =>
  JSON.stringify([arn, user, account, role]);

function ofKey(key: string): object {
  const [arn, user, account, role] = JSON.parse(key) as string[];
  return { arn, user, account, role };
}

async function storedDigests(
  client: Queryable,
  people: readonly PersonKey[],
): Promise<Map<string, string>> {
  const { rows } = await client.query<{
    arn: string;
    user: string;
    account: string;
    role: string;
    sha: string;
  }>(
    `select u.identity_store_arn as arn, u.user_id as "user", u.account_id as account, u.role_name as role,
            u.body_sha256 as sha
       from unnest($1::text[], $2::text[]) as w(arn, user_id)
       join access_usage u on u.identity_store_arn = w.arn and u.user_id = w.user_id`,
    [people.map((person) => person.identityStoreArn), people.map((person) => person.userId)],
  );
  return new Map(rows.map((row) => [keyOf(row), row.sha]));
}
