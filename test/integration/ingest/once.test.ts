/** Exactly once: however often, under whatever name and by however many at once a record arrives, it is one row and one count. */
import { PostgresRecordStore } from "#core/adapters/postgres/trail/record-batches";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { fileFolder } from "#core/adapters/files/folder";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import { sha256 } from "#core/domain/ids";
import { followFolder } from "#core/flows/ingest/follow-folder";
import { ingestFiles, type FileOutcome } from "#core/flows/ingest/ingest-files";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assumeRole, call, guid, portal, signIn, USER } from "#test/support/records";
import { expectSum, NOW, openStand, trailFile, type Stand } from "./stand.ts";

const clock = { now: () => NOW };
let stand: Stand;
beforeAll(async () => {
  stand = await openStand();
});
beforeEach(() => stand.clear());
afterAll(() => stand.drop());

const AT = "2026-11-02T08:00:00Z";

/** Sign-ins and portal events of many people, a second apart. */
function many(count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, index) => {
    const at = new Date(Date.parse(AT) + index * 1_000).toISOString().replace(".000Z", "Z");
    const userId = USER.replace(/^c4e8f4a8/, (index % 40).toString(16).padStart(8, "0"));
    const made = index % 2 === 0 ? signIn(at) : portal(at, "Authenticate", guid());
    const identity = made["userIdentity"] as { onBehalfOf: object };
    return {
      ...made,
      userIdentity: { ...identity, onBehalfOf: { ...identity.onBehalfOf, userId } },
    };
  });
}

function receiptOf(outcome: FileOutcome | undefined) {
  if (outcome === undefined || "refused" in outcome) throw new Error("the file was refused");
  expectSum(outcome.receipt);
  return outcome.receipt;
}

test("a file read twice, also under another name, adds nothing and counts the same records", async () => {
  const text = trailFile(signIn(AT), portal(AT, "Authenticate"), null, {
    eventSource: "ec2.amazonaws.com",
    eventName: "RunInstances",
  });
  const first = { records: 4, appended: 2, duplicates: 0, ignored: 1, undecodable: 1 };
  const again = { records: 4, appended: 0, duplicates: 2, ignored: 1, undecodable: 1 };
  expect(await stand.ingest(text, "a.json")).toMatchObject(first);
  expect(await stand.ingest(text, "a.json")).toMatchObject(again);
  expect(await stand.ingest(text, "b.json.gz")).toMatchObject(again);
  expect(await stand.count("undecodable_records")).toBe(1);
});

test("the same content twice among files that are read together is read once", async () => {
  const bytes = Buffer.from(trailFile(...many(10)));
  const outcomes = await ingestFiles(
    [
      { path: "a", bytes },
      { path: "b", bytes },
    ],
    stand.trail,
    clock,
  );
  expect(outcomes.map(receiptOf)).toMatchObject([
    { appended: 10 },
    { appended: 0, duplicates: 10 },
  ]);
});

test("a record that stands twice in one file, or in two files, is appended with the first", async () => {
  const [one, two] = [signIn(AT), portal(AT, "Authenticate")];
  expect(await stand.ingest(trailFile(one, two, one))).toMatchObject({
    records: 3,
    appended: 2,
    duplicates: 1,
  });
  expect(await stand.ingest(trailFile(two, signIn(AT)))).toMatchObject({
    appended: 1,
    duplicates: 1,
  });
});

test("one record spelled with its keys in another order is the same record", async () => {
  const one = signIn(AT);
  const turned = Object.fromEntries(Object.entries(one).toReversed());
  await stand.ingest(trailFile(one));
  expect(await stand.ingest(trailFile(turned))).toMatchObject({ duplicates: 1, undecodable: 0 });
});

test("a known eventID with another content is kept as a conflict, and the first content stays", async () => {
  const one = signIn(AT);
  await stand.ingest(trailFile(one));
  const forged = { ...one, sourceIPAddress: "203.0.113.66" };
  expect(await stand.ingest(trailFile(forged))).toMatchObject({
    appended: 0,
    duplicates: 0,
    undecodable: 1,
  });
  const { rows } = await stand.database.pool.query(
    "select reason, event_id, position, excerpt from undecodable_records",
  );
  expect(rows).toEqual([
    {
      reason: "event-id-conflict",
      event_id: one["eventID"],
      position: 0,
      excerpt: expect.stringContaining("203.0.113.66"),
    },
  ]);
  const kept = await new PostgresRecordStore(stand.database).record(one["eventID"] as string);
  expect(kept!.kept!.record["sourceIPAddress"]).toBe(one["sourceIPAddress"]);
});

test("two contents of one eventID in one file are one event and one conflict", async () => {
  const one = signIn(AT);
  expect(await stand.ingest(trailFile(one, { ...one, userAgent: "another" }, one))).toMatchObject({
    appended: 1,
    undecodable: 1,
    duplicates: 1,
  });
});

