/** The ledger and silence as proof over the tables as they are: digests, verdicts, objects, windows and sources of a real database. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { PostgresRevocationStore } from "#core/adapters/postgres/revocation/revocation-store";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { coverageLedger, isComplete } from "#core/domain/coverage/ledger";
import { covered } from "#core/domain/revocation/coverage";
import type { Instant } from "#core/domain/time";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import {
  addDigest,
  addFileRead,
  addObject,
  addPlace,
  addSource,
  addVerdict,
  addWindows,
  at,
  clear,
  MEMBER,
  OWNER,
  REGION,
} from "./tables.ts";

const NOW = at("12:00") as Instant;
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => clear(database));

async function ledger(asOf: Instant = NOW) {
  const facts = await new PostgresObservationStore(database).ledgerFacts(asOf);
  return coverageLedger(facts, asOf, asOf === NOW ? NOW : null);
}

async function gaps(asOf?: Instant): Promise<string[]> {
  const { rows } = await ledger(asOf);
  const row = rows.find(({ accountId }) => accountId === OWNER);
  return row!.gaps.map(({ from, to }) => `${from.slice(11, 16)}-${to.slice(11, 16)}`);
}

/** Whether silence from `from` to `to` proves something in the account. */
async function silent(from: string, to: string, now: Instant = NOW): Promise<boolean> {
  const coverage = await new PostgresRevocationStore(database).coverage(
    at("00:00") as Instant,
    now,
  );
  const place = { accountId: OWNER, region: REGION };
  return covered(coverage, place, at(from) as Instant, at(to) as Instant, now);
}

/** Seen but for 04:00 to 08:00; another account makes it an organisation trail. */
async function aQuietMorning(): Promise<void> {
  await addPlace(database, [
    ["00:00", "04:00"],
    ["08:00", "12:00"],
  ]);
  await addPlace(database, [["00:00", "12:00"]], { accountId: MEMBER });
}

/** Hourly digests of the quiet hours and around them, the named ones left out. */
async function digestsBut(...left: string[]): Promise<void> {
  for (const hour of ["03", "04", "05", "06", "07", "08"]) {
    const next = String(Number(hour) + 1).padStart(2, "0");
    if (!left.includes(hour)) await addDigest(database, `${hour}:00`, `${next}:00`);
  }
}

describe("hours without a record", () => {
  test("are a gap, and a silence over them proves nothing", async () => {
    await aQuietMorning();
    expect(await gaps()).toEqual(["04:00-08:00"]);
    expect(await silent("02:00", "09:00")).toBe(false);
    expect(await silent("08:30", "10:00")).toBe(false);
    expect(await silent("09:00", "10:00")).toBe(true);
  });

  test("are read when valid digests name no file, and a silence over them proves something", async () => {
    await aQuietMorning();
    await digestsBut();
    expect(await gaps()).toEqual([]);
    expect(await silent("02:00", "09:00")).toBe(true);
    expect(isComplete(await ledger())).toBe(true);
  });

  test("stay a gap in the hour whose digest is not there", async () => {
    await aQuietMorning();
    await digestsBut("05");
    // What happened before 05:00 may be delivered within the hour whose digest is missing.
    expect(await gaps()).toEqual(["04:30-06:00"]);
    expect(await silent("02:00", "09:00")).toBe(false);
  });

  test("are not proven by a digest of late files, an invalid one or one whose signature is not at hand", async () => {
    for (const [verdict, backfill] of [
      ["valid", true],
      ["unconfirmed", false],
      ["invalid", false],
    ] as const) {
      await clear(database);
      await aQuietMorning();
      await digestsBut("05");
      await addDigest(database, "05:00", "06:00", verdict, backfill);
      expect(await gaps(), verdict).not.toEqual([]);
      expect(await silent("02:00", "09:00"), verdict).toBe(false);
    }
  });
});

