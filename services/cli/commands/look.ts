/** `curfew findings` and `replay`: look at what is known, now or as of an earlier instant. */
import type { Command } from "commander";
import { DigestOfUsage } from "#core/domain/access/usage-digest";
import { FINDING_STATES, ownerName, type Finding } from "#core/domain/finding";
import type { Instant } from "#core/domain/time";
import { DigestOfSessions, replay } from "#core/flows/replay";
import { look } from "../judge.ts";
import { lanesOver } from "../replay/lanes.ts";
import {
  asOfOption,
  oneOf,
  withAsOf,
  withCommonOptions,
  withDemo,
  wordOption,
  type AsOfOptions,
  type WorldOptions,
} from "../options.ts";
import type { Output } from "../output.ts";
import type { Runtime } from "../runtime.ts";
import { findingsHeldAt, storedFindings } from "../views.ts";

type LookOptions = WorldOptions &
  AsOfOptions & {
    readonly state?: string;
    readonly rule?: string;
    readonly verify?: boolean;
  };

export function addLook(program: Command): void {
  withAsOf(withDemo(withCommonOptions(program.command("findings"))))
    .description("what the rules found, one finding a line")
    .option("--rule <id>", "only this rule")
    .option("--state <state>", FINDING_STATES.join(", "), oneOf("--state", FINDING_STATES))
    .action((options: LookOptions) => look(options, findings));
  withDemo(withCommonOptions(program.command("replay")))
    .description("rebuild sessions and findings from the stored events")
    .option("--verify", "exit 1 when what is stored differs")
    .action((options: LookOptions) => look(options, rebuild));
}

async function findings(runtime: Runtime, options: LookOptions, output: Output): Promise<void> {
  const at = asOfOption(options.asOf, runtime.now());
  const state = wordOption(options.state, "--state", FINDING_STATES);
  const ids = runtime.sweepPorts.catalogue.map((rule) => rule.metadata.id);
  const rule = wordOption(options.rule, "--rule", ids);
  const stored = await storedFindings(runtime);
  const all = options.asOf === undefined ? stored : await asOf(runtime, at, stored);
  const found = all
    .filter((finding) => rule === undefined || finding.ruleId === rule)
    .filter((finding) => state === undefined || finding.state === state);
  for (const finding of found) output.value(finding);
  output.table(
    ["severity", "state", "rule", "about", "opened", "summary"],
    found.map((finding) => [
      finding.severity,
      finding.state,
      finding.ruleId,
      ownerName(finding),
      finding.openedAt,
      finding.summary,
    ]),
    "No finding matches.",
  );
}

/** Findings held at an instant, and those that were resolved by then. */
async function asOf(runtime: Runtime, at: Instant, stored: readonly Finding[]): Promise<Finding[]> {
  const held = await findingsHeldAt(runtime, at);
  const ids = new Set(held.map((finding) => finding.id));
  const resolved = stored.filter(
    (finding) => finding.resolvedAt !== null && finding.resolvedAt <= at && !ids.has(finding.id),
  );
  return [...held, ...resolved].toSorted((left, right) =>
    left.openedAt === right.openedAt
      ? left.id < right.id
        ? -1
        : 1
      : left.openedAt < right.openedAt
        ? 1
        : -1,
  );
}

async function rebuild(runtime: Runtime, options: LookOptions, output: Output): Promise<void> {
  const { judgePorts, stores, settings, databaseUrl: url } = runtime;
  const { ruleSettings } = judgePorts;
  const lanes = lanesOver({ url, settings, ruleSettings });
  const rebuilt = await replay({ ...judgePorts, history: stores.history }, runtime.now(), lanes);
  output.value(rebuilt);
  output.say(
    `${rebuilt.sessions} sessions and ${rebuilt.findings} findings held, digest ${rebuilt.digest}.`,
  );
  if (options.verify !== true) return;
  const stored = new DigestOfSessions();
  for await (const session of runtime.stores.sessions.everything()) stored.add(session);
  for await (const residual of runtime.stores.residuals.everything()) stored.addResidual(residual);
  const kept = stored.finish();
  const used = new DigestOfUsage();
  for await (const { usage, ...person } of runtime.stores.usage.everything())
    used.add(person, usage);
  const keptUsage = used.finish();
  const open = (await storedFindings(runtime)).filter(
    (finding) => finding.state !== "resolved",
  ).length;
  const isSameUsage = keptUsage.usageDigest === rebuilt.usageDigest;
  if (kept.digest === rebuilt.digest && open === rebuilt.findings && isSameUsage) {
    output.note("What is stored is what the events give.");
    return;
  }
  process.exitCode = 1;
  if (kept.digest === rebuilt.digest && !isSameUsage) {
    process.stderr.write(
      `The stored use of access differs: ${keptUsage.usages} uses with digest ${keptUsage.usageDigest}, the events give ${rebuilt.usages} with digest ${rebuilt.usageDigest}.\n`,
    );
    return;
  }
  process.stderr.write(
    kept.digest === rebuilt.digest
      ? `The stored findings differ: ${open} are open, the events give ${rebuilt.findings}.\n`
      : `The stored sessions differ: ${kept.sessions} and ${kept.residuals} residuals with digest ${kept.digest}, the events give ${rebuilt.sessions} and ${rebuilt.residuals} with digest ${rebuilt.digest}.\n`,
  );
}
