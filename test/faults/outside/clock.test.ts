/**
 * Row 17: the clock of this machine jumps while a trail is read and judged: an hour or a day either way, to 1970, to a leap second, over a
 * change of summer time. What is stored in the end, judged at the right time, is what a steady clock leaves.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { settingsOf } from "#core/domain/sessions/durations";
import { instant } from "#core/domain/time";
import { ingestFiles } from "#core/flows/ingest/ingest-files";
import { sweepPeople, type SweepPorts } from "#core/flows/sweep-people";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { PostgresSweepStore } from "#core/adapters/postgres/people/sweep-store";
import { catalogue } from "#core/rules/catalogue";
import { actions } from "#test/support/actions";
import { openStand, type Stand } from "#test/integration/ingest/stand";
import { corpusOf, historyOf, UNTIL, type Corpus } from "#test/support/corpus";
import { dice, size, tried } from "#test/support/sizes";
import { expectWhole, storedIn, type Stored } from "#test/support/stored-truth";

const JUMPS = size(10, 100);
const HOUR = 3_600_000;
/** What a wrong clock shows: relative to the right one, or an instant of its own. */
const WRONG: readonly ((now: number) => number)[] = [
  (now) => now + HOUR,
  (now) => now - HOUR,
  (now) => now + 24 * HOUR,
  (now) => now - 24 * HOUR,
  () => 0,
  // The last leap second was at the end of 2016; the next second follows it, or it again.
  () => Date.parse("2016-12-31T23:59:59.999Z"),
  // Central Europe and the eastern United States leave summer time in these hours.
  () => Date.parse("2026-10-25T01:00:00Z"),
  () => Date.parse("2026-11-01T06:00:00Z"),
];

let stand: Stand;
let corpus: Corpus;
let steady: Stored;
let now = UNTIL;
const clock = { now: () => now };

beforeAll(async () => {
  stand = await openStand({ now: UNTIL });
  corpus = corpusOf(await historyOf(2, 17), { perFile: 200, seed: 17 });
  steady = await read(() => UNTIL);
});
afterAll(() => stand.drop());

/** Records that seem to be of the future are kept whole and show no coverage: that is no difference in what they say. */
function promised({ ids, undecodable, names, sessions, findings }: Stored): object {
  return { ids, undecodable, names, sessions, findings };
}

function ports(): SweepPorts {
  const { database } = stand;
  return {
    sweep: new PostgresSweepStore(database),
    access: new PostgresAccessStore(database),
    observations: new PostgresObservationStore(database),
    actions,
    catalogue,
    settings: settingsOf(null),
    channels: [],
    clock,
  };
}

/** Reads file after file, each at the time that the clock then shows, and judges everybody at the right time in the end. */
async function read(timeOf: (file: number) => number): Promise<Stored> {
  await stand.clear();
  for (const [at, { name, bytes }] of corpus.files.entries()) {
    now = timeOf(at);
    const [outcome] = await ingestFiles([{ path: name, bytes }], stand.trail, clock);
    if ("refused" in outcome!) throw outcome.refused;
    if (at % 4 === 3) await sweepPeople(ports());
  }
  now = UNTIL;
  await stand.database.pool.query("update people set due_at = $1", [instant(0)]);
  await sweepPeople(ports());
  await expectWhole(stand.database.pool, corpus.ids);
  return storedIn(stand.database.pool);
}

test(`${JUMPS} jumps of the clock leave the events, sessions and findings of a steady one`, async (context) => {
  tried(context, 17, "jumps of the clock while reading", JUMPS);
  const random = dice(170);
  for (let jump = 0; jump < JUMPS; jump += 1) {
    const wrong = WRONG[jump % WRONG.length]!;
    const from = Math.floor(random() * corpus.files.length);
    const until = from + 1 + Math.floor(random() * 6);
    const stored = await read((at) => (at >= from && at < until ? wrong(UNTIL) : UNTIL));
    expect({ jump, ...promised(stored) }).toEqual({ jump, ...promised(steady) });
  }
});

test("what is due is judged again although a clock of the future had judged it", async () => {
  await stand.clear();
  now = UNTIL + 24 * HOUR;
  for (const { name, bytes } of corpus.files) {
    await ingestFiles([{ path: name, bytes }], stand.trail, clock);
  }
  now = UNTIL;
  await sweepPeople(ports());
  now = UNTIL + 24 * HOUR;
  await sweepPeople(ports());
  const { rows } = await stand.database.pool.query<{ n: number }>(
    "select count(*)::int as n from people where judged_at is null",
  );
  expect(rows).toEqual([{ n: 0 }]);
});
