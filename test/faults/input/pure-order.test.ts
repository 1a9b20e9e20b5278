/**
 * Row 7 without a database: any permutation of one person's records, any of them repeated, gives byte-equal sessions and detections.
 * The core is pure, so that every seed can be repeated by itself.
 */
import { setImmediate as breath } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { settingsOf } from "#core/domain/sessions/durations";
import type { TrailEvent } from "#core/domain/event";
import { personKey, type Person } from "#core/domain/person";
import { decodeRecord } from "#core/domain/trail/decode";
import { instant } from "#core/domain/time";
import { NO_RULE_SETTINGS } from "#core/rules/settings";
import { judgePeople, type CommonFacts } from "#core/flows/judge-people";
import { catalogue } from "#core/rules/catalogue";
import { historyOf, UNTIL } from "#test/support/corpus";
import { dice, shuffled, size, tried } from "#test/support/sizes";

const PERMUTATIONS = size(10_000, 1_000_000);
/** One order tells little of five events, and thousands cost too much. */
const FEWEST = 12;
const MOST = 60;

interface Known {
  readonly person: Person;
  readonly events: readonly TrailEvent[];
}

let people: Known[];
const now = instant(UNTIL);
const common: CommonFacts = {
  now,
  settings: settingsOf(480),
  catalogue,
  snapshot: null,
  directory: null,
  ruleSettings: NO_RULE_SETTINGS,
  coverage: [],
  access: null,
};

beforeAll(async () => {
  const byPerson = new Map<string, { person: Person; events: TrailEvent[] }>();
  for (const record of await historyOf(2, 8)) {
    const decoded = decodeRecord(record);
    if (decoded.outcome !== "event" || decoded.event.person === null) continue;
    const person = { ...decoded.event.person, userName: null };
    const known = byPerson.get(personKey(person));
    if (known === undefined) byPerson.set(personKey(person), { person, events: [decoded.event] });
    else known.events.push(decoded.event);
  }
  people = [...byPerson.values()].filter(
    ({ events }) => events.length >= FEWEST && events.length <= MOST,
  );
});

/** What is told of a person, with each event once by its id. */
function told({ person }: Known, events: readonly TrailEvent[]): string {
  const once = [...new Map(events.map((event) => [event.eventId, event])).values()];
  const [judged] = judgePeople([{ person, events: once }], common);
  return JSON.stringify([judged!.sessions, judged!.rules.detections]);
}

test(`${PERMUTATIONS} permutations with repetitions give byte-equal sessions and detections`, async (context) => {
  tried(context, 7, "permutations in the pure core", PERMUTATIONS);
  const random = dice(77);
  expect(people.length).toBeGreaterThan(5);
  const expected = people.map((one) => told(one, one.events));
  for (let seed = 0; seed < PERMUTATIONS; seed += 1) {
    // The test runner hears nothing of a loop that never waits, and gives it up.
    if (seed % 1_000 === 0) await breath();
    const at = seed % people.length;
    const repeated = people[at]!.events.filter(() => random() < 0.2);
    const answer = told(people[at]!, shuffled([...people[at]!.events, ...repeated], random));
    if (answer !== expected[at]) expect({ seed, answer }).toEqual({ seed, answer: expected[at] });
  }
});
