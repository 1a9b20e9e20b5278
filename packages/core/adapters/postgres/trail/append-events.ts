/** Appends events exactly once by their id, and finds ids that came with other content. */
import type pg from "pg";
import type { RoleSessionRef, TrailEvent } from "../../../domain/event.ts";
import type { DecodedRecord } from "../../../domain/trail/decode.ts";
import { roleSessionKey } from "../../../domain/trail/identity.ts";
import { redactText } from "../../../domain/trail/redact.ts";
import type { AppendBatch } from "../../../ports/trail-store.ts";

type DecodedEvent = Extract<DecodedRecord, { outcome: "event" }>;
type Conflict = Extract<DecodedRecord, { outcome: "undecodable" }> & { position: number };

/** For each part of the batch, in its order. */
export interface Appended {
  readonly appended: readonly (readonly TrailEvent[])[];
  readonly conflicts: readonly (readonly Conflict[])[];
}

interface Placed {
  readonly part: number;
  readonly position: number;
  readonly decoded: DecodedEvent;
}

/**
 * Rows go in by event id: two writers over the same records in opposite order would deadlock otherwise (40P01).
 * A conflict is what stands under the same id with another content: it is reported and kept, never dropped.
 */
export async function appendEvents(client: pg.PoolClient, batch: AppendBatch): Promise<Appended> {
  const placed = batch.parts.flatMap(({ records }, part) =>
    records.flatMap(({ position, decoded }): Placed[] =>
      decoded.outcome === "event" ? [{ part, position, decoded }] : [],
    ),
  );
  const appended: TrailEvent[][] = batch.parts.map(() => []);
  const conflicts: Conflict[][] = batch.parts.map(() => []);
  if (placed.length === 0) return { appended, conflicts };
  const rows = JSON.stringify(
    placed.map((one, ordinal) => rowOf(one, ordinal, batch.parts[one.part]!.origin)),
  );
  const inserted = await client.query<{ event_id: string }>(INSERT, [rows, batch.receivedAt]);
  const fresh = new Set(inserted.rows.map((row) => row.event_id));
  const odd = await conflictsAmong(client, placed, fresh);
  placed.forEach((one, ordinal) => {
    if (odd.has(ordinal)) conflicts[one.part]!.push(conflictOf(one));
    else if (fresh.delete(one.decoded.event.eventId)) appended[one.part]!.push(one.decoded.event);
  });
  return { appended, conflicts };
}

const ROW = `as r(event_id text, occurred_at timestamptz, kind text, event_name text, event_source text, region text,
  account_id text, identity_store_arn text, user_id text, subject_user_id text, session_name text,
  role_session_key text, record jsonb, content_sha256 text, origin text, position int, ordinal int)`;

const INSERT = `
  insert into events (event_id, occurred_at, received_at, kind, event_name, event_source, region, account_id,
                      identity_store_arn, user_id, subject_user_id, session_name, role_session_key,
                      record, content_sha256, origin, position)
  select distinct on (event_id)
         event_id, occurred_at, $2::timestamptz, kind, event_name, event_source, region, account_id,
         identity_store_arn, user_id, subject_user_id, session_name, role_session_key,
         record, content_sha256, origin, position
    from jsonb_to_recordset($1::jsonb) ${ROW}
   order by event_id, ordinal
  on conflict (event_id) do nothing
  returning event_id`;

/** Which of the records that were not appended stand stored with another content. Few are asked about, mostly none. */
async function conflictsAmong(
  client: pg.PoolClient,
  placed: readonly Placed[],
  fresh: ReadonlySet<string>,
): Promise<Set<number>> {
  const first = new Set(fresh);
  const repeats = placed.flatMap(({ decoded }, ordinal) =>
    first.delete(decoded.event.eventId) ? [] : [{ ordinal, decoded }],
  );
  if (repeats.length === 0) return new Set();
  const { rows } = await client.query<{ ordinal: number }>(
    `select r.ordinal
       from unnest($1::int[], $2::text[], $3::text[]) as r(ordinal, event_id, content_sha256)
       join events e using (event_id)
      where e.content_sha256 <> r.content_sha256`,
    [
      repeats.map((repeat) => repeat.ordinal),
      repeats.map((repeat) => repeat.decoded.event.eventId),
      repeats.map((repeat) => repeat.decoded.contentSha256),
    ],
  );
  return new Set(rows.map((row) => row.ordinal));
}

/** The role session that an event belongs to: the one that was issued, or that made the call. */
export function sessionOf(event: TrailEvent): RoleSessionRef | null {
  return event.kind === "role-issued" || event.kind === "role-call"
    ? event.session
    : (event.callerSession ?? null);
}

function rowOf(
  { position, decoded }: Placed,
  ordinal: number,
  origin: string,
): Record<string, unknown> {
  const { event } = decoded;
  const session = sessionOf(event);
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
    origin,
    position,
    ordinal,
  };
}

function conflictOf(item: Placed): Conflict {
  return {
    outcome: "undecodable",
    reason: "event-id-conflict",
    recordSha256: item.decoded.contentSha256,
    excerpt: redactText(JSON.stringify(item.decoded.record)),
    eventId: item.decoded.event.eventId,
    position: item.position,
  };
}
