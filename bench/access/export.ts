/**
 * P8: a million rows of everybody's effective access as CSV, from the stored directory and use, against Postgres's COPY of the very same
 * rows from a table that has them ready. Both are read to their end and thrown away; both must give as many lines.
 */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { readActionCatalogue } from "../../packages/core/adapters/iam-data/catalogue.ts";
import { PostgresAccessStore } from "../../packages/core/adapters/postgres/access/facts-at.ts";
import { PostgresObservationStore } from "../../packages/core/adapters/postgres/coverage/observation-store.ts";
import { PostgresUsageStore } from "../../packages/core/adapters/postgres/people/usage-store.ts";
import { instant, type Instant } from "../../packages/core/domain/time.ts";
import { readOnce } from "../../packages/core/platform/read-once.ts";
import { exportAccess } from "../../packages/core/flows/access-export.ts";
import { commonFacts } from "../../packages/core/flows/judge-people.ts";
import { settingsOf } from "../../packages/core/domain/sessions/durations.ts";
import type { Finding, Progress, Report } from "../report.ts";
import { allCpu, inTurn, median, ratioOf, type Rounds, type Run, type Way } from "../rounds.ts";
import type { Stand } from "../stand.ts";
import { directoryOf, STORE, type Size } from "./directory.ts";

/** About a million paths. */
const MILLION: Size = {
  people: 10_000,
  accounts: 500,
  permissionSets: 100,
  groups: 300,
  memberships: 77_600,
  groupAssignments: 3_900,
};
const NOW = instant(Date.UTC(2026, 5, 1));
const CRAWLED = instant(Date.UTC(2026, 4, 31));
const MIB = 1_048_576;

export async function benchExport(stand: Stand, rounds: number, say: Progress): Promise<Report> {
  say("storing a directory and its use");
  await fill(stand);
  const common = await commonAt(stand, NOW);
  const rows = await fillTable(stand, common);
  say("measuring memory");
  const grown = await growthOf(stand, common);
  const lines: Lines = { model: 0, stored: 0, copy: 0 };
  const runs = await inTurn(waysOf(stand, common, lines), rounds, stand.meter, say);
  if (lines.model !== lines.copy || lines.stored !== lines.copy)
    throw new Error(`The ways give different rows: ${JSON.stringify(lines)}.`);
  const time = (name: string): string =>
    `${median(runs[name]!.map((run) => run.milliseconds)).toFixed(0)} ms`;
  return {
    name: "Everybody's effective access as CSV against COPY",
    size: `${rows.toLocaleString("en")} rows, ${rounds} rounds in turn`,
    findings: [
      cost("from the model in memory, by time", runs, "model"),
      cost("the same by CPU", runs, "model", allCpu),
      cost("with reading the stored directory, by time", runs, "stored"),
      {
        goal: "P8",
        what: "memory beside the model",
        value: grown,
        unit: "MiB",
        target: "≤ 64 MiB",
        met: grown <= 64,
      },
    ],
    figures: [
      `COPY ${time("copy")}, from the model ${time("model")}, from what is stored ${time("stored")}`,
    ],
  };
}

interface Lines {
  model: number;
  stored: number;
  copy: number;
}

function waysOf(stand: Stand, common: Common, lines: Lines): Way[] {
  const way = (name: keyof Lines, run: () => Promise<number>): Way => ({
    name,
    prepare: () => Promise.resolve(),
    run: async () => void (lines[name] = await run()),
  });
  return [
    way("copy", () => copied(stand)),
    way("model", () => exported(stand, common)),
    way("stored", async () => exported(stand, await commonAt(stand, NOW))),
  ];
}

function cost(what: string, runs: Rounds, name: string, measureOf?: (run: Run) => number): Finding {
  // `ratioOf` says how much faster the first is: the other way round it is what the second costs.
  const ratio = ratioOf(runs, "copy", name, measureOf);
  const { median: value, lowest, highest } = ratio;
  return {
    goal: "P8",
    what,
    value,
    lowest,
    highest,
    unit: "x",
    target: "≤ 1.20x",
    met: value <= 1.2,
  };
}

type Common = Awaited<ReturnType<typeof commonAt>>;

