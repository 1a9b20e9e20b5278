/**
 * `curfew access`: who can become what in which account, one path a line, now or on a past day; what changed since another day, by which
 * event and by whom; and everybody's access as CSV or NDJSON of any length in bounded memory.
 */
import { once } from "node:events";
import type { Command } from "commander";
import { heldName, type EffectiveAccess } from "#core/domain/access";
import type { AccessChange } from "#core/domain/access/changes/between";
import { Fault } from "#core/domain/fault";
import { personKey, type Person } from "#core/domain/person";
import { accessChanges } from "#core/flows/access-changes";
import { exportAccess } from "#core/flows/access-export";
import {
  accessPage,
  EVERYTHING,
  wantedPairs,
  wantedPeople,
  type AccessPlace,
  type AccessSelection,
} from "#core/flows/access-views/page";
import { openAccess, sayUnknown, setNamed, type OpenedAccess } from "../../access/opened.ts";
import {
  callerWords,
  grantWords,
  minute,
  pathWords,
  rowUseWords,
  short,
  verdictWords,
} from "../../access/words.ts";
import { look } from "../../judge.ts";
import {
  anInstant,
  asOfOption,
  instantOption,
  oneOf,
  withAsOf,
  withCommonOptions,
  withDemo,
  type AsOfOptions,
  type WorldOptions,
} from "../../options.ts";
import type { Output } from "../../output.ts";
import type { Runtime } from "../../runtime.ts";
import { showInTables } from "../../sessions/in-tables.ts";
import { personsNamed } from "../../views.ts";

interface AccessOptions extends WorldOptions, AsOfOptions {
  readonly user?: string;
  readonly account?: string;
  readonly set?: string;
  readonly changesSince?: string;
  readonly format?: string;
}

const FORMATS = ["table", "csv", "ndjson"] as const;

export function addAccess(program: Command): void {
  withAsOf(withDemo(withCommonOptions(program.command("access"))))
    .description("who can become what in which account, one path a line")
    .option("--user <user>", "a userId, userName or e-mail address")
    .option("--account <id>", "only this account", anAccount)
    .option("--set <name>", "only this permission set, by name or ARN")
    .option(
      "--changes-since <instant>",
      "what was gained and lost since then instead, by which event and by whom",
      anInstant("--changes-since"),
    )
    .option("--format <format>", FORMATS.join(", "), oneOf("--format", FORMATS))
    .action((options: AccessOptions) => {
      checkTogether(options);
      return look(options, options.changesSince === undefined ? access : changes);
    });
}

export function anAccount(text: string): string {
  if (/^\d{12}$/.test(text)) return text;
  throw new Fault(
    "input.invalid",
    `--account must be the 12 digits of an account id, and not ${JSON.stringify(text)}.`,
  );
}

function checkTogether({ format, json, changesSince }: AccessOptions): void {
  if (json === true && format !== undefined && format !== "ndjson") {
    throw new Fault("input.invalid", `--json and --format ${format} do not go together: give one.`);
  }
  if (changesSince !== undefined && format === "csv") {
    throw new Fault(
      "input.invalid",
      "--changes-since is shown as a table or NDJSON: leave out --format csv.",
    );
  }
}

async function access(runtime: Runtime, options: AccessOptions, output: Output): Promise<void> {
  const persons = options.user === undefined ? null : await personsNamed(runtime, options.user);
  const opened = await openAccess(runtime, options.asOf, output);
  if (opened === null) return;
  const { view } = opened;
  const asked: AccessSelection = {
    ...EVERYTHING,
    persons,
    accountId: options.account ?? null,
    heldArn: options.set === undefined ? null : setNamed(view, options.set).arn,
  };
  if (options.format === "csv" || options.format === "ndjson" || output.json) {
    return write(opened, asked, options.format === "csv" ? "csv" : "ndjson");
  }
  await showInTables(rowsOf(opened, asked), output, {
    headings: ["user", "account", "permission set", "allows", "by", "granted", "event", "used"],
    cells: (row) => [
      short(row.user.userName ?? row.user.userId),
      `${short(row.accountName)} ${row.accountId}${row.accountTier === "other" ? "" : ` (${row.accountTier})`}`,
      row.roleArn === null ? heldName(row) : `role ${heldName(row)}`,
      row.roleArn !== null && row.administrator === null
        ? "unknown"
        : verdictWords(row.administrator, row.policy.findings),
      pathWords(row.path),
      grantWords(row),
      row.grantEventId,
      rowUseWords(row, view.at),
    ],
    empty: emptyText(opened, options),
  });
  sayHowKnown(opened, output);
}

