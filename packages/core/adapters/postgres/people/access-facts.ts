/**
 * What residuals are judged by beside a person's own events: changes of access, and what crawls saw of the groups they concern. The
 * same for everybody, so it is read once and kept for as long as no such change and no crawl was stored since.
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

/**
 * Equal at two instants, of which the second is no earlier, exactly when no administrative event and no crawl that counts by then was
 * stored between: neither ever changes. The first event is told because old months may be dropped whole. From one index and a small table.
 */
const VERSION = `
  select concat_ws(' ', e.count, e.first, n.event_id, s.count, s.completed, s.last) as version
    from (select count(*), min(occurred_at) as first from events where administrative and occurred_at < $1) e
    left join lateral (select event_id from events where administrative and occurred_at < $1 order by occurred_at desc limit 1) n on true,
         (select count(*), count(*) filter (where completed_at <= $1) as completed, max(completed_at) as last from access_snapshots) s`;

/** What is read of administrative events and crawls before an instant, kept for as long as it would be read again as it is. */
export class KeptWhileUnchanged<T> {
  readonly #read: (client: Queryable, before: Instant) => Promise<T>;
  #kept: { readonly version: string; readonly before: Instant; readonly value: T } | null = null;

  constructor(read: (client: Queryable, before: Instant) => Promise<T>) {
    this.#read = read;
  }

  async at(client: Queryable, before: Instant): Promise<T> {
    const { rows } = await client.query<{ version: string }>(VERSION, [before]);
    const { version } = rows[0]!;
    const kept = this.#kept;
    if (kept?.version === version && kept.before <= before) return kept.value;
    // What is stored between these two statements is read now and, by its version, once more.
    const value = await this.#read(client, before);
    this.#kept = { version, before, value };
    return value;
  }
}

/**
 * The access history at an instant. To be read within the caller's transaction, after its people are locked: a change that is stored
 * later finds them locked, and makes them due again.
 */
export function keptAccessHistory(): KeptWhileUnchanged<AccessHistory> {
  return new KeptWhileUnchanged(
    async (client, before) => new AccessHistory(await readAccessFacts(client, before)),
  );
}
