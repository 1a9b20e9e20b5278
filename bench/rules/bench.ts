/**
 * P10: every rule over everybody, from stored events and the stored directory, against one query that reads the same rows into the same
 * process and does nothing with them. Beside it the same judgement without rules, which tells what the rules themselves add. It judges
 * speed: tests judge what is found.
 */
import { join } from "node:path";
import { readActionCatalogue } from "../../packages/core/adapters/iam-data/catalogue.ts";
import { PostgresAccessStore } from "../../packages/core/adapters/postgres/access/facts-at.ts";
import { PostgresObservationStore } from "../../packages/core/adapters/postgres/coverage/observation-store.ts";
import { PostgresPersonHistory } from "../../packages/core/adapters/postgres/people/person-history.ts";
import { settingsOf } from "../../packages/core/domain/sessions/durations.ts";
import { HOUR, instant } from "../../packages/core/domain/time.ts";
import { judgeEverybody, type JudgePorts } from "../../packages/core/flows/judge-people.ts";
import { readOnce } from "../../packages/core/platform/read-once.ts";
import { catalogue } from "../../packages/core/rules/catalogue.ts";
import { ADMINISTRATOR, directoryOf, type Size } from "../access/directory.ts";
import { CLOCK, readFolder, writeFiles } from "../ingest/read.ts";
import type { Finding, Progress, Report } from "../report.ts";
import {
  allCpu,
  inTurn,
  median,
  ratioOf,
  type Ratio,
  type Rounds,
  type Run,
  type Way,
} from "../rounds.ts";
import type { Stand } from "../stand.ts";
import { filesOf, makeRecords } from "../trail.ts";

const PER_FILE = 2_000;
const GOAL = 1.4;

/** The people of the trail, who can take some nine pairs each. */
const DIRECTORY: Size = {
  people: 5_000,
  accounts: 300,
  permissionSets: 60,
  groups: 200,
  memberships: 15_000,
  groupAssignments: 600,
};

/** Everything that a judgement of everybody reads: their events, folded calls, names and what the directory holds. */
const SAME_ROWS = `
  select e.event_id::text as id, e.occurred_at as at, e.type_no, e.person_no, e.agent_no, e.role_session_no,
         e.subject_user_id, e.body, null::uuid[] as ids, null::int[] as offsets
    from events e where e.occurred_at < $1
  union all
  select null, c.first_at, c.type_no, c.person_no, c.agent_no, c.role_session_no, null, c.body, c.event_ids, c.offsets
    from role_calls c where c.first_at < $1
  union all
  select n.user_name, n.last_seen_at, null, null, null, null, n.user_id, n.identity_store_arn, null, null from person_names n
  union all
  select f.key, f.observed_from, null, null, null, null, f.kind, f.body::text, null, null
    from access_facts f where f.observed_to is null`;

interface Counts {
  people: number;
  paths: number;
  detections: number;
  rows: number;
}

export async function benchRules(
  stand: Stand,
  records: number,
  rounds: number,
  say: Progress,
): Promise<Report> {
  say("making trail files and a directory");
  const made = makeRecords("rules", records);
  const folder = await writeFiles(join(stand.folder, "rules"), filesOf(made, PER_FILE));
  await stand.empty();
  await readFolder(stand, folder);
  await publish(stand);
  await stand.database.pool.query("vacuum analyze");
  const counts: Counts = { people: 0, paths: 0, detections: 0, rows: 0 };
  const runs = await inTurn(waysOf(stand, counts), rounds, stand.meter, say);
  if (counts.detections === 0) throw new Error("The rules found nothing: the data is wrong.");
  const added = costOf(runs, ["rules", "without-rules"], allCpu);
  return {
    name: "Every rule over everybody against a query that reads the same rows",
    size: `${made.length.toLocaleString("en")} records, ${counts.rows.toLocaleString("en")} rows, ${counts.people.toLocaleString("en")} people with ${counts.paths.toLocaleString("en")} paths of access, ${catalogue.length} rules, ${counts.detections.toLocaleString("en")} findings, ${rounds} rounds in turn`,
    findings: [
      finding("rules by the query, by time", runs),
      finding("the same by CPU", runs, allCpu),
    ],
    figures: [
      `rules by the same judgement without rules, by CPU: ${added.median.toFixed(2)}x (${added.lowest.toFixed(2)}-${added.highest.toFixed(2)})`,
      ...Object.entries(runs).map(([name, all]) => figureOf(name, all, records)),
    ],
  };
}

