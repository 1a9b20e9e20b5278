/**
 * Findings in Postgres: the writes of a sweep, in the sweep's own transaction, and the reads of API and command line.
 * A finding and its deliveries are written together or not at all, and one delivery key makes one row however often it is written.
 */
import type pg from "pg";
import { Fault } from "../../../domain/fault.ts";
import type { Finding, FindingOwner, FindingState, Severity } from "../../../domain/finding.ts";
import { canonicalJson, derivedId, sha256 } from "../../../domain/ids.ts";
import type { Person } from "../../../domain/person.ts";
import type { Reconciliation } from "../../../domain/reconcile-findings.ts";
import type { Instant } from "../../../domain/time.ts";
import type { FindingFilter, FindingPage, FindingStore } from "../../../ports/finding-store.ts";
import type { Database } from "../database.ts";

type Queryable = Pick<pg.ClientBase, "query">;

interface FindingRow {
  readonly id: string;
  readonly rule_id: string;
  readonly rule_version: string;
  readonly severity: Severity;
  readonly identity_store_arn: string | null;
  readonly user_id: string | null;
  readonly instance_arn: string | null;
  readonly subject_kind: string;
  readonly subject_id: string;
  readonly state: FindingState;
  readonly opened_at: Instant;
  readonly last_seen_at: Instant;
  readonly resolved_at: Instant | null;
  readonly summary: string;
  readonly evidence: Record<string, unknown>;
  readonly event_ids: string[];
  readonly user_name: string | null;
}

function findingOf(row: FindingRow): Finding {
  return {
    id: row.id,
    ruleId: row.rule_id,
    ruleVersion: row.rule_version,
    severity: row.severity,
    subject: { kind: row.subject_kind, id: row.subject_id },
    user:
      row.identity_store_arn === null || row.user_id === null
        ? null
        : {
            identityStoreArn: row.identity_store_arn,
            userId: row.user_id,
            userName: row.user_name,
          },
    instanceArn: row.instance_arn,
    openedAt: row.opened_at,
    lastSeenAt: row.last_seen_at,
    resolvedAt: row.resolved_at,
    state: row.state,
    summary: row.summary,
    evidence: row.evidence,
    eventIds: row.event_ids,
  };
}

/** The owner's findings that are not resolved, locked against another sweep by the caller's claim on the person or organisation. */
export async function openFindingsOf(client: Queryable, owner: FindingOwner): Promise<Finding[]> {
  if ("instanceArn" in owner) {
    const { rows } = await client.query<FindingRow>(
      `select f.*, null::text as user_name from findings f
        where instance_arn = $1 and state <> 'resolved' order by id`,
      [owner.instanceArn],
    );
    return rows.map(findingOf);
  }
  const { rows } = await client.query<FindingRow>(
    `select f.*, $3::text as user_name from findings f
      where identity_store_arn = $1 and user_id = $2 and state <> 'resolved' order by id`,
    [owner.identityStoreArn, owner.userId, owner.userName],
  );
  return rows.map(findingOf);
}

/** As `openFindingsOf`, of many people by one statement: a list for each of them, in their order. */
export async function openFindingsOfPeople(
  client: Queryable,
  people: readonly Person[],
): Promise<Finding[][]> {
  const { rows } = await client.query<FindingRow & { place: number }>(
    `select f.*, w.user_name, w.place::int as place
       from unnest($1::text[], $2::text[], $3::text[]) with ordinality as w(arn, user_id, user_name, place)
       join findings f on f.identity_store_arn = w.arn and f.user_id = w.user_id and f.state <> 'resolved'
      order by f.id`,
    [
      people.map((person) => person.identityStoreArn),
      people.map((person) => person.userId),
      people.map((person) => person.userName),
    ],
  );
  const findings = people.map((): Finding[] => []);
  for (const row of rows) findings[row.place - 1]!.push(findingOf(row));
  return findings;
}

/** The id a delivery has on every attempt, and the receiver's key for dropping repeats. */
export function deliveryId(
  finding: Finding,
  channel: string,
  transition: "opened" | "resolved",
): string {
  return derivedId("dlv", finding.id, channel, transition, finding.openedAt);
}

