/** Appends events exactly once by their id, folds calls that need no record of their own, and finds ids that came with other content. */
import type pg from "pg";
import type { TrailEvent } from "../../../domain/event.ts";
import type { Instant } from "../../../domain/time.ts";
import {
  fold,
  isAdministrative,
  isFoldable,
  sessionOf,
  storedForm,
  userNameOf,
  type FoldedCalls,
  type StoredEvent,
} from "../../../domain/trail/stored-event.ts";
import type { DecodedRecord } from "../../../domain/trail/decode.ts";
import { redactText } from "../../../domain/trail/redact.ts";
import type { AppendBatch } from "../../../ports/trail/trail-store.ts";
import { column } from "./columns.ts";
import { insertBatch } from "./record-batches.ts";
import { tiesOf } from "./joined/ties.ts";
import type { Term, TermNumbers } from "./terms.ts";
import { watchedPeople, type Watched } from "./watched-people.ts";

type DecodedEvent = Extract<DecodedRecord, { outcome: "event" }>;
type Conflict = Extract<DecodedRecord, { outcome: "undecodable" }> & { position: number };

/** For each part of the batch, in its order. */
export interface Appended {
  readonly appended: readonly (readonly TrailEvent[])[];
  readonly conflicts: readonly (readonly Conflict[])[];
}

/** An event of a batch in the form in which it is kept. */
export interface Placed {
  /** Among those of the whole batch. */
  readonly ordinal: number;
  readonly part: number;
  readonly position: number;
  readonly decoded: DecodedEvent;
  readonly stored: StoredEvent;
}

export function placedIn(batch: AppendBatch): Placed[] {
  const placed: Placed[] = [];
  for (const [part, { records }] of batch.parts.entries()) {
    for (const { position, decoded } of records) {
      if (decoded.outcome !== "event") continue;
      const stored = storedForm(decoded.event);
      placed.push({ ordinal: placed.length, part, position, decoded, stored });
    }
  }
  return placed;
}

/** Every term that the events refer to and `terms` does not know. */
export function* termsOf(placed: readonly Placed[], terms: TermNumbers): Generator<Term> {
  for (const { stored, decoded } of placed) {
    const { type, person, agent, roleSession } = stored;
    if (!terms.knows("type", type)) yield { kind: "type", value: type, name: null };
    if (person !== null && !terms.knows("person", person))
      yield { kind: "person", value: person, name: null };
    if (agent !== null && !terms.knows("agent", agent))
      yield { kind: "agent", value: agent, name: null };
    if (roleSession !== null && !terms.knows("role-session", roleSession)) {
      const name = userNameOf(sessionOf(decoded.event));
      yield { kind: "role-session", value: roleSession, name };
    }
    for (const tie of tiesOf(decoded.event, stored)) {
      if (!terms.knows(tie.kind, tie.value)) yield tie;
    }
  }
}

export interface AppendOptions {
  readonly terms: TermNumbers;
  /** Every call keeps its record. */
  readonly keepCalls: boolean;
}

/**
 * Ids go in in their order: two writers over the same records in opposite order would deadlock otherwise (40P01).
 * A conflict is what stands under the same id with another content: it is reported and kept, never dropped.
 */
export async function appendEvents(
  client: pg.PoolClient,
  batch: AppendBatch,
  placed: readonly Placed[],
  options: AppendOptions,
): Promise<Appended> {
  const appended: TrailEvent[][] = batch.parts.map(() => []);
  const conflicts: Conflict[][] = batch.parts.map(() => []);
  if (placed.length === 0) return { appended, conflicts };
  const firsts = firstOfEachId(placed);
  const watched = options.keepCalls ? null : await watchedPeople(client);
  const folds = ({ decoded: { event }, stored }: Placed) =>
    watched !== null &&
    stored.roleSession !== null &&
    isFoldable(event, batch.receivedAt) &&
    !isWatched(event, watched);
  const folded: boolean[] = placed.map(folds);
  const anyWhole = folded.includes(false);
  const batchNo = anyWhole ? await nextBatch(client) : null;
  const known = await claimIds(client, firsts, folded, batchNo);
  const kept: Placed[] = [];
  const calls: StoredEvent[] = [];
  for (const one of placed) {
    const { eventId } = one.stored;
    const first = firsts.get(eventId)!;
    const before = known.get(eventId);
    if ((before ?? first.decoded.contentSha256) !== one.decoded.contentSha256)
      conflicts[one.part]!.push(conflictOf(one));
    else if (one === first && before === undefined) appended[one.part]!.push(one.decoded.event);
    if (one !== first || before !== undefined) continue;
    if (folded[one.ordinal]!) calls.push(one.stored);
    else kept.push(one);
  }
  if (kept.length > 0) {
    await insertBatch(client, batch, batchNo!, kept);
    await insertEvents(client, kept, options.terms);
  }
  if (calls.length > 0) await insertCalls(client, fold(calls), options.terms);
  return { appended, conflicts };
}

