/**
 * P1, P2 and P4: Curfew's own flow from gzipped files on disk, with every promise kept, against COPY of rows that are ready in memory into
 * the plain jsonb table over two connections; the bytes of both; and the same records once more. It judges speed: tests judge what is stored.
 */
import { join } from "node:path";
import { copyNatural, makeNatural, NATURAL, naturalRows, type NaturalRows } from "./natural.ts";
import { readFolder, writeFiles } from "./read.ts";
import { ratioFinding, type Finding, type Progress, type Report } from "../report.ts";
import {
  allCpu,
  inTurn,
  measure,
  median,
  ratioOf,
  type Rounds,
  type Run,
  type Way,
} from "../rounds.ts";
import type { Stand } from "../stand.ts";
import { filesOf, makeRecords } from "../trail.ts";

const CONNECTIONS = 2;
const PER_FILE = 2_000;
/** What five minutes of an account and Region hold. */
const PER_SMALL_FILE = 116;

/** Medians for each record that was read. */
function costOf(name: string, runs: readonly Run[], records: number): string {
  const perSecond = (records * 1_000) / median(runs.map((run) => run.milliseconds));
  const [node, postgres] = (["node", "postgres"] as const).map(
    (side) => median(runs.map((run) => run.cpu[side])) / records,
  );
  return `${name.padEnd(20)} ${Math.round(perSecond).toLocaleString("en").padStart(11)} records/s   CPU µs a record: node ${node!.toFixed(1)}, Postgres ${postgres!.toFixed(1)}`;
}

async function firstReadings(
  stand: Stand,
  folders: { large: string; small: string },
  natural: NaturalRows,
  rounds: number,
  say: Progress,
): Promise<Rounds> {
  const prepare = () => stand.empty(NATURAL);
  const read = (folder: string) => async (): Promise<void> => {
    const { appended, ignored, undecodable } = await readFolder(stand, folder);
    if (appended !== natural.rows || ignored > 0 || undecodable > 0)
      throw new Error(`${appended} of ${natural.rows} records were appended: one side is wrong.`);
  };
  const copy = (format: "text" | "binary"): Way => ({
    name: `copy-${format}`,
    prepare,
    run: () => copyNatural(stand.url, format, natural),
  });
  const ways: Way[] = [
    { name: "curfew", prepare, run: read(folders.large) },
    copy("text"),
    copy("binary"),
    { name: "curfew-small-files", prepare, run: read(folders.small) },
  ];
  return inTurn(ways, rounds, stand.meter, say);
}

/** Each round begins empty: the later readings need what the first one leaves. */
async function secondReadings(
  stand: Stand,
  folders: { large: string; copied: string; other: string },
  rounds: number,
  say: Progress,
): Promise<Rounds> {
  const read = (name: string, folder: string): Way => ({
    name,
    prepare: () => (name === "first" ? stand.empty(NATURAL) : Promise.resolve()),
    run: async () => {
      const { appended } = await readFolder(stand, folder);
      if (name !== "first" && appended > 0)
        throw new Error("Reading the same records again added some.");
    },
  });
  const ways = [
    read("first", folders.large),
    read("same-folder", folders.large),
    read("same-files", folders.copied),
    read("other-files", folders.other),
  ];
  const runs: Record<string, Run[]> = {};
  for (let round = 1; round <= rounds; round++) {
    for (const way of ways) {
      say(`reading again, ${way.name}: ${round} of ${rounds}`);
      (runs[way.name] ??= []).push(await measure(way, stand.meter));
    }
  }
  return runs;
}

/** The bytes that both sides keep of the same records. */
async function bytesOfBoth(
  stand: Stand,
  large: string,
  natural: NaturalRows,
): Promise<{ curfew: number; plain: number }> {
  await stand.empty(NATURAL);
  await readFolder(stand, large);
  await copyNatural(stand.url, "text", natural);
  return { curfew: await stand.eventBytes(), plain: await stand.bytesOf(NATURAL) };
}

export async function benchIngest(
  stand: Stand,
  records: number,
  rounds: number,
  say: Progress,
): Promise<Report> {
  say("making trail files");
  const made = makeRecords("bench", records);
  const natural = naturalRows(made, CONNECTIONS);
  const place = (name: string) => join(stand.folder, name);
  const large = filesOf(made, PER_FILE);
  const folders = {
    large: await writeFiles(place("large"), large),
    copied: await writeFiles(place("copied"), large),
    small: await writeFiles(place("small"), filesOf(made, PER_SMALL_FILE)),
    other: await writeFiles(place("other"), filesOf(made, PER_FILE - 100)),
  };
  await makeNatural(stand.url);
  const first = await firstReadings(stand, folders, natural, rounds, say);
  const bytes = await bytesOfBoth(stand, folders.large, natural);
  const again = await secondReadings(stand, folders, rounds, say);
  return {
    name: "Ingest against COPY into a jsonb table",
    size: `${made.length.toLocaleString("en")} records of which ${natural.rows.toLocaleString("en")} are distinct, ${rounds} rounds in turn`,
    findings: findingsOf(first, again, bytes),
    figures: Object.entries({ ...first, ...again }).map(([name, runs]) =>
      costOf(name, runs, natural.rows),
    ),
  };
}

function findingsOf(
  first: Rounds,
  again: Rounds,
  bytes: { curfew: number; plain: number },
): Finding[] {
  const medianOf = (name: string) => median(first[name]!.map((run) => run.milliseconds));
  const ceiling = medianOf("copy-text") < medianOf("copy-binary") ? "copy-text" : "copy-binary";
  const share = bytes.curfew / bytes.plain;
  return [
    ratioFinding(
      "P1",
      `Curfew against ${ceiling}, by time`,
      ratioOf(first, "curfew", ceiling),
      0.9,
    ),
    ratioFinding("P1", "the same by CPU", ratioOf(first, "curfew", ceiling, allCpu), 0.9),
    ratioFinding(
      "P1",
      `files of ${PER_SMALL_FILE} records, by time`,
      ratioOf(first, "curfew-small-files", ceiling),
      0.9,
    ),
    {
      goal: "P2",
      what: "bytes of Curfew's tables by those of the jsonb table",
      value: share,
      unit: "x",
      target: "≤ 0.33x",
      met: share <= 0.33,
    },
    ratioFinding("P4", "the same folder again", ratioOf(again, "same-folder", "first"), 50),
    ratioFinding("P4", "the same files elsewhere", ratioOf(again, "same-files", "first"), 50),
    ratioFinding(
      "P4",
      "the same records in other files",
      ratioOf(again, "other-files", "first"),
      1,
    ),
  ];
}