/** The body of the message: type, instant of the transition, and the finding as the API shows it. */
export function alertPayload(
  finding: Finding,
  transition: "opened" | "resolved",
): Readonly<Record<string, unknown>> {
  const timestamp = transition === "opened" ? finding.openedAt : finding.resolvedAt;
  return { type: `finding.${transition}`, timestamp, data: finding };
}

const COLUMNS = `
  b->>'id' as id, b->>'ruleId' as rule_id, b->>'ruleVersion' as rule_version, b->>'severity' as severity,
  b->'user'->>'identityStoreArn' as identity_store_arn, b->'user'->>'userId' as user_id,
  b->>'instanceArn' as instance_arn,
  b->'subject'->>'kind' as subject_kind, b->'subject'->>'id' as subject_id, b->>'state' as state,
  (b->>'openedAt')::timestamptz as opened_at, (b->>'lastSeenAt')::timestamptz as last_seen_at,
  (b->>'resolvedAt')::timestamptz as resolved_at, b->>'summary' as summary, b->'evidence' as evidence,
  b->'eventIds' as event_ids`;

/**
 * A finding that comes back after it was resolved opens anew under its id; the period it stood before joins
 * `evidence.earlier`. One that is open already is another sweep's and stays as it is.
 */
const OPEN = `
  insert into findings as f (id, rule_id, rule_version, severity, identity_store_arn, user_id, instance_arn, subject_kind, subject_id, state,
                             opened_at, last_seen_at, resolved_at, summary, evidence, event_ids)
  select ${COLUMNS} from jsonb_array_elements($1::jsonb) as b order by 1
  on conflict (id) do update
     set rule_version = excluded.rule_version, severity = excluded.severity, subject_kind = excluded.subject_kind,
         subject_id = excluded.subject_id, state = 'open', opened_at = excluded.opened_at,
         last_seen_at = excluded.last_seen_at, resolved_at = null, summary = excluded.summary,
         evidence = excluded.evidence || jsonb_build_object('earlier',
           coalesce(f.evidence->'earlier', '[]'::jsonb) || jsonb_build_array(jsonb_build_object(
             'openedAt', to_char(f.opened_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
             'resolvedAt', to_char(f.resolved_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))),
         event_ids = excluded.event_ids
   where f.state = 'resolved'`;

/** An acknowledgement that was given since the finding was read is kept; a resolution wins over it. */
const CHANGE = `
  update findings f
     set rule_version = w.rule_version, severity = w.severity, subject_kind = w.subject_kind, subject_id = w.subject_id,
         state = case when w.state = 'resolved' then 'resolved' else f.state end,
         opened_at = w.opened_at, last_seen_at = w.last_seen_at, resolved_at = w.resolved_at,
         summary = w.summary, evidence = w.evidence, event_ids = w.event_ids
    from (select ${COLUMNS} from jsonb_array_elements($1::jsonb) as b) w
   where f.id = w.id and f.state <> 'resolved'`;

const DELIVER = `
  insert into deliveries (id, delivery_key, channel, finding_id, payload, next_attempt_at, created_at)
  select b->>'id', b->>'deliveryKey', b->>'channel', b->>'findingId', b->'payload', $2, $2
    from jsonb_array_elements($1::jsonb) as b order by 1
  on conflict do nothing`;

/**
 * Writes what a reconciliation changed, and for each channel one delivery for every finding that opened or was resolved.
 * Runs on the caller's transaction; applying the same reconciliation twice changes nothing the second time.
 */
