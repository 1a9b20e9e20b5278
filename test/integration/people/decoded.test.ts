/** A history's rows give the events that the trail's own reading gives, folded calls and fractions of seconds included. */
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  AS_TEXT,
  eventsIn,
  HistoryReader,
} from "#core/adapters/postgres/people/history/stored-history";
import type { HistoryRow } from "#core/adapters/postgres/people/history/stored-history";
import {
  eventsOfRows,
  StoredTerms,
  type StoredRow,
} from "#core/adapters/postgres/trail/stored-rows";
import type { TrailEvent } from "#core/domain/event";
import type { Instant } from "#core/domain/time";
import { call, signIn } from "#test/support/records";
import { openStand, trailFile, type Stand } from "../ingest/stand.ts";

const ROWS = `
  select 1 as place, false as about, e.occurred_at, e.event_id, e.type_no, e.person_no, e.agent_no, e.role_session_no,
         e.subject_user_id, e.body, null::uuid[] as event_ids, null::int[] as offsets from events e
  union all
  select 1, false, c.first_at, null, c.type_no, c.person_no, c.agent_no, c.role_session_no, null, c.body, c.event_ids, c.offsets
    from role_calls c
  order by 3, 4`;

let stand: Stand;
beforeAll(async () => {
  stand = await openStand();
  const times = ["08:00:00", "08:00:01", "08:07:59", "08:59:59", "09:00:00"];
  await stand.ingest(
    trailFile(
      signIn("2026-11-01T07:00:00Z", {}),
      ...times.map((at) => call(`2026-11-01T${at}Z`, "2026-11-01T07:30:00Z")),
      call("2026-11-01T08:30:00Z", "2026-11-01T07:30:00Z", { errorCode: "AccessDenied" }),
    ),
  );
  // No record has parts of a second today; the columns have, and the limit below lies within one.
  await stand.database.pool.query(
    "update events set occurred_at = occurred_at + interval '20 milliseconds'",
  );
  await stand.database.pool.query(
    "update role_calls set offsets = (select array_agg(o + 7 * (n - 1)) from unnest(offsets) with ordinality as u(o, n))",
  );
});
afterAll(() => stand.drop());

async function bothWays(before: string): Promise<[TrailEvent[], TrailEvent[]]> {
  const { pool } = stand.database;
  const plain = (await pool.query<StoredRow>(ROWS)).rows;
  const { rows } = await pool.query<HistoryRow>({ text: ROWS, types: AS_TEXT });
  const reader = await HistoryReader.of(pool, rows, new StoredTerms());
  const events: TrailEvent[] = [];
  for (const row of rows) reader.each(row, before as Instant, (event) => void events.push(event));
  expect(rows.map(eventsIn)).toEqual(plain.map((row) => row.event_ids?.length ?? 1));
  const expected = (await eventsOfRows(pool, plain)).flat();
  return [events, expected.filter((event) => event.occurredAt < before)];
}

test("every row gives the same events, in the same order", async () => {
  const [events, expected] = await bothWays("2027-01-01T00:00:00.000Z");
  expect(expected).toHaveLength(7);
  expect(events).toStrictEqual(expected);
});

test.each(["2026-11-01T08:00:01.007Z", "2026-11-01T08:00:01.008Z", "2026-11-01T07:00:00.020Z"])(
  "what occurred at %s or later is left out",
  async (before) => {
    const [events, expected] = await bothWays(before);
    expect(events).toEqual(expected);
  },
);
