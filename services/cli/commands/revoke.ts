/** `curfew revoke USER`: shows the plan, or carries it out and follows it to its proof. */
import { setTimeout as pause } from "node:timers/promises";
import type { Command } from "commander";
import { Fault } from "#core/domain/fault";
import type { Person } from "#core/domain/person";
import type { RevocationPlan, RevocationState } from "#core/domain/revocation";
import { advanceRevocation } from "#core/flows/revocation/advance-revocations";
import { planFor, requestRevocation } from "#core/flows/revocation/request-revocation";
import type { StepPorts } from "#core/flows/revocation/ports";
import { revocationView, type RevocationView } from "#core/flows/revocation/view";
import { snapshotDue } from "#core/flows/snapshot-due";
import { takeSnapshot } from "#core/flows/take-snapshot";
import type { Instant } from "#core/domain/time";
import { sweepPeople } from "#core/flows/sweep-people";
import { readFiles, readStreams } from "../../ingest/read-once.ts";
import { numberOption, withCommonOptions, withDemo, type WorldOptions } from "../options.ts";
import type { Output } from "../output.ts";
import { commandLineActor, revocationPorts, stepPorts } from "../revocation-ports.ts";
import type { Runtime } from "../runtime.ts";
import { personsNamed } from "../views.ts";
import type { World } from "../world.ts";
import { withWorld } from "../with-world.ts";

/** How long a plan is followed unless told otherwise: role sessions may take hours to be proven over. */
const FOLLOW_MINUTES = 30;
const LOOK_EVERY_MILLISECONDS = 2_000;
/** After this many looks the sources are read again: a proof comes by the trail. */
const LOOKS_A_READING = 5;

/** Nothing more comes of these by waiting. */
const FINAL: ReadonlySet<RevocationState> = new Set([
  "awaiting-approval",
  "contained",
  "expired-unproven",
  "failed",
  "cancelled",
  "released",
]);

interface RevokeOptions extends WorldOptions {
  readonly reason: string;
  readonly plan?: boolean;
  readonly yes?: boolean;
  readonly follow?: string;
  readonly user: string;
}

export function addRevoke(program: Command): void {
  withDemo(withCommonOptions(program.command("revoke")))
    .description(
      "end a person's access: the plan, or with --yes the plan carried out and followed to its proof",
    )
    .argument("<user>", "a userId, userName or e-mail address")
    .requiredOption("--reason <text>", "why; kept in the audit")
    .option("--plan", "only show the plan")
    .option("--yes", "carry it out")
    .option("--follow <minutes>", `how long to follow it (default ${FOLLOW_MINUTES})`)
    .action((user: string, options: Omit<RevokeOptions, "user">) =>
      withWorld({ ...options, user }, revoke),
    );
}

async function revoke(
  runtime: Runtime,
  world: World,
  output: Output,
  options: RevokeOptions,
): Promise<void> {
  const minutes = numberOption(options.follow, "--follow", 0, 24 * 60) ?? FOLLOW_MINUTES;
  const user = await onlyPerson(runtime, options.user);
  const requester = { actor: commandLineActor(), userId: null };
  if (options.yes !== true || options.plan === true) {
    const plan = await planFor(revocationPorts(runtime, world), user, requester);
    showPlan(plan, output);
    if (options.plan !== true) output.note("Nothing was done. Add --yes to carry it out.");
    return;
  }
  const ports = stepPorts(runtime, world, requester.actor);
  if (ports === null) {
    throw new Fault(
      "aws.not-configured",
      "A revocation needs AWS: set CURFEW_AWS=on and CURFEW_AWS_ACCOUNT_ID, or look at the plan with --plan.",
    );
  }
  const { id, created, plan } = await requestRevocation(ports, {
    user,
    reason: options.reason,
    requester,
  });
  if (!created)
    output.note(`${user.userName ?? user.userId} is already being revoked: following ${id}.`);
  showPlan(plan, output, false);
  const view = await follow(id, ports, runtime, world, output, minutes);
  output.value(view);
  if (view.state === "failed") process.exitCode = 1;
}

async function onlyPerson(runtime: Runtime, text: string): Promise<Person> {
  const persons = await personsNamed(runtime, text);
  if (persons.length === 1) return persons[0]!;
  const ids = persons.map((person) => `${person.userId} of ${person.identityStoreArn}`).join(", ");
  throw new Fault(
    "input.unknown-person",
    `${JSON.stringify(text)} names several people (${ids}); give one userId.`,
  );
}

/** Advances it here, so that it goes on whether a worker runs or not; both together do no step twice. */
async function follow(
  id: string,
  ports: StepPorts,
  runtime: Runtime,
  world: World,
  output: Output,
  minutes: number,
): Promise<RevocationView> {
  const until = performance.now() + minutes * 60_000;
  let shown = "";
  for (let look = 0; ; look += 1) {
    if (look % LOOKS_A_READING === 0 && look > 0) await readAgain(runtime, world);
    await advanceRevocation(ports, id);
    const view = await revocationView(ports, id);
    const line = progressOf(view);
    if (line !== shown) output.say(line);
    shown = line;
    const automaticDone = view.steps.every(
      (step) => step.mode === "manual" || step.state === "confirmed",
    );
    if (FINAL.has(view.state)) return view;
    if (performance.now() >= until && (minutes > 0 || automaticDone)) {
      output.note(
        `It goes on while curfew start runs; look again with: curfew revoke ${view.user.userId} --reason … --yes`,
      );
      return view;
    }
    await pause(LOOK_EVERY_MILLISECONDS);
  }
}

async function readAgain(runtime: Runtime, world: World): Promise<void> {
  const { clock, stores } = runtime;
  const ports = { store: stores.trail, clock };
  const { directory } = world.sources;
  if (directory !== null && (await snapshotDue(stores.observations, clock))) {
    const newId = (now: Instant) => runtime.newId("snp", now);
    await takeSnapshot({
      directory,
      store: stores.crawls,
      clock,
      newId,
      progress: () => undefined,
    }).catch((error: unknown) => {
      // A service reads it already, for the same reason.
      if (!(error instanceof Fault && error.code === "snapshot.running")) throw error;
    });
  }
  await readFiles(world.sources, ports);
  await readStreams(world.sources, ports);
  await sweepPeople(runtime.sweepPorts);
}

function progressOf(view: RevocationView): string {
  const steps = view.steps
    .map((step) => `${step.order} ${step.mechanism} ${step.state}`)
    .join(", ");
  const proven = view.residual.filter((one) => one.proof !== null).length;
  return `${view.state}: ${steps}; ${proven} of ${view.residual.length} sessions proven over`;
}

function showPlan(plan: RevocationPlan, output: Output, json = true): void {
  if (json) output.value(plan);
  output.table(
    ["step", "mechanism", "mode", "target", "why"],
    plan.steps.map((step) => [
      step.order,
      step.mechanism,
      step.mode,
      targetText(step.target),
      step.why,
    ]),
    "There is nothing to do.",
  );
  output.table(
    ["session", "kind", "lives until", "why"],
    plan.residual.map((one) => [one.sessionId, one.kind, one.until ?? "unknown", one.why]),
    "No session may be alive.",
  );
  for (const brake of plan.brakes) output.say(`${brake.effect}: ${brake.sentence}`);
}

function targetText(target: Readonly<Record<string, unknown>>): string {
  return Object.entries(target)
    .map(([key, value]) => `${key} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}
