/** `curfew residual`: what keeps working after access was removed, until when, and by which rule of AWS. */
import type { Command } from "commander";
import { residualState, type Residual } from "#core/domain/sessions/residual/removal";
import type { Person } from "#core/domain/person";
import type { Instant } from "#core/domain/time";
import { judgeEverybody } from "#core/flows/judge-people";
import type { ResidualView } from "#core/flows/session-views";
import type { ResidualPosition } from "#core/ports/residual-store";
import { look } from "../judge.ts";
import {
  asOfOption,
  withAsOf,
  withCommonOptions,
  withDemo,
  type AsOfOptions,
  type WorldOptions,
} from "../options.ts";
import type { Output } from "../output.ts";
import type { Runtime } from "../runtime.ts";
import { showInTables } from "../sessions/in-tables.ts";
import { personsNamed } from "../views.ts";

interface ResidualOptions extends WorldOptions, AsOfOptions {
  readonly user?: string;
  readonly open?: boolean;
}

const ROWS_AT_ONCE = 500;

export function addResidual(program: Command): void {
  withAsOf(withDemo(withCommonOptions(program.command("residual"))))
    .description("what keeps working after access was removed, one session a line")
    .option("--user <user>", "a userId, userName or e-mail address")
    .option("--open", "only what still works")
    .action((options: ResidualOptions) => look(options, show));
}

async function show(runtime: Runtime, options: ResidualOptions, output: Output): Promise<void> {
  const at = asOfOption(options.asOf, runtime.now());
  const only = options.user === undefined ? null : await personsNamed(runtime, options.user);
  const found = options.asOf === undefined ? stored(runtime, at, only) : rebuilt(runtime, at, only);
  await showInTables(viewed(found, at, options.open === true), output, {
    headings: ["state", "user", "removed", "what", "session", "keeps", "until", "unknown", "rule"],
    cells: (view) => [
      view.closedBy === null ? view.state : `${view.state} by ${view.closedBy.eventName}`,
      view.user.userName ?? view.user.userId,
      view.removal.at,
      `${view.removal.what}: ${view.removal.subject}`,
      `${view.kind} ${view.sessionId}`,
      view.keeps,
      view.until === null ? "unknown" : `${view.until} (${view.certainty})`,
      view.unknown,
      view.rule,
    ],
    empty: "Nothing is known to outlive a removal.",
  });
}

async function* viewed(
  found: AsyncIterable<Residual>,
  at: Instant,
  openOnly: boolean,
): AsyncGenerator<ResidualView> {
  for await (const residual of found) {
    const view = { ...residual, state: residualState(residual, at) };
    if (!openOnly || view.state === "open") yield view;
  }
}

/** Newest removal first; of several people, person by person. */
async function* stored(
  { stores }: Runtime,
  at: Instant,
  only: readonly Person[] | null,
): AsyncGenerator<Residual> {
  for (const person of only ?? [null]) {
    const filter = { ...(person === null ? {} : { person }), removedBefore: at };
    let after: ResidualPosition | undefined;
    do {
      const rows: Residual[] = await stores.residuals.list(filter, ROWS_AT_ONCE, after);
      yield* rows;
      const last = rows.length < ROWS_AT_ONCE ? undefined : rows.at(-1);
      after = last === undefined ? undefined : { removedAt: last.removal.at, id: last.id };
    } while (after !== undefined);
  }
}

/** Judged from the events before the instant alone: person by person, newest removal first within each. */
async function* rebuilt(
  runtime: Runtime,
  at: Instant,
  only: readonly Person[] | null,
): AsyncGenerator<Residual> {
  const everybody = judgeEverybody(runtime.judgePorts, at, only ?? undefined);
  for await (const { residuals } of everybody) yield* residuals.toReversed();
}