describe("a digest that names a file", () => {
  const named = async (verdict?: "valid" | "invalid" | "missing") => {
    await aQuietMorning();
    await digestsBut();
    await addVerdict(database, "05:20", "digest-05:00", verdict);
  };

  test("proves its hour only when the file was read", async () => {
    await named();
    expect(await gaps()).toEqual(["04:30-06:00"]);
    await addObject(database, "05:20", "read");
    expect(await gaps()).toEqual([]);
    expect(await silent("02:00", "09:00")).toBe(true);
  });

  test("proves it as well when the same content was read from elsewhere, to its end", async () => {
    await named();
    await addFileRead(database, "sha-05:20", false);
    expect(await gaps()).toEqual(["04:30-06:00"]);
    await database.pool.query("update trail_files set completed_at = now()");
    expect(await gaps()).toEqual([]);
  });

  test.each(["invalid", "missing"] as const)(
    "uncovers the hour when the file is %s, though records of it were seen",
    async (verdict) => {
      await addPlace(database, [["00:00", "12:00"]]);
      await addPlace(database, [["00:00", "12:00"]], { accountId: MEMBER });
      expect(await silent("02:00", "09:00")).toBe(true);
      await digestsBut();
      await addVerdict(database, "05:20", "digest-05:00", verdict);
      await addObject(database, "05:20", "read");
      expect(await gaps()).toEqual(["05:00-06:00"]);
      expect(await silent("02:00", "09:00")).toBe(false);
      expect(await silent("06:30", "09:00")).toBe(true);
      const found = await ledger();
      expect(isComplete(found)).toBe(false);
      expect(found.problems.map(({ kind }) => kind)).toEqual(["gap", "file"]);
    },
  );
});

test("a file that no digest names takes nothing away from silence, and is told", async () => {
  await addPlace(database, [["00:00", "12:00"]]);
  await addPlace(database, [["00:00", "12:00"]], { accountId: MEMBER });
  await addVerdict(database, "05:20", null, "no-digest");
  expect(await silent("02:00", "09:00")).toBe(true);
  expect((await ledger()).problems).toMatchObject([{ kind: "file", accountId: OWNER }]);
});

describe("an object that could not be read", () => {
  test.each(["failing", "refused", "gone"])("%s makes its hour a gap", async (state) => {
    await addPlace(database, [["00:00", "12:00"]]);
    await addPlace(database, [["00:00", "12:00"]], { accountId: MEMBER });
    await addObject(database, "05:20", state, "Access to the object was denied.");
    expect(await gaps()).toEqual(["05:00-06:00"]);
    expect(await silent("02:00", "09:00")).toBe(false);
    const { problems } = await ledger();
    expect(problems.find(({ kind }) => kind === "object")?.sentence).toContain(
      "One of them: Access to the object was denied.",
    );
  });

  test("and waits keeps silence from proving anything, and is no problem", async () => {
    await addPlace(database, [["00:00", "12:00"]]);
    await addPlace(database, [["00:00", "12:00"]], { accountId: MEMBER });
    await addObject(database, "05:20", "waiting");
    expect(await silent("02:00", "09:00")).toBe(false);
    expect(isComplete(await ledger())).toBe(true);
    await database.pool.query("update trail_objects set state = 'read'");
    expect(await silent("02:00", "09:00")).toBe(true);
  });
});

test("a listing's windows prove only what each of its event sources was read for", async () => {
  await addPlace(
    database,
    [
      ["00:00", "01:00"],
      ["11:00", "12:00"],
    ],
    { source: "lookup-events" },
  );
  await addWindows(database, "sso.amazonaws.com", ["00:00", "12:00"]);
  expect(await gaps()).toEqual([]);
  await addWindows(database, "signin.amazonaws.com", ["00:00", "04:00"], ["09:00", "12:00"]);
  expect(await gaps()).toEqual(["04:00-09:00"]);
});

test("a failing source is told in its own sentence, and one that is well again is not", async () => {
  await addPlace(database, [["00:00", "12:00"]]);
  await addSource(
    database,
    "s3/example-trail",
    "The bucket cannot be read: allow s3:GetObject.",
    "08:00",
  );
  await addSource(database, "sqs/example-queue", null, null);
  expect((await ledger()).problems).toMatchObject([
    {
      kind: "source",
      source: "s3/example-trail",
      since: at("08:00"),
      sentence: "The bucket cannot be read: allow s3:GetObject.",
    },
  ]);
});

test("as of an earlier instant nothing that happened after it counts", async () => {
  await aQuietMorning();
  await digestsBut();
  await addSource(database, "s3/example-trail", "It fails.", "10:00");
  await addObject(database, "09:20", "failing", "Denied.");
  await addVerdict(database, "09:40", null, "missing");
  await addDigest(database, "10:00", "11:00", "invalid");
  const earlier = at("09:00") as Instant;
  const found = await ledger(earlier);
  expect(found.problems).toEqual([]);
  expect(found.rows[0]).toMatchObject({ digests: { invalid: 0 }, objects: { failing: 0 } });
  expect(found.rows[0]?.readTo).toBe(earlier);
  expect((await ledger()).problems.map(({ kind }) => kind)).toEqual([
    "source",
    "gap",
    "digest",
    "file",
    "object",
  ]);
  // At 09:00 nobody can have read past 08:30 and the time that a delivery may take.
  expect(await silent("02:00", "08:45", earlier)).toBe(false);
});
