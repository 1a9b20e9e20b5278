/**
 * P5 and P6: everybody's sessions and findings rebuilt from stored events, as `curfew replay` does, against SQL windows over a narrow table
 * and DuckDB over the files; and what a sweep costs after one file, against reading that file. It judges speed: tests judge what is found.
 */
import { join } from "node:path";
import { readActionCatalogue } from "../../packages/core/adapters/iam-data/catalogue.ts";
import { PostgresAccessStore } from "../../packages/core/adapters/postgres/access/facts-at.ts";
import { PostgresObservationStore } from "../../packages/core/adapters/postgres/coverage/observation-store.ts";
import { PostgresPersonHistory } from "../../packages/core/adapters/postgres/people/person-history.ts";
import { PostgresSweepStore } from "../../packages/core/adapters/postgres/people/sweep-store.ts";
import { settingsOf } from "../../packages/core/domain/sessions/durations.ts";
import { reconstruct } from "../../packages/core/domain/sessions/reconstruct.ts";
import { instant } from "../../packages/core/domain/time.ts";
import { replay } from "../../packages/core/flows/replay.ts";
import { sweepPeople } from "../../packages/core/flows/sweep-people.ts";
import { readOnce } from "../../packages/core/platform/read-once.ts";
import { catalogue } from "../../packages/core/rules/catalogue.ts";
import { lanesOver } from "../../services/cli/replay/lanes.ts";
import { CLOCK, readFolder, writeFiles } from "../ingest/read.ts";
import type { Finding, Progress, Report } from "../report.ts";
import {
  allCpu,
  inTurn,
  measure,
  median,
  ratioOf,
  type Ratio,
  type Rounds,
  type Run,
  type Way,
} from "../rounds.ts";
import type { Stand } from "../stand.ts";
import { filesOf, makeRecords } from "../trail.ts";
import { makeNarrow, sessionsByDuckDb, sessionsByWindows } from "./plain.ts";

const PER_FILE = 2_000;
/** Files of which each is read and swept, after as many as are read beforehand. */
const FILES = 24;

function portsOn({ database }: Stand) {
  return {
    history: new PostgresPersonHistory(database),
    sweep: new PostgresSweepStore(database),
    access: new PostgresAccessStore(database),
    observations: new PostgresObservationStore(database),
    catalogue,
    actions: readOnce(readActionCatalogue),
    settings: settingsOf(720),
    channels: [],
    clock: CLOCK,
  };
}

/** Curfew's cost by the other's: below 1 Curfew is the faster one. */
function costFinding(
  goal: string,
  what: string,
  runs: Rounds,
  [first, second]: readonly [string, string],
  atMost: number,
  measureOf?: (run: Run) => number,
): Finding {
  // `ratioOf` says how much faster the first is: the other way round it is how much it costs.
  const cost: Ratio = ratioOf(runs, second, first, measureOf);
  return {
    goal,
    what,
    value: cost.median,
    lowest: cost.lowest,
    highest: cost.highest,
    unit: "x",
    target: `≤ ${atMost.toFixed(2)}x`,
    met: cost.median <= atMost,
  };
}

interface Found {
  sessions: number;
  plain: number;
  duckDb: number;
}

function waysOf(stand: Stand, folder: string, found: Found): Way[] {
  const ports = portsOn(stand);
  const at = instant(CLOCK.now());
  const nothing = () => Promise.resolve();
  return [
    {
      name: "replay",
      prepare: nothing,
      // As the command does: threads are started within the run, and ended.
      run: async () => {
        const lanes = lanesOver({ url: stand.url, settings: ports.settings });
        found.sessions = (await replay(ports, at, lanes)).sessions;
      },
    },
    {
      name: "sessions-alone",
      prepare: nothing,
      run: async () => {
        for await (const { person, events } of ports.history.everybody(at))
          reconstruct(person, events, ports.settings);
      },
    },
    {
      name: "sql-windows",
      prepare: nothing,
      run: async () => void (found.plain = await sessionsByWindows(stand.database)),
    },
    {
      name: "duckdb",
      prepare: nothing,
      run: async () => void (found.duckDb = await sessionsByDuckDb(folder)),
    },
  ];
}