function firstOfEachId(placed: readonly Placed[]): Map<string, Placed> {
  const firsts = new Map<string, Placed>();
  for (const one of placed) {
    const { eventId } = one.decoded.event;
    if (!firsts.has(eventId)) firsts.set(eventId, one);
  }
  return firsts;
}

function isWatched(event: TrailEvent, { people, names }: Watched): boolean {
  if (event.person !== null && people.has(event.person.userId)) return true;
  const session = sessionOf(event);
  const name = userNameOf(session);
  return name !== null && names.has(name);
}

async function nextBatch(client: pg.PoolClient): Promise<number> {
  const { rows } = await client.query<{ no: number }>(
    "select nextval('record_batches_batch_no_seq') as no",
  );
  return rows[0]!.no;
}

/** Takes the ids that nobody has taken. Answers the others with the content that stands under them. */
async function claimIds(
  client: pg.PoolClient,
  firsts: ReadonlyMap<string, Placed>,
  folded: readonly boolean[],
  batchNo: number | null,
): Promise<Map<string, string>> {
  const ids = [...firsts.keys()].sort();
  const ones = ids.map((id) => firsts.get(id)!);
  const { rows: taken } = await client.query<{ event_id: string }>(CLAIM, [
    column(ids),
    column(ones.map((one) => one.stored.occurredAt)),
    column(ones.map((one) => one.decoded.contentSha256)),
    column(ones.map(({ ordinal }) => (folded[ordinal]! ? null : ordinal))),
    batchNo,
  ]);
  if (taken.length === 0) return new Map();
  const { rows: stored } = await client.query<{ event_id: string; content: string }>(
    `select event_id, encode(content_sha256, 'hex') as content from event_ids where event_id = any($1::uuid[])`,
    [taken.map((row) => row.event_id)],
  );
  return new Map(stored.map((row) => [row.event_id, row.content]));
}

/** Answers the ids that it did not insert, which are few: what stands under them may be younger than what this statement sees. */
const CLAIM = `
  with given as materialized (
    select event_id, occurred_at, decode(content, 'hex') as content, ordinal
      from unnest(string_to_array($1, E'\\n', '')::uuid[], string_to_array($2, E'\\n', '')::timestamptz[],
                  string_to_array($3, E'\\n', ''), string_to_array($4, E'\\n', '')::int[])
           as r(event_id, occurred_at, content, ordinal)),
  claimed as (
    insert into event_ids (event_id, occurred_at, content_sha256, batch_no, ordinal)
    select event_id, occurred_at, content, case when ordinal is not null then $5::bigint end, ordinal
      from given
    on conflict (event_id) do nothing
    returning event_id)
  select event_id from given where event_id not in (select event_id from claimed)`;

