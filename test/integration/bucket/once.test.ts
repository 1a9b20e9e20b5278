import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lookupEventsSources } from "#core/adapters/aws/lookup-events";
import { PostgresWindowStore } from "#core/adapters/postgres/sources/window-store";
import { HOUR, instant } from "#core/domain/time";
import { readBucket } from "#core/flows/ingest/read-bucket";
import { ingestFiles } from "#core/flows/ingest/ingest-files";
import { NOTHING, sum } from "#core/flows/ingest/ingest-receipt";
import { readStreams } from "#services/ingest/read-once";
import { NOW, openBucketStand, type BucketStand } from "./bucket-stand.ts";

let stand: BucketStand;
beforeAll(async () => {
  stand = await openBucketStand({}, { trail: true });
});
afterAll(() => stand.close());

const distinct = async (): Promise<{ events: number; ids: number }> => {
  const { rows } = await stand.database.pool.query<{ events: number; ids: number }>(
    "select count(*) as events, count(distinct event_id) as ids from event_ids",
  );
  return rows[0]!;
};

test("an event that stands in the bucket, in LookupEvents and in files counts once", async () => {
  const { simulator, clientsOf, clock, ports } = stand;
  const { organisation } = simulator;
  await simulator.catchUpTrail();
  const sources = {
    trail: null,
    streams: lookupEventsSources({
      instance: clientsOf(organisation.region),
      global: clientsOf("us-east-1"),
      clock,
    }),
    directory: null,
    backfillMilliseconds: 6 * HOUR,
    beforeReading: null,
  };
  const windows = new PostgresWindowStore(stand.database);
  const reading = { store: ports.store, windows, clock };
  const since = instant(NOW - 12 * HOUR);

  const bucket = await readBucket(ports, since);
  expect(bucket.appended).toBeGreaterThan(100);
  const after = await distinct();
  expect(after).toEqual({ events: bucket.appended, ids: bucket.appended });

  const listed = await readStreams(sources, reading);
  expect(listed.duplicates).toBeGreaterThan(10);
  const { rows } = await stand.database.pool.query<{ key: string }>(
    "select key from trail_objects",
  );
  const outcomes = await ingestFiles(
    await Promise.all(rows.map(async ({ key }) => unpacked(key))),
    ports.store,
    clock,
  );
  const files = outcomes
    .map((outcome) => ("refused" in outcome ? NOTHING : outcome.receipt))
    .reduce(sum, NOTHING);
  expect(files).toMatchObject({ appended: 0, duplicates: bucket.appended + bucket.duplicates });

  const all = await distinct();
  expect(all.events).toBe(all.ids);
  expect(all.events).toBe(bucket.appended + listed.appended);
  expect(await readBucket(ports, since, { again: true })).toMatchObject({ appended: 0 });
  expect(await distinct()).toEqual(all);

  /** The same file as somebody copied it: other bytes, the same records. */
  async function unpacked(key: string) {
    const { bytes } = (await simulator.objects.get(key))!;
    return { path: key, bytes: gunzipSync(bytes) };
  }
});
