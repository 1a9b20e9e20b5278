/**
 * Rows of a history as events, in the shape that costs least: instants stay text, lists are split and not parsed, and calls that are
 * folded share one object's fields. Guarantees the same events as `eventsOfRows` of the trail, for the same rows.
 */
import pg from "pg";
import type { TrailEvent } from "../../../../domain/event.ts";
import { epoch, HOUR, instant, MINUTE, SECOND, type Instant } from "../../../../domain/time.ts";
import {
  personFrom,
  sessionFrom,
  typeOf,
} from "../../../../domain/trail/stored-event/parsed-terms.ts";
import { restoredFrom } from "../../../../domain/trail/stored-event.ts";
import type { StoredRow, StoredTerms } from "../../trail/stored-rows.ts";

type Queryable = Pick<pg.PoolClient, "query">;
type Terms = Awaited<ReturnType<StoredTerms["of"]>>;

/** A row as Postgres writes it: what `StoredRow` has as instants and lists is text. */
export interface HistoryRow extends Omit<StoredRow, "occurred_at" | "event_ids" | "offsets"> {
  readonly occurred_at: string;
  readonly event_ids: string | null;
  readonly offsets: string | null;
  /** From 1. */
  readonly place: number;
  /** Found only by its subject. */
  readonly about: boolean;
}

/** Of `timestamptz`, and of `_int4` and `_uuid` (pg_type.dat), whose elements need neither quotes nor escapes. */
const KEPT: ReadonlySet<number> = new Set<number>([pg.types.builtins.TIMESTAMPTZ, 1007, 2951]);
const asText = (text: string): string => text;

/** Parsers for `HistoryRow`: to be given with its statement. */
export const AS_TEXT: pg.CustomTypesConfig = {
  getTypeParser: ((id, format) =>
    KEPT.has(id) ? asText : pg.types.getTypeParser(id, format)) as typeof pg.types.getTypeParser,
};

/** How many events a row keeps. */
export function eventsIn({ event_ids: ids }: HistoryRow): number {
  // A UUID has 36 letters, a comma or a brace behind each.
  return ids === null ? 1 : Math.floor((ids.length - 1) / UUID_AND_COMMA);
}

const UUID_AND_COMMA = 37;

/** Gives the events of each row, in the order of the rows. */
export class HistoryReader {
  readonly #terms: Terms;
  readonly #hours = new Hours();
  /** The row before and its first event. */
  #before: { readonly row: HistoryRow; readonly event: TrailEvent } | null = null;

  private constructor(terms: Terms) {
    this.#terms = terms;
  }

  static async of(
    client: Queryable,
    rows: readonly HistoryRow[],
    terms: StoredTerms,
  ): Promise<HistoryReader> {
    // Terms are looked up by their numbers alone, which both kinds of rows have.
    return new HistoryReader(await terms.of(client, rows as readonly unknown[] as StoredRow[]));
  }

  /** Calls `take` with each event that occurred before the instant. */
  each(row: HistoryRow, before: Instant, take: (event: TrailEvent) => void): void {
    const occurredAt = instantOf(row.occurred_at);
    const { event_id: eventId, event_ids: ids } = row;
    if (ids === null) {
      if (occurredAt < before) take(this.#first(row, occurredAt, eventId!));
      return;
    }
    let common: TrailEvent | null = null;
    const began = epoch(occurredAt);
    const offsets = row.offsets!;
    // `{a,b}` and `{0,1}`: one walk over the commas of the second, steps of fixed width over the first.
    for (let id = 1, from = 1; from < offsets.length; id += UUID_AND_COMMA) {
      const comma = offsets.indexOf(",", from);
      const to = comma === -1 ? offsets.length - 1 : comma;
      const at = this.#hours.at(began + Number(offsets.slice(from, to)));
      from = to + 1;
      if (at >= before) continue;
      const event = ids.slice(id, id + UUID_AND_COMMA - 1);
      common ??= this.#first(row, at, event);
      take({ ...common, eventId: event, occurredAt: at });
    }
  }

  /** Where only the instant and the id differ from the row before, the events share all the rest. */
  #first(row: HistoryRow, occurredAt: Instant, eventId: string): TrailEvent {
    const before = this.#before;
    const event =
      before !== null && isAlike(before.row, row)
        ? { ...before.event, eventId, occurredAt }
        : this.#made(row, occurredAt, eventId);
    this.#before = { row, event };
    return event;
  }

  #made(row: HistoryRow, occurredAt: Instant, eventId: string): TrailEvent {
    const { person_no: person, agent_no: agent, role_session_no: session } = row;
    const terms = {
      type: this.#terms.get(row.type_no)!.as(typeOf),
      person: person === null ? null : this.#terms.get(person)!.as(personFrom),
      agent: agent === null ? null : this.#terms.get(agent)!.value,
      session: session === null ? null : this.#terms.get(session)!.as(sessionFrom),
    };
    const { subject_user_id: subjectUserId, body } = row;
    return restoredFrom(terms, { eventId, occurredAt, subjectUserId, body });
  }
}

function isAlike(one: HistoryRow, other: HistoryRow): boolean {
  return (
    one.type_no === other.type_no &&
    one.agent_no === other.agent_no &&
    one.role_session_no === other.role_session_no &&
    one.person_no === other.person_no &&
    one.subject_user_id === other.subject_user_id &&
    one.body === other.body
  );
}

/** `2026-11-02 08:00:00+00`, or with a fraction from which Postgres cut the zeros at its end. */
const WITHOUT_FRACTION = 22;

/** As the pool reads a `timestamptz`: every connection writes it in ISO form and in UTC. */
function instantOf(text: string): Instant {
  if (text.length !== WITHOUT_FRACTION || !text.endsWith("+00")) return instant(Date.parse(text));
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.000Z` as Instant;
}

/** `00` to `59`. */
const SIXTY = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, "0"));

/** Instants as text, cheaply where one follows another within its hour. */
class Hours {
  #begin = Number.NaN;
  /** `2026-11-02T08:`. */
  #text = "";

  at(milliseconds: number): Instant {
    let within = milliseconds - this.#begin;
    if (!(within >= 0 && within < HOUR)) {
      this.#begin = Math.floor(milliseconds / HOUR) * HOUR;
      this.#text = instant(this.#begin).slice(0, 14);
      within = milliseconds - this.#begin;
    }
    const fraction = within % SECOND;
    if (fraction !== 0) return instant(milliseconds);
    const seconds = (within % MINUTE) / SECOND;
    return `${this.#text}${SIXTY[Math.floor(within / MINUTE)]!}:${SIXTY[seconds]!}.000Z` as Instant;
  }
}
