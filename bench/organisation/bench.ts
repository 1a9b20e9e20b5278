/**
 * P13: a question about the few relevant records of an organisation's trail, answered by DuckDB's `read_json` and by Curfew from the same
 * gzipped files. The answers are compared, and a benchmark whose answers differ fails.
 */
import { join } from "node:path";
import { readFolder, writeFiles } from "../ingest/read.ts";
import { ratioFinding, type Progress, type Report } from "../report.ts";
import { allCpu, inTurn, median, ratioOf, type Rounds, type Way } from "../rounds.ts";
import type { Stand } from "../stand.ts";
import { digestOfLines } from "./answer.ts";
import { answerFromDatabase, answerFromFiles } from "./curfew.ts";
import { DuckDb } from "./duckdb.ts";
import { organisationTrail } from "./files.ts";

const PER_FILE = 2_000;

export async function benchOrganisation(
  stand: Stand,
  records: number,
  rounds: number,
  say: Progress,
): Promise<Report> {
  say("making an organisation's trail");
  const trail = organisationTrail("organisation", records, PER_FILE);
  const folder = await writeFiles(join(stand.folder, "organisation"), trail.files);
  const duckDb = await DuckDb.open();
  try {
    await checkAnswers(stand, folder, duckDb);
    const runs = await inTurn(waysOf(stand, folder, duckDb), rounds, stand.meter, say);
    return {
      name: `A question about an organisation's trail against DuckDB ${await duckDb.version()}`,
      size: `${records.toLocaleString("en")} records, ${Math.round(trail.bytes / 1e6)} MB unpacked, of which ${trail.relevant.toLocaleString("en")} are relevant, ${rounds} rounds in turn`,
      findings: [
        ratioFinding("P13", "from the files, by time", ratioOf(runs, "curfew-files", "duckdb"), 3),
        ratioFinding("P13", "the same by CPU", ratioOf(runs, "curfew-files", "duckdb", allCpu), 3),
        ratioFinding(
          "P13",
          "with ingest into Postgres, by time",
          ratioOf(runs, "curfew-ingest", "duckdb"),
          1,
        ),
      ],
      figures: figuresOf(runs, records, trail.bytes),
    };
  } finally {
    duckDb.close();
  }
}

function waysOf(stand: Stand, folder: string, duckDb: DuckDb): Way[] {
  const nothing = (): Promise<void> => Promise.resolve();
  return [
    {
      name: "duckdb",
      prepare: nothing,
      run: async () => void (await duckDb.answer(folder)),
    },
    {
      name: "curfew-files",
      prepare: nothing,
      run: async () => void (await answerFromFiles(folder)),
    },
    {
      name: "curfew-ingest",
      prepare: () => stand.empty(),
      run: async () => void (await readFolder(stand, folder)),
    },
  ];
}

async function checkAnswers(stand: Stand, folder: string, duckDb: DuckDb): Promise<void> {
  await stand.empty();
  await readFolder(stand, folder);
  const answers = {
    duckdb: await duckDb.answer(folder),
    files: await answerFromFiles(folder),
    database: await answerFromDatabase(stand.database),
  };
  const digests = new Set(Object.values(answers).map(digestOfLines));
  if (digests.size === 1 && answers.files.length > 0) return;
  const first = answers.files.findIndex(
    (line, at) => line !== answers.duckdb[at] || line !== answers.database[at],
  );
  throw new Error(
    `The answers differ, first here:\n${Object.entries(answers)
      .map(([name, lines]) => `${name}: ${lines[first]}`)
      .join("\n")}`,
  );
}

function figuresOf(runs: Rounds, records: number, bytes: number): string[] {
  return Object.entries(runs).map(([name, all]) => {
    const seconds = median(all.map((run) => run.milliseconds)) / 1_000;
    const cpu = median(all.map(allCpu)) / records;
    return `${name.padEnd(16)} ${seconds.toFixed(2)} s, ${Math.round(bytes / 1e6 / seconds)} MB/s unpacked   CPU µs a record: ${cpu.toFixed(2)}`;
  });
}
