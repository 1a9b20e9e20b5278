/**
 * Trail files as S3 holds them (facts 6.4). Guarantees that name and bytes are functions of account, Region, window and records,
 * and that a reader never meets half a file: it is written under another name and renamed.
 */
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { Dice } from "../random.ts";

/** One file: what one account did in one Region, as far as it was delivered at one instant. */
export interface TrailFile {
  organizationId: string;
  accountId: string;
  region: string;
  /** Epoch ms of the delivery that the name and the folder tell. */
  deliveredAt: number;
  records: object[];
}

/** The path below the bucket: `AWSLogs/<o-id>/<account>/CloudTrail/<region>/YYYY/MM/DD/<name>.json.gz`. */
export function pathOf(file: Omit<TrailFile, "records">): string {
  const stamp = new Date(file.deliveredAt).toISOString();
  const [year, month, day] = stamp.slice(0, 10).split("-") as [string, string, string];
  const unique = new Dice("trail-file", file.accountId, file.region, file.deliveredAt).alphanumeric(
    16,
  );
  const minute = `${year}${month}${day}T${stamp.slice(11, 13)}${stamp.slice(14, 16)}Z`;
  const name = `${file.accountId}_CloudTrail_${file.region}_${minute}_${unique}.json.gz`;
  return `AWSLogs/${file.organizationId}/${file.accountId}/CloudTrail/${file.region}/${year}/${month}/${day}/${name}`;
}

/** Writes a file below `dir`; writing it again leaves the same bytes. */
export async function writeTrailFile(dir: string, file: TrailFile): Promise<void> {
  const path = join(dir, pathOf(file));
  const temporary = `${path}.${process.pid}.partial`;
  const bytes = gzipSync(JSON.stringify({ Records: file.records }), { level: 1 });
  try {
    await writeFile(temporary, bytes);
  } catch (problem) {
    // The first file of its day makes the folder; asking before every file would double the work of a long history.
    if ((problem as NodeJS.ErrnoException).code !== "ENOENT") throw problem;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, bytes);
  }
  await rename(temporary, path);
}
