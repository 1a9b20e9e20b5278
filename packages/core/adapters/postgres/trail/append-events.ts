/** Appends events exactly once by their id, and finds ids that came with other content. */
import type pg from "pg";
import type { TrailEvent } from "../../../domain/event.ts";
import type { DecodedRecord } from "../../../domain/trail/decode.ts";
import { roleSessionKey } from "../../../domain/trail/identity.ts";
import { redactText } from "../../../domain/trail/redact.ts";
import type { AppendBatch } from "../../../ports/trail-store.ts";

type DecodedEvent = Extract<DecodedRecord, { outcome: "event" }>;
type Conflict = Extract<DecodedRecord, { outcome: "undecodable" }> & { position: number };

export interface Appended {
  readonly appendedEvents: readonly TrailEvent[];
  readonly conflicts: readonly Conflict[];
}

/**
 * Rows go in by event id: two writers over the same records in opposite order would deadlock otherwise (40P01).
 * A conflict is what stands under the same id with another content: it is reported and kept, never dropped.
 */
export async function appendEvents(
  client: pg.PoolClient,
  batch: AppendBatch,
  events: readonly { position: number; decoded: DecodedEvent }[],
): Promise<Appended> {
  if (events.length === 0) return { appendedEvents: [], conflicts: [] };
  const rows = JSON.stringify(events.map(({ position, decoded }) => rowOf(position, decoded)));
  const inserted = await client.query<{ event_id: string }>(INSERT, [
    rows,
    batch.receivedAt,
    batch.origin,
  ]);
  const conflicting = await client.query<{ position: number }>(CONFLICTS, [rows]);
  const ids = new Set(inserted.rows.map((row) => row.event_id));
  const positions = new Set(conflicting.rows.map((row) => row.position));
  const byId = new Map(
    events
      .filter(({ position }) => !positions.has(position))
      .map(({ decoded }) => [decoded.event.eventId, decoded.event]),
  );
  return {
    appendedEvents: [...ids].flatMap((id) => byId.get(id) ?? []),
    conflicts: events.filter(({ position }) => positions.has(position)).map(conflictOf),
  };
}

const ROW = `as r(event_id text, occurred_at timestamptz, kind text, event_name text, event_source text, region text,
  account_id text, identity_store_arn text, user_id text, subject_user_id text, session_name text,
  role_session_key text, record jsonb, content_sha256 text, position int)`;

const INSERT = `
  insert into events (event_id, occurred_at, received_at, kind, event_name, event_source, region, account_id,
                      identity_store_arn, user_id, subject_user_id, session_name, role_session_key,
                      record, content_sha256, origin, position)
  select distinct on (event_id)
         event_id, occurred_at, $2::timestamptz, kind, event_name, event_source, region, account_id,
         identity_store_arn, user_id, subject_user_id, session_name, role_session_key,
         record, content_sha256, $3, position
    from jsonb_to_recordset($1::jsonb) ${ROW}
   order by event_id, position
  on conflict (event_id) do nothing
  returning event_id`;

const CONFLICTS = `
  select r.position
    from jsonb_to_recordset($1::jsonb) as r(event_id text, content_sha256 text, position int)
    join events e using (event_id)
   where e.content_sha256 <> r.content_sha256`;

function rowOf(position: number, decoded: DecodedEvent): Record<string, unknown> {
  const { event } = decoded;
  const session =
    event.kind === "role-issued" || event.kind === "role-call"
      ? event.session
      : (event.callerSession ?? null);
  return {
    event_id: event.eventId,
    occurred_at: event.occurredAt,
    kind: event.kind,
    event_name: event.eventName,
    event_source: event.eventSource,
    region: event.region,
    account_id: event.accountId,
    identity_store_arn: event.person?.identityStoreArn ?? null,
    user_id: event.person?.userId ?? null,
    subject_user_id: event.subjectUserId,
    session_name: session?.sessionName ?? null,
    role_session_key: session === null ? null : roleSessionKey(session),
    record: decoded.record,
    content_sha256: decoded.contentSha256,
    position,
  };
}

function conflictOf(item: { position: number; decoded: DecodedEvent }): Conflict {
  return {
    outcome: "undecodable",
    reason: "event-id-conflict",
    recordSha256: item.decoded.contentSha256,
    excerpt: redactText(JSON.stringify(item.decoded.record)),
    eventId: item.decoded.event.eventId,
    position: item.position,
  };
}
