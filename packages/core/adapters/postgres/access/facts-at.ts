/**
 * The directory at an instant: the facts of the last crawl before it, never of two, each with the instant since when it was observed,
 * and what events say was changed since that crawl began. A change that no event shows is known from the next crawl on.
 */
import type {
  AccessSnapshot,
  Account,
  AccountAssignment,
  Application,
  ApplicationAssignment,
  CrawlNote,
  DirectoryGroup,
  DirectoryUser,
  Entitlement,
  EntitlementRole,
  GroupMembership,
  IdentityCenterInstance,
  InstanceRegion,
  PermissionSet,
  PolicyDocument,
  Provisioning,
  TrustedTokenIssuer,
} from "../../../domain/access.ts";
import { amend, AMENDING_KINDS } from "../../../domain/access/amend/amend.ts";
import { observedKey, type FactKind } from "../../../domain/access/facts.ts";
import type { TrailEvent } from "../../../domain/event.ts";
import type { Instant } from "../../../domain/time.ts";
import type { AccessStore, TimedSnapshot } from "../../../ports/access/access-store.ts";
import type { Database } from "../database.ts";
import { eventsOfRows, type StoredRow } from "../trail/stored-rows.ts";
import { publishSnapshot } from "./publish.ts";

export class PostgresAccessStore implements AccessStore {
  readonly #database: Database;
  /** Of the crawl that was asked for last. Crawls are published whole and one after the other: what one saw never changes. */
  #crawled: TimedSnapshot | null = null;
  /** One object for as long as the same events change the same crawl, so that what is made from it can be kept as well. */
  #amended: {
    readonly of: TimedSnapshot;
    readonly by: string;
    readonly snapshot: TimedSnapshot;
  } | null = null;

  constructor(database: Database) {
    this.#database = database;
  }

  publish(
    id: string,
    snapshot: AccessSnapshot,
    apiCalls: Readonly<Record<string, number>>,
    startedAt: Instant,
    completedAt: Instant,
  ): Promise<{ opened: number; closed: number }> {
    return publishSnapshot(this.#database, { id, snapshot, apiCalls, startedAt, completedAt });
  }

  async asOf(at: Instant): Promise<TimedSnapshot | null> {
    const { rows } = await this.#database.pool.query<SnapshotRow>(
      `select id, instance_arn, started_at, completed_at, notes,
              (select min(f.completed_at) from access_snapshots f where f.instance_arn = s.instance_arn) as first_at
         from access_snapshots s where completed_at <= $1
        order by completed_at desc, id desc limit 1`,
      [at],
    );
    const newest = rows[0];
    if (newest === undefined) return null;
    const known = this.#crawled;
    const crawled =
      known?.id === newest.id ? known : timedSnapshot(newest, await this.#factsAt(newest, at));
    if (crawled === null) return null;
    this.#crawled = crawled;
    const startedAt = newest.started_at;
    const changes = await this.#changesBetween(startedAt, at);
    const by = changes.map((event) => event.eventId).join(" ");
    const amended = this.#amended;
    if (amended?.of === crawled && amended.by === by) return amended.snapshot;
    const snapshot = amend(crawled, changes, { startedAt, at });
    this.#amended = { of: crawled, by, snapshot };
    return snapshot;
  }

  /** In the order of their instants: few, because crawls follow one another. */
  async #changesBetween(from: Instant, to: Instant): Promise<TrailEvent[]> {
    const { pool } = this.#database;
    const { rows } = await pool.query<StoredRow>(
      `select e.*, null::uuid[] as event_ids, null::int[] as offsets
         from events e join event_terms t on t.term_no = e.type_no
        where e.administrative and e.occurred_at > $1 and e.occurred_at < $2
          and t.kind = 'type' and t.value like any($3)
        order by e.occurred_at, e.event_id`,
      [from, to, AMENDING_KINDS.map((kind) => `["${kind}",%`)],
    );
    return (await eventsOfRows(pool, rows)).flat();
  }

  async #factsAt(newest: SnapshotRow, at: Instant): Promise<FactRow[]> {
    const { rows } = await this.#database.pool.query<FactRow>(
      `select kind, key, body, observed_from from access_facts
        where instance_arn = $1 and observed_from <= $2 and (observed_to is null or observed_to > $2)
        order by kind, key collate "C"`,
      [newest.instance_arn, at],
    );
    return rows;
  }
}

interface SnapshotRow {
  id: string;
  instance_arn: string;
  started_at: Instant;
  completed_at: Instant;
  notes: readonly CrawlNote[];
  first_at: Instant;
}

interface FactRow {
  kind: FactKind;
  key: string;
  body: object;
  observed_from: Instant;
}

function timedSnapshot(newest: SnapshotRow, facts: readonly FactRow[]): TimedSnapshot | null {
  // The bodies are what `publish` wrote: the domain type of their kind.
  const of = <T>(kind: FactKind) =>
    facts.filter((fact) => fact.kind === kind).map((fact) => fact.body as T);
  const [instance] = of<IdentityCenterInstance>("instance");
  if (instance === undefined) return null;
  return {
    id: newest.id,
    takenAt: newest.completed_at,
    firstCrawlAt: newest.first_at,
    observedFrom: new Map(
      facts.map((fact) => [observedKey(fact.kind, fact.key), fact.observed_from]),
    ),
    instance,
    users: of<DirectoryUser>("user"),
    groups: of<DirectoryGroup>("group"),
    memberships: of<GroupMembership>("membership"),
    permissionSets: of<PermissionSet>("permission-set"),
    accounts: of<Account>("account"),
    assignments: of<AccountAssignment>("assignment"),
    regions: of<InstanceRegion>("region"),
    provisionings: of<Provisioning>("provisioning"),
    applications: of<Application>("application"),
    applicationAssignments: of<ApplicationAssignment>("application-assignment"),
    trustedTokenIssuers: of<TrustedTokenIssuer>("trusted-token-issuer"),
    entitlements: of<Entitlement>("entitlement"),
    entitlementRoles: of<EntitlementRole>("role"),
    policies: of<PolicyDocument>("policy"),
    notes: newest.notes,
  };
}
