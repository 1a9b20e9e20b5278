/**
 * Everybody's effective access as a stream of text in constant memory: the directory is held as a model, use is read for a few people at a
 * time in the model's order, and whoever reads the stream sets the pace. Nothing is written.
 */
import { AccessWriter, type ExportFormat } from "../domain/access/export.ts";
import type { AccessRows } from "../domain/access/effective.ts";
import { NO_USAGE } from "../domain/access/usage.ts";
import { personKey } from "../domain/person.ts";
import type { Instant } from "../domain/time.ts";
import type { UsageStore } from "../ports/people/usage-store.ts";

export interface AccessExport {
  /** Of `CommonFacts`, at the same instant. */
  readonly rows: AccessRows;
  readonly usage: Pick<UsageStore, "seenBy">;
  readonly now: Instant;
  readonly format: ExportFormat;
}

/** People whose use is asked for at once. */
const PEOPLE_AT_ONCE = 250;
/** Text that is handed on at once; one person with very many paths makes a larger piece. */
const PIECE = 64 * 1_024;

/** The rows of `effectiveAccess` in its order, as CSV with a header or as one JSON value a line, in UTF-8. */
export async function* exportAccess(asked: AccessExport): AsyncGenerator<Buffer> {
  const { rows, usage, now, format } = asked;
  const writer = new AccessWriter(rows, format);
  const { users } = rows.model;
  let text = writer.header;
  for (let from = 0; from < users.length; from += PEOPLE_AT_ONCE) {
    const people = users.slice(from, from + PEOPLE_AT_ONCE);
    const used = await usage.seenBy(people, now);
    for (const [place, person] of people.entries()) {
      text += writer.person(from + place, used.get(personKey(person)) ?? NO_USAGE);
      if (text.length < PIECE) continue;
      yield Buffer.from(text);
      text = "";
    }
  }
  if (text !== "") yield Buffer.from(text);
}
