/**
 * Row 6: the same events by the trail's bucket, by file and by listing, whichever comes first. Each is one event, and whoever comes later
 * adds nothing but its own coverage.
 */
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodeRecord } from "#core/domain/trail/decode";
import { instant } from "#core/domain/time";
import { ingestFiles } from "#core/flows/ingest/ingest-files";
import { reconcileBucket } from "#core/flows/ingest/reconcile-bucket";
import {
  NOW,
  openBucketStand,
  REGION,
  type BucketStand,
} from "#test/integration/bucket/bucket-stand";
import { tried } from "#test/support/sizes";

const EVENTS = 40;
const SOURCES = ["bucket", "file", "listing"] as const;
type Source = (typeof SOURCES)[number];
const ORDERS: readonly (readonly Source[])[] = [
  ["bucket", "file", "listing"],
  ["bucket", "listing", "file"],
  ["file", "bucket", "listing"],
  ["file", "listing", "bucket"],
  ["listing", "bucket", "file"],
  ["listing", "file", "bucket"],
];

let stand: BucketStand;
beforeAll(async () => {
  stand = await openBucketStand();
});
afterAll(() => stand.close());

async function bytesOf(key: string): Promise<Buffer> {
  const object = { Bucket: stand.simulator.bucketName, Key: key };
  const { Body } = await stand.clientsOf(REGION).s3.send(new GetObjectCommand(object));
  return Buffer.from(await Body!.transformToByteArray());
}

/** Reads the delivered file by one source; answers how many events that appended. */
async function read(source: Source, bytes: Buffer): Promise<number> {
  const before = await stand.events();
  const text = gunzipSync(bytes).toString();
  if (source === "bucket") await reconcileBucket(stand.ports);
  if (source === "file") {
    // Other bytes: a file of a known digest would not be read at all.
    const given = [{ path: "copy.json", bytes: Buffer.from(`${text} `) }];
    for (const outcome of await ingestFiles(given, stand.ports.store, stand.clock)) {
      if ("refused" in outcome) throw outcome.refused;
    }
  }
  if (source === "listing") {
    const { Records } = JSON.parse(text) as { Records: Record<string, unknown>[] };
    const records = Records.map((record, position) => ({
      position,
      decoded: decodeRecord(record),
    }));
    const part = { origin: "lookup-events/test", records, progress: { kind: "none" } as const };
    const batch = { source: "lookup-events", receivedAt: instant(NOW), parts: [part] };
    await stand.ports.store.append(batch, instant(NOW));
  }
  return (await stand.events()) - before;
}

for (const order of ORDERS) {
  test(`${order.join(", then ")}: each event is stored by the first of them`, async (context) => {
    tried(context, 6, `the same events by ${order.join(", ")}`, 1);
    await stand.clear();
    const bytes = await bytesOf(stand.deliver(30, EVENTS));
    const appended: number[] = [];
    for (const source of order) appended.push(await read(source, bytes));
    expect(appended).toEqual([EVENTS, 0, 0]);
    const { rows } = await stand.database.pool.query<{ n: number }>(
      "select count(*)::int as n from undecodable_records",
    );
    expect(rows).toEqual([{ n: 0 }]);
  });
}
