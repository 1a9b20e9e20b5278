/** `curfew doctor`: what runs, what is missing, each with the sentence that mends it. Changes nothing. */
import type { Command } from "commander";
import { PostgresSourceStates } from "#core/adapters/postgres/sources/source-states";
import { openQueue } from "#core/adapters/queue/open-queue";
import { Fault } from "#core/domain/fault";
import { between, DAY, HOUR, latest, type Instant } from "#core/domain/time";
import { withCommonOptions, withDemo, type WorldOptions } from "../options.ts";
import { Output } from "../output.ts";
import { lookClaim, openRuntime, type Runtime } from "../runtime.ts";
import { attempt, bucketChecks, failingSources, type Check } from "../source-checks.ts";
import { openWorld } from "../world.ts";

const SNAPSHOT_OLD = DAY;
const SOURCE_SILENT = 6 * HOUR;
const ADVISED_NODE = 22;

export function addDoctor(program: Command): void {
  withDemo(withCommonOptions(program.command("doctor")))
    .description("what is missing, with the sentence that mends it; exit 1 when something is")
    .action(doctor);
}

async function doctor(options: WorldOptions): Promise<void> {
  const output = new Output(options);
  const checks: Check[] = [nodeVersion()];
  const runtime = await openRuntime(options, lookClaim(options));
  try {
    checks.push({ check: "database", ok: true, sentence: `${runtime.engine}, migrated.` });
    checks.push(await queue(runtime));
    checks.push(...(await world(runtime)));
    checks.push(...(await failingSources(new PostgresSourceStates(runtime.database))));
    checks.push(...(await knowledge(runtime)));
    checks.push(contain(runtime));
  } finally {
    await runtime.close();
  }
  for (const check of checks) output.value(check);
  output.table(
    ["", "what", "how it is"],
    checks.map((one) => [one.ok ? "ok" : "missing", one.check, one.sentence]),
    "",
  );
  if (checks.some((check) => !check.ok)) process.exitCode = 1;
}

function nodeVersion(): Check {
  const { node } = process.versions;
  const advised = Number(node.split(".")[0]) >= ADVISED_NODE;
  const advice = advised
    ? ""
    : `; ${ADVISED_NODE} or later is better, because the AWS SDK's next versions need it`;
  return { check: "Node", ok: true, sentence: `Node ${node}${advice}.` };
}

async function queue(runtime: Runtime): Promise<Check> {
  const check = "queue";
  return attempt(check, async () => {
    const redisUrl = runtime.config.redisUrl?.reveal() ?? null;
    const opened = await openQueue({
      databaseUrl: runtime.databaseUrl,
      redisUrl,
      onProblem: () => undefined,
    });
    await opened.close();
    return `BullMQ on ${opened.engine === "redis" ? "Redis" : "Postgres"}.`;
  });
}

async function world(runtime: Runtime): Promise<Check[]> {
  const check = "sources";
  if (runtime.holds === "demo") {
    const sentence = "The demo organisation of the simulator; nothing is AWS.";
    return [{ check, ok: true, sentence }];
  }
  const of: Check[] = [];
  const answer = await attempt(check, async () => {
    const { sourceNames, sources, ...opened } = await openWorld(runtime);
    if (sources.bucket) of.push(...(await bucketChecks(sources.bucket)));
    await opened.stop();
    if (sourceNames.length > 0) return `${sourceNames.join("; ")}.`;
    throw new Fault(
      "aws.not-configured",
      "Nothing is read: set CURFEW_AWS=on and CURFEW_AWS_ACCOUNT_ID, or CURFEW_TRAIL_DIR, or run curfew ingest PATH.",
    );
  });
  return [answer, ...of];
}

async function knowledge(runtime: Runtime): Promise<Check[]> {
  const now = runtime.now();
  const snapshot = await runtime.stores.access.asOf(now);
  const coverage = await runtime.stores.observations.coverage();
  const newest = latest(...coverage.map((row) => row.lastReceivedAt));
  return [
    freshness("snapshot", snapshot?.takenAt ?? null, now, SNAPSHOT_OLD, "Run curfew snapshot."),
    freshness(
      "events",
      newest,
      now,
      SOURCE_SILENT,
      "Run curfew sync, or keep curfew start running.",
    ),
    portalDuration(runtime),
  ];
}

function freshness(
  check: string,
  at: Instant | null,
  now: Instant,
  old: number,
  mend: string,
): Check {
  if (at === null) return { check, ok: false, sentence: `None was ever read. ${mend}` };
  const hours = Math.floor(between(at, now) / HOUR);
  const ok = between(at, now) <= old;
  return { check, ok, sentence: `Newest of ${at}, ${hours} h ago.${ok ? "" : ` ${mend}`}` };
}

function portalDuration({ settings }: Runtime): Check {
  const check = "portal session duration";
  const entries = settings.durations.filter((entry) => entry.kind === "portal");
  const minutes = entries.map((entry) => entry.minutes).join(", ");
  return entries.length === 0
    ? {
        check,
        ok: false,
        sentence:
          "Not known, so the end of portal sessions is unknown and 90 days are assumed for containment: read it in the console's settings and enter it: curfew durations set portal MINUTES, or CURFEW_PORTAL_SESSION_MINUTES for every identity store and all times.",
      }
    : { check, ok: true, sentence: `${minutes} minutes, as entered.` };
}

function contain({ holds, config }: Runtime): Check {
  const check = "contain";
  if (holds === "demo")
    return { check, ok: true, sentence: "On: it acts on the demo organisation." };
  if (!config.contain.enabled) {
    return { check, ok: true, sentence: "Off: revocations are planned and never carried out." };
  }
  const ok = config.contain.denyPolicyIds.length > 0;
  return {
    check,
    ok,
    sentence: ok
      ? `On, with ${config.contain.denyPolicyIds.length} deny policies; nobody cuts ${config.contain.breakGlass.join(", ")}.`
      : "On, but no deny policy is named: attach one beforehand and set CURFEW_DENY_POLICY_IDS.",
  };
}
