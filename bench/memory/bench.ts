/** P3: the most memory that a process reading by Curfew's own flow ever holds, for ordinary files and for files made to fill it. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeFiles } from "../ingest/read.ts";
import type { Finding, Progress, Report } from "../report.ts";
import type { Stand } from "../stand.ts";
import { makeTrailFiles } from "../trail.ts";
import { writeBomb, writeLargeRecord, writeSmallFiles } from "./inputs.ts";
import type { Told } from "./process.ts";

const READER = fileURLToPath(new URL("process.ts", import.meta.url));
const MOST_MIB = 256;

async function readIn(stand: Stand, folder: string): Promise<Told> {
  await stand.empty();
  const child = fork(READER, [stand.url, folder]);
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`The reading process ended with ${String(code)} before it told anything.`);
  });
  const [told] = (await Promise.race([once(child, "message"), ended])) as [Told];
  await ended.catch(() => undefined);
  return told;
}

export async function benchMemory(
  stand: Stand,
  { records, smallFiles }: { records: number; smallFiles: number },
  say: Progress,
): Promise<Report> {
  const place = (name: string) => join(stand.folder, name);
  const inputs: readonly (readonly [string, () => Promise<string>])[] = [
    [
      `${records.toLocaleString("en")} records, 2,000 a file`,
      () => writeFiles(place("plain"), makeTrailFiles("memory", records, 2_000)),
    ],
    ["1 GiB packed into 1 MB", () => writeBomb(place("bomb"))],
    ["a record of 200 MB", () => writeLargeRecord(place("large"))],
    [
      `${smallFiles.toLocaleString("en")} files of 5 records`,
      () => writeSmallFiles(place("small"), smallFiles),
    ],
  ];
  const findings: Finding[] = [];
  const figures: string[] = [];
  for (const [what, write] of inputs) {
    say(`memory: ${what}`);
    const told = await readIn(stand, await write());
    const value = told.peakKiB / 1_024;
    const target = `≤ ${MOST_MIB} MiB`;
    findings.push({ goal: "P3", what, value, unit: "MiB", target, met: value <= MOST_MIB });
    figures.push(
      `${what}: ${told.appended} appended, ${told.undecodable} undecodable, ${told.refused} files refused`,
    );
  }
  return {
    name: "Memory of a reading process",
    size: "its highest resident set",
    findings,
    figures,
  };
}
