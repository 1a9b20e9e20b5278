/** Curfew's answers: from the files alone by its own scanner and decoder, with no database; and from what its ingest keeps in Postgres. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "../../packages/core/adapters/postgres/database.ts";
import {
  eventsOfRows,
  type StoredRow,
} from "../../packages/core/adapters/postgres/trail/stored-rows.ts";
import type { TrailEvent } from "../../packages/core/domain/event.ts";
import { openTrailFile } from "../../packages/core/domain/trail/file.ts";
import { sessionOf } from "../../packages/core/domain/trail/stored-event.ts";
import { Answer } from "./answer.ts";

function addTo(answer: Answer, event: TrailEvent): void {
  const person = event.person?.userId ?? sessionOf(event)?.sessionName;
  if (person === undefined) return;
  const { eventId, eventName } = event;
  const at = `${event.occurredAt.slice(0, 19)}Z`;
  answer.add({ person, eventId, eventName, at, address: event.sourceIp ?? "" });
}

/** Everything of each file is unpacked, checked to its end and looked through; what may matter is redacted and decoded. */
export async function answerFromFiles(folder: string): Promise<string[]> {
  const answer = new Answer();
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const file = await openTrailFile(await readFile(path), path);
    for await (const { records } of file.pages(0)) {
      for (const { decoded } of records) {
        if (decoded.outcome === "event") addTo(answer, decoded.event);
      }
    }
  }
  return answer.lines();
}

const ROWS = `
  select occurred_at, event_id, type_no, person_no, agent_no, role_session_no, subject_user_id, body,
         null::uuid[] as event_ids, null::int[] as offsets
    from events
  union all
  select first_at, null, type_no, person_no, agent_no, role_session_no, null, body, event_ids, offsets
    from role_calls`;

export async function answerFromDatabase({ pool }: Database): Promise<string[]> {
  const answer = new Answer();
  const { rows } = await pool.query<StoredRow>(ROWS);
  for (const event of (await eventsOfRows(pool, rows)).flat()) addTo(answer, event);
  return answer.lines();
}
