/**
 * Somebody with very many events is judged outside any transaction, so that neither whoever stores new events nor another sweep waits for
 * it and no limit on idle transactions can end it. Meanwhile their due time is a lease: whatever makes them due moves it, which the
 * writing transaction sees. Killed in between, they are due again when the lease is over.
 */
import type pg from "pg";
import type { PersonKey } from "../../../../domain/person.ts";
import { MINUTE, plus, type Instant } from "../../../../domain/time.ts";
import type { Database } from "../../database.ts";
import { transaction } from "../../transaction.ts";

type Queryable = Pick<pg.PoolClient, "query">;

/** Far longer than anybody's judgement takes, and than clocks differ; one that takes longer is refused by its revision at worst. */
const LEASE = 15 * MINUTE;

/** A person as they were when they were put off. */
export interface Leased<T extends PersonKey = PersonKey> {
  readonly person: T;
  readonly revision: number;
  readonly until: Instant;
}

/** Puts off a person whom the caller's transaction has claimed; they are free when it commits. */
export async function lease<T extends PersonKey>(
  client: Queryable,
  person: T,
  now: Instant,
): Promise<Leased<T>> {
  const until = plus(now, LEASE);
  const { rows } = await client.query<{ revision: number }>(
    "update people set due_at = $3 where identity_store_arn = $1 and user_id = $2 returning revision",
    [person.identityStoreArn, person.userId, until],
  );
  return { person, revision: rows[0]!.revision, until };
}

/**
 * Reads within one unmoving view of the database, judges within none, and writes in one transaction that holds the person. False, and
 * nothing written, when somebody else judged them meanwhile. Whoever was made due meanwhile is so again after `now`, because `write`
 * replaces their due time. When any of it fails they are due at once.
 */
export async function judgeLeased<Read, Judged>(
  database: Database,
  { person, revision, until }: Leased,
  now: Instant,
  steps: {
    readonly read: (client: pg.PoolClient) => Promise<Read>;
    readonly judge: (read: Read) => Judged;
    readonly write: (client: pg.PoolClient, judged: Judged) => Promise<void>;
  },
): Promise<boolean> {
  const key = [person.identityStoreArn, person.userId];
  try {
    // What was read is held by nobody while what it came to is written: a million events, perhaps.
    const judged = steps.judge(
      await transaction(database, async (client) => {
        await client.query("set transaction isolation level repeatable read, read only");
        return steps.read(client);
      }),
    );
    return await transaction(database, async (client) => {
      const { rows } = await client.query<{ due_at: Instant | null; revision: number }>(
        `select due_at, revision from people where identity_store_arn = $1 and user_id = $2 for update`,
        key,
      );
      const current = rows[0]!;
      if (current.revision !== revision) return false;
      await steps.write(client, judged);
      if (current.due_at !== null && current.due_at < until) await dueAgain(client, key, now);
      return true;
    });
  } catch (error) {
    // The lease ends by itself where the database cannot be reached either.
    await database.pool
      .query(
        `update people set due_at = least(due_at, $3)
          where identity_store_arn = $1 and user_id = $2 and revision = $4`,
        [...key, now, revision],
      )
      .catch(() => undefined);
    throw error;
  }
}

/** After `now`, so that no run judges the same person twice. */
async function dueAgain(client: Queryable, key: readonly string[], now: Instant): Promise<void> {
  await client.query(
    "update people set due_at = least(due_at, $3) where identity_store_arn = $1 and user_id = $2",
    [...key, plus(now, 1)],
  );
}
