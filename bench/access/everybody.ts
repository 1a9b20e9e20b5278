/**
 * P9: who can become what for everybody, from the facts of a directory in memory, against SQL's DISTINCT over the join of plain tables of
 * the same facts. Both must count the same, or the benchmark fails.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { AccessSnapshot } from "../../packages/core/domain/access.ts";
import { AccessModel } from "../../packages/core/domain/access/model.ts";
import { ratioFinding, type Finding, type Progress, type Report } from "../report.ts";
import { inTurn, median, ratioOf, type Rounds, type Way } from "../rounds.ts";
import type { Stand } from "../stand.ts";
import { ADMINISTRATOR, directoryOf, type Size } from "./directory.ts";

const LARGE: Size = {
  people: 10_000,
  accounts: 500,
  permissionSets: 100,
  groups: 300,
  memberships: 77_600,
  groupAssignments: 90_000,
};
const MANY_ACCOUNTS = 20;
const MIB = 1_048_576;

const sumOf = (counts: Int32Array): number => counts.reduce((sum, one) => sum + one, 0);

interface Counts {
  triples: { model: number; sql: number };
  broad: { model: number; sql: number };
}

export async function benchEverybody(stand: Stand, rounds: number, say: Progress): Promise<Report> {
  say("making a directory");
  const directory = directoryOf(LARGE);
  await fillTables(stand, directory);
  const most = memoryOf(directory);
  const counts: Counts = { triples: { model: 0, sql: 0 }, broad: { model: 0, sql: 0 } };
  const runs = await inTurn(waysOf(stand, directory, counts), rounds, stand.meter, say);
  const { triples, broad } = counts;
  if (triples.model !== triples.sql || broad.model !== broad.sql)
    throw new Error(`The two count differently: ${JSON.stringify(counts)}.`);
  const time = (name: string): number => median(runs[name]!.map((run) => run.milliseconds));
  return {
    name: "Everybody's effective access against SQL's DISTINCT",
    size: `${LARGE.people.toLocaleString("en")} people, ${LARGE.accounts} accounts, ${LARGE.permissionSets} permission sets, ${LARGE.groupAssignments.toLocaleString("en")} group assignments: ${triples.model.toLocaleString("en")} triples, ${rounds} rounds in turn`,
    findings: findingsOf(runs, most),
    figures: [
      `from the facts to every count ${time("model").toFixed(0)} ms; SQL ${time("sql").toFixed(0)} ms`,
      `administrators of more than ${MANY_ACCOUNTS} accounts: ${time("rule-model").toFixed(1)} ms; SQL ${time("rule-sql").toFixed(0)} ms; ${broad.model} people`,
    ],
  };
}

function waysOf(stand: Stand, directory: AccessSnapshot, { triples, broad }: Counts): Way[] {
  const nothing = (): Promise<void> => Promise.resolve();
  let model = new AccessModel(directory);
  const sets = directory.permissionSets.filter((set) =>
    set.managedPolicyArns.includes(ADMINISTRATOR),
  );
  const admins = new Set(sets.map((set) => set.arn));
  const here = (name: string, run: () => void): Way => ({
    name,
    prepare: nothing,
    run: () => Promise.resolve(run()),
  });
  return [
    here("model", () => {
      model = new AccessModel(directory);
      triples.model = sumOf(model.peopleByPair());
    }),
    {
      name: "sql",
      prepare: nothing,
      run: async () => void (triples.sql = await countBySql(stand)),
    },
    here("rule-model", () => {
      const accounts = model.accountsByPerson((pair) => admins.has(pair.heldArn));
      broad.model = accounts.filter((count) => count > MANY_ACCOUNTS).length;
    }),
    {
      name: "rule-sql",
      prepare: nothing,
      run: async () => void (broad.sql = await broadBySql(stand, [...admins])),
    },
  ];
}

function findingsOf(runs: Rounds, most: number): Finding[] {
  const seconds = (what: string, value: number): Finding => {
    return { goal: "P9", what, value, unit: "s", target: "≤ 0.3 s", met: value <= 0.3 };
  };
  const model = runs["model"]!;
  return [
    seconds("time", median(model.map((run) => run.milliseconds)) / 1_000),
    seconds("the same by CPU", median(model.map((run) => run.cpu.node)) / 1_000_000),
    {
      goal: "P9",
      what: "memory",
      value: most,
      unit: "MiB",
      target: "≤ 128 MiB",
      met: most <= 128,
    },
    ratioFinding("P9", "faster than SQL", ratioOf(runs, "model", "sql"), 50),
  ];
}

/** What the model adds to the facts, with all garbage of making and asking it. */
function memoryOf(directory: AccessSnapshot): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const held = (): number => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  collect();
  const before = held();
  const model = new AccessModel(directory);
  model.peopleByPair();
  return (held() - before) / MIB;
}

async function fillTables({ database: { pool } }: Stand, directory: AccessSnapshot): Promise<void> {
  await pool.query("drop table if exists plain_members, plain_assignments");
  await pool.query("create table plain_members (user_id text not null, group_id text not null)");
  await pool.query(
    "create table plain_assignments (account_id text not null, set_arn text not null, principal_id text not null)",
  );
  await pool.query(
    `insert into plain_members select "userId", "groupId" from jsonb_to_recordset($1::jsonb) as r("userId" text, "groupId" text)`,
    [JSON.stringify(directory.memberships)],
  );
  await pool.query(
    `insert into plain_assignments select "accountId", "permissionSetArn", "principalId"
       from jsonb_to_recordset($1::jsonb) as r("accountId" text, "permissionSetArn" text, "principalId" text)`,
    [JSON.stringify(directory.assignments)],
  );
  await pool.query("create index on plain_members (group_id, user_id)");
  await pool.query("create index on plain_assignments (principal_id)");
  await pool.query("vacuum analyze plain_members");
  await pool.query("vacuum analyze plain_assignments");
}

async function countBySql({ database: { pool } }: Stand): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*) as count
       from (select distinct m.user_id, a.account_id, a.set_arn
               from plain_members m join plain_assignments a on a.principal_id = m.group_id) t`,
  );
  return rows[0]!.count;
}

async function broadBySql(
  { database: { pool } }: Stand,
  admins: readonly string[],
): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*) as count
       from (select m.user_id from plain_members m join plain_assignments a on a.principal_id = m.group_id
              where a.set_arn = any($1) group by 1 having count(distinct a.account_id) > $2) t`,
    [admins, MANY_ACCOUNTS],
  );
  return rows[0]!.count;
}
