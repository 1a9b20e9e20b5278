/**
 * `curfew durations` and `curfew durations set KIND MINUTES`: how long portal and background sessions last, which no API tells.
 * Entries are added, never changed; a configuration that changed after the newest entry is asked about.
 */
import type { Command } from "commander";
import { Fault } from "#core/domain/fault";
import type { DurationKind } from "#core/domain/session";
import { enterDuration, questionsOf } from "#core/flows/enter-duration";
import type { DurationEntry } from "#core/ports/people/duration-store";
import { judgeDue } from "../judge.ts";
import {
  anInstant,
  instantOption,
  wordOption,
  withCommonOptions,
  withDemo,
  type WorldOptions,
} from "../options.ts";
import { Output } from "../output.ts";
import { commandLineActor } from "../revocation-ports.ts";
import { lookClaim, openRuntime, type Runtime } from "../runtime.ts";

const KINDS = ["portal", "background"] as const satisfies readonly DurationKind[];
const PAGE = 500;

interface SetOptions extends WorldOptions {
  readonly from?: string;
  readonly store?: string;
}

export function addDurations(program: Command): void {
  const durations = withDemo(withCommonOptions(program.command("durations")))
    .description("how long portal and background sessions last, as entered by a person")
    .action((options: WorldOptions) => within(options, list));
  withDemo(withCommonOptions(durations.command("set")))
    .description("enter a duration; sessions that begin from its instant on last so long")
    .argument("<kind>", KINDS.join(" or "))
    .argument("<minutes>", "15 to 129600, as the console's settings show it")
    .option("--from <instant>", "since when it holds (default now)", anInstant("--from"))
    .option("--store <store>", "ARN or id of the identity store, where there are several")
    // Options that both commands know are read by the outer one.
    .action((kind: string, minutes: string, _own: SetOptions, command: Command) => {
      const options = command.optsWithGlobals<SetOptions>();
      return within(options, (runtime, output) => set(runtime, output, kind, minutes, options));
    });
}

async function within(
  options: WorldOptions,
  work: (runtime: Runtime, output: Output) => Promise<void>,
): Promise<void> {
  const runtime = await openRuntime(options, lookClaim(options));
  try {
    await work(runtime, new Output(options));
  } finally {
    await runtime.close();
  }
}

async function set(
  runtime: Runtime,
  output: Output,
  kind: string,
  minutes: string,
  options: SetOptions,
): Promise<void> {
  if (!/^\d{1,9}$/.test(minutes)) {
    throw new Fault(
      "input.invalid",
      `A duration must be a whole number of minutes from 15 to 129600 (90 days), and not ${JSON.stringify(minutes)}.`,
    );
  }
  const entry = await enterDuration(
    { durations: runtime.stores.durations, clock: runtime.clock },
    {
      kind: wordOption(kind, "The kind", KINDS)!,
      minutes: Number(minutes),
      effectiveFrom: instantOption(options.from, "--from") ?? null,
      identityStore: options.store ?? null,
      actor: commandLineActor(),
    },
  );
  output.value(entry);
  output.say(
    `${entry.kind} sessions of ${entry.identityStoreArn} that begin from ${entry.effectiveFrom} on last ${entry.minutes} minutes.`,
  );
  await judgeDue(runtime, output);
}

async function list({ stores, settings }: Runtime, output: Output): Promise<void> {
  const configured = settings.durations
    .filter(({ effectiveFrom }) => effectiveFrom === null)
    .map((entry) => ({ ...entry, enteredBy: "configuration", enteredAt: null }));
  const entries = [...(await entered(stores.durations)), ...configured];
  const questions = questionsOf(settings, await stores.durations.changes());
  for (const entry of entries) output.value(entry);
  for (const question of questions) output.value({ question });
  output.table(
    ["kind", "minutes", "from", "identity store", "entered by", "entered"],
    entries.map((entry) => [
      entry.kind,
      entry.minutes,
      entry.effectiveFrom ?? "always",
      entry.identityStoreArn ?? "every one",
      entry.enteredBy,
      entry.enteredAt,
    ]),
    "No duration was entered, so the end of portal and background sessions is unknown: read them in the console's settings and run curfew durations set portal MINUTES.",
  );
  for (const { sentence } of questions) output.say(`? ${sentence}`);
}

async function entered(store: Runtime["stores"]["durations"]): Promise<DurationEntry[]> {
  const entries: DurationEntry[] = [];
  for (;;) {
    const page = await store.list(PAGE, entries.at(-1) ?? null);
    entries.push(...page);
    if (page.length < PAGE) return entries;
  }
}
