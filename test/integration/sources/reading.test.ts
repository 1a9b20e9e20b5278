/** What one source, file or clock does wrong costs nothing of what the others show. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { fileFolder } from "#core/adapters/files/folder";
import { PostgresWindowStore } from "#core/adapters/postgres/sources/window-store";
import { Fault } from "#core/domain/fault";
import { DAY, HOUR, plus, type Instant } from "#core/domain/time";
import { followFolder } from "#core/flows/ingest/follow-folder";
import type { Folder, PolledSource } from "#core/ports/trail/event-source";
import { readStreams } from "#services/ingest/read-once";
import { portal, signIn } from "#test/support/records";
import { NOW, openStand, trailFile, type Stand } from "../ingest/stand.ts";

let stand: Stand;
let folder: string;
beforeAll(async () => {
  stand = await openStand();
});
beforeEach(async () => {
  await stand.clear();
  folder = mkdtempSync(join(tmpdir(), "curfew-reading-"));
  return () => rmSync(folder, { recursive: true });
});
afterAll(() => stand.drop());

const AT = "2026-11-09T08:00:00Z";
const clock = { now: () => NOW };

const source = (name: string, window: (from: Instant, to: Instant) => Promise<void>) =>
  ({
    stream: `lookup-events/${name}`,
    reachMilliseconds: 90 * DAY,
    async *pages(from, to) {
      await window(from, to);
      yield { records: [], receivedAt: to, done: true };
    },
  }) satisfies PolledSource;

test("a file that cannot be read stops no other and is tried again", async () => {
  writeFileSync(join(folder, "a.json"), trailFile(portal(AT, "Authenticate")));
  writeFileSync(join(folder, "b.json"), trailFile(signIn(AT)));
  chmodSync(join(folder, "a.json"), 0o000);
  let locked = true;
  // The superuser reads it all the same.
  const strict: Folder = {
    ...fileFolder,
    open: async (path) => {
      if (locked && path.endsWith("a.json")) {
        throw new Fault("input.unreadable-file", `${path} cannot be read.`);
      }
      return fileFolder.open(path);
    },
  };
  const follow = () => followFolder(folder, strict, stand.trail, clock);
  expect(await follow()).toMatchObject({
    files: 1,
    appended: 1,
    refused: [{ path: join(folder, "a.json") }],
  });
  locked = false;
  chmodSync(join(folder, "a.json"), 0o600);
  expect(await follow()).toMatchObject({ files: 1, appended: 1, refused: [] });
});

test("a stream that fails is told only when no other is being read any more", async () => {
  let reading = 0;
  const slow = source("slow", async () => {
    reading += 1;
    await stand.database.pool.query("select 1");
    reading -= 1;
  });
  const broken = source("broken", () => Promise.reject(new Error("denied")));
  const sources = {
    trail: null,
    streams: [broken, slow],
    directory: null,
    backfillMilliseconds: DAY,
    beforeReading: null,
  };
  const windows = new PostgresWindowStore(stand.database);
  const ports = { store: stand.trail, windows, clock };
  await expect(readStreams(sources, ports)).rejects.toThrow("denied");
  expect(reading).toBe(0);
  expect((await windows.windowsRead(slow.stream)).at(-1)?.to).toBe(plus(stand.now, -2 * HOUR));
});
