/**
 * Facts of a crawl that point at nothing: deleted meanwhile, or left behind in AWS. They are kept and named. Guarantees the same
 * answer as the domain's `danglingReferences`, for a directory that does not fit into memory; a thousand at most are told.
 */
import type pg from "pg";
import type { CrawlNote } from "../../../domain/access.ts";
import type { DanglingReference } from "../../../domain/access/facts.ts";

const MOST = 1_000;
/** A thousand sentences tell a reader no more than these do. */
const MOST_NOTES = 50;

/** What in `seen` points at what is not in it. */
export async function danglingIn(client: pg.PoolClient): Promise<DanglingReference[]> {
  const { rows } = await client.query<DanglingReference>(
    `with refs as (
       select kind, key, 'group' as missing, body->>'groupId' as id from seen where kind = 'membership'
       union all
       select kind, key, 'user', body->>'userId' from seen where kind = 'membership'
       union all
       select kind, key, 'account', body->>'accountId' from seen where kind = 'assignment'
       union all
       select kind, key, 'permission-set', body->>'permissionSetArn' from seen where kind = 'assignment'
       union all
       select kind, key, lower(body->>'principalType'), body->>'principalId' from seen where kind = 'assignment')
     select r.kind, r.key, r.missing, r.id from refs r
       left join seen s on s.kind = r.missing and s.key = r.id
      where s.key is null
      order by r.kind, r.key collate "C", r.missing limit $1`,
    [MOST],
  );
  return rows;
}

/** As notes of the crawl: the first ones each, and how many more there are. */
export function danglingNotes(dangling: readonly DanglingReference[]): CrawlNote[] {
  const notes = dangling.slice(0, MOST_NOTES).map(({ kind, key, missing, id }): CrawlNote => ({
    kind: "odd",
    about: key,
    problem: `The ${kind} names the ${missing} ${id}, which does not exist: remove what is left of it in AWS.`,
  }));
  if (dangling.length <= MOST_NOTES) return notes;
  const more =
    dangling.length === MOST ? `${MOST - MOST_NOTES} or more` : `${dangling.length - MOST_NOTES}`;
  const problem = `${more} further memberships and assignments name what does not exist: remove what is left of it in AWS.`;
  return [...notes, { kind: "odd", about: "dangling", problem }];
}
