/**
 * Rows 9 and 10 with the database: a compressed file cut or altered at any byte is refused whole and leaves nothing behind, and the whole
 * file is read when it comes; one bad record among two thousand good ones costs one record.
 */
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ingestFiles } from "#core/flows/ingest/ingest-files";
import { openStand, type Stand } from "#test/integration/ingest/stand";
import {
  eventIdsOf,
  fileOfRecords,
  historyOf,
  UNTIL,
  type TrailRecord,
} from "#test/support/corpus";
import { OWNER, signIn } from "#test/support/records";
import { dice, size, tried } from "#test/support/sizes";
import { expectWhole, storedIn, type Stored } from "#test/support/stored-truth";
import { BAD_RECORDS } from "./bad-records.ts";

const DAMAGES = size(2_000, 20_000);

let stand: Stand;
let history: TrailRecord[];
let empty: Stored;

beforeAll(async () => {
  stand = await openStand({ now: UNTIL });
  history = await historyOf(2, 10);
  empty = await storedIn(stand.database.pool);
});
beforeEach(() => stand.clear());
afterAll(() => stand.drop());

/** A file cut at a byte, or with one bit of it turned. */
function damaged(bytes: Buffer, random: () => number, trial: number): Buffer {
  const at = Math.floor(trial / 2) % bytes.length;
  if (trial % 2 === 0) return bytes.subarray(0, at);
  const copy = Buffer.from(bytes);
  copy[at]! ^= 1 << Math.floor(random() * 8);
  return copy;
}

test(`${DAMAGES} damaged files leave nothing behind`, async (context) => {
  tried(context, 9, "files cut or altered at any byte", DAMAGES);
  const events = new Set(eventIdsOf(history));
  const some = history.filter(({ eventID }) => events.has(eventID)).slice(0, 2);
  const { bytes } = fileOfRecords("small", some);
  const whole = gunzipSync(bytes);
  // Each byte is cut at and turned at least once.
  expect(2 * bytes.length).toBeLessThanOrEqual(DAMAGES);
  const random = dice(99);
  const accepted: Buffer[] = [];
  for (let trial = 0; trial < DAMAGES; trial += 1) {
    const file = damaged(bytes, random, trial);
    const [outcome] = await ingestFiles([{ path: "damaged.json.gz", bytes: file }], stand.trail, {
      now: () => UNTIL,
    });
    if (!("refused" in outcome!)) accepted.push(file);
  }
  // The header's time, flags of speed and system, and the bits that fill the last byte say nothing (RFC 1952, 2.3.1; RFC 1951, 3.2.3).
  const harmless = accepted.every((file) => gunzipSync(file).equals(whole));
  expect({ harmless, stored: await stand.count("event_ids") }).toEqual({
    harmless: true,
    stored: accepted.length === 0 ? 0 : some.length,
  });
  if (accepted.length === 0) expect(await storedIn(stand.database.pool)).toEqual(empty);
  await stand.ingest(bytes, "whole.json.gz");
  await stand.sweep();
  expect(whole.length).toBeGreaterThan(bytes.length);
  await expectWhole(stand.database.pool, eventIdsOf(some));
});

test(`each of ${BAD_RECORDS.length} bad records among 2,000 good ones costs one record`, async (context) => {
  tried(context, 10, "bad records among 2,000 good ones", BAD_RECORDS.length);
  const wrong: string[] = [];
  for (const [at, { what, json }] of BAD_RECORDS.entries()) {
    await stand.clear();
    const good = Array.from({ length: 1_999 }, (_, index) =>
      JSON.stringify(
        signIn(
          new Date(Date.parse("2026-11-02T00:00:00Z") + index * 1_000)
            .toISOString()
            .replace(".000", ""),
          {
            recipientAccountId: OWNER,
          },
        ),
      ),
    );
    const position = (at * 61) % 2_000;
    good.splice(position, 0, json);
    const receipt = await stand.ingest(`{"Records":[${good.join(",")}]}`);
    const { rows } = await stand.database.pool.query<{
      position: number;
      reason: string;
      sha: string;
    }>("select position, reason, record_sha256 as sha from undecodable_records");
    const [kept] = rows;
    const right =
      typeof receipt !== "string" &&
      receipt.appended === 1_999 &&
      receipt.undecodable === 1 &&
      rows.length === 1 &&
      kept!.position === position &&
      kept!.reason.length > 0 &&
      /^[0-9a-f]{64}$/.test(kept!.sha);
    if (!right) wrong.push(`${what}: ${JSON.stringify({ receipt, rows })}`);
  }
  expect(wrong).toEqual([]);
});
