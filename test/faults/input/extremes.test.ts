/**
 * Row 11: the command itself over a gzip bomb of 1 GiB, a record of 200 MB and very many small files. Its memory stays bounded, what cannot
 * be read is refused by name, and all the rest is read. The peak is the kernel's own (VmHWM), for the whole process.
 */
import {
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGzip, gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch } from "#test/alone/command";
import { openStand, type Stand } from "#test/integration/ingest/stand";
import { signIn } from "#test/support/records";
import { size, tried } from "#test/support/sizes";

const MOST_MEGABYTES = 256;
const MIB = 1024 * 1024;
const SMALL_FILES = size(1_000, 100_000);

let folder: string;
let stand: Stand;
const AT = "2026-11-02T08:00:00Z";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "curfew-extremes-"));
  stand = await openStand();
});
afterAll(async () => {
  await stand.drop();
  rmSync(folder, { recursive: true });
});

/** The largest memory of a process so far, in MiB; null once it is gone. */
function peakOf(pid: number): number | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  } catch {
    return null;
  }
}

interface Read {
  readonly code: number | null;
  readonly stderr: string;
  readonly receipt: Readonly<Record<string, number>> | null;
  readonly megabytes: number;
}

/** `curfew ingest` over a path, watched: its peak only grows, so that the last look before its end is nearly the end's. */
async function ingest(path: string): Promise<Read> {
  const where = ["--data-dir", join(folder, "data"), "--database-url", stand.database.url];
  const { child, ended } = launch(["ingest", path, "--json", ...where]);
  let megabytes = 0;
  const watch = setInterval(() => (megabytes = Math.max(megabytes, peakOf(child.pid!) ?? 0)), 10);
  const { code, stdout, stderr } = await ended;
  clearInterval(watch);
  const receipt = stdout === "" ? null : (JSON.parse(stdout) as Record<string, number>);
  return { code, stderr, receipt, megabytes };
}

/** Writes a compressed file of text before, a filling of so many bytes, and text after. */
async function writeFilled(path: string, before: string, filling: number, after: string) {
  const gzip = createGzip({ level: 1 });
  const file = gzip.pipe(createWriteStream(path));
  const piece = Buffer.alloc(MIB, "a");
  gzip.write(before);
  for (let at = 0; at < filling; at += MIB) if (!gzip.write(piece)) await once(gzip, "drain");
  gzip.end(after);
  await once(file, "finish");
}

function folderOf(name: string, good: number): string {
  const path = join(folder, name);
  mkdirSync(path);
  for (let at = 0; at < good; at += 1) {
    const text = JSON.stringify({ Records: [signIn(AT)] });
    writeFileSync(
      join(path, `z-good-${String(at).padStart(6, "0")}.json.gz`),
      gzipSync(text, { level: 1 }),
    );
  }
  return path;
}

const record = () =>
  JSON.stringify(signIn(AT, { userAgent: "@@" })).split("@@") as [string, string];

test("a bomb of 1 GiB is refused by name in bounded memory, and the files beside it are read", async (context) => {
  tried(context, 11, "gzip bombs of 1 GiB", 1);
  const path = folderOf("bomb", 20);
  const [before, after] = record();
  await writeFilled(
    join(path, "a-bomb.json.gz"),
    `{"Records":[${before}`,
    1_024 * MIB,
    `${after}]}`,
  );
  const { code, stderr, receipt, megabytes } = await ingest(path);
  expect({ code, receipt }).toMatchObject({ code: 2, receipt: { files: 20, appended: 20 } });
  expect(stderr).toContain("a-bomb.json.gz");
  expect(megabytes).toBeLessThan(MOST_MEGABYTES);
});

test("a record of 200 MB is kept as undecodable in bounded memory, and the records beside it are read", async (context) => {
  tried(context, 11, "records of 200 MB", 1);
  const path = folderOf("large", 20);
  const [before, after] = record();
  const good = JSON.stringify(signIn(AT));
  const text = {
    first: `{"Records":[${good},${before}`,
    last: `${after},${JSON.stringify(signIn(AT))}]}`,
  };
  await writeFilled(join(path, "a-large.json.gz"), text.first, 200 * MIB, text.last);
  const { code, receipt, megabytes, stderr } = await ingest(path);
  expect({ code, stderr, receipt }).toMatchObject({
    code: 0,
    receipt: { files: 21, records: 23, appended: 22, undecodable: 1 },
  });
  expect(megabytes).toBeLessThan(MOST_MEGABYTES);
});

test(`${SMALL_FILES} small files are read in bounded memory`, async (context) => {
  tried(context, 11, "small files in one folder", SMALL_FILES);
  const path = folderOf("small", SMALL_FILES);
  const { code, receipt, megabytes } = await ingest(path);
  expect({ code, receipt }).toMatchObject({
    code: 0,
    receipt: { files: SMALL_FILES, appended: SMALL_FILES },
  });
  expect(megabytes).toBeLessThan(MOST_MEGABYTES);
});
