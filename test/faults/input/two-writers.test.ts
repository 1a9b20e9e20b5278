/**
 * Two writers over the same records in opposite orders, brought to where they would deadlock: a third transaction holds an id from the
 * middle until both wait. Nothing is lost, doubled or given up.
 */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import { ingestFiles } from "#core/flows/ingest/ingest-files";
import { expectSum, openStand, type Stand } from "#test/integration/ingest/stand";
import {
  eventIdsOf,
  fileOfRecords,
  historyOf,
  UNTIL,
  type CorpusFile,
  type TrailRecord,
} from "#test/support/corpus";
import { size, tried } from "#test/support/sizes";
import { expectWhole } from "#test/support/stored-truth";

const TIMES = size(3, 50);

let stand: Stand;
let records: TrailRecord[];

beforeAll(async () => {
  stand = await openStand({ now: UNTIL });
  const byId = new Map((await historyOf(1, 9)).map((record) => [record.eventID, record]));
  records = eventIdsOf([...byId.values()])
    .slice(0, 400)
    .map((id) => byId.get(id)!);
});
afterAll(() => stand.drop());

async function write(file: CorpusFile): Promise<void> {
  const given = [{ path: file.name, bytes: file.bytes }];
  const store = new PostgresTrailStore(stand.database);
  const [outcome] = await ingestFiles(given, store, { now: () => UNTIL });
  if ("refused" in outcome!) throw outcome.refused;
  expectSum(outcome!.receipt);
}

async function waiting(): Promise<number> {
  const { rows } = await stand.database.pool.query<{ n: number }>(
    `select count(*)::int as n from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows[0]!.n;
}

test(`${TIMES} times two writers of the same records in opposite orders both finish`, async (context) => {
  tried(context, 3, "pairs of writers brought to where they would deadlock", TIMES);
  const files = [records, records.toReversed()].map((some, at) => fileOfRecords(`${at}`, some));
  for (let times = 0; times < TIMES; times += 1) {
    await stand.clear();
    const holder = await stand.database.pool.connect();
    await holder.query("begin");
    await holder.query(
      "insert into event_ids (event_id, occurred_at, content_sha256) values ($1, now(), '')",
      [records[records.length / 2]!.eventID],
    );
    let ended = 0;
    const both = Promise.all(files.map((file) => write(file).finally(() => (ended += 1))));
    both.catch(() => undefined);
    await vi.waitFor(async () => expect((await waiting()) + ended).toBe(2), { timeout: 20_000 });
    await holder.query("rollback");
    holder.release();
    await both;
    await stand.sweep();
    await expectWhole(stand.database.pool, eventIdsOf(records));
  }
});
