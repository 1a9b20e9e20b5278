/** Reads a folder by Curfew's own flow in a process of its own, and tells its parent what it read and the most memory it ever held. */
import { readFileSync } from "node:fs";
import { openDatabase } from "../../packages/core/adapters/postgres/database.ts";
import { PostgresTrailStore } from "../../packages/core/adapters/postgres/trail/trail-store.ts";
import { fileFolder } from "../../packages/core/adapters/files/folder.ts";
import { followFolder } from "../../packages/core/flows/ingest/follow-folder.ts";
import { CLOCK } from "../ingest/read.ts";

export interface Told {
  readonly records: number;
  readonly appended: number;
  readonly refused: number;
  readonly undecodable: number;
  /** The highest resident set, in KiB; where there is no /proc, what Node says of it. */
  readonly peakKiB: number;
}

function peakKiB(): number {
  try {
    const [, peak] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    return Number(peak);
  } catch {
    return process.resourceUsage().maxRSS;
  }
}

const [url, folder] = process.argv.slice(2);
if (url === undefined || folder === undefined)
  throw new Error("process.ts needs the URL of a database and a folder to read.");
const database = openDatabase(url, { maxConnections: 12, applicationName: "curfew bench" });
const store = new PostgresTrailStore(database);
const receipt = await followFolder(folder, fileFolder, store, CLOCK);
await database.close();
const { records, appended, undecodable, refused } = receipt;
const told: Told = {
  records,
  appended,
  undecodable,
  refused: refused.length,
  peakKiB: peakKiB(),
};
process.send?.(told);
