/**
 * Runs the benchmarks one after the other and prints their ratios. A goal that is missed is printed as missed and is no failure: figures of a
 * machine that others use too judge nothing. With `--record` the page that lists the goals takes the figures of this run.
 */
import { readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { benchEverybody } from "./access/everybody.ts";
import { benchExport } from "./access/export.ts";
import { benchIngest } from "./ingest/bench.ts";
import { benchLookup } from "./lookup-report.ts";
import { benchMemory } from "./memory/bench.ts";
import { benchOrganisation } from "./organisation/bench.ts";
import { asText, type Progress, type Report } from "./report.ts";
import { benchRules } from "./rules/bench.ts";
import { benchIncrement, benchRebuild } from "./sessions/bench.ts";
import { withStand } from "./stand.ts";

const PAGE = fileURLToPath(new URL("../docs/benchmarks.md", import.meta.url));
const [BEGIN, END] = ["<!-- figures of the last run -->", "<!-- end of the figures -->"];

const SMALL_FILES = 20_000;
const LOOKUP_SECONDS = 60;

interface Options {
  readonly records: number;
  readonly rounds: number;
  readonly say: Progress;
}

/** By the goals that each of them measures. */
const BENCHES: readonly {
  readonly goals: readonly string[];
  readonly run: (options: Options) => Promise<Report>;
}[] = [
  {
    goals: ["p1", "p2", "p4"],
    run: ({ records, rounds, say }) =>
      withStand(12, (stand) => benchIngest(stand, records, rounds, say)),
  },
  {
    goals: ["p3"],
    run: ({ records, say }) =>
      withStand(12, (stand) => benchMemory(stand, { records, smallFiles: SMALL_FILES }, say)),
  },
  {
    goals: ["p5"],
    run: ({ records, rounds, say }) =>
      withStand(12, (stand) => benchRebuild(stand, records, rounds, say)),
  },
  { goals: ["p6"], run: ({ say }) => withStand(12, (stand) => benchIncrement(stand, say)) },
  {
    goals: ["p8"],
    run: ({ rounds, say }) => withStand(4, (stand) => benchExport(stand, rounds, say)),
  },
  {
    goals: ["p9"],
    run: ({ rounds, say }) => withStand(4, (stand) => benchEverybody(stand, rounds, say)),
  },
  {
    goals: ["p10"],
    run: ({ records, rounds, say }) =>
      withStand(12, (stand) => benchRules(stand, records, rounds, say)),
  },
  { goals: ["p11"], run: ({ say }) => benchLookup(LOOKUP_SECONDS, say) },
  {
    goals: ["p13"],
    run: ({ records, rounds, say }) =>
      withStand(12, (stand) => benchOrganisation(stand, records, rounds, say)),
  },
];

async function machine(): Promise<string> {
  const version = await withStand(1, async ({ database }) => {
    const { rows } = await database.pool.query<{ server_version: string }>("show server_version");
    return rows[0]!.server_version;
  });
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  return `${cpus().length} cores (${model}), Node ${process.versions.node}, Postgres ${version} with fsync and synchronous_commit on`;
}

async function record(text: string): Promise<void> {
  const page = await readFile(PAGE, "utf8");
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from === -1 || to < from) throw new Error(`${PAGE} lacks the two markers of the figures.`);
  const figures = `${BEGIN}\n\n\`\`\`text\n${text.trimEnd()}\n\`\`\`\n\n`;
  await writeFile(PAGE, page.slice(0, from) + figures + page.slice(to));
}

/** A whole number of at least 1. */
function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`--${name} must be a whole number of at least 1 and not "${text}".`);
  return value;
}

function chosen(only: string | undefined): typeof BENCHES {
  if (only === undefined) return BENCHES;
  const known = BENCHES.flatMap(({ goals }) => goals);
  const wanted = only.toLowerCase().split(",");
  const foreign = wanted.find((one) => !known.includes(one));
  if (foreign !== undefined)
    throw new Error(`--only takes ${known.join(", ")} and not "${foreign}".`);
  return BENCHES.filter(({ goals }) => goals.some((goal) => wanted.includes(goal)));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      records: { type: "string", default: "100000" },
      rounds: { type: "string", default: "3" },
      json: { type: "boolean", default: false },
      record: { type: "boolean", default: false },
    },
  });
  const options: Options = {
    records: count("records", values.records),
    rounds: count("rounds", values.rounds),
    say: (text) => void process.stderr.write(`${text}\n`),
  };
  const texts = [await machine()];
  const reports: Report[] = [];
  for (const { run } of chosen(values.only)) {
    const report = await run(options);
    reports.push(report);
    texts.push(asText(report));
    if (!values.json) process.stdout.write(`${asText(report)}\n`);
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ machine: texts[0], reports })}\n`);
  if (values.record) await record(texts.join("\n\n"));
}

await main();
