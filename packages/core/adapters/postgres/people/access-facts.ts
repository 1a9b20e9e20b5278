/**
 * What residuals are judged by beside a person's own events: changes of access, and what crawls saw of the groups they concern. The
 * same for everybody, so it is read once and kept for as long as nothing was stored since.
 */
import type pg from "pg";
import type { TrailEvent } from "../../../domain/event.ts";
import {
  AccessHistory,
  type AccessFacts,
  type ObservedAssignment,
  type ObservedMembership,
} from "../../../domain/sessions/residual/access-history.ts";
import type { Instant } from "../../../domain/time.ts";
import { eventsOfRows, type StoredRow } from "../trail/stored-rows.ts";

type Queryable = Pick<pg.PoolClient, "query">;

/** Patterns of the types of these changes; a type's text begins with its kind. */
export const ACCESS_CHANGES = [
  "assignment",
  "membership",
  "directory-group",
  "permission-set",
  "application",
  "access-application",
  "entitlement",
].map((kind) => `["${kind}",%`);

export async function readAccessFacts(client: Queryable, before: Instant): Promise<AccessFacts> {
  const { rows } = await client.query<StoredRow>(
    `select e.*, null::uuid[] as event_ids, null::int[] as offsets
       from events e join event_terms t on t.term_no = e.type_no
      where e.administrative and e.occurred_at < $1
        and t.kind = 'type' and t.value like any($2)
      order by e.occurred_at, e.event_id`,
    [before, ACCESS_CHANGES],
  );
  const events = (await eventsOfRows(client, rows)).flat();
  const groups = groupsIn(events);
  const observed = await client.query<{
    kind: string;
    body: object;
    from: Instant;
    to: Instant | null;
  }>(
    `select kind, body, observed_from as from, observed_to as to from access_facts
      where observed_from <= $1
        and (kind in ('permission-set', 'instance')
             or kind = 'membership' and body->>'groupId' = any($2)
             or kind = 'assignment' and body->>'principalId' = any($2))
      order by instance_arn, kind, key, observed_from`,
    [before, groups],
  );
  const first = await client.query<{ at: Instant | null }>(
    "select min(completed_at) as at from access_snapshots where completed_at <= $1",
    [before],
  );
  // The bodies are what a crawl published: the domain type of their kind.
  const of = <T>(kind: string): T[] =>
    observed.rows
      .filter((row) => row.kind === kind)
      .map((row) => ({ ...row.body, from: row.from, to: row.to }) as T);
  return {
    events,
    memberships: of<ObservedMembership>("membership"),
    assignments: of<ObservedAssignment>("assignment"),
    permissionSets: of<{ arn: string; name: string }>("permission-set"),
    instances: of<{ instanceArn: string; identityStoreArn: string }>("instance"),
    firstCrawlAt: first.rows[0]?.at ?? null,
  };
}

/** Groups that lost something, and those that somebody left. */
function groupsIn(events: readonly TrailEvent[]): string[] {
  const groups = new Set<string>();
  for (const event of events) {
    if (event.errorCode !== null) continue;
    const id =
      event.kind === "assignment" || event.kind === "entitlement" || event.kind === "application"
        ? event.principalId
        : event.kind === "membership" || event.kind === "directory-group"
          ? event.groupId
          : null;
    if (id !== null) groups.add(id);
  }
  return [...groups];
}

/** The access history at an instant, read again whenever a batch or a crawl was stored since. */
export class AccessHistoryReader {
  #read: { readonly version: string; readonly history: AccessHistory } | null = null;

  /**
   * Read within the caller's transaction, after its people are locked: a change that is stored later finds them locked, and makes them
   * due again.
   */
  async at(client: Queryable, now: Instant): Promise<AccessHistory> {
    const { rows } = await client.query<{ version: string }>(
      `select concat_ws(' ', $1::text, (select count(*) from record_batches), (select max(batch_no) from record_batches),
                        (select count(*) from access_snapshots), (select max(completed_at) from access_snapshots)) as version`,
      [now],
    );
    const { version } = rows[0]!;
    if (this.#read?.version !== version) {
      this.#read = { version, history: new AccessHistory(await readAccessFacts(client, now)) };
    }
    return this.#read.history;
  }
}
