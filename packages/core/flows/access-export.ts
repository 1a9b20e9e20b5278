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
  /** Numbers of the people whose rows are written, in order; everybody's when absent. */
  readonly people?: readonly number[];
  /** Whether rows of a pair, by its number, are written; all of them when absent. */
  readonly wanted?: (pair: number) => boolean;
}

/** People whose use is asked for at once. */
const PEOPLE_AT_ONCE = 250;
/** Text that is handed on at once; one person with very many paths makes a larger piece. */
const PIECE = 64 * 1_024;

/** The rows of `effectiveAccess` in its order, as CSV with a header or as one JSON value a line, in UTF-8. */
export async function* exportAccess(asked: AccessExport): AsyncGenerator<Buffer> {
  const { rows, usage, now, format } = asked;
  const writer = new AccessWriter(rows, format, asked.wanted);
  const numbers = asked.people ?? [...rows.model.users.keys()];
  let text = writer.header;
  for (let from = 0; from < numbers.length; from += PEOPLE_AT_ONCE) {
    const people = numbers.slice(from, from + PEOPLE_AT_ONCE);
    const used = await usage.seenBy(
      people.map((number) => rows.model.users[number]!),
      now,
    );
    for (const number of people) {
      const person = rows.model.users[number]!;
      text += writer.person(number, used.get(personKey(person)) ?? NO_USAGE);
      if (text.length < PIECE) continue;
      yield Buffer.from(text);
      text = "";
    }
  }
  if (text !== "") yield Buffer.from(text);
}
