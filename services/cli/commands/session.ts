/** `curfew sessions`: who is, was, or may have been signed in; `curfew session ID`: the story of one of them. */
import type { Command } from "commander";
import { PostgresPersonEvents } from "#core/adapters/postgres/people/person-events";
import { Fault } from "#core/domain/fault";
import { SESSION_KINDS, SESSION_STATES } from "#core/domain/session";
import { timelineOf } from "#core/domain/timeline";
import { sessionEvents } from "#core/flows/session-events";
import { checkActiveAt, sessionDetail } from "#core/flows/session-views";
import { look } from "../judge.ts";
import {
  anInstant,
  asOfOption,
  instantOption,
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
import { showSessions } from "../sessions/list.ts";
import { showStory } from "../sessions/story.ts";
import { shownTimes } from "../sessions/times.ts";
import { personsNamed, sessionsAt } from "../views.ts";

interface ListOptions extends WorldOptions, AsOfOptions {
  readonly user?: string;
  readonly kind?: string;
  readonly state?: string;
  readonly account?: string;
  readonly activeAt?: string;
}

export function addSession(program: Command): void {
  withAsOf(withDemo(withCommonOptions(program.command("sessions"))))
    .description("who is and was signed in, one session a line")
    .option("--user <user>", "a userId, userName or e-mail address")
    .option("--kind <kind>", SESSION_KINDS.join(", "), oneOf("--kind", SESSION_KINDS))
    .option("--state <state>", SESSION_STATES.join(", "), oneOf("--state", SESSION_STATES))
    .option("--account <id>", "only sessions of this account", anAccount)
    .option(
      "--active-at <instant>",
      "only what was, or may have been, alive at this instant; states are of then",
      anInstant("--active-at"),
    )
    .action((options: ListOptions) => look(options, list));
  withDemo(withCommonOptions(program.command("session")))
    .description("one session: what happened, from where, linked to what and why, and until when")
    .argument("<id>", "a session's id, from curfew sessions", anId)
    .option("--utc", "times in UTC instead of your zone")
    .action((id: string, options: StoryOptions) => look({ ...options, id }, story));
}

interface StoryOptions extends WorldOptions {
  readonly utc?: boolean;
}

function anId(text: string): string {
  if (/^ses_[0-9a-f]{32}$/.test(text)) return text;
  throw new Fault(
    "input.invalid",
    `${JSON.stringify(text.slice(0, 80))} is no session's id: take one, such as ses_ and 32 digits, from curfew sessions.`,
  );
}

async function story(
  runtime: Runtime,
  { id, utc }: StoryOptions & { readonly id: string },
  output: Output,
): Promise<void> {
  const { sessions, residuals } = runtime.stores;
  const session = (await sessions.byId(id)) ?? (await sessions.byEarlierId(id));
  if (session === null) {
    throw new Fault(
      "input.unknown-session",
      `There is no session ${id}: take an id from curfew sessions.`,
    );
  }
  const now = runtime.now();
  const detail = await sessionDetail({ sessions, residuals }, session, now);
  const events = await sessionEvents(new PostgresPersonEvents(runtime.database), session, now);
  const timeline = timelineOf({ events, sessions: [session], residuals: detail.residuals }, now);
  output.value({ ...detail, timeline });
  if (!output.json) showStory(detail, timeline, output, shownTimes(utc === true));
}

function anAccount(text: string): string {
  if (/^\d{12}$/.test(text)) return text;
  throw new Fault(
    "input.invalid",
    `--account must be the 12 digits of an account id, and not ${JSON.stringify(text)}.`,
  );
}

/** Nothing read, or nothing that fits: the reader should not read events again for the second. */
function emptyText({ user, kind, state, account, activeAt, asOf }: ListOptions): string {
  const asked = [user, kind, state, account, activeAt, asOf].some((one) => one !== undefined);
  return asked
    ? "No session matches what was asked for; without options every session is listed."
    : "There is no session. Read events first: curfew sync, or curfew ingest PATH.";
}

async function list(runtime: Runtime, options: ListOptions, output: Output): Promise<void> {
  const at = asOfOption(options.asOf, runtime.now());
  const activeAt = instantOption(options.activeAt, "--active-at") ?? null;
  checkActiveAt(activeAt, at, "--active-at");
  const found = sessionsAt(runtime, {
    at,
    past: options.asOf !== undefined,
    persons: options.user === undefined ? null : await personsNamed(runtime, options.user),
    kind: wordOption(options.kind, "--kind", SESSION_KINDS) ?? null,
    state: wordOption(options.state, "--state", SESSION_STATES) ?? null,
    accountId: options.account ?? null,
    activeAt,
  });
  await showSessions(found, output, emptyText(options));
}