export async function applyReconciliation(
  client: Queryable,
  reconciliation: Reconciliation,
  channels: readonly string[],
  now: Instant,
): Promise<void> {
  const { opened, refreshed, resolved } = reconciliation;
  const changed = [...refreshed, ...resolved];
  if (opened.length > 0) await client.query(OPEN, [JSON.stringify(opened)]);
  if (changed.length > 0) await client.query(CHANGE, [JSON.stringify(changed)]);
  const deliveries = channels.flatMap((channel) =>
    [
      ...opened.map((finding) => ({ finding, transition: "opened" as const })),
      ...resolved.map((finding) => ({ finding, transition: "resolved" as const })),
    ].map(({ finding, transition }) => ({
      id: deliveryId(finding, channel, transition),
      deliveryKey: sha256(canonicalJson([finding.id, channel, transition, finding.openedAt])),
      channel,
      findingId: finding.id,
      payload: alertPayload(finding, transition),
    })),
  );
  if (deliveries.length > 0) await client.query(DELIVER, [JSON.stringify(deliveries), now]);
}

function cursorOf(finding: Finding): string {
  return Buffer.from(JSON.stringify([finding.openedAt, finding.id])).toString("base64url");
}

function readCursor(cursor: string): readonly [string, string] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (Array.isArray(parsed) && parsed.length === 2) {
      const [openedAt, id] = parsed as unknown[];
      const whole = typeof openedAt === "string" && /^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/.test(openedAt);
      if (whole && typeof id === "string" && /^fin_[0-9a-f]{32}$/.test(id)) return [openedAt, id];
    }
  } catch {
    // Not JSON: refused below like any other text that no page gave.
  }
  throw new Fault(
    "input.invalid",
    "The cursor is not one that a page of findings gave: leave it out to begin anew.",
  );
}

/** `as_of` turns the stored state back: resolution after it did not happen yet. */
const SELECT = `
  select f.id, f.rule_id, f.rule_version, f.severity, f.identity_store_arn, f.user_id, f.instance_arn, f.subject_kind, f.subject_id,
         case when f.resolved_at > $1 then 'open' else f.state end as state, f.opened_at, f.last_seen_at,
         case when f.resolved_at > $1 then null else f.resolved_at end as resolved_at,
         f.summary, f.evidence, f.event_ids,
         (select n.user_name from person_names n
           where n.identity_store_arn = f.identity_store_arn and n.user_id = f.user_id
           order by n.last_seen_at desc, n.user_name limit 1) as user_name
    from findings f`;

/** Reads findings. Everything a sweep writes goes through the functions above, on the sweep's transaction. */
export class PostgresFindingStore implements FindingStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async list(
    filter: FindingFilter,
    page: { readonly limit: number; readonly cursor: string | null },
  ): Promise<FindingPage> {
    if (!Number.isInteger(page.limit) || page.limit < 1 || page.limit > 500) {
      throw new Fault("input.invalid", "The limit has to be a whole number from 1 to 500.");
    }
    const [openedAt, id] = page.cursor === null ? [null, null] : readCursor(page.cursor);
    const { rows } = await this.#database.pool.query<FindingRow>(
      `${SELECT}
        where ($1::timestamptz is null or f.opened_at <= $1)
          and ($2::text is null or f.rule_id = $2)
          and ($3::text is null or case when f.resolved_at > $1 then 'open' else f.state end = $3)
          and ($4::text is null or f.severity = $4)
          and ($5::text is null or f.identity_store_arn = $5)
          and ($6::text is null or f.user_id = $6)
          and ($7::timestamptz is null or (f.opened_at, f.id) < ($7, $8))
        order by f.opened_at desc, f.id desc limit $9`,
      [
        filter.asOf ?? null,
        filter.ruleId ?? null,
        filter.state ?? null,
        filter.severity ?? null,
        filter.identityStoreArn ?? null,
        filter.userId ?? null,
        openedAt,
        id,
        page.limit + 1,
      ],
    );
    const items = rows.slice(0, page.limit).map(findingOf);
    const last = items.at(-1);
    return {
      items,
      nextCursor: rows.length > page.limit && last !== undefined ? cursorOf(last) : null,
    };
  }

  async get(id: string): Promise<Finding | null> {
    const { rows } = await this.#database.pool.query<FindingRow>(
      `${SELECT} where f.id = $2 and $1::timestamptz is null`,
      [null, id],
    );
    return rows[0] === undefined ? null : findingOf(rows[0]);
  }
}
