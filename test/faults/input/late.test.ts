/**
 * Row 8: events that come a minute, an hour or thirty days late, after everybody was judged without them. The sessions and findings are
 * merged or split as if they had come on time, and a finding that did not hold any more is resolved, never removed.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ingestFiles } from "#core/flows/ingest/ingest-files";
import { openStand, type Stand } from "#test/integration/ingest/stand";
import {
  eventIdsOf,
  fileOfRecords,
  historyOf,
  UNTIL,
  type TrailRecord,
} from "#test/support/corpus";
import { dice, shuffled, size, tried } from "#test/support/sizes";
import { expectWhole, storedIn } from "#test/support/stored-truth";

const LATE = size(50, 1_000);
const MINUTE = 60_000;
const LATENESS = [MINUTE, 60 * MINUTE, 30 * 24 * 60 * MINUTE];
/** Events that come late in one reading: each is of another person, so that none covers up for another. */
const TOGETHER = 25;

let stand: Stand;
let records: TrailRecord[];

beforeAll(async () => {
  stand = await openStand({ now: UNTIL + LATENESS[2]! });
  records = await historyOf(2, 12);
});
afterAll(() => stand.drop());

async function read(name: string, some: readonly TrailRecord[], now: number): Promise<void> {
  const { bytes } = fileOfRecords(name, some);
  const [outcome] = await ingestFiles([{ path: name, bytes }], stand.trail, { now: () => now });
  if ("refused" in outcome!) throw outcome.refused;
}

function userOf(record: TrailRecord): string {
  const identity = record["userIdentity"] as { onBehalfOf?: { userId?: string } } | undefined;
  return identity?.onBehalfOf?.userId ?? "";
}

/** Events of as many people, one each. */
function lateOnes(random: () => number): TrailRecord[] {
  const events = new Set(eventIdsOf(records));
  const byUser = new Map<string, TrailRecord>();
  for (const record of shuffled(records, random)) {
    const user = userOf(record);
    if (user !== "" && events.has(record.eventID)) byUser.set(user, record);
  }
  return [...byUser.values()].slice(0, TOGETHER);
}

/** Findings that were told once, resolved ones included. */
async function told(): Promise<Set<string>> {
  const { rows } = await stand.database.pool.query<{ id: string }>("select id from findings");
  return new Set(rows.map(({ id }) => id));
}

test(`${LATE} late events change sessions and findings as if they had come on time`, async (context) => {
  tried(context, 8, "events a minute, an hour and thirty days late", LATE);
  const random = dice(8);
  const ids = eventIdsOf(records);
  await stand.clear();
  await read("all.json.gz", records, UNTIL);
  await stand.sweep();
  const onTime = await storedIn(stand.database.pool);
  let count = 0;
  for (let round = 0; count < LATE; round += 1) {
    const late = lateOnes(random).slice(0, LATE - count);
    const without = new Set(late.map(({ eventID }) => eventID));
    await stand.clear();
    const early = records.filter(({ eventID }) => !without.has(eventID));
    await read("early.json.gz", early, UNTIL);
    await stand.sweep();
    const before = await told();
    await read("late.json.gz", late, UNTIL + LATENESS[round % LATENESS.length]!);
    await stand.sweep();
    await expectWhole(stand.database.pool, ids);
    expect(await storedIn(stand.database.pool)).toEqual(onTime);
    const after = await told();
    expect([...before].filter((id) => !after.has(id))).toEqual([]);
    count += late.length;
  }
});