test("a file of which a part was committed goes on where it stopped", async () => {
  const records = many(4_500);
  const bytes = Buffer.from(trailFile(...records));
  // The store that dies in the second transaction of the file.
  let left = 1;
  const dying = new (class extends PostgresTrailStore {
    override append(...parameters: Parameters<PostgresTrailStore["append"]>) {
      left -= 1;
      return left < 0 ? Promise.reject(new Error("killed")) : super.append(...parameters);
    }
  })(stand.database);
  await expect(ingestFiles([{ path: "a", bytes }], dying, clock)).rejects.toThrow("killed");
  expect(await stand.count("event_ids")).toBe(2_000);
  const states = await stand.trail.fileStates([sha256(bytes)]);
  expect(states.get(sha256(bytes))).toMatchObject({ position: 2_000, completed: false });

  const [outcome] = await ingestFiles([{ path: "a", bytes }], stand.trail, clock);
  expect(receiptOf(outcome)).toMatchObject({ records: 4_500, appended: 2_500, duplicates: 2_000 });
  expect(await stand.count("event_ids")).toBe(4_500);
});

test("one bad record among 2,000 good ones costs one record", async () => {
  const records: unknown[] = many(1_999);
  records.splice(
    777,
    0,
    signIn("2026-11-02T08:00:00Z", { recipientAccountId: "x".repeat(1_000_000) }),
  );
  expect(await stand.ingest(trailFile(...records))).toMatchObject({
    records: 2_000,
    appended: 1_999,
    undecodable: 1,
  });
  const { rows } = await stand.database.pool.query(
    "select position, reason from undecodable_records",
  );
  expect(rows).toEqual([
    { position: 777, reason: expect.stringContaining("the database cannot hold it") },
  ]);
});

test("four readers of the same records in opposite orders neither lose, double nor deadlock", async () => {
  const records = many(2_000);
  const turned = records.toReversed();
  const halves = [...records.slice(1_000), ...records.slice(0, 1_000)];
  const orders = [records, turned, halves, turned.map((one) => ({ ...one }))];
  const outcomes = await Promise.all(
    orders.map((order, index) => {
      // Another name and another order of keys give another digest, so that no reader can skip the file.
      const bytes = Buffer.from(JSON.stringify({ Records: order, note: index }));
      return ingestFiles(
        [{ path: `order-${index}`, bytes }],
        new PostgresTrailStore(stand.database),
        clock,
      );
    }),
  );
  const receipts = outcomes.map(([outcome]) => receiptOf(outcome));
  expect(receipts.reduce((total, one) => total + one.appended, 0)).toBe(2_000);
  expect(receipts.reduce((total, one) => total + one.duplicates, 0)).toBe(6_000);
  expect(receipts.every((one) => one.undecodable === 0)).toBe(true);
  expect(await stand.count("event_ids")).toBe(2_000);
});

test("two readers of one file at the same time count each record once between them", async () => {
  const bytes = Buffer.from(trailFile(...many(3_000)));
  const outcomes = await Promise.all(
    [1, 2].map(() =>
      ingestFiles([{ path: "same", bytes }], new PostgresTrailStore(stand.database), clock),
    ),
  );
  const receipts = outcomes.map(([outcome]) => receiptOf(outcome));
  expect(receipts.reduce((total, one) => total + one.appended, 0)).toBe(3_000);
  const { rows } = await stand.database.pool.query(
    "select records, position, appended + duplicates as counted, completed_at is not null as done from trail_files",
  );
  expect(rows).toEqual([{ records: 3_000, position: 3_000, counted: 3_000, done: true }]);
});

test("a refused file in a followed folder stops no other, and is read once it is whole", async () => {
  const folder = mkdtempSync(join(tmpdir(), "curfew-folder-"));
  try {
    const good = trailFile(signIn(AT));
    writeFileSync(join(folder, "a.json"), "{");
    writeFileSync(join(folder, "b.json"), good);
    const follow = () => followFolder(folder, fileFolder, stand.trail, clock);
    expect(await follow()).toMatchObject({
      files: 2,
      appended: 1,
      refused: [{ path: join(folder, "a.json") }],
    });
    expect(await follow()).toMatchObject({ files: 0, refused: [] });
    writeFileSync(join(folder, "a.json"), trailFile(portal(AT, "Authenticate")));
    expect(await follow()).toMatchObject({ files: 1, appended: 1, refused: [] });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a role event that came before anything named its person is theirs once something does", async () => {
  await stand.ingest(trailFile(assumeRole(AT), call("2026-11-02T08:01:00Z", AT, {}, false)));
  await stand.sweep();
  expect(await stand.sessions()).toEqual([]);
  await stand.ingest(trailFile(signIn("2026-11-02T07:59:00Z")));
  await stand.sweep();
  const roles = (await stand.sessions()).filter((session) => session.kind === "role");
  expect(roles).toHaveLength(1);
  expect(roles[0]).toMatchObject({
    user: { userId: USER },
    eventIds: [expect.any(String), expect.any(String)],
  });
});
