import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { instant } from "#core/domain/time";
import { readBucket } from "#core/flows/ingest/read-bucket";
import { DAY, NOW, openBucketStand, type BucketStand } from "./bucket-stand.ts";

let stand: BucketStand;
beforeAll(async () => {
  stand = await openBucketStand();
});
afterEach(() => stand.clear());
afterAll(() => stand.close());

const since = instant(NOW - 30 * DAY);

test("every object below the bucket's accounts, Regions and days is read, and read once", async () => {
  const keys = [stand.deliver(30), stand.deliver(24 * 60), stand.deliver(5 * 24 * 60)];
  const receipt = await readBucket(stand.ports, since);
  expect(receipt).toMatchObject({ objects: 3, records: 9, appended: 9, failing: 0 });
  const rows = await stand.objects();
  expect(rows.map((row) => [row.key, row.state, row.announcedBy])).toEqual(
    keys.toSorted().map((key) => [key, "read", "listing"]),
  );
  expect(await readBucket(stand.ports, since)).toMatchObject({ objects: 0, records: 0 });
});
