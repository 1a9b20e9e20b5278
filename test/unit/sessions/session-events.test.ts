/** The events of one session are found around it alone, whatever else its person has, and in pieces of any size. */
import { expect, test } from "vitest";
import { sessionEvents } from "#core/flows/session-events";
import { HOUR, plus, type Instant } from "#core/domain/time";
import type { PersonEvents } from "#core/ports/people/person-events";
import { portal, signIn } from "../../support/records.ts";
import { at, decoded, only, rebuilt } from "./made.ts";

const DAY = "2026-11-09T";
const minute = (number: number) => `${DAY}08:${String(number).padStart(2, "0")}:00Z`;
const RECORDS = [
  signIn(`${DAY}07:59:57Z`),
  portal(minute(0), "Authenticate"),
  ...[1, 2, 3, 4].map((number) => portal(minute(number), "ListApplications")),
];
const session = only(rebuilt(RECORDS), "portal");
const NOW = at("2026-11-20T00:00:00Z");

/** Two of an instant a row at least; remembers what it was asked for. */
function stored(rowsOf: (rows: number) => number) {
  const events = decoded(...RECORDS);
  const asked: [Instant, Instant][] = [];
  const port: PersonEvents = {
    between: (_person, from, to, rows) => {
      asked.push([from, to]);
      const within = events.filter(({ occurredAt }) => occurredAt >= from && occurredAt < to);
      const some = within.slice(0, rowsOf(rows));
      const last = some.at(-1);
      const completeBefore =
        some.length === within.length || last === undefined ? to : last.occurredAt;
      const complete = some.filter(({ occurredAt }) => occurredAt < completeBefore);
      return Promise.resolve({ events: complete, completeBefore });
    },
  };
  return { port, asked };
}

test.each([
  ["at once", (rows: number) => rows],
  ["two by two", () => 2],
  ["one by one, until more are asked for", (rows: number) => rows / 1_000],
])("every event of the session is found %s, with its sign-in", async (_how, rowsOf) => {
  const { port, asked } = stored(rowsOf);
  const found = await sessionEvents(port, session, NOW);
  expect(found.map(({ eventId }) => eventId)).toEqual(
    decoded(...RECORDS).map(({ eventId }) => eventId),
  );
  expect(asked[0]).toEqual([plus(session.startedAt, -HOUR), NOW]);
});

test("nothing is read once everything is found, and what is no longer kept is left out", async () => {
  const whole = stored(() => 2);
  await sessionEvents(whole.port, { ...session, eventIds: session.eventIds.slice(0, 2) }, NOW);
  expect(whole.asked.length).toBeLessThan(4);
  const lost = {
    ...session,
    eventIds: [...session.eventIds, "ffffffff-0000-4000-8000-000000000001"],
  };
  expect(await sessionEvents(stored((rows) => rows).port, lost, NOW)).toHaveLength(RECORDS.length);
});
