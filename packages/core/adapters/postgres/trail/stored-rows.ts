/** Rows of `events` and `role_calls` as the events that they keep. */
import type pg from "pg";
import type { TrailEvent } from "../../../domain/event.ts";
import { epoch, instant, type Instant } from "../../../domain/time.ts";
import {
  personFrom,
  sessionFrom,
  typeOf,
} from "../../../domain/trail/stored-event/parsed-terms.ts";
import { restoredFrom, unfoldedFrom } from "../../../domain/trail/stored-event.ts";
import { termValues } from "./terms.ts";

type Queryable = Pick<pg.PoolClient, "query">;

/** A row of either table: `event_id` is null where calls are folded, `event_ids` and `offsets` where they are not. */
export interface StoredRow {
  /** Of the first call, where calls are folded. */
  readonly occurred_at: Instant;
  readonly event_id: string | null;
  readonly type_no: number;
  readonly person_no: number | null;
  readonly agent_no: number | null;
  readonly role_session_no: number | null;
  readonly subject_user_id: string | null;
  readonly body: string;
  readonly event_ids: readonly string[] | null;
  /** Milliseconds after the first call. */
  readonly offsets: readonly number[] | null;
}

/** Terms that are remembered, roughly: half of them at least, those that were used last. */
const REMEMBERED = 50_000;

/** What it says is taken apart at most once. A number names a term of one kind, so one place is enough. */
class StoredTerm {
  readonly value: string;
  #parsed: unknown;

  constructor(value: string) {
    this.value = value;
  }

  as<T>(parse: (value: string) => T): T {
    return (this.#parsed ??= parse(this.value)) as T;
  }
}

/**
 * The terms of one database by their numbers. They never change and are never removed, so what was read once is remembered, within
 * bounds. Safe to use by several readers at once.
 */
export class StoredTerms {
  #recent = new Map<number, StoredTerm>();
  /** What was recent before. */
  #former = new Map<number, StoredTerm>();

  /** Every term that the rows name. */
  async of(
    client: Queryable,
    rows: readonly StoredRow[],
  ): Promise<ReadonlyMap<number, StoredTerm>> {
    const terms = new Map<number, StoredTerm>();
    const unknown = new Set<number>();
    for (const row of rows) {
      for (const no of [row.type_no, row.person_no, row.agent_no, row.role_session_no]) {
        if (no === null || terms.has(no) || unknown.has(no)) continue;
        const known = this.#recent.get(no) ?? this.#former.get(no);
        if (known === undefined) unknown.add(no);
        else terms.set(no, known);
      }
    }
    for (const [no, value] of await termValues(client, unknown)) {
      terms.set(no, new StoredTerm(value));
    }
    for (const [no, term] of terms) this.#remember(no, term);
    return terms;
  }

  #remember(no: number, term: StoredTerm): void {
    if (this.#recent.size >= REMEMBERED / 2) {
      this.#former = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(no, term);
  }
}

/** For each row its events: one, or every call that is folded in it. `terms` of the same database save what was read before. */
export async function eventsOfRows(
  client: Queryable,
  rows: readonly StoredRow[],
  terms: StoredTerms = new StoredTerms(),
): Promise<TrailEvent[][]> {
  const known = await terms.of(client, rows);
  return rows.map((row) => eventsOfRow(row, (no) => (no === null ? null : known.get(no)!)));
}

function eventsOfRow(
  row: StoredRow,
  termOf: (no: number | null) => StoredTerm | null,
): TrailEvent[] {
  const terms = {
    type: termOf(row.type_no)!.as(typeOf),
    person: termOf(row.person_no)?.as(personFrom) ?? null,
    agent: termOf(row.agent_no)?.value ?? null,
    session: termOf(row.role_session_no)?.as(sessionFrom) ?? null,
  };
  const { occurred_at: occurredAt, event_id: eventId, subject_user_id: subjectUserId, body } = row;
  if (eventId !== null) {
    return [restoredFrom(terms, { eventId, occurredAt, subjectUserId, body })];
  }
  const first = epoch(occurredAt);
  const calls = row.event_ids!.map((id, index) => ({
    eventId: id,
    occurredAt: instant(first + row.offsets![index]!),
  }));
  return unfoldedFrom(terms, { body, calls });
}
