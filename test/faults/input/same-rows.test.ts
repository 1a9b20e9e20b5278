/**
 * Rows 6 and 7: any share of duplicates, the same file twice, the same events by another source, and any order of files and of the
 * records in them, read and judged in parts. The tables, the sessions and the findings are those of one orderly reading.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodeRecord } from "#core/domain/trail/decode";
import { instant } from "#core/domain/time";
import { ingestFiles } from "#core/flows/ingest/ingest-files";
import { expectSum, openStand, type Stand } from "#test/integration/ingest/stand";
import {
  corpusOf,
  eventIdsOf,
  fileOfRecords,
  historyOf,
  UNTIL,
  type CorpusFile,
  type TrailRecord,
} from "#test/support/corpus";
import { dice, shuffled, size, tried } from "#test/support/sizes";
import { expectWhole, storedIn, type Stored } from "#test/support/stored-truth";

const MIXES = size(1, 12);
const ORDERS = size(5, 100);
const SHARES = [0, 0.02, 0.5, 1];

let stand: Stand;
let records: TrailRecord[];
let ids: string[];
let orderly: Stored;

beforeAll(async () => {
  stand = await openStand({ now: UNTIL });
  records = await historyOf(2, 8);
  ids = eventIdsOf(records);
  orderly = await after([corpusOf(records, { perFile: 200, seed: 1 }).files]);
});
afterAll(() => stand.drop());

/** Reads groups of files one after the other and judges everybody after each. */
async function after(groups: readonly (readonly CorpusFile[])[]): Promise<Stored> {
  await stand.clear();
  for (const group of groups) {
    await readFiles(group);
    await stand.sweep();
  }
  await expectWhole(stand.database.pool, ids);
  return storedIn(stand.database.pool);
}

async function readFiles(files: readonly CorpusFile[]): Promise<void> {
  const given = files.map(({ name, bytes }) => ({ path: name, bytes }));
  for (const outcome of await ingestFiles(given, stand.trail, { now: () => UNTIL })) {
    if ("refused" in outcome) throw outcome.refused;
    expectSum(outcome.receipt);
  }
}

/** Pages of fifty, as LookupEvents gives them. */
async function readListing(listed: readonly TrailRecord[]): Promise<void> {
  for (let at = 0; at < listed.length; at += 50) {
    const page = listed.slice(at, at + 50).map((record, position) => ({
      position: at + position,
      decoded: decodeRecord(record),
    }));
    const part = {
      origin: "lookup-events/test",
      records: page,
      progress: { kind: "none" } as const,
    };
    const batch = { source: "lookup-events", receivedAt: instant(UNTIL), parts: [part] };
    await stand.trail.append(batch, instant(UNTIL));
  }
}

/** Without coverage, which is kept by source, and what a listing of records that cannot be decoded adds. */
const ofAnySource = ({ coverage: _coverage, undecodable: _undecodable, ...others }: Stored) =>
  others;

function inParts<T>(items: readonly T[], count: number): T[][] {
  const part = Math.ceil(items.length / count);
  return Array.from({ length: count }, (_each, index) =>
    items.slice(index * part, (index + 1) * part),
  );
}

test("the history holds sessions and findings enough to tell readings apart", () => {
  expect(orderly["sessions"]!.rows).toBeGreaterThan(100);
  expect(orderly["calls"]!.rows).toBeGreaterThan(0);
  expect(orderly["findings"]!.rows).toBeGreaterThan(0);
});

for (const share of SHARES) {
  test(`a share of ${share} duplicates changes nothing`, async (context) => {
    tried(context, 6, `mixes with a share of ${share} duplicates`, MIXES);
    for (let mix = 0; mix < MIXES; mix += 1) {
      const random = dice(mix * 10 + share * 100 + 1);
      const repeated = records.filter(() => random() < share);
      const { files } = corpusOf([...records, ...repeated], { perFile: 150, seed: mix + 2 });
      expect(await after(inParts(files, 1 + (mix % 3)))).toEqual(orderly);
    }
  });
}

test("every file twice, and once more under another name", async () => {
  const { files } = corpusOf(records, { perFile: 200, seed: 1 });
  const renamed = files.map((file) => ({ ...file, name: `again/${file.name}` }));
  expect(await after([[...files, ...files], renamed, files])).toEqual(orderly);
});

test("the same events by file and by listing, whichever comes first, are each one event", async () => {
  const { files } = corpusOf(records, { perFile: 200, seed: 1 });
  for (const first of ["file", "listing"]) {
    await stand.clear();
    if (first === "listing") await readListing(records);
    await readFiles(files);
    if (first === "file") await readListing(records.toReversed());
    await stand.sweep();
    await expectWhole(stand.database.pool, ids);
    expect(ofAnySource(await storedIn(stand.database.pool))).toEqual(ofAnySource(orderly));
  }
});

test(`${ORDERS} orders of files and of the records in them, judged in parts, change nothing`, async (context) => {
  tried(context, 7, "orders of files and records, with the database", ORDERS);
  for (let order = 0; order < ORDERS; order += 1) {
    const random = dice(order + 31);
    const perFile = 1 + Math.floor(random() * 300);
    const mixed = shuffled(records, random);
    const files: CorpusFile[] = [];
    for (let at = 0; at < mixed.length; at += perFile) {
      files.push(fileOfRecords(`${order}-${at}.json.gz`, mixed.slice(at, at + perFile)));
    }
    expect(await after(inParts(files, 1 + Math.floor(random() * 4)))).toEqual(orderly);
  }
});