export async function benchRebuild(
  stand: Stand,
  records: number,
  rounds: number,
  say: Progress,
): Promise<Report> {
  say("making trail files");
  const made = makeRecords("sessions", records);
  const folder = await writeFiles(join(stand.folder, "rebuild"), filesOf(made, PER_FILE));
  await stand.empty();
  await readFolder(stand, folder);
  await stand.database.pool.query("vacuum analyze");
  await makeNarrow(stand.database, made);
  const found = { sessions: 0, plain: 0, duckDb: 0 };
  const runs = await inTurn(waysOf(stand, folder, found), rounds, stand.meter, say);
  if (found.plain !== found.duckDb || found.sessions === 0)
    throw new Error(
      `${found.plain} sessions by SQL, ${found.duckDb} by DuckDB, ${found.sessions} by Curfew: one side is wrong.`,
    );
  return {
    name: "A rebuild of everybody's sessions against SQL windows and DuckDB",
    size: `${made.length.toLocaleString("en")} records, ${found.sessions.toLocaleString("en")} sessions (${found.plain.toLocaleString("en")} by half an hour of silence), ${rounds} rounds in turn`,
    findings: rebuildFindings(runs),
    figures: Object.entries(runs).map(([name, all]) => costOf(name, all, records)),
  };
}

function rebuildFindings(runs: Rounds): Finding[] {
  return [
    costFinding("P5", "replay by SQL windows, by time", runs, ["replay", "sql-windows"], 1),
    costFinding("P5", "the same by CPU", runs, ["replay", "sql-windows"], 1, allCpu),
    costFinding("P5", "replay by DuckDB, by time", runs, ["replay", "duckdb"], 0.5),
    costFinding("P5", "the same by CPU", runs, ["replay", "duckdb"], 0.5, allCpu),
    costFinding(
      "P5",
      "sessions without rules by SQL windows, by CPU",
      runs,
      ["sessions-alone", "sql-windows"],
      1,
      allCpu,
    ),
  ];
}

function costOf(name: string, runs: readonly Run[], records: number): string {
  const seconds = median(runs.map((run) => run.milliseconds)) / 1_000;
  const [node, postgres] = (["node", "postgres"] as const).map(
    (side) => median(runs.map((run) => run.cpu[side])) / records,
  );
  return `${name.padEnd(16)} ${seconds.toFixed(2).padStart(6)} s   CPU µs a record: node ${node!.toFixed(1)}, Postgres ${postgres!.toFixed(1)}`;
}

/** The value that 95 of 100 do not exceed. */
function p95(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? Number.NaN;
}

export async function benchIncrement(stand: Stand, say: Progress): Promise<Report> {
  say("making trail files");
  const files = filesOf(makeRecords("increments", PER_FILE * FILES * 2), PER_FILE);
  const ports = portsOn(stand);
  await stand.empty();
  const before = await writeFiles(join(stand.folder, "before"), files.slice(0, FILES));
  await readFolder(stand, before);
  await sweepPeople(ports);
  await stand.database.pool.query("vacuum analyze");
  const runs: { ingest: Run[]; sweep: Run[] } = { ingest: [], sweep: [] };
  let people = 0;
  for (const [at, file] of files.slice(FILES).entries()) {
    say(`file ${at + 1} of ${FILES}`);
    const folder = await writeFiles(join(stand.folder, `file-${at}`), [file]);
    const prepare = () => Promise.resolve();
    const ingest = {
      name: "ingest",
      prepare,
      run: async () => void (await readFolder(stand, folder)),
    };
    const sweep = {
      name: "sweep",
      prepare,
      run: async () => void (people += (await sweepPeople(ports)).judged),
    };
    runs.ingest.push(await measure(ingest, stand.meter));
    runs.sweep.push(await measure(sweep, stand.meter));
  }
  const slowest = p95(runs.sweep.map((run) => run.milliseconds));
  return {
    name: "Sessions and findings after a file against reading it",
    size: `${FILES} files of ${PER_FILE.toLocaleString("en")} records after as many, ${Math.round(people / FILES)} people a file`,
    findings: [
      costFinding("P6", "sweep by ingest, by time", runs, ["sweep", "ingest"], 1),
      costFinding("P6", "the same by CPU", runs, ["sweep", "ingest"], 1, allCpu),
      {
        goal: "P6",
        what: "milliseconds of a sweep, 95 of 100 files",
        value: slowest,
        unit: "count",
        target: "≤ 100",
        met: slowest <= 100,
      },
    ],
    figures: [costOf("ingest", runs.ingest, PER_FILE), costOf("sweep", runs.sweep, PER_FILE)],
  };
}