async function commonAt({ database }: Stand, now: Instant) {
  const access = new PostgresAccessStore(database);
  const observations = new PostgresObservationStore(database);
  const settings = settingsOf(720);
  const actions = readOnce(readActionCatalogue);
  return commonFacts({ settings, catalogue: [], access, observations, actions }, now);
}

async function fill({ database }: Stand): Promise<void> {
  const directory = directoryOf(MILLION);
  const store = new PostgresAccessStore(database);
  await store.publish("snp_bench", directory, {}, CRAWLED, CRAWLED);
  // Everybody used a few of their permission sets, as people do.
  await database.pool.query(
    `insert into access_usage (identity_store_arn, user_id, account_id, role_name, first_used_at, last_used_at, body, body_sha256)
     select $1, user_id, account_id, role_name, '2026-01-01', '2026-05-30',
            '{"usedDays": 20, "calls": 1000, "deniedCalls": 3, "sessions": 40, "services": {}, "actions": {}, "otherActionCalls": 0}', ''
       from (select m.body->>'userId' as user_id, a.body->>'accountId' as account_id, s.body->>'name' as role_name,
                    row_number() over (partition by m.body->>'userId' order by a.key) as nth
               from access_facts m
               join access_facts a on a.kind = 'assignment' and a.body->>'principalId' = m.body->>'groupId'
               join access_facts s on s.kind = 'permission-set' and s.key = a.body->>'permissionSetArn'
              where m.kind = 'membership') t
      where nth <= 5 on conflict do nothing`,
    [STORE],
  );
  await database.pool.query("vacuum analyze access_usage");
  await database.pool.query("vacuum analyze access_facts");
}

function piecesOf({ database }: Stand, common: Common): AsyncGenerator<Buffer> {
  const usage = new PostgresUsageStore(database);
  return exportAccess({ rows: common.access!, usage, now: common.now, format: "csv" });
}

const NEWLINE = "\n".charCodeAt(0);

function linesIn(piece: Buffer): number {
  let lines = 0;
  for (let at = piece.indexOf(NEWLINE); at !== -1; at = piece.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
}

async function exported(stand: Stand, common: Common): Promise<number> {
  let lines = 0;
  for await (const piece of piecesOf(stand, common)) lines += linesIn(piece);
  return lines;
}

const TABLE = "plain_access";

/** The same rows in a table, each column in the type that it is; how many they are. */
async function fillTable(stand: Stand, common: Common): Promise<number> {
  const { pool } = stand.database;
  await pool.query(`drop table if exists ${TABLE}`);
  await pool.query(
    `create table ${TABLE} ("userName" text, "userId" text, "identityStoreArn" text, "accountId" text, "accountName" text,
       "accountTier" text, "permissionSetName" text, "permissionSetArn" text, "roleArn" text, "observedSince" timestamptz,
       "observationGaps" int, administrator boolean, "policyFindings" text, path text, "groupId" text, "entitlementId" text,
       "askedFor" boolean, "grantedAt" timestamptz, "grantedNotAfter" timestamptz, "grantedBy" text, "grantEventId" uuid,
       "firstUsedAt" timestamptz, "lastUsedAt" timestamptz, uses30d int, "usedDays" int, calls int, "deniedCalls" int,
       "usageSharedByPaths" boolean)`,
  );
  const client = await pool.connect();
  try {
    const copy = client.query(copyFrom(`copy ${TABLE} from stdin (format csv, header)`));
    await pipeline(Readable.from(piecesOf(stand, common)), copy);
  } finally {
    client.release();
  }
  await pool.query(`vacuum analyze ${TABLE}`);
  const { rows } = await pool.query<{ count: number }>(`select count(*) as count from ${TABLE}`);
  return rows[0]!.count;
}

async function copied({ database: { pool } }: Stand): Promise<number> {
  const client = await pool.connect();
  try {
    let lines = 0;
    const copy = client.query(copyTo(`copy ${TABLE} to stdout (format csv, header)`));
    for await (const piece of copy) lines += linesIn(piece as Buffer);
    return lines;
  } finally {
    client.release();
  }
}

/** The most that an export held beyond what was held before it, sampled at every piece. */
async function growthOf(stand: Stand, common: Common): Promise<number> {
  const before = process.memoryUsage.rss();
  let most = 0;
  for await (const _ of piecesOf(stand, common)) {
    most = Math.max(most, process.memoryUsage.rss() - before);
  }
  return most / MIB;
}
