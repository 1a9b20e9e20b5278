/**
 * Sessions as they stood at an instant in the past: rebuilt from the events before it, because what ended later was alive then. The ids
 * are those of the stored sessions. Everybody's are rebuilt only in a small organisation: it costs what reading all their events costs.
 */
import type { PostgresPeopleStore } from "#core/adapters/postgres/people/people-store";
import type { PostgresPersonHistory } from "#core/adapters/postgres/people/person-history";
import { Fault } from "#core/domain/fault";
import type { SessionSettings, SessionView } from "#core/domain/session";
import { reconstruct } from "#core/domain/sessions/reconstruct";
import type { Instant } from "#core/domain/time";
import { selected } from "#core/flows/session-views";
import { firstOf, newestFirst, type SessionsAsked, type SessionsFound } from "./page.ts";

const MOST_PEOPLE = 2_000;

export interface RebuildSources {
  readonly history: PostgresPersonHistory;
  readonly people: PostgresPeopleStore;
  readonly settings: SessionSettings;
}

/** Fault `input.invalid` when nobody is named and there are too many people to rebuild. */
export async function rebuiltPage(
  { history, people, settings }: RebuildSources,
  asked: SessionsAsked,
  asOf: Instant,
): Promise<SessionsFound> {
  const found: SessionView[] = [];
  const { persons, after, limit } = asked;
  if (persons === null && (await people.count()) > MOST_PEOPLE) {
    throw new Fault(
      "input.invalid",
      `asOf without user rebuilds everybody, which is done for up to ${MOST_PEOPLE} people: name a user.`,
    );
  }
  for await (const { person, events } of eventsOf(history, persons, asOf)) {
    for (const session of reconstruct(person, events, settings)) {
      const view = selected(session, asked, asOf);
      if (view !== null && (after === null || newestFirst(view, after) > 0)) found.push(view);
    }
  }
  return firstOf(found.toSorted(newestFirst), limit);
}

async function* eventsOf(
  history: PostgresPersonHistory,
  persons: SessionsAsked["persons"],
  asOf: Instant,
) {
  if (persons === null) yield* history.everybody(asOf);
  else for (const person of persons) yield { person, events: await history.eventsOf(person, asOf) };
}