/** What a reader of a list should know of what it rests on. */
function sayHowKnown({ view }: OpenedAccess, output: Output): void {
  const { takenAt, amendments, notes } = view.snapshot;
  const changed = amendments?.changes.length ?? 0;
  output.note(
    `The directory as it was read at ${takenAt}${changed === 0 ? "" : `, with ${changed} changes that events show since`}.`,
  );
  const unread = notes.filter(({ kind }) => kind === "unread");
  for (const { problem } of unread.slice(0, NOTES)) output.note(`Not read: ${problem}`);
  if (unread.length > NOTES) {
    output.note(`… and ${unread.length - NOTES} more that were not read: curfew coverage.`);
  }
}

const NOTES = 3;

function emptyText({ view }: OpenedAccess, { user, account, set }: AccessOptions): string {
  if ([user, account, set].every((one) => one === undefined)) {
    return `Nobody has access: ${view.snapshot.users.length} people and ${view.snapshot.assignments.length} assignments were read.`;
  }
  return "Nobody matching has access; without options everybody's is listed.";
}

const ROWS_AT_ONCE = 500;

async function* rowsOf(
  { view, usage }: OpenedAccess,
  asked: AccessSelection,
): AsyncGenerator<EffectiveAccess> {
  let after: AccessPlace | null = null;
  do {
    const page: Awaited<ReturnType<typeof accessPage>> = await accessPage(view, usage, asked, {
      limit: ROWS_AT_ONCE,
      after,
    });
    yield* page.items;
    after = page.after;
  } while (after !== null);
}

/** As fast as the reader takes it, and no faster. */
async function write(
  { view, usage }: OpenedAccess,
  asked: AccessSelection,
  format: "csv" | "ndjson",
): Promise<void> {
  const pieces = exportAccess({
    rows: view.rows,
    usage,
    now: view.at,
    format,
    people: wantedPeople(view, asked),
    wanted: wantedPairs(view, asked),
  });
  for await (const piece of pieces) {
    if (!process.stdout.write(piece)) await once(process.stdout, "drain");
  }
}

async function changes(runtime: Runtime, options: AccessOptions, output: Output): Promise<void> {
  const to = asOfOption(options.asOf, runtime.now());
  const from = instantOption(options.changesSince, "--changes-since")!;
  if (from >= to) {
    throw new Fault(
      "input.invalid",
      `--changes-since ${from} must lie before ${to}, up to which changes are told.`,
    );
  }
  const persons = options.user === undefined ? null : await personsNamed(runtime, options.user);
  const { access: directory, observations } = runtime.stores;
  if ((await directory.asOf(from)) === null) return sayUnknown(runtime, from, output);
  const all = await accessChanges({ access: directory, observations }, from, to);
  const set = options.set;
  const found = all.filter((one) => isAsked(one, persons, options.account, set));
  const isJson = output.json || options.format === "ndjson";
  if (isJson) {
    for (const one of found) process.stdout.write(`${JSON.stringify(one)}\n`);
    return;
  }
  output.table(
    ["user", "change", "when", "account", "permission set", "by path", "caller", "event", "id"],
    found.map((one) => [
      short(one.user.userName ?? one.user.userId),
      one.state === "done" ? one.change : `${one.change} (asked for)`,
      one.at === null ? `by ${minute(one.notAfter ?? to)} at the latest` : minute(one.at),
      `${short(one.accountName)} ${one.accountId}`,
      heldName(one),
      pathWords(one.path),
      one.by === null ? null : callerWords(one.by),
      one.eventName ?? "no event shows it",
      one.eventId,
    ]),
    `Nobody gained or lost anything that was asked for from ${from} to ${to}.`,
  );
}

function isAsked(
  one: AccessChange,
  persons: readonly Person[] | null,
  account: string | undefined,
  set: string | undefined,
): boolean {
  return (
    (persons === null || persons.some((person) => personKey(person) === personKey(one.user))) &&
    (account === undefined || one.accountId === account) &&
    (set === undefined || one.permissionSetName === set || one.permissionSetArn === set)
  );
}
