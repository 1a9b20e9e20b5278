/**
 * Row 1: readers killed at random moments, two at a time over the same files in opposite orders. Whatever was half done, what stands in
 * the database in the end is what an undisturbed reading leaves, and reading goes on at once.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStand, type Stand } from "#test/integration/ingest/stand";
import { corpusOf, historyOf, UNTIL, writeCorpus, type Corpus } from "#test/support/corpus";
import { dice, size, tried } from "#test/support/sizes";
import { expectWhole, storedIn, type Stored } from "#test/support/stored-truth";
import { openReaders, type Readers } from "./readers.ts";

const KILLS = size(150, 2_000);
const EARLIEST = 180;
const LATEST = 420;
/** A machine that is too slow to commit anything between two kills comes to the end of its files without further ones. */
const KILLS_A_READING = 60;

let folder: string;
let stand: Stand;
let readers: Readers;
let corpus: Corpus;
let undisturbed: Stored;
const random = dice(4_711);
let kills = 0;
let slowest = 0;

const task = (backwards: boolean, together: number) => ({
  url: stand.database.url,
  folder,
  together,
  backwards,
  now: UNTIL,
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "curfew-random-"));
  corpus = corpusOf(await historyOf(6, 5), { perFile: 60, seed: 3 });
  writeCorpus(folder, corpus);
  readers = openReaders();
  stand = await openStand({ now: UNTIL });
  await read(false, 0);
  await expectWhole(stand.database.pool, corpus.ids);
  undisturbed = await storedIn(stand.database.pool);
});
afterAll(async () => {
  await readers.end();
  await stand.drop();
  rmSync(folder, { recursive: true });
});

/** Reads everything, killed again and again on the way until there were so many kills. */
async function read(backwards: boolean, enough: number): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const reader = await readers.start(task(backwards, random() < 0.5 ? 1 : 10));
    const moment = EARLIEST + random() * (LATEST - EARLIEST);
    const last = kills >= enough || tries >= KILLS_A_READING;
    // The random moment is the fault itself.
    const over = last ? await reader.ended : await Promise.race([reader.ended, pause(moment)]);
    reader.kill();
    const { code, stderr } = await reader.ended;
    slowest = Math.max(slowest, reader.firstCommit() ?? 0);
    if (over !== undefined) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      return;
    }
    if (code === null) kills += 1;
  }
}

test(`${KILLS} kills at random moments lose nothing and double nothing`, async (context) => {
  tried(context, 1, "kills at random moments, two readers at a time", KILLS);
  while (kills < KILLS) {
    await stand.clear();
    await Promise.all([read(false, KILLS), read(true, KILLS)]);
    await expectWhole(stand.database.pool, corpus.ids);
    expect(await storedIn(stand.database.pool)).toEqual(undisturbed);
  }
  expect(slowest).toBeLessThan(5_000);
});
