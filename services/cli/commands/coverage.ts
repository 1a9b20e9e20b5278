/** `curfew coverage`: what was read, what was not, what is wrong with it, and what nobody can see. Changes nothing. */
import type { Command } from "commander";
import { BLIND_SPOTS } from "#core/domain/coverage/blind-spots";
import { coverageLedger, type LedgerRow } from "#core/domain/coverage/ledger";
import { drawn, PICTURE_LEGEND } from "#core/domain/coverage/picture";
import { durationText, type CoverageProblem } from "#core/domain/coverage/problems";
import { concerns, rowsOf } from "#core/domain/coverage/selection";
import {
  asOfOption,
  withAsOf,
  withCommonOptions,
  withDemo,
  type AsOfOptions,
  type WorldOptions,
} from "../options.ts";
import { Output, printable } from "../output.ts";
import { lookClaim, openRuntime } from "../runtime.ts";

type CoverageOptions = WorldOptions &
  AsOfOptions & {
    readonly source?: string;
    readonly account?: string;
    readonly region?: string;
    readonly failOnGaps?: boolean;
  };

/** Of everything that a person reads on a terminal; `--json` has all. */
const PICTURES = 60;
const SENTENCES = 25;

export function addCoverage(program: Command): void {
  withAsOf(withDemo(withCommonOptions(program.command("coverage"))))
    .description("what was read of each account and Region, what was not, and what cannot be seen")
    .option("--source <source>", "only this source: files, s3 or lookup-events")
    .option("--account <id>", "only this account")
    .option("--region <region>", "only this Region")
    .option("--fail-on-gaps", "exit 1 when an hour was not read")
    .action(coverage);
}

async function coverage(options: CoverageOptions): Promise<void> {
  const output = new Output(options);
  const runtime = await openRuntime(options, lookClaim(options));
  try {
    const now = runtime.now();
    const at = asOfOption(options.asOf, now);
    const facts = await runtime.stores.observations.ledgerFacts(at);
    const ledger = coverageLedger(facts, at, at < now ? null : now);
    const rows = rowsOf(ledger.rows, options);
    const problems = ledger.problems.filter((problem) => concerns(problem, options));
    printValues(output, rows, problems);
    printForPeople(output, rows, problems);
    if (options.failOnGaps === true && rows.some(({ gapCount }) => gapCount > 0)) {
      process.exitCode = 1;
    }
  } finally {
    await runtime.close();
  }
}

/** One value a line; `type` says which. */
function printValues(
  output: Output,
  rows: readonly LedgerRow[],
  problems: readonly CoverageProblem[],
): void {
  for (const row of rows) output.value({ type: "place", ...row });
  for (const problem of problems) output.value({ type: "problem", ...problem });
  for (const spot of BLIND_SPOTS) output.value({ type: "blind-spot", ...spot });
}

function printForPeople(
  output: Output,
  rows: readonly LedgerRow[],
  problems: readonly CoverageProblem[],
): void {
  output.table(
    ["source", "account", "Region", "from", "to", "records", "gaps", "lag", "digests"],
    rows.map((row) => [
      row.source,
      row.accountId,
      row.region,
      row.readFrom,
      row.readTo,
      row.records,
      gapsText(row),
      row.lagSeconds === null ? null : durationText(row.lagSeconds * 1_000),
      digestsText(row),
    ]),
    "Nothing was read that matches. Read events first: curfew sync, or curfew ingest PATH.",
  );
  if (output.json) return;
  if (rows.length > 0) printPictures(output, rows);
  output.say(problems.length === 0 ? noProblem(rows) : "\nWhat is wrong:");
  for (const { sentence } of problems.slice(0, SENTENCES)) {
    output.say(`  ! ${printable(sentence)}`);
  }
  if (problems.length > SENTENCES) {
    output.say(`  and ${problems.length - SENTENCES} more: narrow them, or see them with --json.`);
  }
  output.say("\nWhat CloudTrail cannot show at all:");
  for (const { what, means } of BLIND_SPOTS) output.say(`  ${what}\n    ${means}`);
}

function noProblem(rows: readonly LedgerRow[]): string {
  return rows.length === 0
    ? "\nNothing is known to be wrong, and nothing was read."
    : "\nNo gap is known, and no source fails.";
}

function gapsText({ gapHours, gapCount, objects }: LedgerRow): string {
  const unread = objects.failing + objects.refused + objects.gone;
  const parts = [
    ...(gapCount > 0 ? [`${gapHours} h in ${gapCount}`] : []),
    ...(unread > 0 ? [unread === 1 ? "1 object" : `${unread} objects`] : []),
    ...(objects.waiting > 0 ? [`${objects.waiting} waiting`] : []),
  ];
  return parts.length === 0 ? "none" : parts.join(", ");
}

function digestsText({ digests, files }: LedgerRow): string | null {
  const { valid, invalid, unconfirmed } = digests;
  if (valid + invalid + unconfirmed === 0) return null;
  const wrong = invalid + files.invalid + files.missing;
  return wrong === 0 ? `${valid} valid` : `${valid} valid, ${wrong} wrong`;
}

/** The last 30 days by day and the last 24 hours by hour, one character each; those with a gap first. */
function printPictures(output: Output, rows: readonly LedgerRow[]): void {
  const gapsFirst = rows.toSorted((left, right) => right.gapCount - left.gapCount);
  const shown = new Set(gapsFirst.slice(0, PICTURES));
  output.say(`\nThe last 30 days, and the last 24 hours: ${PICTURE_LEGEND}.`);
  for (const row of rows.filter((one) => shown.has(one))) {
    const place = [row.source, row.accountId, row.region].map((part) => printable(part)).join(" ");
    output.say(`  |${drawn(row.lastDays)}| |${drawn(row.lastHours)}| ${place}`);
  }
  if (rows.length > PICTURES) {
    output.say(`  and ${rows.length - PICTURES} more: narrow them with --account or --region.`);
  }
}
