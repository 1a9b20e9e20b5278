/**
 * The command line. Exit codes: 0 done, 1 the answer is "no" (a difference, a failed check), 2 the caller's input is wrong,
 * 3 the environment is. A refusal is one sentence on standard error.
 */
import { inspect } from "node:util";
import { CommanderError, Command } from "commander";
import { Fault } from "#core/domain/fault";
import { version } from "./version.ts";

type Add = (program: Command) => void;

/** Which module brings which commands: a command loads its own alone, because loading all of them takes a second. */
const MODULES: readonly {
  readonly commands: readonly string[];
  readonly load: () => Promise<Add>;
}[] = [
  { commands: ["start"], load: async () => (await import("./commands/start.ts")).addStart },
  { commands: ["ingest"], load: async () => (await import("./commands/ingest.ts")).addIngest },
  {
    commands: ["sync", "snapshot"],
    load: async () => (await import("./commands/sync.ts")).addSync,
  },
  {
    commands: ["sessions", "session"],
    load: async () => (await import("./commands/session.ts")).addSession,
  },
  {
    commands: ["residual"],
    load: async () => (await import("./commands/residual.ts")).addResidual,
  },
  {
    commands: ["findings", "replay"],
    load: async () => (await import("./commands/look.ts")).addLook,
  },
  {
    commands: ["access"],
    load: async () => (await import("./commands/access/paths.ts")).addAccess,
  },
  {
    commands: ["permission-set"],
    load: async () => (await import("./commands/access/permission-set.ts")).addPermissionSet,
  },
  {
    commands: ["durations"],
    load: async () => (await import("./commands/durations.ts")).addDurations,
  },
  {
    commands: ["coverage"],
    load: async () => (await import("./commands/coverage.ts")).addCoverage,
  },
  { commands: ["event"], load: async () => (await import("./commands/event.ts")).addEvent },
  { commands: ["policy"], load: async () => (await import("./commands/policy.ts")).addPolicy },
  { commands: ["report"], load: async () => (await import("./commands/report.ts")).addReport },
  { commands: ["revoke"], load: async () => (await import("./commands/revoke.ts")).addRevoke },
  {
    commands: ["verify-trail"],
    load: async () => (await import("./commands/verify-trail.ts")).addVerifyTrail,
  },
  { commands: ["rules"], load: async () => (await import("./commands/rules.ts")).addRules },
  { commands: ["doctor"], load: async () => (await import("./commands/doctor.ts")).addDoctor },
];

async function program(asked: string | undefined): Promise<Command> {
  const root = new Command("curfew")
    .description("Audit and session governance for AWS IAM Identity Center")
    .version(version())
    .showSuggestionAfterError(true);
  const own = MODULES.filter(({ commands }) => asked !== undefined && commands.includes(asked));
  for (const { load } of own.length > 0 ? own : MODULES) (await load())(root);
  quieten(root);
  return root;
}

/** A refusal is ours to print, once and as one sentence, at whatever depth a command stands. */
function quieten(command: Command): void {
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  command.commands.forEach(quieten);
}

/** The exit code, the stable code and the sentence of a failure. */
function refusal(error: unknown): { exitCode: number; code: string; sentence: string } {
  if (error instanceof Fault) {
    return { exitCode: error.exitCode, code: error.code, sentence: error.message };
  }
  if (error instanceof CommanderError) {
    const sentence = error.message.replace(/^error: /, "").replaceAll("\n", " ");
    return {
      exitCode: error.exitCode === 0 ? 0 : 2,
      code: "input.invalid",
      sentence: `${capitalised(sentence)}. Run: curfew --help`,
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  // Whoever waited for room on standard output learns of a reader that has gone by this.
  const isReaderGone = (error as NodeJS.ErrnoException | null)?.code === "EPIPE";
  return {
    exitCode: isReaderGone ? 0 : 3,
    code: "internal.bug",
    sentence: `Something went wrong that should not: ${message} (set CURFEW_LOG_LEVEL=debug for the details)`,
  };
}

function capitalised(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1).replace(/\.$/, "");
}

// A reader such as `head` that has seen enough is no failure; what was opened is still closed in order.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

try {
  // The SDK's advice about Node versions is for developers; `doctor` says what matters here.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  await (await program(process.argv[2])).parseAsync(process.argv);
} catch (error) {
  const { exitCode, code, sentence } = refusal(error);
  const shown = process.argv.includes("--json")
    ? JSON.stringify({ error: { code, message: sentence } })
    : `curfew: ${sentence}`;
  if (exitCode !== 0) process.stderr.write(`${shown}\n`);
  if (!(error instanceof Fault) && process.env["CURFEW_LOG_LEVEL"] === "debug")
    process.stderr.write(`${inspect(error)}\n`);
  process.exitCode = exitCode;
}
