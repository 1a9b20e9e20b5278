/**
 * Row 2: readers killed, or cut off from the database, at each named point of a transaction. A proxy between them and Postgres sees the
 * statement and acts there; the product has no switch for it. In the end the database holds what an undisturbed reading leaves.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStand, type Stand } from "#test/integration/ingest/stand";
import { corpusOf, historyOf, UNTIL, writeCorpus, type Corpus } from "#test/support/corpus";
import { openProxy, type Frame, type Proxy, type Verdict, type Watcher } from "#test/support/proxy";
import { dice, size, tried } from "#test/support/sizes";
import { expectWhole, storedIn, type Stored } from "#test/support/stored-truth";
import { openReaders, type Reader, type Readers } from "./readers.ts";

const TIMES = size(20, 200);

interface Point {
  readonly name: string;
  readonly side: "asked" | "answered";
  readonly at: (frame: Frame) => boolean;
  /** What becomes of the frame at the point. */
  readonly verdict: Verdict;
  /** Whether the process dies there; else only its connection does. */
  readonly dies: boolean;
}

const asks = (text: string) => (frame: Frame) => frame.type === "Q" && frame.statement === text;
/** CommandComplete (PostgreSQL: Message Formats) of a statement. */
const done = (part: string) => (frame: Frame) =>
  frame.type === "C" && frame.statement.includes(part);

const POINTS: readonly Point[] = [
  {
    name: "after the file was unpacked, before begin",
    side: "asked",
    at: asks("begin"),
    verdict: "hold",
    dies: true,
  },
  {
    name: "after the ids were inserted",
    side: "answered",
    at: done("insert into event_ids"),
    verdict: "pass",
    dies: true,
  },
  {
    name: "after the people were marked due",
    side: "answered",
    at: done("update people p set due_at"),
    verdict: "pass",
    dies: true,
  },
  {
    name: "after the file's place was written",
    side: "answered",
    at: done("insert into trail_files"),
    verdict: "pass",
    dies: true,
  },
  {
    name: "before the commit is sent",
    side: "asked",
    at: asks("commit"),
    verdict: "hold",
    dies: true,
  },
  {
    name: "when the commit was sent",
    side: "asked",
    at: asks("commit"),
    verdict: "pass",
    dies: true,
  },
  {
    name: "when the commit's reply was lost",
    side: "answered",
    at: done("commit"),
    verdict: "hold",
    dies: true,
  },
  { name: "after the commit", side: "answered", at: done("commit"), verdict: "pass", dies: true },
  {
    name: "before the commit is sent, and the process lives",
    side: "asked",
    at: asks("commit"),
    verdict: "cut",
    dies: false,
  },
  {
    name: "when the commit's reply was lost, and the process lives",
    side: "answered",
    at: done("commit"),
    verdict: "cut",
    dies: false,
  },
];

let folder: string;
let stand: Stand;
let readers: Readers;
let proxy: Proxy;
let corpus: Corpus;
let undisturbed: Stored;
let coverage: unknown;

const task = (url: string) => ({ url, folder, together: 1, backwards: false, now: UNTIL });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "curfew-points-"));
  corpus = corpusOf(await historyOf(2, 6), { perFile: 40, seed: 4 });
  writeCorpus(folder, corpus);
  readers = openReaders();
  stand = await openStand({ now: UNTIL });
  proxy = await openProxy(stand.database.url);
  await readToEnd();
  undisturbed = await storedIn(stand.database.pool);
  coverage = await counted();
});
afterAll(async () => {
  await readers.end();
  await proxy.close();
  await stand.drop();
  rmSync(folder, { recursive: true });
});

/** How many records each place showed: one reader alone counts none of them twice. */
async function counted(): Promise<unknown> {
  const { rows } = await stand.database.pool.query(
    "select account_id, region, records from coverage order by 1, 2",
  );
  return rows;
}

async function readToEnd(): Promise<void> {
  proxy.watch(null);
  const { ended } = await readers.start(task(stand.database.url));
  expect(await ended).toEqual({ code: 0, stderr: "" });
  await expectWhole(stand.database.pool, corpus.ids);
}

/** Acts at the n-th time that a reader comes to the point. */
function acting(point: Point, nth: number, act: () => void): Watcher {
  let passed = 0;
  const watch = (frame: Frame): Verdict => {
    if (!point.at(frame)) return "pass";
    passed += 1;
    if (passed !== nth) return "pass";
    act();
    return point.verdict;
  };
  return point.side === "asked" ? { asked: watch } : { answered: watch };
}

/** True when the reader came to the point; false when it came to its end before. */
async function disturbed(point: Point, nth: number): Promise<boolean> {
  let reader: Reader | null = null;
  let reached = false;
  proxy.watch(
    acting(point, nth, () => {
      reached = true;
      if (point.dies) reader!.kill();
    }),
  );
  reader = await readers.start(task(proxy.url));
  const { code, stderr } = await reader.ended;
  proxy.cutAll();
  const expected = !reached ? 0 : point.dies ? null : 3;
  expect({ code, stderr: point.dies || !reached ? stderr : "" }).toEqual({
    code: expected,
    stderr: "",
  });
  return reached;
}

for (const point of POINTS) {
  test(`${TIMES} times ${point.name}: nothing is lost and nothing twice`, async (context) => {
    tried(context, 2, `${point.dies ? "kills" : "cuts"} ${point.name}`, TIMES);
    const random = dice(POINTS.indexOf(point) + 11);
    await stand.clear();
    for (let times = 0; times < TIMES;) {
      const reached = await disturbed(point, 1 + Math.floor(random() * 3));
      if (reached) times += 1;
      if (reached && times < TIMES) continue;
      await readToEnd();
      expect(await storedIn(stand.database.pool)).toEqual(undisturbed);
      expect(await counted()).toEqual(coverage);
      await stand.clear();
    }
  });
}
