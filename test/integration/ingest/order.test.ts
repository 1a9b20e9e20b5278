/** Any order of the files, any order inside them and any repetition: the same rows, the same sessions, the same digest. */
import { gunzipSync } from "node:zlib";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ingestFiles, type TrailBytes } from "#core/flows/ingest/ingest-files";
import { writeHistory } from "#simulator/write-history";
import { expectSum, openStand, type Stand } from "./stand.ts";

const UNTIL = Date.parse("2026-11-02T10:00:00Z");

let stand: Stand;
let files: TrailBytes[];
let expected: Awaited<ReturnType<typeof stateOf>>;

beforeAll(async () => {
  stand = await openStand({ now: UNTIL, portalSessionMinutes: 7 * 24 * 60 });
  const out = mkdtempSync(join(tmpdir(), "curfew-order-"));
  try {
    await writeHistory({ out, days: 3, seed: 5, until: UNTIL, shape: "mixed" });
    const trail = join(out, "trail");
    files = readdirSync(trail, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".gz"))
      .toSorted()
      .map((name) => ({ path: name, bytes: gunzipSync(readFileSync(join(trail, name))) }));
  } finally {
    rmSync(out, { recursive: true });
  }
  await read([files]);
  expected = await stateOf();
});
afterAll(() => stand.drop());

/** Reads groups of files one after the other, and judges everybody after each. */
async function read(groups: readonly (readonly TrailBytes[])[]): Promise<void> {
  await stand.clear();
  for (const group of groups) {
    for (const outcome of await ingestFiles(group, stand.trail, { now: () => UNTIL })) {
      if ("refused" in outcome) throw outcome.refused;
      expectSum(outcome.receipt);
    }
    await stand.sweep();
  }
}

async function stateOf() {
  const { rows } = await stand.database.pool.query<{
    events: string;
    sessions: string;
    findings: string;
  }>(
    `select (select md5(string_agg(event_id || encode(content_sha256, 'hex'), ',' order by event_id)) from event_ids) as events,
            (select md5(string_agg(id || body::text, ',' order by id)) from sessions) as sessions,
            (select md5(string_agg(id || rule_id || opened_at::text, ',' order by id)) from findings where state <> 'resolved') as findings`,
  );
  return { ...rows[0]!, replayed: await stand.replay() };
}

function dice(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .toSorted((left, right) => left.place - right.place)
    .map(({ item }) => item);
}

/** The same records in another order, so that the file's digest is another. */
function turned({ path, bytes }: TrailBytes, random: () => number): TrailBytes {
  const { Records } = JSON.parse(Buffer.from(bytes).toString()) as { Records: unknown[] };
  return {
    path: `turned/${path}`,
    bytes: Buffer.from(JSON.stringify({ Records: shuffled(Records, random) })),
  };
}

function inGroups<T>(items: readonly T[], count: number): T[][] {
  const size = Math.ceil(items.length / count);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}

test("the history is large enough to tell orders apart", () => {
  expect(files.length).toBeGreaterThan(20);
  expect(expected.replayed.sessions).toBeGreaterThan(200);
});

test.each([1, 2, 3, 4])(
  "files in any order, read in parts that are judged between (order %i)",
  async (seed) => {
    await read(inGroups(shuffled(files, dice(seed)), seed + 1));
    expect(await stateOf()).toEqual(expected);
  },
);

test("newest first", async () => {
  await read(inGroups(files.toReversed(), 3));
  expect(await stateOf()).toEqual(expected);
});

test("every file twice, and again with its records in another order", async () => {
  const random = dice(9);
  await read([shuffled([...files, ...files], random), files.map((file) => turned(file, random))]);
  expect(await stateOf()).toEqual(expected);
});