async function insertEvents(
  client: pg.PoolClient,
  kept: readonly Placed[],
  terms: TermNumbers,
): Promise<void> {
  const all = kept.map((one) => one.stored);
  await client.query(
    `insert into events (occurred_at, event_id, type_no, person_no, agent_no, role_session_no, administrative,
                         subject_user_id, body)
     select * from unnest(string_to_array($1, E'\\n', '')::timestamptz[], string_to_array($2, E'\\n', '')::uuid[],
                          string_to_array($3, E'\\n', '')::int[], string_to_array($4, E'\\n', '')::int[],
                          string_to_array($5, E'\\n', '')::int[], string_to_array($6, E'\\n', '')::int[],
                          string_to_array($7, E'\\n', '')::boolean[], string_to_array($8, E'\\n', ''),
                          string_to_array($9, E'\\n', ''))`,
    [
      column(all.map((one) => one.occurredAt)),
      column(all.map((one) => one.eventId)),
      ...numbersOf(all, terms),
      column(kept.map((one) => (isAdministrative(one.decoded.event) ? "t" : "f"))),
      column(all.map((one) => one.subjectUserId)),
      column(all.map((one) => one.body)),
    ],
  );
}

/** Calls of one hour lie at most 3,599 seconds after their first. */
async function insertCalls(
  client: pg.PoolClient,
  calls: readonly FoldedCalls[],
  terms: TermNumbers,
): Promise<void> {
  const times = calls.map(timesOf);
  await client.query(
    `insert into role_calls (first_at, last_at, type_no, person_no, agent_no, role_session_no, body, event_ids, offsets)
     select first_at, last_at, type_no, person_no, agent_no, role_session_no, body, ids::uuid[], offsets::int[]
       from unnest(string_to_array($1, E'\\n', '')::timestamptz[], string_to_array($2, E'\\n', '')::timestamptz[],
                   string_to_array($3, E'\\n', '')::int[], string_to_array($4, E'\\n', '')::int[],
                   string_to_array($5, E'\\n', '')::int[], string_to_array($6, E'\\n', '')::int[],
                   string_to_array($7, E'\\n', ''), string_to_array($8, E'\\n', ''), string_to_array($9, E'\\n', ''))
            as r(first_at, last_at, type_no, person_no, agent_no, role_session_no, body, ids, offsets)`,
    [
      column(times.map(({ first }) => first)),
      column(times.map(({ last }) => last)),
      ...numbersOf(calls, terms),
      column(calls.map((group) => group.body)),
      column(times.map(({ ids }) => `{${ids}}`)),
      column(times.map(({ offsets }) => `{${offsets}}`)),
    ],
  );
}

/** Ids in the order of their calls, with their milliseconds after the first; both as members of an array. */
function timesOf({ calls }: FoldedCalls): {
  first: Instant;
  last: Instant;
  ids: string;
  offsets: string;
} {
  const [one] = calls;
  if (calls.length === 1) {
    return { first: one!.occurredAt, last: one!.occurredAt, ids: one!.eventId, offsets: "0" };
  }
  const sorted = calls.toSorted((a, b) => (a.occurredAt < b.occurredAt ? -1 : 1));
  const first = sorted[0]!.occurredAt;
  const begin = withinHour(first);
  return {
    first,
    last: sorted.at(-1)!.occurredAt,
    ids: sorted.map((call) => call.eventId).join(","),
    offsets: sorted.map((call) => withinHour(call.occurredAt) - begin).join(","),
  };
}

/** Milliseconds since the hour began. An instant's text has one form: reading two digits costs a tenth of reading a date. */
function withinHour(at: Instant): number {
  const two = (from: number) => (at.charCodeAt(from) - 48) * 10 + at.charCodeAt(from + 1) - 48;
  return (two(14) * 60 + two(17)) * 1_000 + two(20) * 10 + at.charCodeAt(22) - 48;
}

function numbersOf(
  rows: readonly Pick<StoredEvent, "type" | "person" | "agent" | "roleSession">[],
  terms: TermNumbers,
): string[] {
  return [
    column(rows.map((row) => terms.of("type", row.type))),
    column(rows.map((row) => terms.of("person", row.person))),
    column(rows.map((row) => terms.of("agent", row.agent))),
    column(rows.map((row) => terms.of("role-session", row.roleSession))),
  ];
}

function conflictOf(item: Placed): Conflict {
  return {
    outcome: "undecodable",
    reason: "event-id-conflict",
    recordSha256: item.decoded.contentSha256,
    excerpt: redactText(item.decoded.text),
    eventId: item.decoded.event.eventId,
    position: item.position,
  };
}