/** With the one document that makes administrators of some, and an assignment of their own for every 25th person. */
async function publish({ database }: Stand): Promise<void> {
  const at = instant(CLOCK.now() - HOUR);
  const directory = directoryOf(DIRECTORY);
  const everything = { Effect: "Allow", Action: "*", Resource: "*" };
  const administrator = {
    policyArn: ADMINISTRATOR,
    accountId: null,
    versionId: "v1",
    document: JSON.stringify({ Version: "2012-10-17", Statement: [everything] }),
    unread: null,
  };
  const own = directory.users
    .filter((_user, place) => place % 25 === 0)
    .map(({ userId }, place) => ({
      accountId: directory.accounts[place % directory.accounts.length]!.accountId,
      permissionSetArn: directory.permissionSets[place % directory.permissionSets.length]!.arn,
      principalType: "USER" as const,
      principalId: userId,
    }));
  const whole = {
    ...directory,
    policies: [administrator],
    assignments: [...directory.assignments, ...own],
  };
  await new PostgresAccessStore(database).publish("snp_rules", whole, {}, at, at);
}

function waysOf({ database }: Stand, counts: Counts): Way[] {
  const at = instant(CLOCK.now());
  const ports = (rules: JudgePorts["catalogue"]): JudgePorts => ({
    history: new PostgresPersonHistory(database),
    access: new PostgresAccessStore(database),
    observations: new PostgresObservationStore(database),
    catalogue: rules,
    settings: settingsOf(720),
    actions,
  });
  const actions = readOnce(readActionCatalogue);
  const judging = async (rules: JudgePorts["catalogue"]): Promise<void> => {
    const found = { people: 0, paths: 0, detections: 0 };
    for await (const judged of judgeEverybody(ports(rules), at)) {
      found.people += 1;
      found.paths += judged.access.length;
      found.detections += judged.rules.detections.length;
    }
    if (rules.length > 0) Object.assign(counts, found);
  };
  const way = (name: string, run: () => Promise<void>): Way => ({
    name,
    prepare: () => Promise.resolve(),
    run,
  });
  return [
    way("rules", () => judging(catalogue)),
    way("without-rules", () => judging([])),
    way("query", async () => {
      counts.rows = (await database.pool.query(SAME_ROWS, [at])).rows.length;
    }),
  ];
}

/** What the first costs of the second: `ratioOf` says how much faster the first is. */
function costOf(
  runs: Rounds,
  [first, second]: readonly [string, string],
  measureOf?: (run: Run) => number,
): Ratio {
  return ratioOf(runs, second, first, measureOf);
}

function finding(what: string, runs: Rounds, measureOf?: (run: Run) => number): Finding {
  const { median: value, lowest, highest } = costOf(runs, ["rules", "query"], measureOf);
  const target = `≤ ${GOAL.toFixed(2)}x`;
  return { goal: "P10", what, value, lowest, highest, unit: "x", target, met: value <= GOAL };
}

function figureOf(name: string, runs: readonly Run[], records: number): string {
  const seconds = median(runs.map((run) => run.milliseconds)) / 1_000;
  const [node, postgres] = (["node", "postgres"] as const).map(
    (side) => median(runs.map((run) => run.cpu[side])) / records,
  );
  return `${name.padEnd(14)} ${seconds.toFixed(2).padStart(6)} s   CPU µs a record: node ${node!.toFixed(1)}, Postgres ${postgres!.toFixed(1)}`;
}
