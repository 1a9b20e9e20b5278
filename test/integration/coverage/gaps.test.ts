/** What a stretch of records without a gap is, whatever the order they were read in, and what of it a silence may rest on. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { PostgresRevocationStore } from "#core/adapters/postgres/revocation/revocation-store";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { coverageLedger } from "#core/domain/coverage/ledger";
import { spans } from "#core/domain/coverage/time-set";
import type { Instant } from "#core/domain/time";
import { record, signIn } from "#test/support/records";
import { openStand, trailFile, type Stand } from "../ingest/stand.ts";

const NOW = "2026-04-01T00:00:00.000Z" as Instant;
const SINCE = "2026-01-01T00:00:00.000Z" as Instant;
let stand: Stand;
let files = 0;

beforeAll(async () => {
  stand = await openStand({ now: Date.parse(NOW) });
});
afterAll(() => stand.drop());
beforeEach(() => stand.clear());

async function ingest(...batches: string[][]): Promise<void> {
  for (const times of batches)
    await stand.ingest(trailFile(...times.map((time) => signIn(time))), `${(files += 1)}.json`);
}

/** Where the newest stretch that counts begins. */
async function coveredFrom(...batches: string[][]): Promise<string> {
  await ingest(...batches);
  const [row] = await new PostgresRevocationStore(stand.database).coverage(SINCE, NOW);
  return spans(row!.read).at(-1)!.from;
}

async function ledger(asOf: Instant = NOW) {
  const facts = await new PostgresObservationStore(stand.database).ledgerFacts(asOf);
  return coverageLedger(facts, asOf, asOf === NOW ? NOW : null);
}

const JANUARY = ["2026-01-10T00:00:00Z", "2026-01-10T02:00:00Z"];
const MARCH = ["2026-03-10T00:00:00Z", "2026-03-10T02:59:00Z", "2026-03-10T05:00:00Z"];
const BETWEEN = ["2026-03-10T06:00:00Z", "2026-03-10T08:00:00Z"];
const AFTER = ["2026-03-10T10:00:00Z"];
/** In which minute of its hour a stretch behind a gap begins is not kept: the hour after is sure. */
const MARCH_SURELY = "2026-03-10T01:00:00.000Z";

describe("a stretch that a silence may rest on", () => {
  test("January and March cover nothing of February, in any order", async () => {
    expect(await coveredFrom(JANUARY, MARCH)).toBe(MARCH_SURELY);
    await stand.clear();
    expect(await coveredFrom(MARCH, JANUARY)).toBe(MARCH_SURELY);
  });

  test("a gap inside one file is a gap", async () => {
    expect(await coveredFrom([...JANUARY, ...MARCH])).toBe(MARCH_SURELY);
  });

  test("a file that fills a gap later makes one stretch of both sides", async () => {
    expect(await coveredFrom(MARCH, AFTER)).toBe("2026-03-10T10:00:00.000Z");
    expect(await coveredFrom(BETWEEN)).toBe("2026-03-10T00:00:00.000Z");
  });

  test("stretches that touch are one, whichever was read first", async () => {
    expect(await coveredFrom(MARCH, BETWEEN, AFTER)).toBe("2026-03-10T00:00:00.000Z");
    await stand.clear();
    expect(await coveredFrom(AFTER, BETWEEN, MARCH)).toBe("2026-03-10T00:00:00.000Z");
  });

  test("an older stretch goes on to count after a gap", async () => {
    await ingest(JANUARY, MARCH);
    const [row] = await new PostgresRevocationStore(stand.database).coverage(SINCE, NOW);
    expect(spans(row!.read)[0]?.from).toBe("2026-01-10T00:00:00.000Z");
  });

  test("a record that claims to be of the future covers nothing", async () => {
    await ingest(["2026-03-31T08:00:00Z", "2099-01-01T00:00:00Z"]);
    const [row] = await new PostgresRevocationStore(stand.database).coverage(SINCE, NOW);
    expect(spans(row!.read).at(-1)?.to).toBe("2026-03-31T08:00:00.001Z");
    expect((await ledger()).rows).toMatchObject([
      { lastEventAt: "2026-03-31T08:00:00.000Z", hoursSeen: 1 },
    ]);
  });
});

describe("the ledger", () => {
  test("names the hours between records that nothing was read of", async () => {
    await ingest(MARCH, AFTER);
    const { rows, problems } = await ledger();
    expect(rows).toMatchObject([
      {
        source: "files",
        firstEventAt: "2026-03-10T00:00:00.000Z",
        lastEventAt: "2026-03-10T10:00:00.000Z",
        records: 4,
        hoursSeen: 4,
        gapHours: 4,
        gaps: [{ from: "2026-03-10T06:00:00.000Z", to: "2026-03-10T10:00:00.000Z" }],
      },
    ]);
    expect(problems.map(({ kind }) => kind)).toEqual(["gap", "ends"]);
  });

  test("counts ignored records as read, and knows an account by them alone", async () => {
    const other = (time: string) =>
      record(time, "ec2.amazonaws.com", "DescribeInstances", {
        recipientAccountId: "777788889999",
      });
    await stand.ingest(trailFile(other("2026-03-31T22:00:00Z"), other("2026-03-31T23:50:00Z")));
    expect(await ledger()).toMatchObject({
      rows: [{ accountId: "777788889999", records: 2, hoursSeen: 2, gapCount: 0 }],
      problems: [],
    });
  });

  test("says of an earlier instant nothing that happened after it", async () => {
    await ingest(MARCH);
    const at = "2026-03-10T05:30:00.000Z" as Instant;
    const before = await ledger(at);
    await ingest(AFTER, ["2026-03-20T00:00:00Z"]);
    const after = await ledger(at);
    expect(after.problems).toEqual(before.problems);
    const known = ({ rows }: typeof before) =>
      rows.map(({ firstEventAt, readTo, hoursSeen, gaps, lastDays }) => {
        return { firstEventAt, readTo, hoursSeen, gaps, lastDays };
      });
    expect(known(after)).toEqual(known(before));
    expect(after.rows).toMatchObject([{ records: null, lastEventAt: null, readTo: at }]);
    expect((await ledger("2026-03-09T00:00:00.000Z" as Instant)).rows).toEqual([]);
  });

  test("keeps one set of hours however often and in whatever pieces a batch comes", async () => {
    const times = Array.from(
      { length: 30 },
      (_, hour) =>
        `2026-03-${String(10 + Math.floor(hour / 24))}T${String(hour % 24).padStart(2, "0")}:15:00Z`,
    );
    await ingest(times.slice(10, 20), times.slice(0, 12), times.slice(18));
    await ingest(times);
    const { rows } = await stand.database.pool.query("select hours_seen::text from coverage");
    expect(rows).toEqual([{ hours_seen: '{["2026-03-10 00:00:00+00","2026-03-11 06:00:00+00")}' }]);
  });
});
