/** Rows of `events` and `role_calls` as the events that they keep. */
import type pg from "pg";
import type { TrailEvent } from "../../../domain/event.ts";
import { epoch, instant, type Instant } from "../../../domain/time.ts";
import { restored, unfolded } from "../../../domain/trail/stored-event.ts";
import { termValues } from "./terms.ts";

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

/** For each row its events: one, or every call that is folded in it. */
export async function eventsOfRows(
  client: Pick<pg.PoolClient, "query">,
  rows: readonly StoredRow[],
): Promise<TrailEvent[][]> {
  const numbers = new Set<number>();
  for (const row of rows) {
    numbers.add(row.type_no);
    for (const no of [row.person_no, row.agent_no, row.role_session_no])
      if (no !== null) numbers.add(no);
  }
  const values = await termValues(client, numbers);
  const valueOf = (no: number | null) => (no === null ? null : values.get(no)!);
  return rows.map((row) => {
    const shared = {
      type: values.get(row.type_no)!,
      person: valueOf(row.person_no),
      agent: valueOf(row.agent_no),
      roleSession: valueOf(row.role_session_no),
      body: row.body,
    };
    if (row.event_id !== null) {
      const { occurred_at: occurredAt, subject_user_id: subjectUserId } = row;
      return [restored({ ...shared, eventId: row.event_id, occurredAt, subjectUserId })];
    }
    const first = epoch(row.occurred_at);
    const calls = row.event_ids!.map((eventId, index) => ({
      eventId,
      occurredAt: instant(first + row.offsets![index]!),
    }));
    return unfolded({ ...shared, calls });
  });
}
